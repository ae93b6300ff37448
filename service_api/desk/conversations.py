"""The agents' pages of conversations: lists, the talk, and what an agent does in it."""

import uuid
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from service_api.audit.service import record
from service_api.complaints import queries as complaints
from service_api.conversations import handover, queries, service
from service_api.core.edge import Now, ReadSession, WriteSession
from service_api.core.problems import NotFound
from service_api.customers import queries as customers
from service_api.desk.views import LINES, hand_over_facts, queues_for, talk_view
from service_api.staff.api import CurrentStaff
from service_api.staff.roles import Permission
from service_api.staff.service import SignedIn
from service_api.web.pages import Text, from_form
from service_api.web.rendering import Facts, page


def _may_answer(me: CurrentStaff) -> SignedIn:
    me.must(Permission.ANSWER_CUSTOMERS)
    return me


Agent = Annotated[SignedIn, Depends(_may_answer)]
router = APIRouter(prefix="/desk", include_in_schema=False)


@router.get("")
def desk(request: Request, me: CurrentStaff, session: ReadSession, now: Now) -> Response:
    if not me.may(Permission.ANSWER_CUSTOMERS):
        return RedirectResponse("/console", status_code=303)
    return page(request, "desk.html", me=me, queues=queues_for(session, me, now=now), talk=None, open_id=None)


@router.get("/queues")
def queues(
    request: Request, me: Agent, session: ReadSession, now: Now, open: uuid.UUID | None = None
) -> HTMLResponse:
    return page(request, "queues.html", me=me, queues=queues_for(session, me, now=now), open_id=open)


@router.get("/conversations/{conversation_id}")
def conversation(
    request: Request, conversation_id: uuid.UUID, me: Agent, session: WriteSession, now: Now
) -> HTMLResponse:
    talk = queries.conversation(session, conversation_id)
    record(session, by=me.actor, action="conversation.read", subject=("conversation", str(talk.id)), now=now)
    return page(
        request,
        "desk.html",
        me=me,
        queues=queues_for(session, me, now=now),
        open_id=conversation_id,
        talk=talk_view(session, talk, me, now=now),
        lines=_lines(session, conversation_id),
        **_customer_facts(session, conversation_id, now=now),
    )


@router.get("/conversations/{conversation_id}/lines")
def lines(request: Request, conversation_id: uuid.UUID, me: Agent, session: ReadSession) -> HTMLResponse:
    queries.conversation(session, conversation_id)
    return page(request, "lines.html", me=me, lines=_lines(session, conversation_id))


@router.get("/conversations/{conversation_id}/customer")
def customer(
    request: Request, conversation_id: uuid.UUID, me: Agent, session: ReadSession, now: Now
) -> HTMLResponse:
    return page(request, "customer.html", me=me, **_customer_facts(session, conversation_id, now=now))


@router.post("/conversations/{conversation_id}/messages")
def answer(
    request: Request,
    conversation_id: uuid.UUID,
    me: Agent,
    session: WriteSession,
    now: Now,
    text: Annotated[str, Form()] = "",
    csrf_token: Text = "",
) -> Response:
    from_form(me, csrf_token, request)
    talk = service.locked(session, conversation_id)
    handover.answer(session, talk, staff_id=me.staff_id, text=text, now=now)
    if "HX-Request" in request.headers:
        return page(request, "lines.html", me=me, lines=_lines(session, conversation_id))
    return _back(conversation_id)


@router.post("/conversations/{conversation_id}/{action}")
def act(
    request: Request,
    conversation_id: uuid.UUID,
    action: str,
    me: Agent,
    session: WriteSession,
    now: Now,
    csrf_token: Text = "",
) -> Response:
    """Take a conversation, give it back to the assistant, or end it."""
    from_form(me, csrf_token, request)
    talk = service.locked(session, conversation_id)
    if action in {"claim", "step-in"}:
        handover.claim(session, talk, staff_id=me.staff_id, name=me.display_name, now=now)
    elif action in _ENDINGS:
        _ENDINGS[action](session, talk, staff_id=me.staff_id, now=now)
    else:
        raise NotFound
    return _back(conversation_id)


_ENDINGS: dict[str, Callable[..., None]] = {"hand-back": handover.hand_back, "close": handover.close}


def _lines(session: ReadSession, conversation_id: uuid.UUID) -> list[object]:
    talk = queries.conversation(session, conversation_id)
    first = max(talk.last_seq - LINES, 0)
    return list(queries.messages_after(session, conversation_id, after=first, limit=LINES))


def _customer_facts(session: ReadSession, conversation_id: uuid.UUID, *, now: Now) -> Facts:
    talk = queries.conversation(session, conversation_id)
    customer_id = service.verified_customer_id(talk, now=now)
    return {
        "profile": customers.profile(session, customer_id) if customer_id else None,
        "handover": hand_over_facts(session, conversation_id),
        "complaints": complaints.complaints_of_conversation(
            session, conversation_id, customer_id=customer_id
        ),
    }


def _back(conversation_id: uuid.UUID) -> Response:
    return RedirectResponse(f"/desk/conversations/{conversation_id}", status_code=303)
