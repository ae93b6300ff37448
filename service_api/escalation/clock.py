"""One clock: how it starts, pauses, resumes, is extended, breaks and stops. Pure.

`decide` turns a wish into an event (and counts the new due time); `apply` folds events into a state without
looking at any calendar, so that the state of a clock can always be computed again from its events, whatever
has become of the calendar since.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from service_api.core.problems import Conflict
from service_api.escalation.calendar import (
    WorkingCalendar,
    after_calendar_days,
    after_working_days,
    after_working_time,
    working_days_between,
    working_time_between,
)


class Unit(StrEnum):
    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"
    WORKING_MINUTES = "working_minutes"
    MINUTES = "minutes"


class Change(StrEnum):
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    LENGTHEN = "lengthen"  # the matter turned out complex: more time, but no extension
    RECOUNT = "recount"
    RETARGET = "retarget"  # the bank has changed its target and wants open cases to follow
    BREACH = "breach"
    STOP = "stop"


class ClockRefuses(Conflict):
    type = "clock-refuses"
    title = "当前计时状态不允许此操作"


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed when the clock started; a later change of its profile does not touch it."""

    unit: Unit
    length: int


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """A change as it was decided. `due_at` is the due time from then on, `amount` what an extension added."""

    change: Change
    at: datetime
    due_at: datetime | None = None
    amount: int = 0
    rest_seconds: int = 0
    credit_days: int = 0


@dataclass(frozen=True, slots=True)
class ClockState:
    """How a clock stands. `rest_seconds` (time units) and `credit_days` (day units) remember pauses."""

    started_at: datetime
    due_at: datetime
    status: str = "running"
    paused_at: datetime | None = None
    rest_seconds: int = 0
    credit_days: int = 0
    added: int = 0
    extensions: int = 0
    pauses: int = 0
    breached_at: datetime | None = None
    stopped_at: datetime | None = None


def begin(terms: Terms, *, at: datetime, calendar: WorkingCalendar) -> ClockEvent:
    return ClockEvent(Change.START, at, due_at=_after(at, terms.unit, terms.length, calendar))


def decide(
    state: ClockState,
    terms: Terms,
    change: Change,
    *,
    at: datetime,
    calendar: WorkingCalendar,
    amount: int = 0,
) -> ClockEvent:
    """The event that this change makes. Raises `ClockRefuses` when the clock cannot change so now."""
    _check(state, change, at=at)
    if change is Change.PAUSE:
        return ClockEvent(change, at, rest_seconds=_rest(terms.unit, at, state.due_at, calendar))
    if change is Change.RESUME:
        return _resumed(state, terms, at=at, calendar=calendar)
    if change in {Change.EXTEND, Change.LENGTHEN}:
        return _extended(state, terms, change, at=at, amount=amount, calendar=calendar)
    if change is Change.RECOUNT:
        return ClockEvent(change, at, due_at=_recounted(state, terms, calendar))
    return ClockEvent(change, at)


def retarget(
    state: ClockState, terms: Terms, new: Terms, *, at: datetime, calendar: WorkingCalendar
) -> ClockEvent:
    """The event by which a clock goes over to another length of the same unit, with what was added to it.

    Raises `ClockRefuses` when it has stopped, or the unit is another: what was paused and added in days means
    nothing in minutes.
    """
    _check(state, Change.RETARGET, at=at)
    if new.unit is not terms.unit:
        raise ClockRefuses("a running clock keeps its unit")
    if terms.unit in {Unit.CALENDAR_DAYS, Unit.WORKING_DAYS}:
        whole = new.length + state.added + state.credit_days
        due_at = _after(state.started_at, terms.unit, whole, calendar)
        return ClockEvent(Change.RETARGET, at, due_at=due_at)
    more = timedelta(minutes=new.length - terms.length)
    if state.status == "paused":
        rest = state.rest_seconds + int(more.total_seconds())
        return ClockEvent(Change.RETARGET, at, due_at=state.due_at, rest_seconds=rest)
    if terms.unit is Unit.MINUTES:
        return ClockEvent(Change.RETARGET, at, due_at=state.due_at + more)
    if state.pauses:  # what was left at the pause was told to people
        return ClockEvent(Change.RETARGET, at, due_at=state.due_at)
    due_at = _after(state.started_at, terms.unit, new.length + state.added, calendar)
    return ClockEvent(Change.RETARGET, at, due_at=due_at)


def apply(state: ClockState | None, event: ClockEvent) -> ClockState:
    """The state after the event. Raises `ClockRefuses` for an event that cannot follow."""
    if state is None:
        if event.change is not Change.START or event.due_at is None:
            raise ClockRefuses("a clock begins with its start")
        return ClockState(started_at=event.at, due_at=event.due_at)
    due_at = event.due_at or state.due_at
    match event.change:
        case Change.PAUSE:
            return replace(
                state,
                status="paused",
                paused_at=event.at,
                rest_seconds=event.rest_seconds,
                pauses=state.pauses + 1,
            )
        case Change.RESUME:
            credit = state.credit_days + event.credit_days
            return replace(
                state, status="running", paused_at=None, rest_seconds=0, credit_days=credit, due_at=due_at
            )
        case Change.EXTEND | Change.LENGTHEN:
            return replace(
                state,
                due_at=due_at,
                rest_seconds=event.rest_seconds,
                added=state.added + event.amount,
                extensions=state.extensions + (event.change is Change.EXTEND),
                breached_at=None if due_at > event.at else state.breached_at,
            )
        case Change.RECOUNT:
            return replace(state, due_at=due_at)
        case Change.RETARGET:
            return replace(
                state,
                due_at=due_at,
                rest_seconds=event.rest_seconds,
                breached_at=None if due_at > event.at else state.breached_at,
            )
        case Change.BREACH:
            return replace(state, breached_at=event.at)
        case Change.STOP:
            return replace(state, status="stopped", stopped_at=event.at, paused_at=None, rest_seconds=0)
        case Change.START:
            raise ClockRefuses("a clock starts once")


