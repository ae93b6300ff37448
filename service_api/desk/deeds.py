"""What an agent does with one press: take, pass on, give back, end; status; a customer's field in full."""

import uuid
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from service_api.audit.service import record
from service_api.conversations import callbacks, handover, notes, presence, queries, service, transfer
from service_api.conversations.desk_api import claim_next, leave_desk
from service_api.conversations.models import Conversation
from service_api.core.edge import MachineNow, Now, TheSettings, WriteSession
from service_api.core.problems import Malformed, NotFound
from service_api.core.text import clean, is_blank
from service_api.customers import queries as customers
from service_api.desk.conversations import complaint_facts, customer_facts
from service_api.desk.views import lines_of, talk_view
from service_api.staff.api import Agent
from service_api.web.forms import OwnForm, Text
from service_api.web.rendering import page

router = APIRouter(prefix="/desk", include_in_schema=False)
LONGEST_REASON = 200
REVEALED = "customer.field_revealed"
STATUSES: dict[str, presence.Status] = {"online": "online", "away": "away", "offline": "offline"}


@router.post("/status", dependencies=[OwnForm])
def set_status(
    request: Request,
    me: Agent,
    session: WriteSession,
    now: Now,
    machine_now: MachineNow,
    status: Text = "online",
    capacity: Annotated[int | None, Form()] = None,
) -> Response:
    """Online, away or offline; offline gives everything back to the queue."""
    if status not in STATUSES:
        raise Malformed("unknown status")
    presence.set_status(session, me.staff_id, STATUSES[status], by=me.actor, now=now, machine_now=machine_now)
    if capacity is not None:
        presence.set_capacity(session, me.staff_id, capacity, by=me.actor, now=now, machine_now=machine_now)
    if status == "offline":
        leave_desk(request, session, me, now=now)
    return RedirectResponse("/desk", status_code=303)


@router.post("/next", dependencies=[OwnForm])
def take_next(
    me: Agent,
    session: WriteSession,
    now: Now,
    machine_now: MachineNow,
) -> Response:
    """Take who should be answered next; back to the desk when nobody waits."""
    try:
        return _back(claim_next(session, me, now=now, machine_now=machine_now))
    except NotFound:
        return RedirectResponse("/desk", status_code=303)


@router.post("/conversations/{conversation_id}/messages", dependencies=[OwnForm])
def answer(
    request: Request,
    conversation_id: uuid.UUID,
    me: Agent,
    session: WriteSession,
    now: Now,
    machine_now: MachineNow,
    text: Text = "",
    mode: Text = "reply",
    key: Text = "",
) -> Response:
    """Say something to the customer, once per `key`, or, in the mode `note`, to colleagues only."""
    presence.seen(session, me.staff_id, machine_now=machine_now)
    talk = service.locked(session, conversation_id)
    if mode == "note":
        notes.add_note(session, talk, text=text, staff_id=me.staff_id, now=now)
    else:
        handover.answer(session, talk, staff_id=me.staff_id, text=text, key=key, now=now)
    if "HX-Request" in request.headers:
        return page(request, "lines.html", me=me, lines=lines_of(session, talk))
    return _back(conversation_id)


@router.post("/conversations/{conversation_id}/claim", dependencies=[OwnForm])
@router.post("/conversations/{conversation_id}/step-in", dependencies=[OwnForm])
def claim(
    conversation_id: uuid.UUID,
    me: Agent,
    session: WriteSession,
    now: Now,
    machine_now: MachineNow,
) -> Response:
    presence.seen(session, me.staff_id, machine_now=machine_now)
    talk = service.locked(session, conversation_id)
    handover.claim(session, talk, staff_id=me.staff_id, name=me.display_name, now=now)
    return _back(conversation_id)


@router.post("/conversations/{conversation_id}/hand-back", dependencies=[OwnForm])
def hand_back(
    conversation_id: uuid.UUID,
    me: Agent,
    session: WriteSession,
    now: Now,
    settled: Text = "",
    resume: Text = "",
) -> Response:
    """Give it to the assistant, which is told what was settled."""
    talk = service.locked(session, conversation_id)
    handover.hand_back(session, talk, staff_id=me.staff_id, now=now, settled=settled, resume=resume == "yes")
    return _back(conversation_id)


