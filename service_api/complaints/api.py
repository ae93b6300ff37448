"""What the assistant's actions ask of this room: file a complaint, see the customer's own."""

import uuid
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from sqlalchemy.orm import Session

from service_api.audit.service import ASSISTANT, Actor
from service_api.complaints import queries
from service_api.complaints.codes import BUSINESSES, CAUSES, CHANNELS, SOURCES, products
from service_api.complaints.deadlines import TheDeadlines
from service_api.complaints.handling import act
from service_api.complaints.lifecycle import CUSTOMER, Action, State
from service_api.complaints.models import Complaint
from service_api.complaints.notes import add_customer_words, tell_handlers
from service_api.complaints.schemas import (
    CodeTables,
    ComplaintFiling,
    CustomerLine,
    CustomerLines,
    CustomerStep,
    FiledView,
    code_lines,
)
from service_api.complaints.service import LONGEST_KEY, file_complaint
from service_api.conversations.queries import conversation
from service_api.conversations.trust import whose
from service_api.core.edge import Now, ReadSession, TheSettings, WriteSession
from service_api.core.security import ServiceOnly, bearer_token, same
from service_api.staff import service as staff
from service_api.staff.api import require_csrf, staff_token
from service_api.staff.roles import Permission

router = APIRouter(prefix="/api/v1", tags=["complaints"])
# What the customer may do, and how those who handle the complaint are told of it.
NEWS_OF = {"add": "added", "withdraw": "withdrawn", "accept": "accepted", "reject": "contested"}


def _filer(request: Request, session: ReadSession, now: Now, settings: TheSettings) -> Actor:
    """The assistant by the service token, otherwise a signed-in person who handles complaints."""
    if "authorization" in request.headers:
        service_token = settings.service_token.get_secret_value()
        if same(bearer_token(request), service_token):
            return ASSISTANT
    me = staff.signed_in(
        session, token=staff_token(request), now=now, pepper=settings.code_pepper.get_secret_value()
    )
    require_csrf(request, me)
    me.must(Permission.HANDLE_COMPLAINTS)
    return me.actor


Filer = Annotated[Actor, Depends(_filer)]


@router.post("/complaints", status_code=201)
def file(
    filing: ComplaintFiling,
    by: Filer,
    idempotency_key: Annotated[str, Header(min_length=1, max_length=LONGEST_KEY)],
    session: WriteSession,
    deadlines: TheDeadlines,
    now: Now,
    settings: TheSettings,
    response: Response,
) -> FiledView:
    """File a complaint, once per `Idempotency-Key`; number and due date are in the answer.

    The same key and body answers the first result with 200; another body is refused with
    `idempotency-conflict`.
    """
    filed = file_complaint(
        session, deadlines, filing, key=idempotency_key, by=by, now=now, zone=settings.zone
    )
    if filed.again:
        response.status_code = 200
    return filed.view


@router.get("/complaint-codes")
def codes() -> CodeTables:
    """The codes that a filing may name, in both languages."""
    return CodeTables(
        businesses=code_lines(BUSINESSES.values()),
        products=code_lines(products().values()),
        causes=code_lines(CAUSES.values()),
        channels=code_lines(CHANNELS.values()),
        sources=code_lines(SOURCES.values()),
    )


@router.get("/conversations/{conversation_id}/complaints", dependencies=[ServiceOnly])
def of_conversation(
    conversation_id: uuid.UUID,
    session: ReadSession,
    now: Now,
    settings: TheSettings,
    number: Annotated[str | None, Query(max_length=40)] = None,
) -> CustomerLines:
    """Those filed in this conversation, and all of the customer who is known here. Never another's."""
    talk = conversation(session, conversation_id)
    items = queries.complaints_of_conversation(
        session,
        conversation_id,
        customer_id=whose(talk, "own_complaints", now=now),
        zone=settings.zone,
        number=number.strip().upper() if number else None,
    )
    return CustomerLines(items=items)


@router.post("/conversations/{conversation_id}/complaints/{number}/actions", dependencies=[ServiceOnly])
def of_customer(
    conversation_id: uuid.UUID,
    number: Annotated[str, Path(max_length=40)],
    body: CustomerStep,
    session: WriteSession,
    deadlines: TheDeadlines,
    now: Now,
    settings: TheSettings,
) -> CustomerLine:
    """What the customer does with their own complaint: withdraw, add to it, accept or reject the answer.

    Adding words while the desk waits for the customer lets the case go on. 404 for another's complaint.
    """
    complaint = own_complaint(session, conversation_id, number, now=now)
    by = Actor("customer", str(conversation_id))
    about: object = now.isoformat()
    if body.text:
        about = add_customer_words(session, complaint, text=body.text, by=by, now=now).id
    tell_handlers(session, complaint, NEWS_OF[body.action], about=about, now=now)
    action = Action(body.action) if body.action != "add" else Action.CUSTOMER_REPLIED
    if body.action != "add" or complaint.state == State.WAITING_FOR_CUSTOMER:
        act(session, deadlines, complaint, action, by=by, role=CUSTOMER, now=now)
    return queries.customer_line(complaint, zone=settings.zone)


def own_complaint(session: Session, conversation_id: uuid.UUID, number: str, *, now: datetime) -> Complaint:
    """One of those this conversation may speak of, locked. Raises `NotFound`."""
    talk = conversation(session, conversation_id)
    customer_id = whose(talk, "own_complaints", now=now)
    return queries.complaint_of_customer(
        session, conversation_id, number.strip().upper(), customer_id=customer_id
    )
