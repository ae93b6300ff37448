"""What the agents' pages show of a conversation: plain values for the templates, nothing to compute there."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from service_api.conversations import queries
from service_api.conversations.models import Conversation
from service_api.conversations.schemas import QueueEntry
from service_api.conversations.service import verified_customer_id
from service_api.core.text import mask_name
from service_api.customers import queries as customers
from service_api.staff.service import SignedIn

LINES = 200
# What the customer has told the complaint form so far; other slots are the assistant's own business.
TOLD_SLOTS = (
    "complaint_business",
    "complaint_description",
    "complaint_amount",
    "complaint_date",
    "complaint_contact",
)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of a list of conversations; `waiting_minutes` only for those who wait for a person."""

    id: uuid.UUID
    customer_name: str | None
    tier: str | None
    language: str
    reason: str | None
    last_text: str
    last_message_at: datetime
    waiting_minutes: int | None

    @property
    def short_id(self) -> str:
        return short(self.id)


@dataclass(frozen=True, slots=True)
class TalkView:
    """An open conversation and what this person may do with it."""

    id: uuid.UUID
    channel: str
    answering: str
    customer_name: str | None
    verified: bool
    closed: bool
    may_answer: bool
    actions: tuple[str, ...]

    @property
    def short_id(self) -> str:
        return short(self.id)


@dataclass(frozen=True, slots=True)
class HandOverFacts:
    reason: str
    slots: tuple[tuple[str, str], ...]


Queues = list[tuple[str, str, list[QueueRow]]]


def queues_for(session: Session, me: SignedIn, *, now: datetime) -> Queues:
    """The three lists of the left pane: waiting, mine, and what the assistant has in hand."""
    waiting = queries.waiting_for_a_person(session)
    mine = queries.conversations_of_agent(session, me.staff_id)
    shown = {entry.id for entry in (*waiting, *mine)}
    others = [entry for entry in queries.recent_conversations(session) if entry.id not in shown]
    lists = (
        ("queue.title", "queue.empty", waiting),
        ("queue.mine", "queue.mine.empty", mine),
        ("queue.others", "queue.others.empty", [entry for entry in others if entry.answering == "assistant"]),
    )
    return [(title, empty, [_row(entry, now=now) for entry in rows]) for title, empty, rows in lists]


def talk_view(session: Session, talk: Conversation, me: SignedIn, *, now: datetime) -> TalkView:
    customer_id = verified_customer_id(talk, now=now)
    name = mask_name(customers.customer(session, customer_id).name) if customer_id else None
    mine = talk.agent_id == me.staff_id
    if mine:
        actions: tuple[str, ...] = ("hand-back", "close")
    elif talk.answering == "agent":
        actions = ()
    else:
        actions = ("claim",) if talk.queued_at is not None else ("step-in",)
    return TalkView(
        id=talk.id,
        channel=talk.channel,
        answering=talk.answering,
        customer_name=name,
        verified=customer_id is not None,
        closed=talk.closed_at is not None,
        may_answer=mine,
        actions=actions,
    )


def hand_over_facts(session: Session, conversation_id: uuid.UUID) -> HandOverFacts | None:
    """Why a person was asked for, and what the customer had said by then; None when nobody was."""
    found = queries.hand_overs_of(session, conversation_id)
    if not found:
        return None
    slots = found[0].packet.get("slots") or {}
    facts = tuple(
        (name, str(slots[name])) for name in TOLD_SLOTS if slots.get(name) not in (None, "", "skipped")
    )
    return HandOverFacts(reason=found[0].reason, slots=facts)


def _row(entry: QueueEntry, *, now: datetime) -> QueueRow:
    waits = entry.queued_at is not None and entry.answering != "agent"
    return QueueRow(
        id=entry.id,
        customer_name=entry.customer_name,
        tier=entry.tier,
        language=entry.language,
        reason=entry.reason if waits or entry.answering == "agent" else None,
        last_text=entry.last_text,
        last_message_at=entry.last_message_at,
        waiting_minutes=int((now - entry.queued_at).total_seconds() // 60)
        if waits and entry.queued_at
        else None,
    )


def short(conversation_id: uuid.UUID) -> str:
    """Enough of an id for a person to tell two unknown visitors apart."""
    return conversation_id.hex[:4].upper()
