"""Help for writing an answer: canned replies by "/", macros, what the articles say, colleagues by "@"."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.articles.index import LiveIndex, SearchUnavailable
from service_api.complaints import queries as complaints
from service_api.conversations import handover, notes, presence, queries, ready, service
from service_api.conversations.models import Conversation, Message
from service_api.core.edge import MachineNow, Now, ReadSession, TheSettings, WriteSession
from service_api.core.problems import NotFound
from service_api.customers import queries as customers
from service_api.settings import Settings
from service_api.staff.api import Agent
from service_api.staff.service import SignedIn
from service_api.web.forms import OwnForm
from service_api.web.rendering import language_of, page, words

router = APIRouter(prefix="/desk", include_in_schema=False)
SHORTEST_QUESTION = 2
HOTLINE = "400-000-9000"


class Ready(BaseModel):
    """A ready-made text with its variables filled in, in the conversation's language."""

    id: uuid.UUID
    kind: str
    shortcut: str
    text: str
    does: list[str]


class Name(BaseModel):
    username: str
    name: str
    status: str


class Suggestion(BaseModel):
    id: str
    question: str
    answer: str


@router.get("/conversations/{conversation_id}/ready")
def ready_for(
    request: Request,
    conversation_id: uuid.UUID,
    me: Agent,
    session: ReadSession,
    now: Now,
    settings: TheSettings,
) -> list[Ready]:
    """Every reply and macro, ready to be put in."""
    talk = queries.conversation(session, conversation_id)
    spoken = words(language_of(request))
    facts = variables(
        session, talk, me, now=now, settings=settings, hours=str(request.app.state.office_hours)
    )
    return [
        Ready(
            id=text.id,
            kind=text.kind,
            shortcut=text.shortcut,
            text=ready.fill(text.en if talk.language == "en" else text.zh, facts),
            does=[_step(name, value, spoken) for name, value in text.steps.items()],
        )
        for text in ready.ready_texts(session)
    ]


@router.post("/conversations/{conversation_id}/macros/{text_id}", dependencies=[OwnForm])
def run_macro(
    request: Request,
    conversation_id: uuid.UUID,
    text_id: uuid.UUID,
    me: Agent,
    session: WriteSession,
    now: Now,
    machine_now: MachineNow,
    settings: TheSettings,
) -> Response:
    """Reply, note, tag and end, as the macro says, all or nothing."""
    presence.seen(session, me.staff_id, machine_now=machine_now)
    macro = ready.ready_text(session, text_id)
    if macro.kind != "macro" or not macro.active:
        raise NotFound
    talk = service.locked(session, conversation_id)
    facts = variables(
        session, talk, me, now=now, settings=settings, hours=str(request.app.state.office_hours)
    )
    reply = ready.fill(macro.en if talk.language == "en" else macro.zh, facts)
    handover.answer(session, talk, staff_id=me.staff_id, text=reply, now=now)
    if "note" in macro.steps:
        notes.add_note(session, talk, text=macro.steps["note"], staff_id=me.staff_id, now=now)
    if "tag" in macro.steps:
        notes.add_tag(session, talk, tag=macro.steps["tag"], staff_id=me.staff_id, now=now)
    if macro.steps.get("state") == "close":
        handover.close(session, talk, staff_id=me.staff_id, now=now)
    elif macro.steps.get("state") == "hand-back":
        settled = macro.steps.get("tag", "")
        handover.hand_back(session, talk, staff_id=me.staff_id, now=now, settled=settled)
    return RedirectResponse(f"/desk/conversations/{conversation_id}", status_code=303)


@router.get("/conversations/{conversation_id}/suggestions")
def suggestions(
    request: Request,
    conversation_id: uuid.UUID,
    me: Agent,
    session: ReadSession,
    q: Annotated[str, Query(max_length=500)] = "",
) -> HTMLResponse:
    """What the articles say to the customer's last question, or to the agent's own search."""
    talk = queries.conversation(session, conversation_id)
    question = q.strip() or last_question(session, talk.id)
    found: list[Suggestion] = []
    away = False
    if len(question) >= SHORTEST_QUESTION:
        try:
            found = _search(request.app.state.index, question, language=talk.language)
        except SearchUnavailable:
            away = True
    return page(
        request,
        "suggestions.html",
        me=me,
        talk=talk,
        suggestions=found,
        question=question,
        away=away,
        asked=q,
    )


@router.get("/colleagues")
def colleagues(_me: Agent, session: ReadSession, machine_now: MachineNow) -> list[Name]:
    """Whom a note may mention."""
    found = presence.colleagues(session, machine_now=machine_now)
    return [Name(username=one.username, name=one.name, status=one.status) for one in found]


def variables(
    session: Session, talk: Conversation, me: SignedIn, *, now: datetime, settings: Settings, hours: str
) -> dict[str, str]:
    """What the places in ready-made words stand for. The customer is called by the family name only."""
    customer_id = service.verified_customer_id(talk, now=now)
    found = complaints.complaints_of_conversation(
        session, talk.id, customer_id=customer_id, zone=settings.zone, limit=1
    )
    family = customers.customer(session, customer_id).family_name if customer_id else ""
    called = {"en": family or "there", "zh": f"{family}先生/女士" if family else "尊敬的客户"}
    return {
        "customer": called["en" if talk.language == "en" else "zh"],
        "agent": me.display_name,
        "number": found[0].number if found else "",
        "due_date": found[0].due_date.isoformat() if found else "",
        "hours": hours,
        "hotline": HOTLINE,
    }


def last_question(session: Session, conversation_id: uuid.UUID) -> str:
    """The last thing the customer said that is more than a word or two."""
    query = select(Message.text).where(
        Message.conversation_id == conversation_id, Message.author == "customer"
    )
    said = session.scalars(query.order_by(Message.seq.desc()).limit(5)).all()
    return next((text for text in said if len(text.strip()) >= 2 * SHORTEST_QUESTION), "")


def _step(name: str, value: str, spoken: Mapping[str, str]) -> str:
    """A macro's further step as its menu names it."""
    if name == "tag":
        return f"#{value}"
    return spoken[f"macro.{value}"] if name == "state" else spoken["answer.note"]


def _search(index: LiveIndex, question: str, *, language: str) -> list[Suggestion]:
    spoken: Literal["zh", "en"] = "en" if language == "en" else "zh"
    result = index.engine.search(question, spoken)
    return [
        Suggestion(id=article.id, question=article.wording(spoken).question, answer=article.answer(spoken))
        for article in result.articles
    ]
