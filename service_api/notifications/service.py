"""Put lines into inboxes, read them, and say who stands in for whom."""

import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from service_api.audit.service import Actor, record
from service_api.core.problems import Malformed, NotFound
from service_api.core.upsert import insert_once
from service_api.notifications.models import Absence, InboxItem
from service_api.staff.models import StaffMember

MOST_NUMBERS = 20  # named in one digest; the rest is a count


class BadAbsence(Malformed):
    type = "bad-absence"
    title = "代班设置无效"


def tell(
    session: Session,
    member: StaffMember,
    *,
    kind: str,
    key: str,
    facts: Mapping[str, object],
    now: datetime,
    complaint_id: uuid.UUID | None = None,
    by_mail: bool = False,
) -> bool:
    """Put a line into a person's inbox, once per key; False when it was there already."""
    row = {
        "id": uuid.uuid4(),
        "staff_id": member.id,
        "key": key,
        "kind": kind,
        "complaint_id": complaint_id,
        "facts": dict(facts),
        "by_mail": by_mail,
        "created_at": now,
    }
    return insert_once(session, InboxItem, row, unique=["staff_id", "key"])


def add_to_digest(
    session: Session, member: StaffMember, *, key: str, number: str, level: int, by_mail: bool, now: datetime
) -> None:
    """Count an escalation into one line of the person's inbox, whatever number of them comes at once."""
    tell(session, member, kind="digest", key=key, facts={}, now=now, by_mail=by_mail)
    item = session.scalars(
        select(InboxItem)
        .where(InboxItem.staff_id == member.id, InboxItem.key == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    numbers: list[str] = item.facts.get("numbers", [])
    item.facts = {
        "count": item.facts.get("count", 0) + 1,
        "level": max(item.facts.get("level", 0), level),
        "numbers": numbers if number in numbers or len(numbers) >= MOST_NUMBERS else [*numbers, number],
    }
    item.by_mail = item.by_mail or by_mail
    session.flush()


def mark_read(session: Session, *, staff_id: uuid.UUID, item_id: uuid.UUID, now: datetime) -> None:
    """Raises `NotFound` for an item that is not this person's."""
    result = session.execute(
        update(InboxItem)
        .where(InboxItem.id == item_id, InboxItem.staff_id == staff_id, InboxItem.read_at.is_(None))
        .values(read_at=now)
    )
    if isinstance(result, CursorResult) and result.rowcount == 0:
        own = select(InboxItem.id).where(InboxItem.id == item_id, InboxItem.staff_id == staff_id)
        if session.scalar(own) is None:
            raise NotFound


def set_stand_in(
    session: Session,
    *,
    member_id: uuid.UUID,
    stand_in_id: uuid.UUID,
    starts_at: datetime,
    ends_at: datetime,
    by: Actor,
    now: datetime,
) -> Absence:
    """Somebody is away. Raises `BadAbsence` for unknown people, themselves, or an end before the start."""
    if ends_at <= starts_at or member_id == stand_in_id:
        raise BadAbsence
    if any(session.get(StaffMember, each) is None for each in (member_id, stand_in_id)):
        raise BadAbsence("unknown member of staff")
    absence = Absence(staff_id=member_id, stand_in_id=stand_in_id, starts_at=starts_at, ends_at=ends_at)
    session.add(absence)
    session.flush()
    record(
        session,
        by=by,
        action="staff.absent",
        subject=("staff", str(member_id)),
        now=now,
        stand_in_id=stand_in_id,
        starts_at=starts_at.isoformat(),
        ends_at=ends_at.isoformat(),
    )
    return absence


def end_absence(session: Session, absence_id: uuid.UUID, *, by: Actor, now: datetime) -> None:
    """The person is back, or will not be away after all. Raises `NotFound` for one that is over."""
    absence = session.get(Absence, absence_id)
    if absence is None or absence.ends_at <= now:
        raise NotFound
    subject = ("staff", str(absence.staff_id))
    if absence.starts_at >= now:
        session.delete(absence)
    else:
        absence.ends_at = now
    record(session, by=by, action="staff.back", subject=subject, now=now, stand_in_id=absence.stand_in_id)
