"""Turns of the assistant: whose message comes next, what it is asked, and what becomes of its answer.

A turn is leased in the database, so that of several processes only one asks, and the lease of one that died
runs out. Leases are in machine time: the demo's clock may jump, processes do not.
"""

import secrets
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.audit.service import SYSTEM
from service_api.conversations import drafts, handover, plain_words, service, trust
from service_api.conversations.hours import OfficeHours, WorkingDay, weekday
from service_api.conversations.menus import LAST, place_typed
from service_api.conversations.models import LANGUAGES, WAITING, Conversation, Message

TURNS_PER_SESSION = 30
IDLE = timedelta(minutes=30)
IDLE_IN_FORM = timedelta(hours=12)
FAILURES_BEFORE_PERSON = 2
READ_AT_ONCE = 8
# A bare digit answers these questions of the assistant itself and picks no button.
NUMERIC_SLOTS = ("amount", "contact", "phone", "code", "date", "tail", "score", "rating")


@dataclass(frozen=True, slots=True)
class Turn:
    """One question to the assistant. `sender` names its session; `lease` proves who may store the answer;
    `settled` is what people said they had done when they gave the conversation back.

    `answer_waits`: the answer to a complaint of theirs waits for the customer's word. `answer_read`: the
    number of the one that they have just read about; empty when something else was said last."""

    conversation_id: uuid.UUID
    message_id: int
    seq: int
    sender: str
    text: str
    language: str
    channel: str
    verified: bool
    settled: str
    sent_at: datetime
    lease: str
    ended_form: str | None = None
    draft: bool = False
    plain_words: bool | None = None
    answer_waits: bool = False
    answer_read: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    text: str
    buttons: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reply:
    """The assistant's answer to one turn; `state` is kept with the conversation, so that a draft survives."""

    said: list[Said]
    intent: str | None
    confidence: float | None
    language: str | None
    state: dict[str, Any]


def next_turn(
    session: Session, talk: Conversation, *, now: datetime, machine_now: datetime, lease_for: timedelta
) -> Turn | None:
    """Lease the oldest message that waits for the assistant; None when there is none or another works.

    Needs the row lock.
    """
    if talk.turn_until is not None and talk.turn_until > machine_now:
        return None
    if talk.answering != "assistant":
        service.hand_to_people(session, talk, now=now)
        return None
    message = session.scalar(
        select(Message).where(Message.conversation_id == talk.id, *WAITING).order_by(Message.seq).limit(1)
    )
    if message is None:
        return None
    if needs_new_session(talk, now=now):
        talk.session_number, talk.turn_count = talk.session_number + 1, 0
    talk.turn_token, talk.turn_until = secrets.token_hex(16), machine_now + lease_for
    service.touch(session, talk)
    first, state = talk.turn_count == 0, talk.assistant_state
    return Turn(
        conversation_id=talk.id,
        message_id=message.id,
        seq=message.seq,
        sender=f"{talk.id}.{talk.session_number}",
        text=_as_meant(session, talk, message),
        language=talk.language,
        channel=talk.channel,
        verified=trust.level_of(talk, now=now) is trust.Level.PROVED,
        settled=handover.settled_before(session, talk),
        sent_at=message.created_at,
        lease=talk.turn_token,
        ended_form=state.get("active_loop") if first else None,
        draft=first and drafts.draft_for(session, talk, now=now) is not None,
        plain_words=plain_words.wish_of(state),
    )


def read_before(session: Session, turn: Turn) -> list[Message]:
    """What the customer has read since they wrote last: all that was said to them before this message."""
    earlier = Message.conversation_id == turn.conversation_id, Message.seq < turn.seq
    latest = session.scalars(select(Message).where(*earlier).order_by(Message.seq.desc()).limit(READ_AT_ONCE))
    return list(takewhile(lambda message: message.author != "customer", latest))


