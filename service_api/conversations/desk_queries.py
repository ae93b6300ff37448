"""What the agents' lists ask: a bounded number of queries, however many conversations there are."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    SQLColumnExpression,
    Uuid,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from service_api.conversations.desk_models import ConversationLook
from service_api.conversations.models import Conversation, HandOver, Message
from service_api.conversations.targets import reply_due_at
from service_api.core.text import mask_name
from service_api.customers.models import Customer
from service_api.staff.models import StaffMember

EXCERPT = 80
PAGE = 50
List = Literal["waiting", "mine", "assistant", "colleagues", "closed"]
LISTS: tuple[List, ...] = ("waiting", "mine", "assistant", "colleagues", "closed")
OPEN = (Conversation.closed_at.is_(None), Conversation.last_seq > 0)
ME = bindparam("me", type_=Uuid())  # who reads: statements are built once and serve everybody
WAITS = (Conversation.queued_at.is_not(None), Conversation.answering != "agent")


@dataclass(frozen=True, slots=True)
class DeskEntry:
    """A conversation as a list shows it; the customer's name is masked. `due_at`: when a person should have
    answered. `unread` counts the customer's messages that the reader has not seen."""

    id: uuid.UUID
    channel: str
    language: str
    answering: str
    customer_name: str | None
    tier: str | None
    reason: str | None
    queued_at: datetime | None
    due_at: datetime | None
    last_message_at: datetime
    last_text: str
    last_author: str | None
    agent_id: uuid.UUID | None
    agent_name: str | None
    team: str
    meant_for_id: uuid.UUID | None
    unread: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are in each list; closed ones are not counted."""

    waiting: int
    mine: int
    assistant: int
    colleagues: int
    changed_at: datetime | None

    def of(self, name: str) -> int | None:
        found: int | None = getattr(self, name, None)
        return found


def entries(
    session: Session, name: List, staff_id: uuid.UUID, *, limit: int = PAGE, skip: int = 0
) -> list[DeskEntry]:
    """One list in its order, in one query."""
    given = {"me": staff_id, "most": limit, "skip": skip}
    return [_read(*row) for row in session.execute(_list(name), given)]


@cache
def _list(name: List) -> Select[Any]:
    order = _order(name)
    # Picked before anything is joined: what stands beside a conversation is looked up for one page only.
    picked = select(Conversation.id).where(*_conditions(name)).order_by(*order)
    page = picked.limit(bindparam("most", type_=Integer())).offset(bindparam("skip", type_=Integer()))
    return _entries().where(Conversation.id.in_(page)).order_by(*order)


def counts(session: Session, staff_id: uuid.UUID) -> Counts:
    """The sizes of the lists in one query, and when anything in them was last said."""
    waits = and_(*WAITS)
    row = session.execute(
        select(
            func.coalesce(func.sum(case((waits, 1), else_=0)), 0).label("waiting"),
            func.coalesce(func.sum(case((Conversation.agent_id == staff_id, 1), else_=0)), 0).label("mine"),
            func.coalesce(
                func.sum(case((and_(Conversation.answering == "assistant", ~waits), 1), else_=0)), 0
            ).label("assistant"),
            func.count(Conversation.agent_id).label("with_people"),
            func.max(Conversation.last_message_at).label("changed_at"),
        ).where(*OPEN)
    ).one()
    return Counts(row.waiting, row.mine, row.assistant, row.with_people - row.mine, row.changed_at)


def first_waiting(session: Session, staff_id: uuid.UUID) -> uuid.UUID | None:
    """Whom this person should take next: who was passed to them, then by rank and waiting time."""
    query = (
        select(Conversation.id)
        .where(*WAITS, or_(Conversation.meant_for_id.is_(None), Conversation.meant_for_id == staff_id))
        .order_by(*_order("waiting"))
        .limit(1)
    )
    return session.scalar(query, {"me": staff_id})


def found_by_words(session: Session, words: str, staff_id: uuid.UUID, *, limit: int = 8) -> list[DeskEntry]:
    """Conversations whose customer's name or own short id is like the words, the latest word first."""
    prefix = words.strip().lower().replace("-", "")
    matches: list[ColumnElement[bool]] = [Customer.name.icontains(words.strip(), autoescape=True)]
    if prefix and all(c in "0123456789abcdef" for c in prefix) and len(prefix) <= 32:
        low, high = (uuid.UUID(prefix.ljust(32, end)) for end in "0f")
        matches.append(Conversation.id.between(low, high))
    query = _entries().where(Conversation.last_seq > 0, or_(*matches))
    ordered = query.order_by(Conversation.last_message_at.desc(), Conversation.id)
    return [_read(*row) for row in session.execute(ordered.limit(limit), {"me": staff_id})]