def fold(events: Iterable[ClockEvent]) -> ClockState:
    """The state that the events, in their order, add up to. Raises `ClockRefuses` for none."""
    state: ClockState | None = None
    for event in events:
        state = apply(state, event)
    if state is None:
        raise ClockRefuses("a clock begins with its start")
    return state


def moment_of(state: ClockState, terms: Terms, percent: int, calendar: WorkingCalendar) -> datetime:
    """When so many percent of the clock's time have passed; working time for clocks that count it."""
    if percent == 100:
        return state.due_at
    if terms.unit is Unit.WORKING_MINUTES:
        whole = working_time_between(state.started_at, state.due_at, calendar)
        return after_working_time(state.started_at, whole * percent / 100, calendar)
    return state.started_at + (state.due_at - state.started_at) * percent / 100


def _check(state: ClockState, change: Change, *, at: datetime) -> None:
    if state.status == "stopped":
        raise ClockRefuses("the clock has stopped")
    if change is Change.PAUSE and state.status != "running":
        raise ClockRefuses("the clock is paused already")
    if change is Change.RESUME and state.status != "paused":
        raise ClockRefuses("the clock is not paused")
    if change is Change.BREACH and (
        state.status != "running" or state.breached_at is not None or at < state.due_at
    ):
        raise ClockRefuses("the clock is not overdue, or its breach is known")


def _after(start: datetime, unit: Unit, length: int, calendar: WorkingCalendar) -> datetime:
    match unit:
        case Unit.CALENDAR_DAYS:
            return after_calendar_days(start, length, calendar.zone)
        case Unit.WORKING_DAYS:
            return after_working_days(start, length, calendar)
        case Unit.WORKING_MINUTES:
            return after_working_time(start, timedelta(minutes=length), calendar)
        case Unit.MINUTES:
            return start + timedelta(minutes=length)


def _rest(unit: Unit, at: datetime, due_at: datetime, calendar: WorkingCalendar) -> int:
    """Seconds left when a clock of hours pauses, negative when it is overdue; days need no rest."""
    if unit is Unit.MINUTES:
        return int((due_at - at).total_seconds())
    if unit is Unit.WORKING_MINUTES:
        ahead = working_time_between(at, due_at, calendar) - working_time_between(due_at, at, calendar)
        return int(ahead.total_seconds())
    return 0


def _resumed(state: ClockState, terms: Terms, *, at: datetime, calendar: WorkingCalendar) -> ClockEvent:
    if terms.unit in {Unit.CALENDAR_DAYS, Unit.WORKING_DAYS}:
        paused_at = state.paused_at or at
        credit = (
            (calendar.local_day(at) - calendar.local_day(paused_at)).days
            if terms.unit is Unit.CALENDAR_DAYS
            else working_days_between(paused_at, at, calendar)
        )
        whole = terms.length + state.added + state.credit_days + credit
        due_at = _after(state.started_at, terms.unit, whole, calendar)
        return ClockEvent(Change.RESUME, at, due_at=due_at, credit_days=credit)
    return ClockEvent(Change.RESUME, at, due_at=_with_rest(at, terms.unit, state.rest_seconds, calendar))


def _with_rest(at: datetime, unit: Unit, rest_seconds: int, calendar: WorkingCalendar) -> datetime:
    rest = timedelta(seconds=rest_seconds)
    if unit is Unit.WORKING_MINUTES and rest > timedelta(0):
        return after_working_time(at, rest, calendar)
    return at + rest


def _extended(
    state: ClockState, terms: Terms, change: Change, *, at: datetime, amount: int, calendar: WorkingCalendar
) -> ClockEvent:
    if amount <= 0:
        raise ClockRefuses("an extension adds time")
    if terms.unit in {Unit.CALENDAR_DAYS, Unit.WORKING_DAYS}:
        whole = terms.length + state.added + state.credit_days + amount
        due_at = _after(state.started_at, terms.unit, whole, calendar)
        return ClockEvent(change, at, due_at=due_at, amount=amount)
    rest = state.rest_seconds + amount * 60 if state.status == "paused" else 0
    due_at = _after(state.due_at, terms.unit, amount, calendar)
    return ClockEvent(change, at, due_at=due_at, amount=amount, rest_seconds=rest)


def _recounted(state: ClockState, terms: Terms, calendar: WorkingCalendar) -> datetime:
    """The due time under a calendar that has changed; only clocks of working days or hours can move.

    A clock of hours that was ever paused keeps its due time: what was left then was told to people.
    """
    if terms.unit is Unit.WORKING_DAYS:
        whole = terms.length + state.added + state.credit_days
        return _after(state.started_at, terms.unit, whole, calendar)
    if terms.unit is Unit.WORKING_MINUTES and not state.pauses:
        return _after(state.started_at, terms.unit, terms.length + state.added, calendar)
    return state.due_at
