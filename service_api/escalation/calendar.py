"""Counting days and working time. Pure: what the calendar says comes in, moments in UTC go out.

Statutory periods count calendar days: the day of receipt does not count and the period ends at 24:00 local
time of its last day. Working days and working time serve internal targets only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar
import holidays

ONE_DAY = timedelta(days=1)
LONGEST_SEARCH = 4000  # days; a calendar without any working day must not loop for ever
OfficialDay = Callable[[date], bool | None]


class NoWorkingDay(ValueError):
    """The calendar has no working day where one is needed."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A span of the local day in which people work. `closes` may be 24:00 (one day after midnight)."""

    opens: timedelta
    closes: timedelta

    @classmethod
    def parse(cls, written: str) -> "Shift":
        """`09:00-12:00`. Raises `ValueError` for anything else or for a shift that ends before it begins."""
        opens, _, closes = written.partition("-")
        shift = cls(_since_midnight(opens), _since_midnight(closes))
        if shift.opens >= shift.closes:
            raise ValueError(f"a shift must end after it begins: {written}")
        return shift


def chinese_official_day(day: date) -> bool | None:
    """What the State Council has announced, make-up working days included; None for a year not yet known."""
    try:
        working: bool = chinese_calendar.is_workday(day)
    except NotImplementedError:  # how the library says that a year has not been announced
        return None
    return working


def english_official_day(day: date) -> bool | None:
    """Bank holidays of England and Wales, substitute days included; None for a year not yet announced."""
    return _worked("GB", "ENG", day) if day.year in ANNOUNCED["gb-eng"] else None


def american_official_day(day: date) -> bool | None:
    """Federal holidays (5 U.S.C. 6103), observed days included; None for a year nobody has published."""
    return _worked("US", None, day) if day.year in ANNOUNCED["us-federal"] else None


def unknown_official_day(_day: date) -> bool | None:
    """For places whose holidays no library knows: only the bank's own table confirms a day."""
    return None


# The library computes any year by rule, but a government may add a day (a coronation, a jubilee): only years
# that were published when this version of the library was made are taken from it, the others are reported.
ANNOUNCED: Mapping[str, range] = {"gb-eng": range(2012, 2028), "us-federal": range(2012, 2031)}
OFFICIAL: Mapping[str, OfficialDay] = {
    "cn": chinese_official_day,
    "gb-eng": english_official_day,
    "us-federal": american_official_day,
    "none": unknown_official_day,
}


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days and hours are worked at one place.

    The bank's own table (`overrides`) wins over what is officially announced. A day that neither knows, in a
    year the bank has not confirmed, is taken as worked from Monday to Friday and *reported*: `confirms` is
    False for it and every deadline counted over it is marked as estimated.
    """

    zone: ZoneInfo
    shifts: tuple[Shift, ...]
    official: OfficialDay = unknown_official_day
    overrides: Mapping[date, bool] = field(default_factory=dict)
    confirmed_years: frozenset[int] = frozenset()

    def is_working(self, day: date) -> bool:
        if day in self.overrides:
            return self.overrides[day]
        announced = self.official(day)
        return day.weekday() < 5 if announced is None else announced

    def confirms(self, day: date) -> bool:
        """False when whether this day is worked is only a guess from the day of the week."""
        return day in self.overrides or day.year in self.confirmed_years or self.official(day) is not None

    def confirms_span(self, start: datetime, end: datetime) -> bool:
        """Whether every day from start to end, in local dates, is confirmed."""
        first, last = self.local_day(start), self.local_day(end)
        days = (first + timedelta(days=n) for n in range(max((last - first).days, 0) + 1))
        return all(self.confirms(day) for day in days)

    def local_day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def shifts_on(self, day: date) -> list[tuple[datetime, datetime]]:
        """The worked spans of a local day, in UTC; empty on a day off."""
        if not self.is_working(day):
            return []
        return [(self._at(day, s.opens), self._at(day, s.closes)) for s in self.shifts]

    def _at(self, day: date, since_midnight: timedelta) -> datetime:
        # Wall-clock arithmetic first, then UTC: on a day when clocks change a shift keeps its local hours.
        local = datetime.combine(day, time.min) + since_midnight
        return local.replace(tzinfo=self.zone).astimezone(UTC)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """24:00 local time of the day, in UTC."""
    return datetime.combine(day + ONE_DAY, time.min, tzinfo=zone).astimezone(UTC)


def after_calendar_days(start: datetime, days: int, zone: ZoneInfo) -> datetime:
    """24:00 of the given number of days after the local day of `start`, which itself does not count."""
    return end_of_day(start.astimezone(zone).date() + timedelta(days=days), zone)


def after_working_days(start: datetime, days: int, calendar: WorkingCalendar) -> datetime:
    """24:00 of the n-th working day after the local day of `start`, which itself does not count."""
    day = calendar.local_day(start)
    left = days
    for _ in range(LONGEST_SEARCH):
        if left == 0:
            return end_of_day(day, calendar.zone)
        day += ONE_DAY
        left -= calendar.is_working(day)
    raise NoWorkingDay


def working_days_between(start: datetime, end: datetime, calendar: WorkingCalendar) -> int:
    """How many working days lie after the local day of `start`, up to and with the local day of `end`."""
    first, last = calendar.local_day(start), calendar.local_day(end)
    return sum(calendar.is_working(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


def after_working_time(start: datetime, span: timedelta, calendar: WorkingCalendar) -> datetime:
    """The moment at which `span` of working time has passed. Time before opening counts from opening."""
    day, left = calendar.local_day(start), span
    for _ in range(LONGEST_SEARCH):
        for opens, closes in calendar.shifts_on(day):
            begins = max(start, opens)
            if begins >= closes:
                continue
            if closes - begins >= left:
                return begins + left
            left -= closes - begins
        day += ONE_DAY
    raise NoWorkingDay


def working_time_between(start: datetime, end: datetime, calendar: WorkingCalendar) -> timedelta:
    """The working time from start to end; zero when `end` is not later."""
    total, day, last = timedelta(0), calendar.local_day(start), calendar.local_day(end)
    while day <= last:
        for opens, closes in calendar.shifts_on(day):
            total += max(min(end, closes) - max(start, opens), timedelta(0))
        day += ONE_DAY
    return total


def _since_midnight(written: str) -> timedelta:
    if written == "24:00":
        return ONE_DAY
    moment = time.fromisoformat(written)
    return timedelta(hours=moment.hour, minutes=moment.minute)


def _worked(country: str, part: str | None, day: date) -> bool:
    return day.weekday() < 5 and day not in _days_off(country, part, day.year)


@cache
def _days_off(country: str, part: str | None, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, subdiv=part, years=year))
