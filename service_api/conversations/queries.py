"""Questions about conversations and their messages."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from service_api.conversations import plain_words
from service_api.conversations.models import WAITING, Conversation, HandOver, Message
from service_api.conversations.schemas import Button, ConversationState, Messages, MessageView, QueueEntry
from service_api.core.problems import NotFound
from service_api.core.text import mask_name
from service_api.customers.models import Customer
from service_api.staff import queries as staff

PAGE = 100
EXCERPT = 80


def conversation(session: Session, conversation_id: uuid.UUID) -> Conversation:
    """Raises `NotFound`."""
    found = session.get(Conversation, conversation_id)
    if found is None:
        raise NotFound
    return found


def messages_after(
    session: Session, conversation_id: uuid.UUID, *, after: int, limit: int = PAGE
) -> list[MessageView]:
    """In order of `seq`, from the one after `after`."""
    rows = session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.seq > after)
        .order_by(Message.seq)
        .limit(limit)
    ).all()
    agents = {m.agent_id for m in rows if m.agent_id is not None}
    names = staff.display_names(session, agents) if agents else {}
    return [message_view(m, agent_name=names.get(m.agent_id) if m.agent_id else None) for m in rows]


def latest_of_agents(session: Session, conversation_id: uuid.UUID, *, limit: int) -> Sequence[int]:
    """The numbers of the last messages that people wrote, the latest first."""
    query = select(Message.seq).where(Message.conversation_id == conversation_id, Message.author == "agent")
    return session.scalars(query.order_by(Message.seq.desc()).limit(limit)).all()


def message_view(message: Message, *, agent_name: str | None) -> MessageView:
    return MessageView.model_validate(
        {
            "seq": message.seq,
            "author": message.author,
            "text": message.text,
            "buttons": [Button(**b) for b in message.buttons],
            "created_at": message.created_at,
            "client_id": message.external_id if message.author == "customer" else None,
            "agent_name": agent_name,
        }
    )


def state_of(session: Session, talk: Conversation, *, machine_now: datetime) -> ConversationState:
    """How it stands; `machine_now` is the machine's time, in which leases are kept."""
    return ConversationState.model_validate(
        {
            "answering": talk.answering,
            "language": talk.language,
            "typing": is_typing(talk.answering, talk.turn_until, machine_now),
            "queue_position": queue_position(session, talk),
            "plain_words": plain_words.wish_of(talk.assistant_state),
        }
    )


def is_typing(answering: str, turn_until: datetime | None, machine_now: datetime) -> bool:
    return answering == "assistant" and turn_until is not None and turn_until > machine_now


def view_after(
    session: Session, conversation_id: uuid.UUID, *, after: int, limit: int = PAGE, machine_now: datetime
) -> Messages:
    """What a reader that has seen `after` must be shown. Raises `NotFound`."""
    talk = conversation(session, conversation_id)
    messages = messages_after(session, conversation_id, after=after, limit=limit)
    return Messages(messages=messages, state=state_of(session, talk, machine_now=machine_now))


def queue_position(session: Session, talk: Conversation) -> int | None:
    """The place in the queue, from 1; None when not waiting in it."""
    if talk.answering != "queue" or talk.queued_at is None:
        return None
    ahead = or_(
        Conversation.queue_rank < talk.queue_rank,
        and_(Conversation.queue_rank == talk.queue_rank, Conversation.queued_at < talk.queued_at),
        and_(
            Conversation.queue_rank == talk.queue_rank,
            Conversation.queued_at == talk.queued_at,
            Conversation.id < talk.id,
        ),
    )
    waiting = Conversation.queued_at.is_not(None), Conversation.answering == "queue"
    query = select(func.count()).where(*waiting, ahead)
    return (session.scalar(query) or 0) + 1


def waiting_for_a_person(session: Session, *, limit: int = 200) -> list[QueueEntry]:
    """Everyone who asked for a person and has none, by rank and waiting time; also those out of hours."""
    query = (
        _entries()
        .where(Conversation.queued_at.is_not(None), Conversation.answering != "agent")
        .order_by(Conversation.queue_rank, Conversation.queued_at, Conversation.id)
    )
    return _read_entries(session, query.limit(limit))


