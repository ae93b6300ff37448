"""What a customer does with a call-back that is booked: asks when it is, moves it, takes it back."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from service_api.audit import queries as audit
from service_api.audit.service import Actor, record
from service_api.conversations.callback_models import LONGEST_WORDS, CallbackRequest
from service_api.conversations.callbacks import DayIsPast, must_be_open, open_of
from service_api.conversations.models import Conversation
from service_api.conversations.trust import whose
from service_api.core.problems import NotFound
from service_api.core.text import clean
from service_api.customers.phone import normalise_office_phone

CHANGED, CANCELLED = "callback.changed", "callback.cancelled"
TOLD_FOR = timedelta(days=3)
"""How long after its end a call-back is still spoken of when a customer asks for it."""
SHOWN_FOR = timedelta(days=2)
"""How long agents see that a customer took one back."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The call-back that is still to be made, or else the one that ended last, not long ago."""

    open: CallbackRequest | None
    ended: CallbackRequest | None


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing that a customer did; the days only where it was moved to another."""

    callback_id: uuid.UUID
    at: datetime
    action: str
    before: date | None = None
    after: date | None = None

    @property
    def kind(self) -> str:
        """cancelled, moved to another day, or changed."""
        return "cancelled" if self.action == CANCELLED else "moved" if self.after else "changed"


def standing_of(session: Session, conversation: Conversation, *, now: datetime) -> Standing:
    """Of this conversation, else of its verified customer, wherever that one was booked."""
    customer_id = whose(conversation, "own_callback", now=now)
    found = open_of(session, conversation.id) or _next_of_customer(session, customer_id)
    return Standing(found, None if found else _last_ended(session, conversation, customer_id, now=now))


def change(
    session: Session,
    conversation: Conversation,
    callback_id: uuid.UUID,
    *,
    phone: str | None,
    wanted: str | None,
    wanted_on: date | None,
    now: datetime,
    zone: ZoneInfo,
) -> CallbackRequest:
    """Move it; None leaves a thing as it is, and the same again changes nothing. A time without a day is on
    the day that was booked, or today when that is over.

    Raises `NotFound` for one that is not theirs, `AlreadyDone`, `CancelledByCustomer`, `BadPhone` and
    `DayIsPast`. Needs the row lock of the conversation.
    """
    asked = _theirs(session, conversation, callback_id, now=now)
    must_be_open(asked)
    today = now.astimezone(zone).date()
    if wanted_on is not None and wanted_on < today:
        raise DayIsPast
    wished = {
        "phone": normalise_office_phone(phone) if phone is not None else asked.phone,
        "wanted": clean(wanted)[:LONGEST_WORDS] if wanted is not None else asked.wanted,
        "wanted_on": wanted_on or (max(asked.wanted_on, today) if wanted is not None else asked.wanted_on),
    }
    fields = [name for name, value in wished.items() if getattr(asked, name) != value]
    before = asked.wanted_on
    for name in fields:
        setattr(asked, name, wished[name])
    if fields:
        _record(session, conversation, asked, CHANGED, now=now, fields=fields, wanted_on_before=before)
    return asked


def cancel(
    session: Session, conversation: Conversation, callback_id: uuid.UUID, *, now: datetime
) -> CallbackRequest:
    """Take it back; again is no error. Raises `NotFound` and `AlreadyDone`. Needs the conversation's lock."""
    asked = _theirs(session, conversation, callback_id, now=now)
    if not asked.taken_back:
        must_be_open(asked)
        asked.done_at, asked.outcome = now, "not_needed"
        _record(session, conversation, asked, CANCELLED, now=now)
    return asked


def changes_of(
    session: Session, conversation_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, Sequence[Changed]]:
    """What customers did with the call-backs of these conversations, the newest first."""
    found: dict[uuid.UUID, list[Changed]] = {}
    if not conversation_ids:
        return {}
    subjects = [str(one) for one in conversation_ids]
    for entry in audit.deeds_of(session, "conversation", subjects, actions=(CHANGED, CANCELLED)):
        before, after = (_day(entry.facts.get(name)) for name in ("wanted_on_before", "wanted_on"))
        moved = entry.action == CHANGED and before is not None and before != after
        days = (before, after) if moved else (None, None)
        one = Changed(uuid.UUID(str(entry.facts["callback_id"])), entry.at, entry.action, *days)
        found.setdefault(uuid.UUID(entry.subject_id), []).append(one)
    return {key: tuple(value) for key, value in found.items()}


def taken_back_lately(session: Session, *, now: datetime, limit: int = 20) -> Sequence[CallbackRequest]:
    """Those that customers cancelled in the last days, the newest first."""
    query = select(CallbackRequest).where(
        CallbackRequest.done_at > now - SHOWN_FOR, CallbackRequest.done_by.is_(None)
    )
    return session.scalars(
        query.order_by(CallbackRequest.done_at.desc(), CallbackRequest.id).limit(limit)
    ).all()


def _theirs(
    session: Session, conversation: Conversation, callback_id: uuid.UUID, *, now: datetime
) -> CallbackRequest:
    asked = session.get(CallbackRequest, callback_id, with_for_update=True, populate_existing=True)
    customer_id = whose(conversation, "own_callback", now=now)
    if asked is None or not (
        asked.conversation_id == conversation.id
        or (customer_id is not None and asked.customer_id == customer_id)
    ):
        raise NotFound
    return asked


def _record(
    session: Session,
    conversation: Conversation,
    asked: CallbackRequest,
    action: str,
    *,
    now: datetime,
    **facts: object,
) -> None:
    session.flush()
    record(
        session,
        by=Actor("customer", str(conversation.id)),
        action=action,
        subject=("conversation", str(asked.conversation_id)),
        now=now,
        callback_id=asked.id,
        reason="customer",
        wanted_on=asked.wanted_on.isoformat(),
        **facts,
    )


def _next_of_customer(session: Session, customer_id: uuid.UUID | None) -> CallbackRequest | None:
    if customer_id is None:
        return None
    query = select(CallbackRequest).where(
        CallbackRequest.customer_id == customer_id, CallbackRequest.done_at.is_(None)
    )
    order = (CallbackRequest.wanted_on, CallbackRequest.requested_at, CallbackRequest.id)
    return session.scalar(query.order_by(*order).limit(1))


def _last_ended(
    session: Session, conversation: Conversation, customer_id: uuid.UUID | None, *, now: datetime
) -> CallbackRequest | None:
    whose: ColumnElement[bool] = CallbackRequest.conversation_id == conversation.id
    if customer_id is not None:
        whose = or_(whose, CallbackRequest.customer_id == customer_id)
    query = select(CallbackRequest).where(whose, CallbackRequest.done_at > now - TOLD_FOR)
    return session.scalar(query.order_by(CallbackRequest.done_at.desc(), CallbackRequest.id).limit(1))


def _day(written: object) -> date | None:
    return date.fromisoformat(written) if isinstance(written, str) else None
