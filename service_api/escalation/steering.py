"""What people decide about clocks and levels: extend, pause for an appraisal, resume, acknowledge."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.audit.service import record
from service_api.complaints.bulk import Outcome, do_on_each
from service_api.complaints.handling import tell_customer
from service_api.complaints.models import Complaint
from service_api.complaints.queries import complaint_for
from service_api.complaints.service import due_date
from service_api.core.problems import Conflict, Forbidden, NotFound
from service_api.core.versions import VersionNeeded, check_version
from service_api.escalation.clock import Change
from service_api.escalation.models import ComplaintClock, Escalation
from service_api.escalation.profiles import ClockProfile
from service_api.escalation.queries import MOST, NOT_ACKNOWLEDGED
from service_api.escalation.service import APPRAISAL, DeskClocks
from service_api.staff.roles import Permission
from service_api.staff.service import SignedIn


class NotExtendable(Conflict):
    type = "not-extendable"
    title = "该期限不可延长"


class NotPausable(Conflict):
    type = "not-pausable"
    title = "该计时不可暂停"


class NothingToAcknowledge(Conflict):
    type = "nothing-to-acknowledge"
    title = "没有待确认的升级"


def extend(
    session: Session,
    desk: DeskClocks,
    complaint: Complaint,
    clock_id: uuid.UUID,
    *,
    reason: str,
    me: SignedIn,
    now: datetime,
    zone: ZoneInfo,
) -> ComplaintClock:
    """Extend a clock by what its profile allows; the customer is told, with the reason, in the same commit.

    Needs the permission to approve, and another person than the one who handles the complaint. Raises
    `Forbidden`, `NotExtendable`, `NotFound`, `ClockRefuses`.
    """
    me.must(Permission.APPROVE)
    if complaint.owner_id == me.staff_id:
        raise Forbidden("the handler's superior extends")
    row, clock = _clock(session, desk, complaint, clock_id)
    if clock.extension is None or row.extensions >= clock.extension.most:
        raise NotExtendable
    desk.change(
        session, row, Change.EXTEND, by=me.actor, now=now, reason=reason, amount=clock.extension.length
    )
    desk.refresh(session, complaint)
    _record(session, complaint, row, "complaint.clock_extended", me=me, now=now)
    tell_customer(
        session,
        complaint,
        "complaint_extended",
        key=f"extended:{row.id}:{row.extensions}",
        now=now,
        reason=reason,
        due_date=due_date(row.due_at, zone).isoformat(),
    )
    session.flush()
    return row


def pause_for_appraisal(
    session: Session,
    desk: DeskClocks,
    complaint: Complaint,
    clock_id: uuid.UUID,
    *,
    reason: str,
    me: SignedIn,
    now: datetime,
) -> ComplaintClock:
    """Stop the count while an external appraisal runs; only where the profile allows it. The customer, who
    was told a day, hears that it moves."""
    me.must(Permission.APPROVE)
    row, clock = _clock(session, desk, complaint, clock_id)
    if APPRAISAL not in clock.pauses_for:
        raise NotPausable
    desk.change(session, row, Change.PAUSE, by=me.actor, now=now, reason=APPRAISAL)
    desk.refresh(session, complaint)
    _record(session, complaint, row, "complaint.clock_paused", me=me, now=now, reason=reason)
    if row.statutory:
        tell_customer(session, complaint, "complaint_appraisal", key=_pause_of(row), now=now)
    return row


def resume(
    session: Session,
    desk: DeskClocks,
    complaint: Complaint,
    clock_id: uuid.UUID,
    *,
    me: SignedIn,
    now: datetime,
) -> ComplaintClock:
    """The appraisal is here: the count goes on, later by the days it took; the customer hears the new day."""
    me.must(Permission.APPROVE)
    row, _ = _clock(session, desk, complaint, clock_id)
    told = row.statutory and row.paused_for == APPRAISAL
    desk.change(session, row, Change.RESUME, by=me.actor, now=now)
    desk.refresh(session, complaint)
    _record(session, complaint, row, "complaint.clock_resumed", me=me, now=now)
    if told:
        tell_customer(session, complaint, "complaint_appraised", key=f"{_pause_of(row)}:over", now=now)
    return row


def acknowledge(
    session: Session, complaint: Complaint, escalation_id: uuid.UUID, *, me: SignedIn, now: datetime
) -> Escalation:
    """Somebody takes note of a level, so that the next one does not fire. Doing it again changes nothing."""
    me.must(Permission.HANDLE_COMPLAINTS)
    row = session.scalar(select(Escalation).where(Escalation.id == escalation_id).with_for_update())
    if row is None or row.complaint_id != complaint.id:
        raise NotFound
    if row.acknowledged_at is None:
        row.acknowledged_at, row.acknowledged_by_id, row.acknowledge_by = now, me.staff_id, None
        session.flush()
        record(
            session,
            by=me.actor,
            action="complaint.escalation_acknowledged",
            subject=complaint.subject,
            now=now,
            level=row.level,
            clock=row.clock,
        )
    return row


def acknowledge_all(
    session: Session, complaint: Complaint, *, me: SignedIn, now: datetime
) -> Sequence[Escalation]:
    """Every level of a complaint that nobody has acknowledged yet. Raises `NothingToAcknowledge`."""
    unheard = session.scalars(
        select(Escalation.id)
        .where(Escalation.complaint_id == complaint.id, NOT_ACKNOWLEDGED)
        .order_by(Escalation.fired_at, Escalation.id)
        .limit(MOST)
    ).all()
    if not unheard:
        raise NothingToAcknowledge
    return [acknowledge(session, complaint, one, me=me, now=now) for one in unheard]


def acknowledge_many(
    session: Session, me: SignedIn, seen: Mapping[str, int | None], *, now: datetime
) -> Outcome:
    """The levels of many complaints, by number with the version that was seen of each: where another level
    fired meanwhile, or anything else was done, nobody has taken note of it. Raises `Forbidden`, `Malformed`.
    """
    me.must(Permission.HANDLE_COMPLAINTS)

    def take_note(complaint: Complaint) -> None:
        version = seen[complaint.number]
        if version is None:
            raise VersionNeeded
        check_version(complaint.version, expected=version)
        acknowledge_all(session, complaint, me=me, now=now)

    return do_on_each(session, me, seen, take_note)


def set_complex(
    session: Session, desk: DeskClocks, complaint: Complaint, *, me: SignedIn, now: datetime
) -> None:
    """A complex matter has the longer legal period; the difference is added to the running clocks once.

    Needs the permission to approve. The customer is told the new date.
    """
    me.must(Permission.APPROVE)
    if complaint.complex:
        return
    complaint.complex = True
    longer_ones = 0
    for row in _running(session, complaint):
        clock = desk.clock_profile(session, row)
        longer = clock.complex_length if clock is not None else None
        if longer is None or longer <= row.length:
            continue
        desk.change(
            session, row, Change.LENGTHEN, by=me.actor, now=now, reason="complex", amount=longer - row.length
        )
        longer_ones += 1
    desk.refresh(session, complaint)
    if longer_ones:
        tell_customer(session, complaint, "complaint_complex", key="complex", now=now)
    record(session, by=me.actor, action="complaint.complex", subject=complaint.subject, now=now)
    session.flush()


def _pause_of(row: ComplaintClock) -> str:
    return f"appraisal:{row.id}:{row.pauses}"


def _running(session: Session, complaint: Complaint) -> list[ComplaintClock]:
    return list(
        session.scalars(
            select(ComplaintClock)
            .where(ComplaintClock.complaint_id == complaint.id, ComplaintClock.status == "running")
            .order_by(ComplaintClock.id)
        )
    )


def _clock(
    session: Session, desk: DeskClocks, complaint: Complaint, clock_id: uuid.UUID
) -> tuple[ComplaintClock, ClockProfile]:
    row = session.get(ComplaintClock, clock_id)
    if row is None or row.complaint_id != complaint.id:
        raise NotFound
    clock = desk.clock_profile(session, row)
    if clock is None:
        raise NotExtendable
    return row, clock


def _record(
    session: Session,
    complaint: Complaint,
    row: ComplaintClock,
    action: str,
    *,
    me: SignedIn,
    now: datetime,
    **facts: object,
) -> None:
    record(
        session,
        by=me.actor,
        action=action,
        subject=complaint.subject,
        now=now,
        clock=row.name,
        due_at=row.due_at.isoformat(),
        **facts,
    )


def complaint_of(session: Session, me: SignedIn, number: str) -> Complaint:
    """The complaint, locked, of somebody who may see it. Raises `NotFound`."""
    return complaint_for(session, me, number, lock=True)
