"""Figures of the chat's line: a round trip beside a bare WebSocket echo, and many lines at once.

`python -m tests.bench.channels [SECONDS]` prints them. The assistant is a stub that answers at once; the
server is a process of its own, with its own SQLite file.
"""

import asyncio
import json
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect

from service_api.serving import LISTENING
from tests.bench.figures import Spread, spread

SECRET = "rasa-secret-of-the-tests"
ROUNDS = 300
IDLE_LINES = 500
WRITERS = 40
MESSAGES_A_SECOND = 20
SECONDS = 60
PATIENCE_SECONDS = 15
UNLIMITED = {
    "visitor_messages_per_second": 1000,
    "address_messages_per_second": 10_000,
    "address_sessions_per_second": 10_000,
}


@contextmanager
def server(kind: str) -> Iterator[tuple[str, int]]:
    """`echo`, `chat`, or `guarded`: the chat with the limits it has in production.

    Gives its address without a scheme, and its process id.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(kind, theirs), daemon=True)
    process.start()
    theirs.close()  # so that a server that dies is noticed
    yield f"127.0.0.1:{ours.recv()}", process.pid or 0
    ours.send("stop")
    process.join(20)


def _serve(kind: str, pipe: Connection) -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = _echo() if kind == "echo" else _chat(Path(folder), guarded=kind == "guarded")
        config = uvicorn.Config(app, port=0, **LISTENING)
        asyncio.run(_until_told(uvicorn.Server(config), pipe))


async def _until_told(serving: uvicorn.Server, pipe: Connection) -> None:
    task = asyncio.create_task(serving.serve())
    while not serving.started:
        await asyncio.sleep(0.01)
    pipe.send(serving.servers[0].sockets[0].getsockname()[1])
    while not pipe.poll():
        await asyncio.sleep(0.2)
    serving.should_exit = True
    await task


def _echo() -> Starlette:
    async def echo(line: WebSocket) -> None:
        await line.accept()
        try:
            while True:
                await line.send_text(await line.receive_text())
        except WebSocketDisconnect:
            return

    return Starlette(routes=[WebSocketRoute("/", echo)])


def _chat(folder: Path, *, guarded: bool) -> Any:  # the ASGI app
    # Imported here: only the server's process needs them, and they take their time.
    from service_api.app import furnish, rooms
    from service_api.core.clock import SystemClock
    from service_api.core.database import Database
    from service_api.core.migrate import migrate
    from service_api.settings import Settings
    from tests.service_api.stand_in import StandIn

    settings = Settings(
        data_dir=folder,
        demo=True,
        secure_cookies=False,
        rasa_secret=SECRET,
        service_token=SECRET,
        code_pepper=SECRET,
        log_level="WARNING",
    )
    if not guarded:
        settings = settings.model_copy(update=UNLIMITED)
    database = Database(settings.database_address)
    migrate(database)
    app = rooms(demo=True)
    furnish(app, settings, database, SystemClock(), assistant=StandIn().transport)
    return app


@dataclass
class Line:
    """One customer at the WebSocket: what was said, answered and seen, and when."""

    socket: ClientConnection
    said: dict[str, float] = field(default_factory=dict)
    answered: Counter[str] = field(default_factory=Counter)
    seen: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    async def open(cls, client: httpx.AsyncClient, address: str) -> "Line":
        token = (
            (await client.post("/chat/sessions", json={"language": "zh"})).raise_for_status().json()["token"]
        )
        socket = await connect(f"ws://{address}/chat/ws", proxy=None, max_queue=None)
        await socket.send(json.dumps({"type": "hello", "token": token, "after": 0}))
        return cls(socket)

    async def listen(self) -> None:
        async for raw in self.socket:
            frame = json.loads(raw)
            for message in frame.get("messages", ()):
                self.seen[message["seq"]] += 1
                if message["author"] == "assistant":
                    self._hear(message["text"].removeprefix("回复："))

    def _hear(self, text: str) -> None:
        self.answered[text] += 1
        if text in self.said:
            self.seconds.append(time.perf_counter() - self.said[text])
        self.news.set()

    async def say(self, text: str) -> None:
        self.said[text] = time.perf_counter()
        await self.socket.send(json.dumps({"type": "message", "client_id": str(uuid.uuid4()), "text": text}))


async def round_trips(address: str) -> Spread:
    """From sending a message to having the answer that the stub gave to it, stored and numbered."""
    async with httpx.AsyncClient(base_url=f"http://{address}", trust_env=False, timeout=60) as client:
        line = await Line.open(client, address)
        listening = asyncio.create_task(line.listen())
        for number in range(ROUNDS):
            line.news.clear()
            await line.say(f"第 {number} 句")
            await asyncio.wait_for(line.news.wait(), PATIENCE_SECONDS)
        listening.cancel()
        await line.socket.close()
        return spread(line.seconds)


async def echoes(address: str) -> Spread:
    taken = []
    async with connect(f"ws://{address}/", proxy=None) as socket:
        for number in range(ROUNDS):
            began = time.perf_counter()
            await socket.send(
                json.dumps({"type": "message", "client_id": str(uuid.uuid4()), "text": f"{number}"})
            )
            await socket.recv()
            taken.append(time.perf_counter() - began)
    return spread(taken)


async def many_lines(address: str, process: int, *, seconds: int) -> dict[str, Any]:
    """Idle lines beside writers that together say twenty messages a second."""
    async with httpx.AsyncClient(base_url=f"http://{address}", trust_env=False, timeout=60) as client:
        before = _memory_mb(process)
        idle = [await Line.open(client, address) for _ in range(IDLE_LINES)]
        writers = [await Line.open(client, address) for _ in range(WRITERS)]
        tasks = [asyncio.create_task(line.listen()) for line in (*idle, *writers)]
        await asyncio.sleep(1)
        with_lines = _memory_mb(process)
        await _write(writers, seconds=seconds)
        said = sum(len(line.said) for line in writers)
        end = time.monotonic() + PATIENCE_SECONDS
        while sum(len(line.answered) for line in writers) < said and time.monotonic() < end:
            await asyncio.sleep(0.1)
        after = _memory_mb(process)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*(line.socket.close() for line in (*idle, *writers)))
    doubled = sum(count - 1 for line in writers for count in (*line.answered.values(), *line.seen.values()))
    return {
        "said": said,
        "answer": asdict(spread([taken for line in writers for taken in line.seconds])),
        "lost": said - sum(len(line.answered) for line in writers),
        "doubled": doubled,
        "memory_mb": {"before": before, "with_lines": with_lines, "after": after},
    }


async def _write(writers: list[Line], *, seconds: int) -> None:
    began = time.perf_counter()
    for number in range(seconds * MESSAGES_A_SECOND):
        await asyncio.sleep(max(0.0, began + number / MESSAGES_A_SECOND - time.perf_counter()))
        await writers[number % len(writers)].say(f"第 {number} 句")


def _memory_mb(process: int) -> float:
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


def measure(*, seconds: int = SECONDS) -> dict[str, Any]:
    with server("echo") as (address, _process):
        bare = asyncio.run(echoes(address))
    with server("chat") as (address, process):
        whole = asyncio.run(round_trips(address))
        many = asyncio.run(many_lines(address, process, seconds=seconds))
    return {"echo": asdict(bare), "round_trip": asdict(whole), "many_lines": many}


def table(result: dict[str, Any]) -> str:
    many = result["many_lines"]
    memory = many["memory_mb"]
    return "\n".join(
        [
            f"The chat's line (ms) {'':<15}     p50     p95",
            f"  {'bare WebSocket echo':<34} {Spread(**result['echo'])}",
            f"  {'message and answer of a stub':<34} {Spread(**result['round_trip'])}",
            f"  {f'beside {IDLE_LINES} idle, {MESSAGES_A_SECOND} a second':<34} {Spread(**many['answer'])}",
            f"  said {many['said']}, lost {many['lost']}, doubled {many['doubled']}; memory (MB) "
            f"{memory['before']} before, {memory['with_lines']} with lines, {memory['after']} after",
        ]
    )


if __name__ == "__main__":
    print(table(measure(seconds=int(sys.argv[1]) if len(sys.argv) > 1 else SECONDS)))
