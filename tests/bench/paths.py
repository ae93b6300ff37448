"""Two ways to have the same turn: through the whole product, and from stock Rasa alone."""

import asyncio
import json
import os
import signal
import subprocess
import time
import uuid
from pathlib import Path
from types import TracebackType

import httpx
from websockets.asyncio.client import ClientConnection, connect

from tests.running import ROOT, RunningTing, free_ports

ANSWER_WITHIN_SECONDS = 30.0
# How fast one customer, or one address, may be is not what is measured.
FREE = {
    f"TING_{name}_PER_SECOND": "100000"
    for name in ("VISITOR_MESSAGES", "ADDRESS_SESSIONS", "ADDRESS_MESSAGES")
}


class WholePath:
    """A customer at the chat's WebSocket; a turn ends when the last message of its answer has arrived."""

    def __init__(self, ting: RunningTing) -> None:
        self._ting = ting
        self._socket: ClientConnection | None = None
        self.conversation_id = ""

    async def open(self) -> None:
        await self.close()
        async with httpx.AsyncClient(base_url=self._ting.web, trust_env=False) as client:
            answer = await client.post("/chat/sessions", json={})
        opened: dict[str, str] = answer.raise_for_status().json()
        self.conversation_id = opened["conversation_id"]
        self._socket = await connect(self._ting.web.replace("http", "ws") + "/chat/ws", proxy=None)
        await self._socket.send(json.dumps({"type": "hello", "token": opened["token"], "after": 0}))

    async def turn(self, text: str) -> tuple[float, str]:
        """(seconds, what was answered)."""
        assert self._socket is not None
        began = time.perf_counter()
        frame = {"type": "message", "client_id": str(uuid.uuid4()), "text": text}
        await self._socket.send(json.dumps(frame))
        mine: int | None = None
        said: dict[int, str] = {}
        while True:
            got = json.loads(await asyncio.wait_for(self._socket.recv(), ANSWER_WITHIN_SECONDS))
            if got["type"] == "accepted":
                mine = got["seq"]
            assert got["type"] != "refused", got
            if got["type"] != "messages":
                continue
            said |= {m["seq"]: m["text"] for m in got["messages"] if m["author"] != "customer"}
            answered = [text for seq, text in said.items() if mine is not None and seq > mine]
            if answered and not got["state"]["typing"]:
                return time.perf_counter() - began, "\n".join(answered)

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close()
            self._socket = None


class StockRasa:
    """The same model and actions under Rasa's own REST channel: memory tracker, stock action validation."""

    def __init__(self, ting: RunningTing, folder: Path) -> None:
        self._ting = ting
        folder.mkdir(parents=True, exist_ok=True)
        (port,) = free_ports(1)
        self.address = f"http://127.0.0.1:{port}"
        model = max(ting.data_dir.glob("models/*.tar.gz"), key=lambda path: path.stat().st_mtime)
        (folder / "credentials.yml").write_text("rest:\n")
        actions = _environment_of(ting.pids["rasa"])["TING_ACTIONS_URL"]
        (folder / "endpoints.yml").write_text(f"action_endpoint:\n  url: {actions}\n")
        command = [str(ROOT / ".venv-rasa/bin/python"), "-m", "rasa", "run", "--interface", "127.0.0.1"]
        command += ["--port", str(port), "--model", str(model)]
        command += ["--credentials", str(folder / "credentials.yml")]
        command += ["--endpoints", str(folder / "endpoints.yml")]
        with (folder / "stock.log").open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=_environment_of(ting.pids["rasa"]),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._client = httpx.AsyncClient(base_url=self.address, timeout=60, trust_env=False)

    async def __aenter__(self) -> "StockRasa":
        try:
            return await self._up()
        except BaseException:
            await self._stop()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def _up(self) -> "StockRasa":
        end = time.monotonic() + 180
        while True:
            assert self.process.poll() is None, "stock Rasa has died; see var/bench/stock/stock.log"
            assert time.monotonic() < end, "stock Rasa did not come up"
            try:
                # Rasa listens only after its model is loaded.
                if (await self._client.get("/webhooks/rest/")).status_code == 200:
                    return self
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.5)

    async def _stop(self) -> None:
        await self._client.aclose()
        if self.process.poll() is not None:
            return
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    async def turn(self, sender: str, text: str) -> tuple[float, str]:
        body = {"sender": sender, "message": text, "metadata": {"language": "zh", "channel": "web"}}
        began = time.perf_counter()
        answer = await self._client.post("/webhooks/rest/webhook", json=body)
        seconds = time.perf_counter() - began
        assert answer.status_code == 200, answer.text[:300]
        return seconds, "\n".join(m.get("text", "") for m in answer.json())


async def own_channel_turn(client: httpx.AsyncClient, ting: RunningTing, sender: str, text: str) -> float:
    """The same turn from our Rasa by its own channel, without the desk in front."""
    body = {
        "sender": sender,
        "text": text,
        "message_id": str(uuid.uuid4()),
        "metadata": {
            "language": "zh",
            "channel": "web",
            "sent_at": "2026-11-21T12:00:00+00:00",
            "verified": False,
        },
    }
    headers = {"X-Ting-Secret": ting.secret("TING_RASA_SECRET")}
    began = time.perf_counter()
    answer = await client.post(f"{ting.rasa}/webhooks/ting/turn", json=body, headers=headers)
    assert answer.status_code == 200, answer.text[:300]
    return time.perf_counter() - began


async def search_alone(client: httpx.AsyncClient, ting: RunningTing, text: str) -> float:
    """The FAQ search as the actions ask for it."""
    headers = {"Authorization": f"Bearer {ting.secret('TING_SERVICE_TOKEN')}"}
    began = time.perf_counter()
    answer = await client.get(
        f"{ting.web}/api/v1/articles/search", params={"q": text, "language": "zh"}, headers=headers
    )
    assert answer.status_code == 200, answer.text[:300]
    return time.perf_counter() - began


def _environment_of(pid: int) -> dict[str, str]:
    """The environment of a running process of ours: the launcher's choices for Rasa, unchanged."""
    pairs = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(pair.split("=", 1) for pair in pairs if "=" in pair)
