"""A desk over HTTP and turns to read, for the tests of the actions."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import desk_client
from actions.desk_client import DeskClient, DeskSettings
from actions.edge import DeskAction
from tests.actions.fake_desk import TOKEN, Desk, serving

ROOT = Path(__file__).parents[2]
T = TypeVar("T")
SHORT, LONG = 0.6, 20.0
CONVERSATION = "6f1c2e0a-0000-4000-8000-000000000001"


@lru_cache(maxsize=1)
def domain() -> dict[str, Any]:
    """domain.yml as Rasa sends it with a call."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries again at once; nobody waits for a test."""
    monkeypatch.setattr(desk_client, "DELAYS", (0.01, 0.02))


@pytest.fixture
def desk() -> Desk:
    """What the fake desk knows; a test sets its failure."""
    return Desk()


@pytest.fixture
def desk_url(desk: Desk) -> Iterator[str]:
    """Where it listens."""
    with serving(desk) as url:
        yield url


@dataclass
class Said:
    """A turn of the customer as Rasa would hand it to an action."""

    text: str
    intent: str = "inform"
    confidence: float = 0.95
    entities: list[dict[str, Any]] = field(default_factory=list)
    slots: dict[str, Any] = field(default_factory=dict)
    loop: str | None = None
    metadata: dict[str, Any] = field(default_factory=lambda: {"sent_at": "2026-11-21T12:00:00+00:00"})
    before: list[dict[str, Any]] = field(default_factory=list)
    since: list[dict[str, Any]] = field(default_factory=list)
    latest_action: str | None = None

    def tracker(self) -> Tracker:
        """The tracker of this turn."""
        message = {
            "text": self.text,
            "intent": {"name": self.intent, "confidence": self.confidence},
            "entities": self.entities,
            "metadata": self.metadata,
        }
        events = [*self.before, {"event": "user", **message}, *self.since]
        if self.loop:
            events.append({"event": "action", "name": self.loop})
        return Tracker(
            sender_id=f"{CONVERSATION}.1",
            slots={"language": "zh", **self.slots},
            latest_message=message,
            events=events,
            paused=False,
            followup_action=None,
            active_loop={"name": self.loop} if self.loop else {},
            latest_action_name=self.latest_action,
        )


@dataclass
class Done:
    """What an action said and changed."""

    said: list[str]
    facts: list[dict[str, Any]]
    events: list[dict[str, Any]]

    @property
    def slots(self) -> dict[str, Any]:
        """Slots as they are set at the end."""
        return {event["name"]: event["value"] for event in self.events if event["event"] == "slot"}

    @property
    def follow_up(self) -> str | None:
        """The action that must come next."""
        return next((event["name"] for event in self.events if event["event"] == "followup"), None)

    @property
    def ends_loop(self) -> bool:
        """Whether the running form is ended."""
        return any(event["event"] == "active_loop" and event["name"] is None for event in self.events)


Perform = Callable[[type[DeskAction], Said], Done]


@pytest.fixture
def perform(desk: Desk, desk_url: str) -> Perform:
    """Run an action against the fake desk; it is waited for, unless the test lets it be late."""

    def run(action: type[DeskAction], said: Said) -> Done:
        patience = SHORT if desk.delay else LONG
        return in_loop(desk_url, lambda client: _perform(action(client), said), patience=patience)

    return run


async def _perform(action: DeskAction, said: Said) -> Done:
    dispatcher = CollectingDispatcher()
    events = await action.run(dispatcher, said.tracker(), domain())
    return Done([m["response"] for m in dispatcher.messages], dispatcher.messages, events)


def in_loop(url: str, work: Callable[[DeskClient], Coroutine[Any, Any, T]], *, patience: float = LONG) -> T:
    """Run something with a client of its own, that waits for so many seconds."""

    async def run() -> T:
        client = DeskClient(
            DeskSettings(url, TOKEN),
            timeout=httpx.Timeout(patience),
            transport=httpx.AsyncHTTPTransport(verify=False),
        )
        try:
            return await work(client)
        finally:
            await client.close()

    return asyncio.run(run())


def bot(response: str) -> dict[str, Any]:
    """An event: the assistant said this."""
    return {"event": "bot", "metadata": {"utter_action": response}}


def customer(text: str = "…") -> dict[str, Any]:
    """An event: the customer said something before."""
    return {"event": "user", "text": text}


def money(amount: str, start: int = 0, end: int = 1, **details: str) -> dict[str, Any]:
    """An amount in yuan as the extractor gives it."""
    value = {"amount": amount, "currency": "CNY"}
    return {"entity": "amount", "value": value, "start": start, "end": end, **details}


def entity(kind: str, value: str, start: int = 0, end: int = 1, **details: str) -> dict[str, Any]:
    """Any other entity."""
    return {"entity": kind, "value": value, "start": start, "end": end, **details}
