"""Days and working time, against cases counted by hand."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_api.escalation.calendar import (
    OFFICIAL,
    NoWorkingDay,
    Shift,
    WorkingCalendar,
    after_calendar_days,
    after_working_days,
    after_working_time,
    chinese_official_day,
    working_days_between,
    working_time_between,
)

SHANGHAI, LONDON, NEW_YORK = (ZoneInfo(z) for z in ("Asia/Shanghai", "Europe/London", "America/New_York"))
SPLIT = (Shift.parse("09:00-12:00"), Shift.parse("13:00-18:00"))
CN = WorkingCalendar(SHANGHAI, SPLIT, chinese_official_day)
WEEKDAYS = WorkingCalendar(LONDON, (Shift.parse("09:00-17:00"),))


def at(written: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("2026-11-21 00:00", 15, "2026-12-07 00:00"),  # domain: received 21 Nov → 6 Dec 24:00
        ("2026-11-21 23:59", 15, "2026-12-07 00:00"),
        ("2026-11-21 12:00", 30, "2026-12-22 00:00"),
        ("2026-11-21 12:00", 60, "2027-01-21 00:00"),
        ("2026-12-31 10:00", 15, "2027-01-16 00:00"),  # over the year's end
        ("2024-02-14 10:00", 15, "2024-03-01 00:00"),  # 29 February counts in a leap year
        ("2025-02-14 10:00", 15, "2025-03-02 00:00"),
        ("2026-02-10 10:00", 15, "2026-02-26 00:00"),  # the spring festival does not lengthen a legal period
    ],
)
def test_statutory_days_are_calendar_days_after_the_day_of_receipt(
    received: str, days: int, due: str
) -> None:
    assert after_calendar_days(at(received), days, SHANGHAI) == at(due)


@pytest.mark.parametrize(
    ("received", "zone", "days", "due_utc"),
    [
        ("2026-03-20 10:00", LONDON, 15, "2026-04-04 23:00"),  # clocks went forward on 29 March
        ("2026-10-20 10:00", LONDON, 15, "2026-11-05 00:00"),  # clocks went back on 25 October
        ("2026-10-20 10:00", NEW_YORK, 15, "2026-11-05 05:00"),  # back on 1 November
        ("2026-03-01 10:00", NEW_YORK, 60, "2026-05-01 04:00"),
    ],
)
def test_legal_days_end_at_local_midnight_over_a_change_of_clocks(
    received: str, zone: ZoneInfo, days: int, due_utc: str
) -> None:
    assert after_calendar_days(at(received, zone), days, zone) == datetime.fromisoformat(due_utc + "+00:00")


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-11-20 10:00", 120, "2026-11-20 12:00"),  # Friday, up to the end of the first shift
        ("2026-11-20 11:00", 120, "2026-11-20 14:00"),  # over lunch
        ("2026-11-20 17:00", 120, "2026-11-23 10:00"),  # over the weekend
        ("2026-11-21 12:00", 120, "2026-11-23 11:00"),  # from a Saturday
        ("2026-11-20 07:30", 30, "2026-11-20 09:30"),  # before opening
        ("2026-02-13 17:00", 120, "2026-02-14 10:00"),  # Saturday 14 February 2026 is a make-up working day
        ("2026-02-14 17:00", 120, "2026-02-24 10:00"),  # then the spring festival, 15 to 23 February
        ("2026-09-30 17:30", 60, "2026-10-08 09:30"),  # over the national day
    ],
)
def test_working_time_skips_nights_lunch_weekends_and_holidays(start: str, minutes: int, end: str) -> None:
    assert after_working_time(at(start), timedelta(minutes=minutes), CN) == at(end)


def test_a_make_up_saturday_is_a_working_day() -> None:
    assert CN.is_working(date(2026, 2, 14))
    assert not CN.is_working(date(2026, 2, 16))


def test_three_business_days_of_the_fca_are_counted_from_the_day_after() -> None:
    assert after_working_days(at("2026-11-20 15:00", LONDON), 3, WEEKDAYS) == at("2026-11-26 00:00", LONDON)


def test_a_shift_keeps_its_local_hours_when_clocks_change() -> None:
    night = WorkingCalendar(LONDON, (Shift.parse("00:00-24:00"),), overrides={date(2026, 3, 29): True})
    ((opens, closes),) = night.shifts_on(date(2026, 3, 29))
    assert closes - opens == timedelta(hours=23)


def test_the_banks_own_table_wins_over_the_library() -> None:
    own = WorkingCalendar(SHANGHAI, SPLIT, chinese_official_day, overrides={date(2026, 11, 20): False})
    assert after_working_time(at("2026-11-20 10:00"), timedelta(minutes=30), own) == at("2026-11-23 09:30")


def test_a_year_the_library_does_not_know_is_reported_not_guessed() -> None:
    assert CN.confirms(date(2026, 12, 31))
    assert not CN.confirms(date(2027, 1, 4))
    assert not CN.confirms_span(at("2026-12-30 10:00"), at("2027-01-04 10:00"))
    confirmed = WorkingCalendar(SHANGHAI, SPLIT, chinese_official_day, confirmed_years=frozenset({2027}))
    assert confirmed.confirms_span(at("2026-12-30 10:00"), at("2027-01-04 10:00"))


def test_a_calendar_without_working_days_ends_the_search() -> None:
    never = WorkingCalendar(SHANGHAI, (), unknown)
    with pytest.raises(NoWorkingDay):
        after_working_time(at("2026-11-20 10:00"), timedelta(minutes=1), never)


def unknown(_day: date) -> bool | None:
    return False


@pytest.mark.parametrize("written", ["18:00-09:00", "09:00", "9-12", "25:00-26:00", "09:00-09:00"])
def test_a_shift_that_makes_no_sense_is_refused(written: str) -> None:
    with pytest.raises(ValueError):
        Shift.parse(written)


MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2026, 11, 1)).map(lambda d: d.replace(tzinfo=UTC))


@given(MOMENTS, st.integers(1, 3000))
def test_working_time_added_is_working_time_between(start: datetime, minutes: int) -> None:
    end = after_working_time(start, timedelta(minutes=minutes), CN)
    assert working_time_between(start, end, CN) == timedelta(minutes=minutes)


@given(MOMENTS, st.integers(1, 40))
def test_working_days_added_are_working_days_between(start: datetime, days: int) -> None:
    end = after_working_days(start, days, CN) - timedelta(seconds=1)
    assert working_days_between(start, end, CN) == days


ENGLAND = WorkingCalendar(LONDON, (Shift.parse("09:00-17:00"),), OFFICIAL["gb-eng"])
AMERICA = WorkingCalendar(NEW_YORK, (Shift.parse("09:00-17:00"),), OFFICIAL["us-federal"])


@pytest.mark.parametrize(
    ("day", "calendar", "working"),
    [
        ("2026-04-03", ENGLAND, False),  # Good Friday
        ("2026-04-06", ENGLAND, False),  # Easter Monday
        ("2026-12-28", ENGLAND, False),  # Boxing Day 2026 is a Saturday: the Monday instead
        ("2026-11-30", ENGLAND, True),  # St Andrew's Day is Scotland's
        ("2026-11-26", ENGLAND, True),
        ("2022-09-19", ENGLAND, False),  # the funeral of Queen Elizabeth II, by proclamation
        ("2026-11-26", AMERICA, False),  # Thanksgiving
        ("2026-07-03", AMERICA, False),  # the Fourth is a Saturday: the Friday before
        ("2027-07-05", AMERICA, False),  # and a Sunday: the Monday after
        ("2027-12-31", AMERICA, False),  # New Year's Day of 2028 is a Saturday
        ("2026-12-28", AMERICA, True),
    ],
)
def test_bank_holidays_of_england_and_federal_holidays_are_known(
    day: str, calendar: WorkingCalendar, working: bool
) -> None:
    assert calendar.is_working(date.fromisoformat(day)) is working


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("2026-04-01 10:00", 3, "2026-04-09 00:00"),  # Thu, (Fri to Mon off), Tue, Wed: over Easter
        ("2026-12-23 10:00", 3, "2026-12-31 00:00"),  # Thu, (Fri to Mon off), Tue, Wed
        ("2026-12-31 10:00", 3, "2027-01-07 00:00"),  # (1 January off, weekend), Mon, Tue, Wed
        ("2026-03-27 16:00", 3, "2026-04-02 00:00"),  # Mon, Tue, Wed, over the change to summer time
    ],
)
def test_three_business_days_skip_english_bank_holidays(received: str, days: int, due: str) -> None:
    assert after_working_days(at(received, LONDON), days, ENGLAND) == at(due, LONDON)


def test_american_working_days_skip_thanksgiving() -> None:
    assert after_working_days(at("2026-11-24 10:00", NEW_YORK), 2, AMERICA) == at(
        "2026-11-28 00:00", NEW_YORK
    )


@pytest.mark.parametrize(("calendar", "known", "unknown"), [(ENGLAND, 2027, 2028), (AMERICA, 2030, 2031)])
def test_a_year_no_government_has_published_is_reported(
    calendar: WorkingCalendar, known: int, unknown: int
) -> None:
    assert calendar.confirms(date(known, 12, 31))
    assert not calendar.confirms(date(unknown, 1, 1))


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("2026-01-31 10:00", 30, "2026-03-03 00:00"),  # January 31 + 30: 2 March 24:00
        ("2024-01-31 10:00", 30, "2024-03-02 00:00"),  # a leap year: one day earlier in March
        ("2026-01-30 10:00", 1, "2026-02-01 00:00"),
        ("2028-02-28 23:59", 1, "2028-03-01 00:00"),  # 29 February is the last day
        ("2026-11-30 23:59", 60, "2027-01-30 00:00"),
        ("2099-12-31 10:00", 60, "2100-03-02 00:00"),  # 2100 is no leap year: 28 days in February
    ],
)
def test_month_ends_and_leap_years_by_hand(received: str, days: int, due: str) -> None:
    assert after_calendar_days(at(received), days, SHANGHAI) == at(due)


@pytest.mark.parametrize(
    ("start", "zone", "minutes", "end_utc"),
    [
        # 25 October 2026, 01:00–02:00 happens twice in London: a night shift has an hour more.
        ("2026-10-25 00:30", LONDON, 60, "2026-10-25 00:30"),
        # 8 March 2026, 02:00–03:00 does not happen in New York.
        ("2026-03-08 01:30", NEW_YORK, 60, "2026-03-08 07:30"),
    ],
)
def test_hours_that_happen_twice_or_never_are_counted_as_they_pass(
    start: str, zone: ZoneInfo, minutes: int, end_utc: str
) -> None:
    always = WorkingCalendar(
        zone,
        (Shift.parse("00:00-24:00"),),
        overrides={at(start, zone).astimezone(zone).date(): True},
    )
    end = after_working_time(at(start, zone), timedelta(minutes=minutes), always)
    assert end == datetime.fromisoformat(end_utc + "+00:00")
