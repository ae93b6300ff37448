"""Who is at the desk: online, away or offline, how much they take, and what they look at.

All times here are of the machine, as for leases. Who goes offline, or whose pages have been gone for some
minutes, gives their conversations back to the queue.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service_api.audit.service import SYSTEM, Actor, record
from service_api.conversations.desk_models import USUAL_CAPACITY, AgentPresence, ConversationLook
from service_api.conversations.models import Conversation
from service_api.core.problems import Conflict, Malformed
from service_api.core.upsert import insert_once
from service_api.staff.models import StaffMember
from service_api.staff.roles import PERMISSIONS, Permission

Status = Literal["online", "away", "offline"]
GONE_AFTER = timedelta(minutes=5)
LOOKING_FOR = timedelta(seconds=20)
TYPING_FOR = timedelta(seconds=8)
SEEN_EVERY = timedelta(seconds=8)
MOST_AT_ONCE = 50
ANSWERING_ROLES = tuple(role for role, may in PERMISSIONS.items() if Permission.ANSWER_CUSTOMERS in may)


class AtCapacity(Conflict):
    type = "at-capacity"
    title = "接待数已满，请先结束或转出一个会话"


class BadCapacity(Malformed):
    type = "bad-capacity"
    title = f"接待上限为 0 到 {MOST_AT_ONCE}"


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person who answers customers, as colleagues see them; `load` counts their conversations."""

    id: uuid.UUID
    username: str
    name: str
    status: Status
    load: int
    capacity: int

    @property
    def has_room(self) -> bool:
        return self.status == "online" and self.load < self.capacity


def presence_of(session: Session, staff_id: uuid.UUID, *, machine_now: datetime) -> AgentPresence:
    """The person's row, locked; made when they come to the desk for the first time."""
    fresh = {
        "staff_id": staff_id,
        "status": "online",
        "capacity": USUAL_CAPACITY,
        "seen_at": machine_now,
    }
    insert_once(session, AgentPresence, fresh, unique=["staff_id"])
    return session.get_one(AgentPresence, staff_id, with_for_update=True)


def presence_or_none(session: Session, staff_id: uuid.UUID) -> AgentPresence | None:
    """For reading only; None for who has not been at the desk yet."""
    return session.get(AgentPresence, staff_id)


def seen(session: Session, staff_id: uuid.UUID, *, machine_now: datetime) -> AgentPresence:
    """Their pages, or their programme, were heard of just now."""
    row = presence_of(session, staff_id, machine_now=machine_now)
    row.seen_at = machine_now
    return row


def set_status(
    session: Session, staff_id: uuid.UUID, status: Status, *, by: Actor, now: datetime, machine_now: datetime
) -> bool:
    """Say whether a person takes conversations; False when they had said so before.

    Going offline does not return their conversations by itself: `transfer.leave` does both.
    """
    row = seen(session, staff_id, machine_now=machine_now)
    if row.status == status:
        return False
    before, row.status = row.status, status
    record(
        session,
        by=by,
        action="staff.status",
        subject=("staff", str(staff_id)),
        now=now,
        status=status,
        before=before,
    )
    session.flush()
    return True


def set_capacity(
    session: Session, staff_id: uuid.UUID, capacity: int, *, by: Actor, now: datetime, machine_now: datetime
) -> None:
    """How many conversations a person answers at once. Raises `BadCapacity`.

    It is no sign of life: who has not been at the desk yet stays away.
    """
    if not 0 <= capacity <= MOST_AT_ONCE:
        raise BadCapacity
    row = presence_of(session, staff_id, machine_now=machine_now - 2 * GONE_AFTER)
    if row.capacity == capacity:
        return
    row.capacity = capacity
    subject = ("staff", str(staff_id))
    record(session, by=by, action="staff.capacity", subject=subject, now=now, capacity=capacity)
    session.flush()


def load_of(session: Session, staff_id: uuid.UUID) -> int:
    query = select(func.count()).where(Conversation.agent_id == staff_id)
    return session.scalar(query) or 0


def check_room(session: Session, staff_id: uuid.UUID) -> None:
    """Raises `AtCapacity` when the person answers as many as they may. Who has no row has the usual room."""
    capacity = session.scalar(select(AgentPresence.capacity).where(AgentPresence.staff_id == staff_id))
    if load_of(session, staff_id) >= (USUAL_CAPACITY if capacity is None else capacity):
        raise AtCapacity