def _conditions(name: List) -> Sequence[ColumnElement[bool]]:
    if name == "waiting":
        return WAITS
    if name == "mine":
        return (Conversation.agent_id == ME,)
    if name == "colleagues":
        return (Conversation.agent_id.is_not(None), Conversation.agent_id != ME)
    if name == "closed":
        return (Conversation.closed_at.is_not(None), Conversation.last_seq > 0)
    return (*OPEN, Conversation.answering == "assistant", Conversation.queued_at.is_(None))


def _order(name: List) -> Sequence[SQLColumnExpression[Any]]:
    if name == "waiting":
        meant_for_me = case((Conversation.meant_for_id == ME, 0), else_=1)
        return (meant_for_me, Conversation.queue_rank, Conversation.queued_at, Conversation.id)
    if name == "mine":
        owes = case((Conversation.unanswered_since.is_not(None), 0), else_=1)
        return (owes, Conversation.unanswered_since, Conversation.last_message_at.desc(), Conversation.id)
    return (Conversation.last_message_at.desc(), Conversation.id)


@cache
def _entries() -> Select[Any]:
    latest, agent = aliased(HandOver), aliased(StaffMember)
    newest = (
        select(func.max(latest.id))
        .where(latest.conversation_id == Conversation.id)
        .correlate(Conversation)
        .scalar_subquery()
    )
    fresh = aliased(Message)
    unread = (
        select(func.count(fresh.id))
        .where(
            fresh.conversation_id == Conversation.id,
            fresh.seq > func.coalesce(ConversationLook.read_seq, 0),
            fresh.author == "customer",
        )
        .correlate(Conversation, ConversationLook)
        .scalar_subquery()
    )
    return (
        select(
            Conversation,
            Customer,
            HandOver.reason,
            Message.text,
            Message.author,
            agent.display_name,
            case((Conversation.agent_id == ME, unread), else_=0),
        )
        .join(Customer, Customer.id == Conversation.customer_id, isouter=True)
        .join(HandOver, HandOver.id == newest, isouter=True)
        .join(agent, agent.id == Conversation.agent_id, isouter=True)
        .join(
            ConversationLook,
            and_(ConversationLook.conversation_id == Conversation.id, ConversationLook.staff_id == ME),
            isouter=True,
        )
        .join(
            Message,
            and_(Message.conversation_id == Conversation.id, Message.seq == Conversation.last_seq),
            isouter=True,
        )
    )


def _read(
    talk: Conversation,
    who: Customer | None,
    reason: str | None,
    text: str | None,
    author: str | None,
    agent_name: str | None,
    unread: int,
) -> DeskEntry:
    tier = who.tier if who else None
    return DeskEntry(
        id=talk.id,
        channel=talk.channel,
        language=talk.language,
        answering=talk.answering,
        customer_name=mask_name(who.name) if who else None,
        tier=tier,
        reason=reason if talk.queued_at is not None or talk.answering == "agent" else None,
        queued_at=talk.queued_at,
        due_at=reply_due_at(
            answering=talk.answering,
            tier=tier,
            queued_at=talk.queued_at,
            unanswered_since=talk.unanswered_since,
        ),
        last_message_at=talk.last_message_at,
        last_text=" ".join(text[:EXCERPT].split()) if text else "",
        last_author=author,
        agent_id=talk.agent_id,
        agent_name=agent_name,
        team=talk.team,
        meant_for_id=talk.meant_for_id,
        unread=unread,
    )
