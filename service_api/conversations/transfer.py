"""A person passes a conversation on: to a colleague, to a team, or back to the queue when they go away."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.audit.service import SYSTEM, Actor, record
from service_api.conversations import notes, presence, service
from service_api.conversations.handover import NOTE_LENGTH, NotYours, announce, new_session, open_hand_over
from service_api.conversations.hours import OfficeHours, WorkingDay, weekday
from service_api.conversations.models import Conversation, HandOver
from service_api.conversations.packet import packet_of
from service_api.conversations.plain_words import told
from service_api.core.problems import Malformed
from service_api.core.text import clean
from service_api.staff.models import StaffMember
from service_api.staff.roles import PERMISSIONS, Permission

Team = Literal["general", "cards", "loans", "wealth", "consumer-protection"]
TEAMS: tuple[Team, ...] = ("general", "cards", "loans", "wealth", "consumer-protection")
FIRST = 0  # who has been served already waits for nobody of a lower rank


class BadTransfer(Malformed):
    type = "bad-transfer"
    title = "无法转给该同事或团队"


def pass_on(
    session: Session,
    conversation: Conversation,
    *,
    to: str = "",
    team: str = "",
    note: str = "",
    staff_id: uuid.UUID,
    now: datetime,
) -> None:
    """Put it first into the queue, meant for a colleague (by username) or a team, with a note for them.

    Anybody may take it up: a customer is not left waiting because one person is busy.
    Raises `NotYours`, and `BadTransfer` for an unknown aim. Needs the row lock.
    """
    if conversation.agent_id != staff_id:
        raise NotYours
    if bool(to) == bool(team) or (team and team not in TEAMS):
        raise BadTransfer("one colleague or one team")
    colleague = _colleague(session, to) if to else None
    if colleague is not None and colleague.id == staff_id:
        raise BadTransfer("that is you")
    words = clean(note)[:NOTE_LENGTH]
    if words:
        notes.add_note(session, conversation, text=words, staff_id=staff_id, now=now)
    passing = _requeue(session, conversation, reason="transferred", note=words, now=now)
    conversation.answering, conversation.queue_rank = "queue", FIRST
    conversation.team, conversation.meant_for_id = team, colleague.id if colleague else None
    announce(session, passing, now=now)
    text = told(conversation, "agent_passes_on")
    service.add_message(session, conversation, author="system", text=text, now=now)
    aim = {"to": str(colleague.id)} if colleague else {"team": team}
    record(
        session,
        by=Actor("staff", str(staff_id)),
        action="conversation.transferred",
        subject=service.subject(conversation),
        now=now,
        **aim,
    )


def leave(
    session: Session,
    staff_id: uuid.UUID,
    *,
    by: Actor = SYSTEM,
    now: datetime,
    hours: OfficeHours,
    working_day: WorkingDay = weekday,
) -> list[uuid.UUID]:
    """Give back every conversation of a person who goes away; each customer is told and keeps their place."""
    is_open = hours.is_open(now, working_day=working_day)
    ids = list(_conversations_of(session, staff_id))
    for conversation_id in ids:
        conversation = service.locked(session, conversation_id)
        if conversation.agent_id != staff_id:
            continue
        passing = _requeue(session, conversation, reason="agent_left", note="", now=now)
        announce(session, passing, now=now)
        if is_open:
            conversation.answering = "queue"
        else:
            new_session(conversation)
        sentence = "agent_gone" if is_open else "agent_gone_closed"
        text = told(conversation, sentence, hours=hours)
        service.add_message(session, conversation, author="system", text=text, now=now)
        record(session, by=by, action="conversation.returned", subject=service.subject(conversation), now=now)
    session.flush()
    return ids


def return_abandoned(
    session: Session,
    *,
    now: datetime,
    machine_now: datetime,
    hours: OfficeHours,
    working_day: WorkingDay = weekday,
) -> int:
    """Give back the conversations of people whose pages have been gone for some minutes. How many."""
    gone = presence.gone_with_conversations(session, machine_now=machine_now)
    return sum(
        len(leave(session, staff_id, now=now, hours=hours, working_day=working_day))
        for staff_id in gone
        if presence.mark_gone(session, staff_id, now=now, machine_now=machine_now)
    )


def _requeue(
    session: Session, conversation: Conversation, *, reason: str, note: str, now: datetime
) -> HandOver:
    """Nobody's again, waiting since the customer first asked; the assistant is not woken by it."""
    current = open_hand_over(session, conversation)
    if current is not None:
        current.ended_at = now
    passing = HandOver(
        conversation_id=conversation.id,
        reason=reason,
        note=note,
        packet=packet_of(session, conversation, now=now),
        asked_at=now,
    )
    session.add(passing)
    conversation.queued_at = conversation.unanswered_since or now
    conversation.answering, conversation.agent_id = "assistant", None
    conversation.unanswered_since = None
    session.flush()
    return passing


def _conversations_of(session: Session, staff_id: uuid.UUID) -> Sequence[uuid.UUID]:
    query = select(Conversation.id).where(Conversation.agent_id == staff_id)
    return session.scalars(query.order_by(Conversation.id).limit(200)).all()


def _colleague(session: Session, username: str) -> StaffMember:
    member = session.scalar(select(StaffMember).where(StaffMember.username == username))
    if (
        member is None
        or not member.active
        or Permission.ANSWER_CUSTOMERS not in PERMISSIONS.get(member.role, frozenset())
    ):
        raise BadTransfer("unknown colleague")
    return member
