"""Passing a conversation to people, and back to the assistant."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.audit.service import SYSTEM, Actor, record
from service_api.conversations import plain_words, presence, queries, service
from service_api.conversations.hours import OfficeHours, WorkingDay, weekday
from service_api.conversations.models import Conversation, HandOver
from service_api.conversations.packet import packet_of
from service_api.conversations.schemas import HandOverView
from service_api.core.i18n import say
from service_api.core.problems import Conflict
from service_api.core.text import clean
from service_api.customers import queries as customers
from service_api.customers.models import TIERS
from service_api.outbox import service as outbox

WAITING = "conversation.waiting"
URGENT = frozenset({"distress", "loss_or_fraud"})
SOON = frozenset({"legal", "vip"})
NOTE_LENGTH = 500
LONGEST_KEY = 50


class TakenByColleague(Conflict):
    type = "taken-by-colleague"
    title = "会话已由其他客服接入"


class NotYours(Conflict):
    type = "not-your-conversation"
    title = "请先接入会话"


def hand_over(
    session: Session,
    conversation: Conversation,
    *,
    reason: str,
    note: str = "",
    by: Actor,
    now: datetime,
    hours: OfficeHours,
    working_day: WorkingDay = weekday,
) -> HandOverView:
    """Ask for a person. In office hours the assistant falls silent; outside them it goes on, and the wish
    stays on the list of people. Asking again changes nothing but the place told. Needs the row lock."""
    is_open = hours.is_open(now, working_day=working_day)
    if conversation.answering == "agent":
        return HandOverView(open=True, position=0, hours=str(hours))
    if conversation.queued_at is None:
        conversation.queued_at = now
        conversation.queue_rank = queue_rank(session, conversation, reason=reason)
        passing = HandOver(
            conversation_id=conversation.id,
            reason=reason,
            note=note[:NOTE_LENGTH],
            packet=packet_of(session, conversation, now=now),
            asked_at=now,
        )
        session.add(passing)
        session.flush()
        if is_open:
            announce(session, passing, now=now)
        record(
            session,
            by=by,
            action="conversation.handed_over",
            subject=service.subject(conversation),
            now=now,
            reason=reason,
            open=is_open,
        )
    if is_open:
        conversation.answering = "queue"
    session.flush()
    service.touch(session, conversation)
    position = queries.queue_position(session, conversation)
    return HandOverView(open=is_open, position=position, hours=str(hours))


def queue_rank(session: Session, conversation: Conversation, *, reason: str) -> int:
    """Lower is sooner: distress, loss and fraud first, matters of law or of an important person with the
    highest tier, then by tier; a stranger stands with the ordinary."""
    if reason in URGENT:
        return 0
    if reason in SOON:
        return 1
    tier = "ordinary"
    if conversation.customer_id is not None:
        tier = customers.customer(session, conversation.customer_id).tier
    return 1 + TIERS.index(tier)


def claim(
    session: Session, conversation: Conversation, *, staff_id: uuid.UUID, name: str, now: datetime
) -> None:
    """Staff take the conversation, waiting or not. Needs the row lock.

    Raises `TakenByColleague`, and `AtCapacity` when they answer as many as they may.
    """
    if conversation.agent_id == staff_id:
        return
    if conversation.agent_id is not None:
        raise TakenByColleague
    presence.check_room(session, staff_id)
    open_one = open_hand_over(session, conversation)
    if open_one is None:
        packet = packet_of(session, conversation, now=now)
        open_one = HandOver(
            conversation_id=conversation.id, reason="agent_steps_in", packet=packet, asked_at=now
        )
        session.add(open_one)
    conversation.unanswered_since = conversation.queued_at
    conversation.team, conversation.meant_for_id = "", None
    open_one.claimed_at, open_one.claimed_by = now, staff_id
    conversation.answering, conversation.agent_id = "agent", staff_id
    conversation.queued_at, conversation.closed_at = None, None
    service.hand_to_people(session, conversation, now=now)
    text = say(conversation.language, "agent_joined", name=name)
    service.add_message(session, conversation, author="system", text=text, now=now)
    _record(session, conversation, "conversation.claimed", staff_id, now)


def answer(
    session: Session,
    conversation: Conversation,
    *,
    staff_id: uuid.UUID,
    text: str,
    now: datetime,
    key: str = "",
) -> int:
    """Say something to the customer; gives the message's number. The same words under the same `key` are said
    once: they were sent again because nothing was heard of them. Raises `NotYours`, `EmptyMessage`,
    `MessageTooLong`. Needs the row lock."""
    if conversation.agent_id != staff_id:
        raise NotYours
    words = service.checked(text)
    is_key = 0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()
    external_id = f"desk:{key}" if is_key else None
    said = service.message_under(session, conversation, external_id) if external_id else None
    if said is not None and said.text == words:
        return said.seq
    conversation.unanswered_since = None
    message = service.add_message(
        session,
        conversation,
        author="agent",
        agent_id=staff_id,
        text=words,
        external_id=external_id if said is None else None,
        now=now,
    )
    return message.seq


def hand_back(
    session: Session,
    conversation: Conversation,
    *,
    staff_id: uuid.UUID,
    now: datetime,
    settled: str = "",
    resume: bool = False,
) -> None:
    """Let the assistant go on. Raises `NotYours`. Needs the row lock.

    What was `settled` is said to the customer and goes with every later turn to the assistant, which begins
    afresh; with `resume` it goes on where it stopped, its form with what was filled in.
    """
    if conversation.agent_id != staff_id:
        raise NotYours
    told = clean(settled)[:NOTE_LENGTH]
    current = open_hand_over(session, conversation)
    if current is not None:
        current.settled = told
    _end(session, conversation, now=now)
    if not resume:
        new_session(conversation)
    sentence = "agent_left_settled" if told else "agent_left"
    text = plain_words.told(conversation, sentence, settled=told)
    service.add_message(session, conversation, author="system", text=text, now=now)
    _record(session, conversation, "conversation.handed_back", staff_id, now)


def new_session(conversation: Conversation) -> None:
    """The assistant begins afresh with the customer's next words."""
    conversation.session_number, conversation.turn_count = conversation.session_number + 1, 0
    conversation.failures = 0


