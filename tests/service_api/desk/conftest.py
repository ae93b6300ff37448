"""A desk with people, customers who wait, and a house that a real browser can reach."""

import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from knowledge.article import Article, Language, load_articles
from knowledge.results import Match, Result, Suggestions
from service_api.articles.index import LiveIndex
from service_api.audit.service import ASSISTANT
from service_api.conversations import handover, service
from service_api.conversations.hours import OfficeHours
from service_api.conversations.models import Conversation
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.customers.models import CustomerPhone
from service_api.settings import Settings
from tests.running import ROOT, free_ports
from tests.service_api.desk.agents import Agent
from tests.service_api.web.conftest import SignedInAs
from tests.service_api.web.conftest import as_ as as_
from tests.service_api.web.conftest import database as database
from tests.service_api.web.conftest import file_complaint as file_complaint
from tests.service_api.web.conftest import seeded_file as seeded_file

ZHANG, WANG = "+8613800138000", "+8613900139000"
PEPPER = "code-pepper-of-the-tests"


@cache
def _articles() -> Sequence[Article]:
    """Read once: four hundred articles take most of a second."""
    return load_articles(ROOT / "knowledge" / "faq")


class Shelf:
    """A search at the border: the articles whose question shares the first two signs of a word asked."""

    def __init__(self) -> None:
        self.articles = _articles()

    def search(self, text: str, language: Language | None = None) -> Result:
        spoken = language or "zh"
        pairs = {text[at : at + 2] for at in range(len(text) - 1)}
        scored = sorted(
            self.articles, key=lambda a: -sum(pair in a.wording(spoken).question for pair in pairs)
        )
        matches = tuple(Match(article, 0.5) for article in scored[:3])
        return Suggestions(matches=matches, confidence=0.9, language=spoken)


@dataclass
class Scene:
    """Conversations as they come about, with the one fact that matters."""

    database: Database
    clock: FrozenClock
    settings: Settings

    def talk(
        self,
        *said: str,
        phone: str | None = None,
        reason: str | None = "requested",
        slots: dict[str, object] | None = None,
        language: str = "zh",
        channel: str = "web",
    ) -> uuid.UUID:
        """Somebody wrote; with a reason they wait for a person."""
        with self.database.writing() as session:
            talk = service.open_conversation(
                session, channel=channel, language=language, now=self.clock.now(), pepper=PEPPER
            ).conversation
            if phone is not None:
                talk.customer_id = session.get_one(CustomerPhone, phone).customer_id
                talk.verified_at = self.clock.now()
            talk.assistant_state = {"intent": "request_person", "confidence": 0.96, "slots": slots or {}}
            for text in said:
                self.say(session, talk, text)
            if reason is not None:
                self.ask(session, talk, reason)
            return talk.id

    def say(self, session: Session, talk: Conversation, text: str) -> None:
        service.receive(
            session,
            conversation_id=talk.id,
            external_id=uuid.uuid4().hex,
            text=text,
            now=self.clock.now(),
        )

    def hear(self, conversation_id: uuid.UUID, text: str) -> None:
        """The customer writes again."""
        with self.database.writing() as session:
            self.say(session, session.get_one(Conversation, conversation_id), text)

    def ask(self, session: Session, talk: Conversation, reason: str) -> None:
        handover.hand_over(
            session,
            talk,
            reason=reason,
            by=ASSISTANT,
            now=self.clock.now(),
            hours=OfficeHours.parse("00:00-24:00 daily", self.settings.zone),
        )
        self.clock.move(timedelta(seconds=20))


@pytest.fixture
def scene(database: Database, clock: FrozenClock, settings: Settings) -> Scene:
    return Scene(database, clock, settings)


@pytest.fixture
def house_with_search(app: FastAPI) -> FastAPI:
    """The app, its articles found by a search that answers nothing."""
    app.state.index = LiveIndex(Shelf)
    app.state.index.try_to_open()  # the first page must not find it still opening
    return app


@pytest.fixture
def address(house_with_search: FastAPI) -> Iterator[str]:
    """Where a browser finds the house while the test lasts."""
    (port,) = free_ports(1)
    server = uvicorn.Server(
        uvicorn.Config(
            house_with_search, host="127.0.0.1", port=port, log_level="warning", ws="websockets-sansio"
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    end = time.monotonic() + 10
    while not server.started:
        assert time.monotonic() < end, "the server did not start"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture
def client(house_with_search: FastAPI) -> Iterator[TestClient]:
    with TestClient(house_with_search, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def lin(as_: SignedInAs) -> Agent:
    return Agent(as_("agent"))


@pytest.fixture
def wu(as_: SignedInAs) -> Agent:
    return Agent(as_("agent2"))