def store_reply(session: Session, turn: Turn, reply: Reply, *, now: datetime) -> Conversation | None:
    """Show the assistant's answer. None when the lease ran out meanwhile and the turn is another's."""
    talk = _leased(session, turn)
    if talk is None:
        return None
    message = session.get_one(Message, turn.message_id)
    message.handled_at, message.raw_text = now, None
    message.intent, message.confidence = reply.intent, reply.confidence
    if reply.language in LANGUAGES:
        talk.language = reply.language
    talk.assistant_state = plain_words.carried_over(talk.assistant_state, reply.state, told=turn.plain_words)
    talk.failures = 0
    talk.turn_count += 1
    talk.last_turn_at = now
    for said in reply.said:
        service.add_message(session, talk, author="assistant", text=said.text, buttons=said.buttons, now=now)
    service.touch(session, talk)
    return talk


def store_failure(
    session: Session,
    turn: Turn,
    *,
    now: datetime,
    hours: OfficeHours,
    working_day: WorkingDay = weekday,
) -> None:
    """The assistant did not answer: say so, keep what was typed, and after two failures ask for a person.

    Unless a person takes over, the message goes on waiting and is tried again by the sweep.
    """
    talk = _leased(session, turn)
    if talk is None:
        return
    talk.failures += 1
    if talk.answering != "assistant":
        service.hand_to_people(session, talk, now=now)
        return
    sentence, facts = "assistant_down", dict[str, object]()
    if talk.failures >= FAILURES_BEFORE_PERSON:
        place = handover.hand_over(
            session, talk, reason="assistant_down", by=SYSTEM, now=now, hours=hours, working_day=working_day
        )
        sentence = "assistant_down_person" if place.open else "assistant_down_closed"
        facts = {"ahead": (place.position or 1) - 1, "hours": place.hours}
        if place.open:
            service.hand_to_people(session, talk, now=now)
    if talk.failures == FAILURES_BEFORE_PERSON or _has_last_word(session, talk):
        text = plain_words.told(talk, sentence, **facts)
        service.add_message(session, talk, author="assistant", text=text, now=now)
    service.touch(session, talk)


def release(session: Session, turn: Turn) -> None:
    """Give the lease back unused, as when the process is stopped: another may take the turn at once."""
    _leased(session, turn)


def needs_new_session(talk: Conversation, *, now: datetime) -> bool:
    """The assistant slows down as a session grows, so a long or idle one ends; in a form after half a day."""
    if talk.turn_count == 0:
        return False
    in_form = bool(talk.assistant_state.get("active_loop"))
    longest = IDLE_IN_FORM if in_form else IDLE
    idle = talk.last_turn_at is not None and now - talk.last_turn_at > longest
    return idle or (talk.turn_count >= TURNS_PER_SESSION and not in_form)


def _as_meant(session: Session, talk: Conversation, message: Message) -> str:
    """A typed `2`, or "the second", is that button of the menu last shown, unless a number was asked for."""
    text = message.raw_text or message.text
    place = place_typed(text)
    asked_for = (talk.turn_count and talk.assistant_state.get("requested_slot")) or ""
    if place is None or any(word in asked_for for word in NUMERIC_SLOTS):
        return text
    last_words = Message.conversation_id == talk.id, Message.author == "assistant", Message.seq < message.seq
    shown = session.scalar(select(Message.buttons).where(*last_words).order_by(Message.seq.desc()).limit(1))
    if not shown or not (place == LAST or 1 <= place <= len(shown)):
        return text
    return shown[LAST if place == LAST else place - 1]["payload"]


def _leased(session: Session, turn: Turn) -> Conversation | None:
    """The conversation, its lease ended; None when it is not ours any more."""
    talk = service.locked(session, turn.conversation_id)
    if talk.turn_token != turn.lease:
        return None
    talk.turn_token, talk.turn_until = None, None
    return talk


def _has_last_word(session: Session, talk: Conversation) -> bool:
    author = session.scalar(
        select(Message.author).where(Message.conversation_id == talk.id, Message.seq == talk.last_seq)
    )
    return author == "customer"
