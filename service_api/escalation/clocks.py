"""Clocks as rows: start them, change them by an event each, and read them back as pure states."""

from collections.abc import Sequence
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
)
from service_api.escalation.models import ComplaintClock, ComplaintClockEvent
from service_api.escalation.profiles import ClockProfile, Profile


def start_clock(
    session: Session,
    complaint: Complaint,
    profile: Profile,
    clock: ClockProfile,
    *,
    round_: int,
    calendar: WorkingCalendar,
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
) -> ClockEvent:
    """Decide the change, apply it and keep its event. Raises `ClockRefuses`."""
    terms = terms_of(row)
    event = decide(state_of(row), terms, change, at=now, calendar=calendar, amount=amount)
    state = apply(state_of(row), event)
    for name, value in asdict(state).items():
        setattr(row, name, value)
    if state.status != "running":
        row.next_look_at = None
    if change is Change.PAUSE:
        row.paused_for = reason
    if event.due_at is not None:
        row.estimated = _is_estimated(terms, state, calendar)
    last = session.scalar(
        select(func.max(ComplaintClockEvent.seq)).where(ComplaintClockEvent.clock_id == row.id)
    )
    _write(session, row, event, seq=(last or 0) + 1, by=by, reason=reason)
    return event


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
