"""File a complaint from a conversation: the form comes filled in with what the assistant was told."""

import uuid
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from sqlalchemy.orm import Session

from service_api.complaints.codes import BUSINESSES, CAUSES
from service_api.complaints.deadlines import TheDeadlines
from service_api.complaints.schemas import ComplaintFiling
from service_api.complaints.service import BadFiling, file_complaint
from service_api.conversations import drafts, queries, service
from service_api.conversations.models import Conversation
from service_api.conversations.packet import EXCERPT
from service_api.core.edge import Now, ReadSession, TheDatabase, TheSettings
from service_api.core.problems import Problem, faults_of
from service_api.customers import queries as customers
from service_api.desk.views import talk_view
from service_api.staff.api import Agent
from service_api.staff.service import SignedIn
from service_api.web.forms import PostedForm, texts
from service_api.web.rendering import page

router = APIRouter(prefix="/desk/conversations/{conversation_id}/complaint", include_in_schema=False)
FIELDS = ("business", "cause", "description", "demand", "amount", "incident_date", "contact")
LONGEST_STORY = 5000
MARKS = ("legal", "media", "strong_emotion")


@router.get("")
def form(request: Request, conversation_id: uuid.UUID, me: Agent, session: ReadSession, now: Now) -> Response:
    talk = queries.conversation(session, conversation_id)
    fields = prefilled(session, talk, now=now)
    return _form(request, session, talk, me, fields=fields, key=uuid.uuid4().hex, now=now)


@router.post("")
def file(
    request: Request,
    conversation_id: uuid.UUID,
    me: Agent,
    database: TheDatabase,
    deadlines: TheDeadlines,
    now: Now,
    settings: TheSettings,
    form: PostedForm,
) -> Response:
    """File it once; the customer is told the number. What is wrong is said beside the fields."""
    fields = texts(form)
    try:
        with database.writing() as session:
            talk = service.locked(session, conversation_id)
            filing = _filing(talk, fields | _contact(session, talk, fields, now=now))
            file_complaint(
                session,
                deadlines,
                filing,
                key=f"desk:{conversation_id}:{fields.get('key', '')[:64]}",
                by=me.actor,
                now=now,
                zone=settings.zone,
            )
    except ValidationError as error:
        wrong = BadFiling(errors=faults_of(error))
        return _again(request, database, conversation_id, me, fields, wrong, now=now)
    except Problem as problem:
        return _again(request, database, conversation_id, me, fields, problem, now=now)
    return RedirectResponse(f"/desk/conversations/{conversation_id}", status_code=303)


def prefilled(session: Session, talk: Conversation, *, now: datetime) -> dict[str, str]:
    """What is known: the half-told complaint, the assistant's slots, else the customer's own words."""
    told: dict[str, Any] = dict(talk.assistant_state.get("slots") or {})
    draft = drafts.draft_for(session, talk, now=now)
    if draft is not None:
        told |= {f"complaint_{name}": value for name, value in draft.fields.items() if value}
    amount = told.get("complaint_amount")
    fields = {
        "business": _known(told.get("complaint_business")),
        "description": _known(told.get("complaint_description")) or _own_words(session, talk),
        "amount": str(amount.get("amount", "")) if isinstance(amount, dict) else "",
        "incident_date": _known(told.get("complaint_date"))[:10],
        "contact": _known(told.get("complaint_contact")),
    }
    return {name: fields.get(name, "") for name in FIELDS}


def _filing(talk: Conversation, fields: dict[str, str]) -> ComplaintFiling:
    amount = fields.get("amount", "").replace(",", "").strip()
    given = {name: fields.get(name, "").strip() or None for name in FIELDS}
    return ComplaintFiling.model_validate(
        {
            **{name: value for name, value in given.items() if value is not None},
            "description": fields.get("description", ""),
            "amount": {"amount": amount, "currency": "CNY"} if amount else None,
            "conversation_id": talk.id,
            "language": talk.language,
            "channel": talk.channel,
            **{mark: fields.get(mark) == "yes" for mark in MARKS},
        }
    )


def _contact(
    session: Session, talk: Conversation, fields: dict[str, str], *, now: datetime
) -> dict[str, str]:
    """What was typed; left empty, the verified customer's own phone, which the form shows masked only."""
    customer_id = service.verified_customer_id(talk, now=now)
    if fields.get("contact", "").strip() or customer_id is None:
        return {}
    phones = customers.phones_of(session, customer_id)
    return {"contact": phones[0]} if phones else {}


def _again(
    request: Request,
    database: TheDatabase,
    conversation_id: uuid.UUID,
    me: SignedIn,
    fields: dict[str, str],
    problem: Problem,
    *,
    now: datetime,
) -> Response:
    with database.reading() as session:
        talk = queries.conversation(session, conversation_id)
        key = fields.get("key", "")[:64]
        return _form(request, session, talk, me, fields=fields, key=key, now=now, problem=problem)


def _form(
    request: Request,
    session: Session,
    talk: Conversation,
    me: SignedIn,
    *,
    fields: dict[str, str],
    key: str,
    now: datetime,
    problem: Problem | None = None,
) -> Response:
    return page(
        request,
        "file_complaint.html",
        me=me,
        talk=talk_view(session, talk, me, now=now),
        fields={name: fields.get(name, "") for name in (*FIELDS, *MARKS)},
        key=key,
        marks=MARKS,
        problem=problem,
        wrong=_wrong(problem),
        own_contact=_masked_contact(session, talk, now=now),
        businesses=list(BUSINESSES),
        causes=list(CAUSES),
        status=problem.status if problem else 200,
    )


def _wrong(problem: Problem | None) -> dict[str, str]:
    """What is wrong by the field beside which it is said."""
    found = problem.extra.get("errors") if problem else None
    listed = found if isinstance(found, list) else []
    return {str(each["field"]).partition(".")[0]: str(each["message"]) for each in listed}


def _masked_contact(session: Session, talk: Conversation, *, now: datetime) -> str:
    customer_id = service.verified_customer_id(talk, now=now)
    return customers.profile(session, customer_id).phone if customer_id is not None else ""


def _known(value: object) -> str:
    words = str(value) if value is not None else ""
    return "" if words == "skipped" else words


def _own_words(session: Session, talk: Conversation) -> str:
    """What the customer wrote of late, when no form was begun: better than an empty field."""
    said = queries.messages_after(session, talk.id, after=max(talk.last_seq - 20, 0))
    words = [m.text[:EXCERPT] for m in said if m.author == "customer" and len(m.text) > 3]
    return "\n".join(words)[:LONGEST_STORY]
