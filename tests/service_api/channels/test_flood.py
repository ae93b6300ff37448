"""Ten thousand messages a second on a real line: refused clearly, and at nobody else's cost."""

import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.bench.channels import server

MESSAGES_A_SECOND = 10_000
SECONDS = 4.0
BEAT = 0.05
NEIGHBOURS_ROUNDS = 25
PAUSE = 0.2  # seconds; 25 messages then keep within what a visitor may write
# What others may feel of it: their round trip's median, with some room for a machine that is busy anyway.
FACTOR, ROOM_SECONDS = 4.0, 0.15
MOST_MORE_MEMORY_MB = 60


@dataclass
class Flood:
    """What the one who floods has sent, and what became of it. Runs in a process of its own."""

    token: str
    sent: int = 0
    lines: int = 0
    accepted: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)

    def run(self, address: str) -> None:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            self.lines += 1
            try:
                self._one_line(address, end)
            except OSError:
                time.sleep(BEAT)

    def _one_line(self, address: str, end: float) -> None:
        with connect(f"ws://{address}/chat/ws", proxy=None, compression=None, close_timeout=1) as line:
            line.send(json.dumps({"type": "hello", "token": self.token, "after": 0}))
            hearing = threading.Thread(target=self._hear, args=(line,))
            hearing.start()
            try:
                while time.monotonic() < end:
                    beat = time.monotonic()
                    line.socket.sendall(b"".join(_masked() for _ in range(int(MESSAGES_A_SECOND * BEAT))))
                    self.sent += int(MESSAGES_A_SECOND * BEAT)
                    time.sleep(max(0.0, beat + BEAT - time.monotonic()))
            finally:
                hearing.join(timeout=2)

    def _hear(self, line: Any) -> None:  # the client's connection
        try:
            while True:
                frame = json.loads(line.recv())
                if frame["type"] == "accepted":
                    self.accepted[frame["client_id"]] = frame["seq"]
                elif frame["type"] == "refused":
                    self.refused.append(frame["problem"]["type"])
        except ConnectionClosed as closed:
            if closed.rcvd is not None:
                self.codes.append(closed.rcvd.code)


def _masked() -> bytes:
    """A message as a frame, made by hand: a client library is too slow for this."""
    text = json.dumps({"type": "message", "client_id": str(uuid.uuid4()), "text": "刷屏"}).encode()
    return bytes([0x81, 0x80 | 126]) + len(text).to_bytes(2) + bytes(4) + text


def _flood(pipe: Connection, address: str, token: str) -> None:
    flood = Flood(token)
    flood.run(address)
    pipe.send(flood)


class Customer:
    def __init__(self, address: str) -> None:
        self.client = httpx.Client(base_url=f"http://{address}", trust_env=False, timeout=30)
        opened = self.client.post("/chat/sessions", json={"language": "zh"}).raise_for_status()
        self.token = opened.json()["token"]

    def close(self) -> None:
        self.client.close()

    def transcript(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            after = found[-1]["seq"] if found else 0
            headers = {"Authorization": f"Bearer {self.token}"}
            answer = self.client.get(f"/chat/messages?after={after}", headers=headers).raise_for_status()
            if not (page := answer.json()["messages"]):
                return found
            found += page

    def round_trips(self, address: str, count: int) -> list[float]:
        """From saying something to having its answer, a little slower than anybody may write."""
        taken = []
        with connect(f"ws://{address}/chat/ws", proxy=None) as line:
            line.send(json.dumps({"type": "hello", "token": self.token, "after": 0}))
            for _ in range(count):
                text, began = uuid.uuid4().hex, time.monotonic()
                line.send(json.dumps({"type": "message", "client_id": str(uuid.uuid4()), "text": text}))
                while f"回复：{text}" not in (frame := line.recv(timeout=20)):
                    assert json.loads(frame)["type"] != "refused", frame
                taken.append(time.monotonic() - began)
                time.sleep(PAUSE)
        return taken


def memory_mb(process: int) -> float:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no such process")


@pytest.fixture
def customers(served: tuple[str, int]) -> Iterator[list[Customer]]:
    """The one who floods, a neighbour, and one who comes while it lasts."""
    with ExitStack() as lines:
        yield [lines.enter_context(closing(Customer(served[0]))) for _ in range(3)]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, int]]:
    with server("guarded") as running:
        yield running


def test_ten_thousand_a_second_are_refused_clearly_and_at_nobody_elses_cost(
    served: tuple[str, int], customers: list[Customer]
) -> None:
    address, process = served
    offender, neighbour, newcomer = customers
    calm = median(neighbour.round_trips(address, NEIGHBOURS_ROUNDS))
    before = memory_mb(process)

    ours, theirs = get_context("spawn").Pipe()
    flooding = get_context("spawn").Process(target=_flood, args=(theirs, address, offender.token))
    flooding.start()
    time.sleep(0.5)
    beside = newcomer.round_trips(address, NEIGHBOURS_ROUNDS)
    flood: Flood = ours.recv()
    flooding.join()
    ours.close()
    theirs.close()

    assert flood.sent >= 5_000
    assert flood.refused.count("/problems/slow-down") >= 40
    assert 4429 in flood.codes
    assert median(beside) <= FACTOR * calm + ROOM_SECONDS
    assert memory_mb(process) - before < MOST_MORE_MEMORY_MB
    told = [m for m in offender.transcript() if m["author"] == "customer"]
    stored = {m["client_id"]: m["seq"] for m in told}
    assert len(stored) == len(told)
    assert flood.accepted.items() <= stored.items()