def colleagues(session: Session, *, machine_now: datetime) -> list[Colleague]:
    """Everyone who answers customers, those with room first; two queries whatever their number."""
    load = (
        select(Conversation.agent_id, func.count().label("load"))
        .where(Conversation.agent_id.is_not(None))
        .group_by(Conversation.agent_id)
        .subquery()
    )
    rows = session.execute(
        select(
            StaffMember.id,
            StaffMember.username,
            StaffMember.display_name,
            AgentPresence.status,
            AgentPresence.seen_at,
            AgentPresence.capacity,
            load.c.load,
        )
        .join(AgentPresence, AgentPresence.staff_id == StaffMember.id, isouter=True)
        .join(load, load.c.agent_id == StaffMember.id, isouter=True)
        .where(StaffMember.active, StaffMember.role.in_(ANSWERING_ROLES))
        .order_by(StaffMember.username)
        .limit(500)
    ).all()
    found = [
        Colleague(
            row.id,
            row.username,
            row.display_name,
            status_now(row.status, row.seen_at, machine_now=machine_now),
            row.load or 0,
            USUAL_CAPACITY if row.capacity is None else row.capacity,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (not one.has_room, one.status == "offline", one.load, one.username))


def status_now(status: str | None, seen_at: datetime | None, *, machine_now: datetime) -> Status:
    """What a person said of themselves, unless their pages are gone."""
    if status is None or seen_at is None or machine_now - seen_at > GONE_AFTER:
        return "offline"
    return "online" if status == "online" else "away" if status == "away" else "offline"


def gone_with_conversations(session: Session, *, machine_now: datetime) -> Sequence[uuid.UUID]:
    """Who still has conversations although nothing was heard of them for some minutes."""
    query = (
        select(AgentPresence.staff_id)
        .where(
            AgentPresence.seen_at < machine_now - GONE_AFTER,
            AgentPresence.staff_id.in_(
                select(Conversation.agent_id).where(Conversation.agent_id.is_not(None))
            ),
        )
        .order_by(AgentPresence.staff_id)
        .limit(200)
    )
    return session.scalars(query).all()


def mark_gone(session: Session, staff_id: uuid.UUID, *, now: datetime, machine_now: datetime) -> bool:
    """Put a vanished person offline; False when they have been heard of meanwhile. Locks their row."""
    row = session.get(AgentPresence, staff_id, with_for_update=True, populate_existing=True)
    if row is None or row.seen_at >= machine_now - GONE_AFTER:
        return False
    if row.status != "offline":
        row.status = "offline"
        subject = ("staff", str(staff_id))
        record(
            session, by=SYSTEM, action="staff.status", subject=subject, now=now, status="offline", gone=True
        )
    return True


def look(
    session: Session,
    conversation_id: uuid.UUID,
    staff_id: uuid.UUID,
    *,
    read_seq: int,
    typing: bool,
    machine_now: datetime,
) -> None:
    """This person has the conversation open, has read so far, and types in it or not."""
    fresh = {
        "conversation_id": conversation_id,
        "staff_id": staff_id,
        "read_seq": read_seq,
        "seen_at": machine_now,
        "typing_until": machine_now + TYPING_FOR if typing else None,
    }
    if insert_once(session, ConversationLook, fresh, unique=["conversation_id", "staff_id"]):
        return
    row = session.get_one(ConversationLook, (conversation_id, staff_id), with_for_update=True)
    row.read_seq = max(row.read_seq, read_seq)
    row.seen_at = machine_now
    row.typing_until = machine_now + TYPING_FOR if typing else None
    session.flush()


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Somebody else who has the conversation open."""

    name: str
    typing: bool


def onlookers(
    session: Session, conversation_id: uuid.UUID, *, but: uuid.UUID, machine_now: datetime
) -> list[Onlooker]:
    """Who else looks at it now, by name: two people must not answer without knowing of each other."""
    rows = session.execute(
        select(StaffMember.display_name, ConversationLook.typing_until)
        .join(StaffMember, StaffMember.id == ConversationLook.staff_id)
        .where(
            ConversationLook.conversation_id == conversation_id,
            ConversationLook.staff_id != but,
            ConversationLook.seen_at > machine_now - LOOKING_FOR,
        )
        .order_by(StaffMember.display_name)
        .limit(10)
    )
    return [
        Onlooker(row.display_name, row.typing_until is not None and row.typing_until > machine_now)
        for row in rows
    ]
