"""The web process as a whole: alive, ready, one shape of error, and a clock only the demo can move."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service_api.app import create_app
from service_api.core import heartbeat
from service_api.core.clock import DemoClock, FrozenClock, SystemClock
from service_api.core.database import Database
from service_api.settings import Settings
from tests.service_api.stand_in import StandIn
from tests.service_api.visitor import Visitor


def beat(database: Database, *, ago: timedelta) -> None:
    with database.writing() as session:
        heartbeat.beat(session, process=heartbeat.WORKER, at=SystemClock().now() - ago)


def missing(client: TestClient) -> dict[str, str]:
    answer = client.get("/readyz")
    found: dict[str, str] = answer.json()["missing"]
    assert answer.status_code == (503 if found else 200)
    return found


def test_it_is_alive_whatever_else_is_not(client: TestClient, assistant: StandIn) -> None:
    assistant.down = True

    assert client.get("/healthz").json() == {"status": "ok"}


def test_it_says_which_part_is_missing(client: TestClient, assistant: StandIn) -> None:
    assistant.down = True

    found = missing(client)
    assert found["assistant"] == "ConnectError"
    assert found["search"] == "the index is missing or damaged"
    assert found["worker"] == "has never run"
    assert "database" not in found


@pytest.mark.parametrize(
    ("ago", "is_missing"), [(timedelta(seconds=5), False), (timedelta(seconds=90), True)]
)
def test_a_worker_silent_for_a_minute_is_missing(
    client: TestClient, database: Database, ago: timedelta, is_missing: bool
) -> None:
    beat(database, ago=ago)

    assert ("worker" in missing(client)) is is_missing


def test_a_database_without_tables_is_missing(settings: Settings, assistant: StandIn) -> None:
    empty = Database(f"sqlite:///{settings.data_dir / 'empty.db'}")
    app = create_app(settings, database=empty, assistant=assistant.transport)
    with TestClient(app) as client:
        assert missing(client)["database"] == "migrations are missing"
    empty.close()


def test_the_demo_clock_moves_forward_only_and_for_everyone(
    settings: Settings, database: Database, assistant: StandIn
) -> None:
    app = create_app(settings, database=database, assistant=assistant.transport)
    with TestClient(app) as client:
        before = SystemClock().now()
        moved = client.post("/demo/clock", json={"days": 16})
        assert moved.status_code == 200
        assert client.post("/demo/clock", json={"days": -1}).status_code == 422
    other = DemoClock(database)
    assert other.now() - before >= timedelta(days=16)


def test_a_token_of_the_chat_outlives_the_demos_fortnight(client: TestClient, clock: FrozenClock) -> None:
    visitor = Visitor(client)
    client.post("/demo/clock", json={"days": 60})

    assert visitor.say("我的投诉怎么样了") == ["回复：我的投诉怎么样了"]
    clock.move(timedelta(days=31))
    assert client.get("/chat/messages", headers=visitor.headers).status_code == 401


@pytest.mark.parametrize("path", ["/nowhere", "/api/v1/nothing", "/chat/sessions"])
def test_every_error_is_a_problem_document(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code


def test_an_unexpected_error_shows_nothing_of_its_insides(
    app: FastAPI, client: TestClient, database: Database
) -> None:
    with database.writing() as session:
        session.connection().exec_driver_sql("DROP TABLE visitor_tokens")

    answer = client.get("/chat/messages", headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/internal")
    assert "visitor_tokens" not in answer.text


def test_answers_carry_the_security_headers(client: TestClient) -> None:
    headers = client.get("/healthz").headers

    assert headers["x-content-type-options"] == "nosniff"
    assert "script" not in headers["content-security-policy"].replace("default-src", "")


def test_the_interface_describes_itself(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]

    assert "client_id" in str(paths["/chat/messages"]["post"]["requestBody"])
    assert {"/chat/sessions", "/api/v1/articles/search", "/healthz", "/readyz"} <= paths.keys()
