"""Real sockets that break or lie: half a frame, a line cut or gone silent, frames that are none."""

import json
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from service_api.serving import LISTENING
from tests.service_api.stand_in import StandIn
from tests.service_api.visitor import Visitor

SIGN_OF_LIFE_SECONDS = 1.0


@pytest.fixture
def port(app: FastAPI) -> Iterator[int]:
    """The app behind a real server on a port of its own."""
    config = uvicorn.Config(
        app,
        port=0,
        lifespan="on",
        ws_ping_interval=SIGN_OF_LIFE_SECONDS,
        ws_ping_timeout=SIGN_OF_LIFE_SECONDS,
        **LISTENING,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


@contextmanager
def line(port: int, visitor: Visitor) -> Iterator[ClientConnection]:
    with connect(f"ws://127.0.0.1:{port}/chat/ws", proxy=None) as opened:
        opened.send(json.dumps({"type": "hello", "token": visitor.token, "after": 0}))
        opened.recv(timeout=5)
        yield opened


def frame(text: str) -> str:
    return json.dumps({"type": "message", "client_id": str(uuid.uuid4()), "text": text})


@pytest.fixture
def visitor(port: int) -> Iterator[Visitor]:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        yield Visitor(client)


def test_a_line_cut_right_after_sending_loses_nothing(
    port: int, visitor: Visitor, assistant: StandIn
) -> None:
    with line(port, visitor) as opened:
        opened.send(frame("说完就断"))
        opened.socket.shutdown(socket.SHUT_RDWR)

    assert visitor.wait_for_answers(1) == ["回复：说完就断"]
    assert assistant.texts == ["说完就断"]


def test_half_a_frame_is_no_message_and_the_resent_one_is_stored_once(port: int, visitor: Visitor) -> None:
    whole = frame("上周三下午转的五千，对方到现在没收到")
    with line(port, visitor) as opened:
        masked = bytes([0x81, 0x80 | 126]) + len(whole.encode()).to_bytes(2) + bytes(4)
        opened.socket.sendall(masked + whole.encode()[:40])
        opened.socket.shutdown(socket.SHUT_RDWR)
    assert visitor.messages == []

    with line(port, visitor) as opened:
        opened.send(whole)
        opened.send(whole)
    assert visitor.wait_for_answers(1) == ["回复：上周三下午转的五千，对方到现在没收到"]
    assert len(visitor.texts("customer")) == 1


def test_a_line_gone_silent_is_given_up_and_leaves_nothing_behind(
    port: int, visitor: Visitor, app: FastAPI
) -> None:
    with socket.create_connection(("127.0.0.1", port)) as silent:
        silent.sendall(
            b"GET /chat/ws HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        silent.recv(4096)
        hello = json.dumps({"type": "hello", "token": visitor.token, "after": 0}).encode()
        silent.sendall(bytes([0x81, 0x80 | 126]) + len(hello).to_bytes(2) + bytes(4) + hello)
        # From here on it answers no ping, as a telephone in a tunnel.
        visitor.wait_until(lambda _page: app.state.bell.listening == 1)
        visitor.wait_until(lambda _page: app.state.bell.listening == 0)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"x" * 1_000_000, 1009),  # as one frame of text
        (b"\xff\xfe\xfd", 1007),  # text that is no UTF-8
    ],
)
def test_a_frame_that_cannot_be_taken_ends_the_line_and_stores_nothing(
    port: int, visitor: Visitor, sent: bytes, code: int
) -> None:
    with line(port, visitor) as opened:
        opened.send(sent, text=True)
        with pytest.raises(ConnectionClosed) as end:
            while True:
                opened.recv(timeout=5)
    assert end.value.rcvd is not None
    assert end.value.rcvd.code == code
    assert visitor.messages == []


def test_too_long_a_frame_is_refused_in_pieces_too(port: int, visitor: Visitor) -> None:
    piece = "x" * 1000
    with line(port, visitor) as opened:

        def pieces() -> Iterator[str]:
            yield from [piece] * (LISTENING["ws_max_size"] // len(piece) + 1)
            while True:  # no more is sent: the refusal could be lost on a line that breaks in a sending
                opened.recv(timeout=5)

        with pytest.raises(ConnectionClosed) as end:
            opened.send(pieces())
    assert end.value.rcvd is not None
    assert end.value.rcvd.code == 1009
