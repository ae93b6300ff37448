"""The chat over a WebSocket: news at once, nothing lost or doubled when the line breaks, garbage refused."""

import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError
from starlette.testclient import WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from service_api.channels.limits import Limiter
from service_api.channels.pace import WARNINGS
from service_api.channels.visitors import Visitors
from service_api.conversations import service
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from tests.service_api.stand_in import StandIn
from tests.service_api.visitor import Visitor


@contextmanager
def line(visitor: Visitor, *, after: int = 0) -> Iterator[WebSocketTestSession]:
    with visitor.client.websocket_connect("/chat/ws") as socket:
        socket.send_json({"type": "hello", "token": visitor.token, "after": after})
        yield socket


def say(socket: WebSocketTestSession, text: str, *, client_id: str | None = None) -> str:
    chosen = client_id or str(uuid.uuid4())
    socket.send_json({"type": "message", "client_id": chosen, "text": text})
    return chosen


def next_of(socket: WebSocketTestSession, kind: str) -> dict[str, Any]:
    while True:
        frame: dict[str, Any] = socket.receive_json()
        if frame["type"] == kind:
            return frame


def read_messages(socket: WebSocketTestSession, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while len(found) < count:
        found += next_of(socket, "messages")["messages"]
    return found


def test_a_message_is_accepted_shown_and_answered(visitor: Visitor) -> None:
    with line(visitor) as socket:
        client_id = say(socket, "你好")
        frames: list[dict[str, Any]] = []
        while "回复：你好" not in str(frames) or "accepted" not in str(frames):
            frames.append(socket.receive_json())

    assert {"type": "accepted", "client_id": client_id, "seq": 1} in frames
    shown = [m["text"] for frame in frames for m in frame.get("messages", [])]
    assert shown == ["你好", "回复：你好"]


def test_every_message_comes_once_and_in_order(visitor: Visitor) -> None:
    with line(visitor) as socket:
        for number in range(6):
            say(socket, f"第{number}条")
        seen = read_messages(socket, 12)

    assert [m["seq"] for m in seen] == list(range(1, 13))


def test_a_new_line_goes_on_after_the_number_last_seen(visitor: Visitor) -> None:
    visitor.say("你好")
    with line(visitor, after=1) as socket:
        assert [m["seq"] for m in read_messages(socket, 1)] == [2]


def test_two_lines_of_one_visitor_show_the_same(visitor: Visitor) -> None:
    with line(visitor) as one, line(visitor) as other:
        say(one, "你好")

        assert [m["text"] for m in read_messages(other, 2)] == ["你好", "回复：你好"]


def test_a_line_that_drops_while_the_assistant_thinks_loses_and_doubles_nothing(
    visitor: Visitor, assistant: StandIn
) -> None:
    with assistant.held(), line(visitor) as socket:
        client_id = say(socket, "我要投诉")
        next_of(socket, "accepted")
    with line(visitor) as socket:
        say(socket, "我要投诉", client_id=client_id)
        assert [m["text"] for m in read_messages(socket, 2)] == ["我要投诉", "回复：我要投诉"]

    assert assistant.texts == ["我要投诉"]


def test_a_database_that_is_busy_ends_the_line_and_the_message_is_taken_on_the_next(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_given: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    monkeypatch.setattr(Visitors, "write", busy)
    with line(visitor) as socket:
        client_id = say(socket, "卡丢了")
        with pytest.raises(WebSocketDisconnect) as ended:
            next_of(socket, "accepted")
    assert ended.value.code == 1013
    monkeypatch.undo()
    with line(visitor) as socket:
        say(socket, "卡丢了", client_id=client_id)
        assert next_of(socket, "accepted")["seq"] == 1


def test_what_another_process_writes_is_shown_within_two_seconds(
    visitor: Visitor, database: Database, clock: FrozenClock
) -> None:
    other = Database(str(database.engine.url))
    with line(visitor) as socket:
        next_of(socket, "messages")
        with other.writing() as session:
            talk = service.locked(session, visitor.conversation_id)
            service.add_message(session, talk, author="system", text="来自别的进程", now=clock.now())
        other.close()
        assert read_messages(socket, 1)[0]["text"] == "来自别的进程"


def test_a_ping_is_answered(visitor: Visitor) -> None:
    with line(visitor) as socket:
        socket.send_json({"type": "ping"})
        assert next_of(socket, "pong") == {"type": "pong"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [("", "empty-message"), ("\x00 \u200b", "empty-message"), ("长" * 10_000, "message-too-long")],
)
def test_a_message_that_cannot_be_taken_is_refused_and_the_line_stays(
    visitor: Visitor, text: str, problem: str
) -> None:
    with line(visitor) as socket:
        client_id = say(socket, text)
        refused = next_of(socket, "refused")
        assert refused["client_id"] == client_id
        assert refused["problem"]["type"] == f"/problems/{problem}"

        say(socket, "你好")
        assert next_of(socket, "accepted")["seq"] == 1


@pytest.mark.parametrize(
    "garbage",
    [
        '{"type":"message","client_id":"6f9c0f4e-0000-4000-8000-000000000001","text":"\\ud800"}',
        '{"type":"message","client_id":"6f9c0f4e-0000-4000-8000-000000000001","text":{"$gt":""}}',
        '{"type":"message","client_id":"1 OR 1=1","text":"好"}',
        '{"type":"signs","seen":1e999}',
        '{"type":"signs","seen":-1}',
        '{"type":["message"]}',
        "[" * 30_000,
        "\x00",
        "🀄",
    ],
)
def test_a_frame_of_nonsense_is_refused_and_the_line_stays(visitor: Visitor, garbage: str) -> None:
    with line(visitor) as socket:
        socket.send_text(garbage)
        assert next_of(socket, "refused")["problem"]["type"] == "/problems/malformed"
        say(socket, "你好")
        assert next_of(socket, "accepted")["seq"] == 1


def test_a_frame_that_names_anothers_conversation_is_ones_own_message(visitor: Visitor) -> None:
    other = Visitor(visitor.client)
    with line(visitor) as socket:
        frame = {"type": "message", "client_id": str(uuid.uuid4()), "text": "我是别人"}
        socket.send_json(frame | {"conversation_id": str(other.conversation_id), "token": other.token})
        next_of(socket, "accepted")
    assert other.messages == []
    assert visitor.texts("customer") == ["我是别人"]


def test_garbage_is_refused_and_too_much_of_it_ends_the_line(visitor: Visitor) -> None:
    garbage = ["{", "[]", '{"type": "dance"}', '{"type": "message", "text": "x"}', "null"]
    with line(visitor) as socket:
        for frame in garbage:
            socket.send_text(frame)
            assert next_of(socket, "refused")["problem"]["type"] == "/problems/malformed"
        with pytest.raises(WebSocketDisconnect) as end:
            socket.receive_json()
    assert end.value.code == 1008
    assert visitor.messages == []


def test_bytes_are_refused(visitor: Visitor) -> None:
    with line(visitor) as socket:
        socket.send_bytes(b"\x00\xff")
        assert next_of(socket, "refused")["problem"]["detail"] == "frames are text"


def test_a_frame_too_large_ends_the_line(visitor: Visitor) -> None:
    with line(visitor) as socket:
        say(socket, "x" * 40_000)
        next_of(socket, "refused")
        with pytest.raises(WebSocketDisconnect) as end:
            next_of(socket, "none")
    assert end.value.code == 1009


@pytest.mark.parametrize(
    "hello",
    [
        '{"type": "hello", "token": "forged", "after": 0}',
        '{"type": "message"}',
        "not json",
        '{"type":"hello"}',
    ],
)
def test_a_line_without_a_good_hello_is_closed(client: TestClient, hello: str) -> None:
    with client.websocket_connect("/chat/ws") as socket:
        socket.send_text(hello)
        assert socket.receive_json()["type"] == "refused"
        with pytest.raises(WebSocketDisconnect) as end:
            socket.receive_json()
    assert end.value.code in {4401, 1008}


def test_a_line_that_says_nothing_is_closed(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service_api.channels.socket.HELLO_SECONDS", 0.02)
    with client.websocket_connect("/chat/ws") as socket, pytest.raises(WebSocketDisconnect) as end:
        socket.receive_json()
    assert end.value.code == 1008


@pytest.mark.usefixtures("still_limits")
def test_a_visitor_who_floods_the_line_is_refused_and_not_cut_off(visitor: Visitor) -> None:
    with line(visitor) as socket:
        for number in range(40):
            say(socket, str(number))
        assert next_of(socket, "refused")["problem"]["type"] == "/problems/slow-down"
        socket.send_json({"type": "ping"})
        next_of(socket, "pong")


def test_a_closed_line_leaves_nothing_behind(visitor: Visitor, app: FastAPI) -> None:
    before = threading.active_count()
    for _ in range(5):
        with line(visitor) as socket:
            next_of(socket, "messages")
    visitor.wait_until(lambda _page: app.state.bell.listening == 0)
    assert threading.active_count() <= before + 10
    assert json.dumps(visitor.look()["messages"]) == "[]"


@pytest.mark.usefixtures("still_limits")
def test_who_is_told_to_slow_down_again_and_again_is_sent_away(visitor: Visitor) -> None:
    with line(visitor) as socket:
        for number in range(40 + WARNINGS):
            say(socket, str(number))
        with pytest.raises(WebSocketDisconnect) as end:
            next_of(socket, "none")
    assert end.value.code == 4429
    assert len(visitor.texts("customer")) >= 20


@pytest.mark.usefixtures("still_limits")
def test_who_comes_back_again_and_again_is_told_to_wait(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitor_limits(visitor), "_burst", 2)
    for _ in range(2):
        with line(visitor) as socket:
            next_of(socket, "messages")
    with line(visitor) as socket:
        assert next_of(socket, "refused")["problem"]["type"] == "/problems/slow-down"
        with pytest.raises(WebSocketDisconnect) as end:
            next_of(socket, "none")
    assert end.value.code == 4429


def test_one_visitor_has_a_few_lines_and_no_more(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service_api.channels.socket.MOST_LINES", 2)
    with line(visitor) as one, line(visitor) as other:
        next_of(one, "messages")
        next_of(other, "messages")
        with line(visitor) as third:
            assert next_of(third, "refused")["problem"]["type"] == "/problems/too-many-lines"


def visitor_limits(visitor: Visitor) -> Limiter:
    app: Any = visitor.client.app
    limits: Limiter = app.state.visitors.lines
    return limits
