"""Real sockets that break: half a frame, a line cut right after sending."""

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
from websockets.sync.client import ClientConnection, connect

from tests.service_api.stand_in import StandIn
from tests.service_api.visitor import Visitor


@pytest.fixture
def port(app: FastAPI) -> Iterator[int]:
    """The app behind a real server on a port of its own."""
    config = uvicorn.Config(app, port=0, log_config=None, lifespan="on", ws="websockets-sansio")
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