def settled_before(session: Session, conversation: Conversation) -> str:
    """What people said they had settled when they gave the conversation back last; empty for nothing."""
    query = select(HandOver.settled).where(HandOver.conversation_id == conversation.id)
    return session.scalar(query.order_by(HandOver.id.desc()).limit(1)) or ""


def close(session: Session, conversation: Conversation, *, staff_id: uuid.UUID, now: datetime) -> None:
    """End the conversation. Raises `NotYours`. Needs the row lock."""
    if conversation.agent_id != staff_id:
        raise NotYours
    _end(session, conversation, now=now)
    service.close(session, conversation, by=Actor("staff", str(staff_id)), now=now)


def customer_left(session: Session, conversation: Conversation, *, now: datetime) -> None:
    """They can no longer be reached here: nobody answers any more, and the proof of who they are has ended.
    What was said stays with the bank. Needs the row lock."""
    _end(session, conversation, now=now)
    conversation.verified_at = conversation.code_proved_at = None
    service.close(session, conversation, by=SYSTEM, now=now)


def open_hand_over(session: Session, conversation: Conversation) -> HandOver | None:
    """The one that waits for a person or is with one now."""
    query = select(HandOver).where(HandOver.conversation_id == conversation.id, HandOver.ended_at.is_(None))
    return session.scalar(query.order_by(HandOver.id.desc()).limit(1))


def announce(session: Session, passing: HandOver, *, now: datetime) -> None:
    """Tell people at the desk that somebody waits; who is told is decided when the event is delivered."""
    outbox.write(
        session,
        topic=WAITING,
        key=f"{WAITING}:{passing.id}",
        payload={"conversation_id": str(passing.conversation_id), "hand_over": passing.id},
        now=now,
    )


def _end(session: Session, conversation: Conversation, *, now: datetime) -> None:
    current = open_hand_over(session, conversation)
    if current is not None:
        current.ended_at = now
    conversation.answering, conversation.agent_id, conversation.queued_at = "assistant", None, None
    conversation.unanswered_since, conversation.team, conversation.meant_for_id = None, "", None


def _record(
    session: Session, conversation: Conversation, action: str, staff_id: uuid.UUID, now: datetime
) -> None:
    by = Actor("staff", str(staff_id))
    record(session, by=by, action=action, subject=service.subject(conversation), now=now)
