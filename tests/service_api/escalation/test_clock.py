"""One clock: pauses give their time back, extensions add, and events always add up to the state."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_api.escalation.calendar import Shift, WorkingCalendar, chinese_official_day
from service_api.escalation.clock import (
    Change,
    ClockEvent,
    ClockRefuses,
    ClockState,
    Terms,
    Unit,
    apply,
    begin,
    decide,
    fold,
    moment_of,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
CN = WorkingCalendar(SHANGHAI, (Shift.parse("09:00-12:00"), Shift.parse("13:00-18:00")), chinese_official_day)
LEGAL = Terms(Unit.CALENDAR_DAYS, 15)
HOURS = Terms(Unit.WORKING_MINUTES, 120)


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=SHANGHAI).astimezone(UTC)


def run(terms: Terms, start: str, *changes: tuple[Change, str, int]) -> ClockState:
    events = [begin(terms, at=at(start), calendar=CN)]
    for change, moment, amount in changes:
        state = fold(events)
        events.append(decide(state, terms, change, at=at(moment), calendar=CN, amount=amount))
    return fold(events)


def test_external_appraisal_does_not_count() -> None:
    state = run(
        LEGAL,
        "2026-11-21 12:00",
        (Change.PAUSE, "2026-11-25 10:00", 0),
        (Change.RESUME, "2026-11-30 16:00", 0),
    )
    assert state.due_at == at("2026-12-12 00:00")  # five days later than 6 December 24:00


def test_an_extension_of_thirty_days_ends_on_the_sixtieth_at_most() -> None:
    complex_case = Terms(Unit.CALENDAR_DAYS, 30)
    state = run(complex_case, "2026-11-21 12:00", (Change.EXTEND, "2026-12-20 10:00", 30))
    assert state.due_at == at("2027-01-21 00:00")
    assert state.extensions == 1


def test_extension_and_pause_add_up_in_either_order() -> None:
    pause = [(Change.PAUSE, "2026-11-25 10:00", 0), (Change.RESUME, "2026-11-28 10:00", 0)]
    extend_first = run(LEGAL, "2026-11-21 12:00", (Change.EXTEND, "2026-11-24 10:00", 30), *pause)
    extend_last = run(LEGAL, "2026-11-21 12:00", *pause, (Change.EXTEND, "2026-11-29 10:00", 30))
    assert extend_first.due_at == extend_last.due_at == at("2027-01-09 00:00")


def test_working_time_left_at_a_pause_is_what_is_left_after_it() -> None:
    state = run(
        HOURS,
        "2026-11-20 10:00",
        (Change.PAUSE, "2026-11-20 10:30", 0),
        (Change.RESUME, "2026-11-23 17:00", 0),
    )
    assert state.due_at == at(
        "2026-11-24 09:30"
    )  # 90 minutes left: one on Monday until 18:00, half on Tuesday


def test_a_clock_resumed_when_already_overdue_stays_overdue() -> None:
    state = run(
        HOURS,
        "2026-11-20 09:00",
        (Change.PAUSE, "2026-11-20 14:00", 0),
        (Change.RESUME, "2026-11-20 15:00", 0),
    )
    assert state.due_at < at("2026-11-20 15:00")


def test_half_of_a_clock_of_hours_lies_in_working_time() -> None:
    state = run(HOURS, "2026-11-20 17:00")
    assert moment_of(state, HOURS, 50, CN) == at("2026-11-20 18:00")
    assert moment_of(state, HOURS, 100, CN) == state.due_at


@pytest.mark.parametrize(
    ("before", "change"),
    [
        ([Change.PAUSE], Change.PAUSE),
        ([], Change.RESUME),
        ([Change.STOP], Change.STOP),
        ([Change.STOP], Change.EXTEND),
        ([Change.STOP], Change.RESUME),
        ([], Change.BREACH),
    ],
)
def test_a_clock_refuses_what_cannot_follow(before: list[Change], change: Change) -> None:
    state = run(LEGAL, "2026-11-21 12:00", *((c, "2026-11-22 12:00", 0) for c in before))
    with pytest.raises(ClockRefuses):
        decide(state, LEGAL, change, at=at("2026-11-23 12:00"), calendar=CN)


def test_an_extension_adds_time_and_undoes_a_breach_only_if_it_reaches_past_now() -> None:
    with pytest.raises(ClockRefuses):
        run(LEGAL, "2026-11-21 12:00", (Change.EXTEND, "2026-11-22 12:00", 0))
    breach = (Change.BREACH, "2026-12-08 12:00", 0)
    assert run(LEGAL, "2026-11-21 12:00", breach, (Change.EXTEND, "2026-12-09 12:00", 30)).breached_at is None
    assert (
        run(LEGAL, "2026-11-21 12:00", breach, (Change.EXTEND, "2026-12-20 12:00", 1)).breached_at is not None
    )


def test_events_in_an_impossible_order_are_refused() -> None:
    with pytest.raises(ClockRefuses):
        fold([ClockEvent(Change.PAUSE, at("2026-11-21 12:00"))])
    with pytest.raises(ClockRefuses):
        fold([])


UNITS = st.sampled_from(list(Unit))
WISHES = st.lists(
    st.tuples(
        st.sampled_from([c for c in Change if c is not Change.START]),
        st.integers(1, 5000),
        st.integers(1, 40),
    ),
    max_size=25,
)


@given(UNITS, st.integers(1, 40), WISHES)
def test_any_history_of_a_clock_adds_up_to_its_state(
    unit: Unit, length: int, wishes: list[tuple[Change, int, int]]
) -> None:
    terms = Terms(unit, length)
    now = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
    events = [begin(terms, at=now, calendar=CN)]
    state = apply(None, events[0])
    for change, minutes, amount in wishes:
        now += timedelta(minutes=minutes)
        try:
            event = decide(state, terms, change, at=now, calendar=CN, amount=amount)
        except ClockRefuses:
            continue
        events.append(event)
        state = apply(state, event)
        assert fold(events) == state
        assert (state.status == "paused") == (state.paused_at is not None)
        assert (state.status == "stopped") == (state.stopped_at is not None)
    added = sum(e.amount for e in events)
    assert state.added == added
    assert state.extensions == sum(e.change is Change.EXTEND for e in events)


@given(st.integers(1, 60), st.lists(st.integers(0, 20), min_size=2, max_size=2))
def test_a_pause_of_whole_days_moves_a_legal_deadline_by_exactly_those_days(
    length: int, gaps: list[int]
) -> None:
    terms = Terms(Unit.CALENDAR_DAYS, length)
    now = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
    state = apply(None, begin(terms, at=now, calendar=CN))
    planned, paused = state.due_at, now + timedelta(days=gaps[0])
    for change, moment in ((Change.PAUSE, paused), (Change.RESUME, paused + timedelta(days=gaps[1]))):
        state = apply(state, decide(state, terms, change, at=moment, calendar=CN))
    assert state.due_at - planned == timedelta(days=gaps[1])
