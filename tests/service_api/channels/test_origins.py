"""Which pages may hold the chat, and what the others are told."""

import json

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from service_api.channels.origins import parse_origins
from service_api.settings import Settings
from tests.service_api.visitor import Visitor

BANK, STRANGER = "https://www.bank.example", "https://evil.example"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"chat_origins": f"{BANK}, https://m.bank.example:8443"})


def test_a_named_page_may_ask_and_read(client: TestClient) -> None:
    may = client.options("/chat/sessions", headers={"Origin": BANK, "Access-Control-Request-Method": "POST"})
    assert (may.status_code, may.headers["access-control-allow-origin"]) == (204, BANK)
    assert "authorization" in may.headers["access-control-allow-headers"]

    opened = client.post("/chat/sessions", json={}, headers={"Origin": BANK})
    assert (opened.status_code, opened.headers["access-control-allow-origin"]) == (201, BANK)
    assert "access-control-allow-credentials" not in opened.headers
    assert "origin" in opened.headers["vary"].lower()


@pytest.mark.parametrize("origin", [STRANGER, "null", "https://www.bank.example.evil.example", BANK + ":444"])
def test_any_other_page_is_refused_and_may_read_why(client: TestClient, origin: str) -> None:
    for answer in (
        client.options("/chat/sessions", headers={"Origin": origin}),
        client.get("/chat/people", headers={"Origin": origin}),
        client.post("/chat/sessions", json={}, headers={"Origin": origin}),
    ):
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/origin-not-allowed")
        assert answer.headers["access-control-allow-origin"] == origin


def test_our_own_page_and_programs_need_no_permission(client: TestClient) -> None:
    own = client.get("/chat/people", headers={"Origin": "http://testserver"})
    assert own.status_code == client.get("/chat/people").status_code == 200
    assert "access-control-allow-origin" not in own.headers


def test_nothing_but_the_chat_answers_other_pages(client: TestClient) -> None:
    for path in ("/health", "/login", "/api/v1/complaints"):
        assert "access-control-allow-origin" not in client.get(path, headers={"Origin": BANK}).headers
    script = client.get("/static/chat/widget.js", headers={"Origin": STRANGER})
    assert (script.status_code, script.headers["access-control-allow-origin"]) == (200, "*")


def test_a_strange_page_gets_no_socket(client: TestClient) -> None:
    visitor = Visitor(client)
    with client.websocket_connect("/chat/ws", headers={"Origin": STRANGER}) as line:
        line.send_text(json.dumps({"type": "hello", "token": visitor.token}))
        assert line.receive_json()["problem"]["type"] == "/problems/origin-not-allowed"
        with pytest.raises(WebSocketDisconnect) as ended:
            line.receive_json()
    assert ended.value.code == 4403
    with client.websocket_connect("/chat/ws", headers={"Origin": BANK}) as line:
        line.send_text(json.dumps({"type": "hello", "token": visitor.token}))
        assert line.receive_json()["type"] == "messages"


@pytest.mark.parametrize("bad", ["*", "www.bank.example", "https://bank.example/path", "ftp://bank.example"])
def test_what_is_no_origin_is_refused_at_the_start(bad: str) -> None:
    with pytest.raises(ValueError, match="not an origin"):
        parse_origins(bad)


def test_people_and_their_hours_are_told(client: TestClient, app: FastAPI) -> None:
    assert client.get("/chat/people").json() == {
        "open": False,
        "hours": "09:00–18:00",
        "daily": False,
        "zone": "Asia/Shanghai",
        "back_at": "2026-11-23T09:00:00+08:00",
    }
