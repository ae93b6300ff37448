"""Call-backs: a customer asks for one, people see it among their work and say how it went."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.audit.service import Actor, record
from service_api.conversations import service
from service_api.conversations.callback_models import LONGEST_WORDS, CallbackRequest
from service_api.conversations.models import Conversation
from service_api.core.problems import Conflict, Malformed, NotFound
from service_api.core.text import clean, mask_name
from service_api.customers.models import TIERS, Customer
from service_api.customers.phone import normalise_office_phone

LONGEST_LIST = 200


class DayIsPast(Malformed):
    type = "day-is-past"
    title = "回电日期已过"


class AlreadyDone(Conflict):
    type = "callback-already-done"
    title = "这次回电已经处理"


class CancelledByCustomer(Conflict):
    type = "callback-cancelled"
    title = "客户已取消这次回电"


@dataclass(frozen=True, slots=True)
class OpenCallback:
    """One line of the list of people; the phone is whole, since it is to be dialled."""

    id: uuid.UUID
    conversation_id: uuid.UUID
    customer_name: str | None
    tier: str
    language: str
    phone: str
    wanted: str
    wanted_on: date
    requested_at: datetime


def request_callback(
    session: Session,
    conversation: Conversation,
    *,
    phone: str,
    wanted: str,
    wanted_on: date | None,
    by: Actor,
    now: datetime,
    zone: ZoneInfo,
) -> CallbackRequest:
    """Keep the wish; an open one of this conversation is changed, not doubled. Without a day it is for today.

    Raises `BadPhone` and `DayIsPast`. Needs the row lock of the conversation.
    """
    today = now.astimezone(zone).date()
    if wanted_on is not None and wanted_on < today:
        raise DayIsPast
    found = open_of(session, conversation.id)
    asked = found or CallbackRequest(conversation_id=conversation.id, requested_at=now)
    asked.phone = normalise_office_phone(phone)
    asked.wanted, asked.wanted_on = clean(wanted)[:LONGEST_WORDS], wanted_on or today
    asked.language = conversation.language
    asked.customer_id = service.verified_customer_id(conversation, now=now) or asked.customer_id
    session.add(asked)
    session.flush()
    record(
        session,
        by=by,
        action="callback.changed" if found else "callback.requested",
        subject=service.subject(conversation),
        now=now,
        callback_id=asked.id,
        wanted_on=asked.wanted_on.isoformat(),
    )
    return asked


def finish(
    session: Session, callback_id: uuid.UUID, *, outcome: str, staff_id: uuid.UUID, now: datetime
) -> CallbackRequest:
    """A person called, or it was not needed. Raises `NotFound`, `AlreadyDone` and `CancelledByCustomer`."""
    asked = session.get(CallbackRequest, callback_id, with_for_update=True)
    if asked is None:
        raise NotFound
    must_be_open(asked)
    asked.done_at, asked.done_by, asked.outcome = now, staff_id, outcome
    session.flush()
    record(
        session,
        by=Actor("staff", str(staff_id)),
        action="callback.done",
        subject=("conversation", str(asked.conversation_id)),
        now=now,
        callback_id=asked.id,
        outcome=outcome,
    )
    return asked


def must_be_open(asked: CallbackRequest) -> None:
    """Raises `CancelledByCustomer` and `AlreadyDone`."""
    if asked.taken_back:
        raise CancelledByCustomer
    if asked.done_at is not None:
        raise AlreadyDone


def open_of(session: Session, conversation_id: uuid.UUID) -> CallbackRequest | None:
    """The one of this conversation that nobody has made yet."""
    return session.scalar(
        select(CallbackRequest).where(
            CallbackRequest.conversation_id == conversation_id, CallbackRequest.done_at.is_(None)
        )
    )


def list_open(session: Session, *, limit: int = LONGEST_LIST) -> list[OpenCallback]:
    """What people have to call, the earliest day first, and within a day in the order of asking."""
    query = (
        select(CallbackRequest, Customer.name, Customer.tier)
        .outerjoin(Customer, Customer.id == CallbackRequest.customer_id)
        .where(CallbackRequest.done_at.is_(None))
        .order_by(CallbackRequest.wanted_on, CallbackRequest.requested_at, CallbackRequest.id)
        .limit(min(limit, LONGEST_LIST))
    )
    return [
        OpenCallback(
            id=asked.id,
            conversation_id=asked.conversation_id,
            customer_name=mask_name(name) if name else None,
            tier=tier or TIERS[-1],
            language=asked.language,
            phone=asked.phone,
            wanted=asked.wanted,
            wanted_on=asked.wanted_on,
            requested_at=asked.requested_at,
        )
        for asked, name, tier in session.execute(query)
    ]
