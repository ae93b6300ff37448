"""A small folder of articles, people who write and review, and an engine that can be looked into."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from knowledge.article import Article, Language
from knowledge.results import Answer, Match, NoAnswer, Result
from service_api.app import furnish
from service_api.articles.files import Handbook, read_files
from service_api.articles.follower import Follower
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.settings import Settings
from service_api.staff.service import SignedIn
from tests.service_api.signed_in import a_member, a_session, signed_in

TODAY = date(2026, 11, 21)
RATES = 'hotline: {value: "400", unit: phone, zh: "400-000-9000", en: "400-000-9000"}\n'


def an_item(id: str, *, zh: str, en: str, answer: str = "请拨打 {rate.hotline}。", **facts: Any) -> str:
    """One article of a file, in YAML."""
    lines = {"owner": "retail", "source": "handbook", "effective_from": "2026-01-01", **facts}
    head = "".join(f"  {key}: {value}\n" for key, value in lines.items())
    return (
        f"- id: {id}\n  topic: cards\n{head}  review_by: 2027-01-01\n"
        f'  zh: {{question: "{zh}", phrasings: ["{zh}呢"], answer: "{answer}"}}\n'
        f'  en: {{question: "{en}", phrasings: ["{en} please"], answer: "Call {{rate.hotline}}: {id}."}}\n'
    )


class Shelves:
    """Stands at the border of the search engine: serves articles word for word, and can be published into."""

    def __init__(self) -> None:
        self.articles: tuple[Article, ...] = ()
        self.published: list[list[str]] = []
        self.today: Callable[[], date] = lambda: TODAY

    @property
    def version(self) -> str:
        return str(len(self.published))

    @property
    def snapshot(self) -> "Shelves":
        return self

    def refresh(self) -> bool:
        return False

    def publish(self, changed: Sequence[Article], *, removed: Collection[str] = ()) -> str:
        kept = {one.id: one for one in self.articles if one.id not in removed}
        kept |= {one.id: one for one in changed}
        self.articles = tuple(kept.values())
        self.published.append([one.id for one in changed] + [f"-{id}" for id in removed])
        return self.version

    def search(self, text: str, language: Language | None = None) -> Result:
        spoken: Language = language or "zh"
        for article in self.articles:
            if text in article.wording(spoken).questions and article.in_force(self.today()):
                return Answer(Match(article, 0.95), 0.95, spoken)
        return NoAnswer("nothing-fits", 0.1, spoken)

    def search_and_rank(self, text: str, language: Language | None = None) -> tuple[Result, list[str]]:
        return self.search(text, language), [article.id for article in self.articles]

    def vectors(self, texts: Sequence[str], language: Language) -> np.ndarray[Any, np.dtype[np.float32]]:
        """By the characters they hold."""
        rows = np.zeros((len(texts), 512), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for character in text:
                row[ord(character) % 512] = 1
        return rows


@dataclass
class Newsroom:
    """Everything around the articles of one test."""

    client: TestClient
    database: Database
    clock: FrozenClock
    handbook: Handbook
    shelves: Shelves
    follower: Follower
    people: dict[str, dict[str, str]]
    me: dict[str, SignedIn]

    def write(self, name: str, *items: str) -> None:
        """A file of the folder, and reading it."""
        (self.handbook.folder / name).write_text("".join(items), encoding="utf-8")
        self.read()

    def read(self) -> bool:
        today = self.clock.now().astimezone(self.zone).date()
        return read_files(self.database, self.handbook, today=today, now=self.clock.now())

    @property
    def zone(self) -> Any:
        return self.client.app.state.settings.zone  # type: ignore[attr-defined]

    def follow(self) -> None:
        """What each process does every two seconds."""
        self.shelves.today = lambda: self.clock.now().astimezone(self.zone).date()
        self.follower(self.shelves)

    def call(
        self, who: str, method: str, path: str, body: Any = None, *, seen: str | None = None
    ) -> tuple[int, Any, str]:
        """(status, body, ETag)"""
        headers = {**self.people[who], **({"If-Match": seen} if seen else {})}
        answer = self.client.request(method, f"/api/v1/articles{path}", json=body, headers=headers)
        return answer.status_code, answer.json() if answer.content else None, answer.headers.get("ETag", "")

    def etag(self, id: str) -> str:
        return self.call("supervisor", "GET", f"/{id}")[2]

    def save(self, who: str, id: str, content: dict[str, Any]) -> tuple[int, Any, str]:
        return self.call(who, "PUT", f"/{id}/draft", content, seen=self.etag(id))

    def step(self, who: str, id: str, action: str, **more: str) -> tuple[int, Any, str]:
        return self.call(who, "POST", f"/{id}/actions", {"action": action, **more}, seen=self.etag(id))

    def publish(self, id: str, content: dict[str, Any]) -> None:
        """Written by the lead, reviewed by the supervisor."""
        assert self.save("lead", id, content)[0] == 200
        assert self.step("lead", id, "submit")[0] == 200
        status, body, _ = self.step("supervisor", id, "publish")
        assert status == 200, body

    def told(self, question: str, language: Language = "zh") -> str | None:
        """What a customer who asks this is told, after every process has looked."""
        self.follow()
        result = self.shelves.search(question, language)
        return result.articles[0].answer(language) if result.articles else None


def a_text(id: str = "card-lost", **changes: Any) -> dict[str, Any]:
    """The content of one whole article."""
    return {
        "id": id,
        "topic": "cards",
        "owner": "retail",
        "source": "internal: handbook",
        "effective_from": "2026-01-01",
        "effective_to": None,
        "review_by": "2027-01-01",
        "actions": ["report_loss"],
        "conditions": [],
        "zh": {"question": f"{id} 怎么办", "phrasings": ["急急急"], "answer": "先挂失。"},
        "en": {"question": f"{id}, what now", "phrasings": [], "answer": "Block it first."},
    } | changes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "faq"
    path.mkdir()
    (path / "_rates.yml").write_text(RATES, encoding="utf-8")
    return path


@pytest.fixture
def newsroom(
    app: FastAPI, settings: Settings, database: Database, clock: FrozenClock, folder: Path
) -> Iterator[Newsroom]:
    shelves = Shelves()
    furnish(app, settings, database, clock, engine=lambda: shelves)
    handbook = app.state.handbook = Handbook(folder)
    app.state.index.try_to_open()
    roles = {"agent": "agent", "lead": "team_lead", "supervisor": "supervisor", "auditor": "auditor"}
    with database.writing() as session:
        members = {name: a_member(session, name, role=role) for name, role in roles.items()}
        people = {name: a_session(session, member) for name, member in members.items()}
        me = {name: signed_in(member) for name, member in members.items()}
    (settings.data_dir / "index").mkdir(parents=True, exist_ok=True)
    follower = Follower(database, clock, settings.zone, handbook, settings.data_dir / "index")
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Newsroom(client, database, clock, handbook, shelves, follower, people, me)


def entries(session: Session) -> list[str]:
    """The actions of the audit log, in order."""
    from sqlalchemy import select

    from service_api.audit.models import AuditEntry

    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