@router.post("/conversations/{conversation_id}/transfer", dependencies=[OwnForm])
def pass_on(
    conversation_id: uuid.UUID,
    me: Agent,
    session: WriteSession,
    now: Now,
    to: Text = "",
    note: Text = "",
) -> Response:
    """To a colleague (`@name`) or a team (`#team`), first in the queue."""
    talk = service.locked(session, conversation_id)
    person, team = (to.removeprefix("@"), "") if to.startswith("@") else ("", to.removeprefix("#"))
    transfer.pass_on(session, talk, to=person, team=team, note=note, staff_id=me.staff_id, now=now)
    return RedirectResponse("/desk", status_code=303)


@router.post("/conversations/{conversation_id}/close", dependencies=[OwnForm])
def close(
    conversation_id: uuid.UUID,
    me: Agent,
    session: WriteSession,
    now: Now,
) -> Response:
    talk = service.locked(session, conversation_id)
    handover.close(session, talk, staff_id=me.staff_id, now=now)
    return _back(conversation_id)


@router.post("/conversations/{conversation_id}/tags", dependencies=[OwnForm])
def tag(
    conversation_id: uuid.UUID,
    me: Agent,
    session: WriteSession,
    now: Now,
    tag: Text = "",
    drop: Text = "",
) -> Response:
    """Put a tag on, or take one off."""
    talk = service.locked(session, conversation_id)
    if drop:
        notes.drop_tag(session, talk, tag=drop)
    else:
        notes.add_tag(session, talk, tag=tag, staff_id=me.staff_id, now=now)
    return _back(conversation_id)


@router.post("/conversations/{conversation_id}/reveal", dependencies=[OwnForm])
def reveal(
    request: Request,
    conversation_id: uuid.UUID,
    me: Agent,
    session: WriteSession,
    now: Now,
    settings: TheSettings,
    field: Text = "phone",
    reason: Text = "",
) -> HTMLResponse:
    """A masked field in full, for a reason; who looked, at what and why is in the audit log."""
    why = clean(reason)[:LONGEST_REASON]
    if is_blank(why):
        raise Malformed(errors=[{"field": "reason", "message": "say why you need it"}])
    talk = queries.conversation(session, conversation_id)
    facts = customer_facts(session, talk, now=now)
    facts["revealed"] = {field: _in_full(session, talk, field, now=now)}
    record(
        session,
        by=me.actor,
        action=REVEALED,
        subject=service.subject(talk),
        now=now,
        field=field,
        reason=why,
    )
    return page(
        request,
        "customer.html",
        me=me,
        talk=talk_view(session, talk, me, now=now),
        **facts,
        **complaint_facts(session, talk, now=now, settings=settings),
    )


@router.post("/callbacks/{callback_id}", dependencies=[OwnForm])
def finish_call(
    callback_id: uuid.UUID,
    me: Agent,
    session: WriteSession,
    now: Now,
    outcome: Text = "reached",
) -> Response:
    """The call was made, or was not needed."""
    if outcome not in {"reached", "not_reached", "not_needed"}:
        raise Malformed("unknown outcome")
    callbacks.finish(session, callback_id, outcome=outcome, staff_id=me.staff_id, now=now)
    return RedirectResponse("/desk?" + urlencode({"tab": "callbacks"}), status_code=303)


def _in_full(session: WriteSession, talk: Conversation, field: str, *, now: Now) -> str:
    customer_id = service.verified_customer_id(talk, now=now)
    if field == "phone" and customer_id is not None:
        phones = customers.phones_of(session, customer_id)
        return shown_in_full(phones[0]) if phones else ""
    if field == "name" and customer_id is not None:
        return customers.customer(session, customer_id).name
    call = callbacks.open_of(session, talk.id)
    if field == "call" and call is not None:
        return shown_in_full(call.phone)
    raise NotFound


def shown_in_full(number: str) -> str:
    """A phone as people dial it at home."""
    return number.removeprefix("+86")


def _back(conversation_id: uuid.UUID) -> Response:
    return RedirectResponse(f"/desk/conversations/{conversation_id}", status_code=303)
