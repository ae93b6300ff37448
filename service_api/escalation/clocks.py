"""Clocks as rows: start them, change them by an event each, and read them back as pure states."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service_api.audit.service import Actor
from service_api.complaints.models import Complaint
from service_api.escalation.calendar import WorkingCalendar
from service_api.escalation.clock import (
    Change,
    ClockEvent,
    ClockState,
    Terms,
    Unit,
    apply,
    begin,
    decide,
    retarget,
)
from service_api.escalation.models import ComplaintClock, ComplaintClockEvent
from service_api.escalation.profiles import ClockProfile, Profile
from service_api.escalation.rulebook import InForce


def start_clock(
    session: Session,
    complaint: Complaint,
    profile: Profile,
    clock: ClockProfile,
    *,
    round_: int,
    calendar: WorkingCalendar,
    rules: InForce,
    by: Actor,
    now: datetime,
) -> ComplaintClock:
    """A new clock under the terms of today, with its first event; the caller flushes."""
    terms = clock.terms(tier=complaint.tier, complex_case=complaint.complex)
    event = begin(terms, at=now, calendar=calendar)
    state = apply(None, event)
    row = ComplaintClock(
        complaint_id=complaint.id,
        profile=profile.id,
        kind=clock.kind,
        round=round_,
        statutory=clock.statutory,
        calendar=profile.calendar,
        unit=terms.unit.value,
        length=terms.length,
        estimated=_is_estimated(terms, state, calendar),
        targets_id=rules.targets_id,
        ladder_id=rules.ladder_id,
        **asdict(state),
    )
    session.add(row)
    session.flush()
    _write(session, row, event, seq=1, by=by, reason="")
    return row


def change_clock(
    session: Session,
    row: ComplaintClock,
    change: Change,
    *,
    calendar: WorkingCalendar,
    by: Actor,
    now: datetime,
    reason: str = "",
    amount: int = 0,
    last: int | None = None,
) -> ClockEvent:
    """Decide the change, apply it and keep its event; the caller flushes. Raises `ClockRefuses`.

    `last` is the number of the clock's last event, where the caller has looked it up for many at once.
    """
    event = decide(state_of(row), terms_of(row), change, at=now, calendar=calendar, amount=amount)
    _apply(row, event, calendar=calendar)
    if change is Change.PAUSE:
        row.paused_for = reason
    _write(session, row, event, seq=_next(session, row, last), by=by, reason=reason)
    return event


def retarget_clock(
    session: Session,
    row: ComplaintClock,
    new: Terms,
    *,
    calendar: WorkingCalendar,
    by: Actor,
    now: datetime,
    reason: str,
) -> ClockEvent:
    """Let a clock go over to another length. Raises `ClockRefuses`."""
    event = retarget(state_of(row), terms_of(row), new, at=now, calendar=calendar)
    row.length = new.length
    _apply(row, event, calendar=calendar)
    _write(session, row, event, seq=_next(session, row, None), by=by, reason=reason)
    return event


def last_events(session: Session, clocks: Iterable[ComplaintClock]) -> dict[uuid.UUID, int]:
    """The number of the last event of each of these clocks."""
    ids = [row.id for row in clocks]
    if not ids:
        return {}
    seq = func.max(ComplaintClockEvent.seq)
    query = select(ComplaintClockEvent.clock_id, seq).where(ComplaintClockEvent.clock_id.in_(ids))
    return dict(session.execute(query.group_by(ComplaintClockEvent.clock_id)).all())


def _next(session: Session, row: ComplaintClock, last: int | None) -> int:
    return 1 + (last_events(session, [row]).get(row.id, 0) if last is None else last)


def _apply(row: ComplaintClock, event: ClockEvent, *, calendar: WorkingCalendar) -> None:
    state = apply(state_of(row), event)
    for name, value in asdict(state).items():
        setattr(row, name, value)
    if state.status != "running":
        row.next_look_at = None
    if event.due_at is not None:
        row.estimated = _is_estimated(terms_of(row), state, calendar)


def terms_of(row: ComplaintClock) -> Terms:
    return Terms(Unit(row.unit), row.length)


def state_of(row: ComplaintClock) -> ClockState:
    """What the row says, as a pure state."""
    return ClockState(
        started_at=row.started_at,
        due_at=row.due_at,
        status=row.status,
        paused_at=row.paused_at,
        rest_seconds=row.rest_seconds,
        credit_days=row.credit_days,
        added=row.added,
        extensions=row.extensions,
        pauses=row.pauses,
        breached_at=row.breached_at,
        stopped_at=row.stopped_at,
    )


def event_of(row: ComplaintClockEvent) -> ClockEvent:
    return ClockEvent(Change(row.change), row.at, row.due_at, row.amount, row.rest_seconds, row.credit_days)


def clocks_of(session: Session, complaint: Complaint) -> Sequence[ComplaintClock]:
    """Every clock the complaint ever had, the oldest first."""
    return session.scalars(
        select(ComplaintClock)
        .where(ComplaintClock.complaint_id == complaint.id)
        .order_by(ComplaintClock.started_at, ComplaintClock.profile, ComplaintClock.kind)
        .limit(200)
    ).all()


def events_of(session: Session, row: ComplaintClock) -> Sequence[ComplaintClockEvent]:
    """In the order in which they happened."""
    return session.scalars(
        select(ComplaintClockEvent)
        .where(ComplaintClockEvent.clock_id == row.id)
        .order_by(ComplaintClockEvent.seq)
        .limit(1000)
    ).all()


def _is_estimated(terms: Terms, state: ClockState, calendar: WorkingCalendar) -> bool:
    counts_work = terms.unit in {Unit.WORKING_DAYS, Unit.WORKING_MINUTES}
    return counts_work and not calendar.confirms_span(state.started_at, state.due_at)


def _write(
    session: Session, row: ComplaintClock, event: ClockEvent, *, seq: int, by: Actor, reason: str
) -> None:
    session.add(
        ComplaintClockEvent(
            clock_id=row.id,
            seq=seq,
            change=event.change.value,
            at=event.at,
            due_at=event.due_at,
            amount=event.amount,
            rest_seconds=event.rest_seconds,
            credit_days=event.credit_days,
            reason=reason,
            by_kind=by.kind,
            by_id=by.id,
        )
    )
