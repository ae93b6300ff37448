"""Call-backs: the assistant books, moves and cancels one; people see the list and say how a call went."""

import uuid
from datetime import date, datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from service_api.audit.service import ASSISTANT
from service_api.conversations import callback_changes, callbacks, queries, service
from service_api.conversations.callback_models import LONGEST_WORDS, CallbackRequest
from service_api.core.edge import Now, ReadSession, TheSettings, WriteSession
from service_api.core.security import ServiceOnly
from service_api.customers.phone import shown_phone
from service_api.staff.api import Agent, FromOwnPage

router = APIRouter(prefix="/api/v1", tags=["conversations"])


class CallbackWish(BaseModel):
    """`wanted` is when, as the customer said it."""

    model_config = ConfigDict(extra="forbid")

    phone: str = Field(max_length=40)
    wanted: str = Field("", max_length=LONGEST_WORDS)
    wanted_on: date | None = None


class CallbackView(BaseModel):
    """What the customer is told: the phone is masked."""

    id: uuid.UUID
    phone: str
    wanted: str
    wanted_on: date


class CallbackChange(BaseModel):
    """What is to be another; what is left out stays. A time without a day is on the day that was booked, or
    today when that is over."""

    model_config = ConfigDict(extra="forbid")

    phone: str | None = Field(None, max_length=40)
    wanted: str | None = Field(None, max_length=LONGEST_WORDS)
    wanted_on: date | None = None


class EndedCallback(BaseModel):
    """How the last one ended: as a person said, or `cancelled` by the customer."""

    outcome: Literal["reached", "not_reached", "not_needed", "cancelled"]
    ended_at: datetime


class CallbackStanding(BaseModel):
    """The call-back that is still to be made; where there is none, the one that ended in the last days."""

    open: CallbackView | None
    ended: EndedCallback | None


class CallbackLine(BaseModel):
    id: uuid.UUID
    conversation_id: uuid.UUID
    customer_name: str | None
    tier: str
    language: str
    phone: str
    wanted: str
    wanted_on: date
    requested_at: datetime


class CallbackLines(BaseModel):
    items: list[CallbackLine]


class CallbackResult(BaseModel):
    model_config = ConfigDict(extra="forbid")

    outcome: Literal["reached", "not_reached", "not_needed"]


@router.post("/conversations/{conversation_id}/callbacks", status_code=201, dependencies=[ServiceOnly])
def ask_for_callback(
    conversation_id: uuid.UUID, body: CallbackWish, session: WriteSession, now: Now, settings: TheSettings
) -> CallbackView:
    """Ask to be called; asking again changes the open wish. 422 `bad-phone` and `day-is-past`."""
    asked = callbacks.request_callback(
        session,
        service.locked(session, conversation_id),
        phone=body.phone,
        wanted=body.wanted,
        wanted_on=body.wanted_on,
        by=ASSISTANT,
        now=now,
        zone=settings.zone,
    )
    return _view(asked)


@router.get("/conversations/{conversation_id}/callbacks", dependencies=[ServiceOnly])
def find_callback(conversation_id: uuid.UUID, session: ReadSession, now: Now) -> CallbackStanding:
    """What is booked in this conversation, or by its verified customer elsewhere."""
    found = callback_changes.standing_of(session, queries.conversation(session, conversation_id), now=now)
    return CallbackStanding(
        open=_view(found.open) if found.open else None, ended=_ended(found.ended) if found.ended else None
    )


@router.patch("/conversations/{conversation_id}/callbacks/{callback_id}", dependencies=[ServiceOnly])
def change_callback(
    conversation_id: uuid.UUID,
    callback_id: uuid.UUID,
    body: CallbackChange,
    session: WriteSession,
    now: Now,
    settings: TheSettings,
) -> CallbackView:
    """Move it for the customer. 404 for one that is not theirs, 409 `callback-already-done` and
    `callback-cancelled`, 422 `bad-phone` and `day-is-past`."""
    moved = callback_changes.change(
        session,
        service.locked(session, conversation_id),
        callback_id,
        phone=body.phone,
        wanted=body.wanted,
        wanted_on=body.wanted_on,
        now=now,
        zone=settings.zone,
    )
    return _view(moved)


@router.post("/conversations/{conversation_id}/callbacks/{callback_id}/cancel", dependencies=[ServiceOnly])
def cancel_callback(
    conversation_id: uuid.UUID, callback_id: uuid.UUID, session: WriteSession, now: Now
) -> CallbackView:
    """Take it back for the customer; again is no error. 404 for one that is not theirs, 409
    `callback-already-done` when a person was first."""
    talk = service.locked(session, conversation_id)
    return _view(callback_changes.cancel(session, talk, callback_id, now=now))


@router.get("/callbacks")
def open_callbacks(session: ReadSession, _me: Agent) -> CallbackLines:
    """The calls that people have to make, the earliest day first."""
    return CallbackLines(
        items=[CallbackLine.model_validate(one, from_attributes=True) for one in callbacks.list_open(session)]
    )


@router.post("/callbacks/{callback_id}/done", status_code=204, dependencies=[FromOwnPage])
def callback_done(
    callback_id: uuid.UUID, body: CallbackResult, session: WriteSession, me: Agent, now: Now
) -> None:
    """Say how it went. 404 for an unknown one, 409 `callback-already-done`."""
    callbacks.finish(session, callback_id, outcome=body.outcome, staff_id=me.staff_id, now=now)


def _view(asked: CallbackRequest) -> CallbackView:
    return CallbackView(
        id=asked.id, phone=shown_phone(asked.phone), wanted=asked.wanted, wanted_on=asked.wanted_on
    )


def _ended(asked: CallbackRequest) -> EndedCallback:
    outcome = "cancelled" if asked.taken_back else asked.outcome
    return EndedCallback.model_validate({"outcome": outcome, "ended_at": asked.done_at})
