"""Every door of the service, and a world in which every door leads somewhere."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.routing import BaseRoute, Mount, Route

from service_api.articles.models import ArticleVersion, FaqArticle
from service_api.audit.service import SYSTEM
from service_api.conversations import ready
from service_api.conversations.callback_models import CallbackRequest
from service_api.conversations.models import Conversation
from service_api.core.database import Database
from service_api.escalation.models import ComplaintClock, Escalation
from service_api.escalation.service import DeskClocks
from service_api.improvements.service import Plan, open_issue
from service_api.notifications.models import Absence
from service_api.outbox.models import OutboxEvent
from service_api.reports.models import SavedView
from service_api.staff.roles import PERMISSIONS
from tests.service_api.complaints.conftest import a_complaint, a_customer
from tests.service_api.conftest import NOON
from tests.service_api.signed_in import a_member, a_session, signed_in

ROLES = tuple(PERMISSIONS)
ARTICLE = "card-lost"
CALLERS = ("nobody", "visitor", "service", *ROLES)


def doors_of(app: FastAPI) -> set[str]:
    """Method and whole path of all that answers; `WS` stands for a WebSocket, `*` for any path below."""
    return set(_doors(app.routes, ""))


def _doors(routes: list[BaseRoute], outer: str) -> Iterator[str]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _doors(inner.routes, outer + route.include_context.prefix)  # type: ignore[attr-defined]
        elif isinstance(route, APIWebSocketRoute):
            yield f"WS {outer}{route.path}"
        elif isinstance(route, APIRoute | Route):
            yield from (f"{method} {outer}{route.path}" for method in (route.methods or set()) - {"HEAD"})
        elif isinstance(route, Mount):
            yield f"GET {outer}{route.path}/*"


class Untouched(Database):
    """What is written is undone, so that no call of the walk changes the world for the next."""

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with super().writing() as session:
            yield session
            session.flush()
            session.rollback()


@dataclass(frozen=True, slots=True)
class World:
    """`headers` by caller; `things` by the name that paths and bodies of the table call them by."""

    headers: dict[str, dict[str, str]]
    things: dict[str, str]

    def filled(self, written: Any) -> Any:
        """With every `{name}` in it replaced."""
        if isinstance(written, str):
            return written.format_map(self.things)
        if isinstance(written, dict):
            return {key: self.filled(value) for key, value in written.items()}
        if isinstance(written, list):
            return [self.filled(value) for value in written]
        return written


def a_world(session: Session, *, conversation_id: uuid.UUID) -> World:
    """One of everything that a path may name, each in a state that lets the next step be taken."""
    members = {role: a_member(session, role.replace("_", "-"), role=role) for role in ROLES}
    headers = {role: a_session(session, member) for role, member in members.items()}
    boss = members["supervisor"]
    talk = session.get_one(Conversation, conversation_id)
    talk.customer_id, talk.verified_at = a_customer(session).id, NOON
    desk = DeskClocks()
    complaint = a_complaint(session, desk=desk, conversation_id=str(conversation_id))
    complaint.owner_id = None  # unclaimed: everybody who handles complaints may see it
    owned = a_complaint(session, desk=desk)
    owned.owner_id = members["agent"].id
    earlier = a_complaint(session, desk=desk, now=NOON - timedelta(days=3))
    clock = session.scalars(
        select(ComplaintClock).where(ComplaintClock.complaint_id == complaint.id, ComplaintClock.statutory)
    ).one()
    level = Escalation(
        complaint_id=complaint.id,
        clock="cn-cbirc.decision#1",
        level=1,
        reason="50%",
        due_at=NOON,
        fired_at=NOON,
    )
    call = CallbackRequest(
        conversation_id=conversation_id,
        language="zh",
        phone="+8613800138000",
        wanted_on=NOON.date(),
        requested_at=NOON,
    )
    letter = OutboxEvent(
        key="lost", topic="lost", payload={}, created_at=NOON, due_at=NOON, state="dead", ended_at=NOON
    )
    view = SavedView(owner_id=boss.id, name="mine", query="overdue=true", saved_at=NOON)
    away = Absence(
        staff_id=boss.id,
        stand_in_id=members["team_lead"].id,
        starts_at=NOON,
        ends_at=NOON + timedelta(days=1),
    )
    text = ready.add(session, ready.Draft("reply", "hello", "您好", "Hello", "", "", ""), by=SYSTEM, now=NOON)
    issue = open_issue(session, signed_in(boss), Plan("年费"), owner=boss, numbers=[earlier.number], now=NOON)
    session.add_all([level, call, letter, view, away])
    _add_article(session)
    things = {
        "number": complaint.number,
        "earlier": earlier.number,
        "owned": owned.number,
        "version": str(complaint.version),
        "conversation_id": str(conversation_id),
        "clock_id": str(clock.id),
        "escalation_id": str(level.id),
        "callback_id": str(call.id),
        "event_id": str(letter.id),
        "view_id": str(view.id),
        "absence_id": str(away.id),
        "text_id": str(text.id),
        "issue_id": str(issue.id),
        "staff_id": str(members["agent"].id),
        "article_id": ARTICLE,
        **{name: str(uuid.uuid4()) for name in ("item_id", "attachment_id", "file_id", "line_id")},
    }
    return World(headers, things)


def _add_article(session: Session) -> None:
    article = FaqArticle(
        id=ARTICLE, topic="cards", last_number=1, open_number=1, open_state="draft", changed_at=NOON
    )
    session.add(article)
    session.flush()
    content = {"id": ARTICLE, "topic": "cards", "zh": {"question": "问"}, "en": {"question": "ask"}}
    session.add(
        ArticleVersion(
            article_id=ARTICLE, number=1, state="draft", origin="desk", content=content, created_at=NOON
        )
    )
    session.flush()