def conversations_of_agent(session: Session, staff_id: uuid.UUID, *, limit: int = 200) -> list[QueueEntry]:
    """What this person answers now, the latest word first."""
    query = _entries().where(Conversation.agent_id == staff_id)
    return _read_entries(
        session, query.order_by(Conversation.last_message_at.desc(), Conversation.id).limit(limit)
    )


def recent_conversations(session: Session, *, limit: int = 50) -> list[QueueEntry]:
    """Of everyone, the latest word first."""
    query = _entries().where(Conversation.last_seq > 0)
    return _read_entries(
        session, query.order_by(Conversation.last_message_at.desc(), Conversation.id).limit(limit)
    )


def hand_overs_of(session: Session, conversation_id: uuid.UUID) -> Sequence[HandOver]:
    """Every passing to people, the latest first."""
    query = select(HandOver).where(HandOver.conversation_id == conversation_id)
    return session.scalars(query.order_by(HandOver.id.desc()).limit(50)).all()


def hand_overs_after(session: Session, hand_over_id: int, *, limit: int = 500) -> Sequence[HandOver]:
    """Passings to people that came after this one, in order."""
    query = select(HandOver).where(HandOver.id > hand_over_id)
    return session.scalars(query.order_by(HandOver.id).limit(limit)).all()


def left_waiting(session: Session, *, machine_now: datetime, limit: int = 200) -> Sequence[uuid.UUID]:
    """Conversations with a customer's message whose turn was lost: no process holds its lease."""
    query = (
        select(Conversation.id)
        .where(
            Conversation.id.in_(select(Message.conversation_id).where(*WAITING)),
            or_(Conversation.turn_until.is_(None), Conversation.turn_until <= machine_now),
        )
        .order_by(Conversation.last_message_at, Conversation.id)
        .limit(limit)
    )
    return session.scalars(query).all()


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a reader of the conversation would see change."""

    last_seq: int
    answering: str
    language: str
    typing: bool
    queue_position: int | None


def pulses(session: Session, ids: Sequence[uuid.UUID], *, machine_now: datetime) -> dict[uuid.UUID, Pulse]:
    """How the given conversations stand, in one query, and one more when any of them is queued."""
    rows = session.execute(
        select(
            Conversation.id,
            Conversation.last_seq,
            Conversation.answering,
            Conversation.language,
            Conversation.turn_until,
        )
        .where(Conversation.id.in_(ids))
        .order_by(Conversation.id)
    ).all()
    places: dict[uuid.UUID, int] = {}
    if any(row.answering == "queue" for row in rows):
        queue = session.scalars(
            select(Conversation.id)
            .where(Conversation.queued_at.is_not(None), Conversation.answering == "queue")
            .order_by(Conversation.queue_rank, Conversation.queued_at, Conversation.id)
            .limit(10_000)
        )
        places = {waiting: place for place, waiting in enumerate(queue, start=1)}
    return {
        row.id: Pulse(
            row.last_seq,
            row.answering,
            row.language,
            is_typing(row.answering, row.turn_until, machine_now),
            places.get(row.id),
        )
        for row in rows
    }


def _entries() -> Select[Conversation, Customer, str, str]:
    latest = aliased(HandOver)
    newest = (
        select(func.max(latest.id))
        .where(latest.conversation_id == Conversation.id)
        .correlate(Conversation)
        .scalar_subquery()
    )
    return (
        select(Conversation, Customer, HandOver.reason, Message.text)
        .join(Customer, Customer.id == Conversation.customer_id, isouter=True)
        .join(HandOver, HandOver.id == newest, isouter=True)
        .join(
            Message,
            and_(Message.conversation_id == Conversation.id, Message.seq == Conversation.last_seq),
            isouter=True,
        )
    )


def _read_entries(session: Session, query: Select[Conversation, Customer, str, str]) -> list[QueueEntry]:
    return [
        QueueEntry.model_validate(
            {
                "id": talk.id,
                "channel": talk.channel,
                "language": talk.language,
                "answering": talk.answering,
                "customer_name": mask_name(who.name) if who else None,
                "tier": who.tier if who else None,
                "reason": reason,
                "queued_at": talk.queued_at,
                "last_message_at": talk.last_message_at,
                "last_text": text[:EXCERPT] if text else "",
                "agent_id": talk.agent_id,
            }
        )
        for talk, who, reason, text in session.execute(query)  # outer joins: each may be None
    ]
