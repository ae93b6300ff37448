"""A stand-in for the assistant at the border of the service: answers its input channel, also badly."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

Answer = dict[str, Any]


def answer(text: str, *, buttons: tuple[tuple[str, str], ...] = (), **facts: Any) -> Answer:
    """What the assistant's channel says to one turn."""
    shown = [{"title": title, "payload": payload} for title, payload in buttons]
    return {
        "messages": [{"text": text, "buttons": shown, "custom": None}],
        "intent": {"name": "greet", "confidence": 0.97},
        "intent_ranking": [],
        "entities": [],
        "active_loop": None,
        "requested_slot": None,
        "slots": {},
        "language": "zh",
    } | facts


OnTurn = Callable[[dict[str, Any]], Answer | bytes | int]


def _echo(turn: dict[str, Any]) -> Answer:
    return answer(f"回复：{turn['text']}")


class StandIn:
    """Echoes unless told otherwise. `heard` holds every question it was asked, in order."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.most_at_once: dict[str, int] = {}
        self.on_turn: Callable[[dict[str, Any]], Answer | bytes | int] = lambda turn: answer(
            f"回复：{turn['text']}"
        )
        self.down = False
        self._at_once: dict[str, int] = {}
        self._held = threading.Event()
        self._held.set()

    def always(self, said: Answer | bytes | int) -> None:
        """Say the same to every turn; a number is a status without a body."""
        self.on_turn = lambda _turn: said

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._handle)

    @property
    def texts(self) -> list[str]:
        return [turn["text"] for turn in self.heard]

    @contextmanager
    def held(self) -> Iterator[None]:
        """It thinks as long as the block lasts."""
        self._held.clear()
        try:
            yield
        finally:
            self._held.set()

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("refused")
        if request.headers["X-Ting-Secret"] != "rasa-secret-of-the-tests":
            return httpx.Response(401)
        if request.url.path.endswith("/health"):
            return httpx.Response(200, json={"status": "ok", "model": "m"})
        turn = json.loads(request.content)
        self.heard.append(turn)
        talk = turn["sender"].rpartition(".")[0]
        self._at_once[talk] = self._at_once.get(talk, 0) + 1
        self.most_at_once[talk] = max(self.most_at_once.get(talk, 0), self._at_once[talk])
        try:
            while not self._held.is_set():
                await asyncio.sleep(0.005)
            said = self.on_turn(turn)
        finally:
            self._at_once[talk] -= 1
        if isinstance(said, int):
            return httpx.Response(said)
        if isinstance(said, bytes):
            return httpx.Response(200, content=said)
        return httpx.Response(200, json=said)
