"""The bank's working calendars: what is officially known, and the table in which the bank decides."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import icalendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.audit.models import AuditEntry
from service_api.audit.service import Actor, record
from service_api.core.problems import Malformed, NotFound
from service_api.core.text import clean
from service_api.escalation.calendar import OFFICIAL, Shift, WorkingCalendar
from service_api.escalation.clock import Change, Unit
from service_api.escalation.models import CalendarDay, CalendarYear, ComplaintClock
from service_api.escalation.profiles import CalendarTerms
from service_api.outbox import service as outbox

if TYPE_CHECKING:
    from service_api.escalation.service import DeskClocks

BEFORE, AFTER = timedelta(days=120), timedelta(days=400)  # no clock of ours reaches further
LONGEST_EVENT = 31
LONGEST_LABEL = 100
MOST_DAYS = 2000
UNCONFIRMED = "calendar.unconfirmed"
CHANGED = "calendar days"  # set in a session that changes the table
ASK_FROM = 10  # October
WORKED = ("上班", "补班", "working day", "make-up")  # how such events are called in published calendars


class BadCalendar(Malformed):
    type = "bad-calendar"
    title = "日历文件无效"


def load_calendar(session: Session, name: str, terms: CalendarTerms, *, around: datetime) -> WorkingCalendar:
    """The calendar with the bank's own days from 120 days before the moment to 400 after."""
    first, last = (around - BEFORE).date(), (around + AFTER).date()
    return calendar_between(session, name, terms, first, last)


def calendar_between(
    session: Session, name: str, terms: CalendarTerms, first: date, last: date
) -> WorkingCalendar:
    """The calendar with the bank's own days of that span."""
    days = session.execute(
        select(CalendarDay.day, CalendarDay.working)
        .where(CalendarDay.calendar == name, CalendarDay.day.between(first, last))
        .order_by(CalendarDay.day)
    )
    return WorkingCalendar(
        zone=ZoneInfo(terms.zone),
        shifts=tuple(Shift.parse(written) for written in terms.shifts),
        official=OFFICIAL[terms.official],
        overrides={row.day: row.working for row in days},
        confirmed_years=_confirmed(session, name),
    )


def days_of_year(session: Session, name: str, year: int) -> Sequence[CalendarDay]:
    """The bank's own days of a year, in order."""
    if not 1900 <= year <= 2200:
        return []
    return session.scalars(
        select(CalendarDay)
        .where(CalendarDay.calendar == name, CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)))
        .order_by(CalendarDay.day)
        .limit(366)
    ).all()


def unconfirmed_years(session: Session, name: str, terms: CalendarTerms, *, now: datetime) -> list[int]:
    """Of this and the next year, those whose days off neither the library nor the bank vouches for."""
    confirmed, official = _confirmed(session, name), OFFICIAL[terms.official]
    year = now.astimezone(ZoneInfo(terms.zone)).year
    return [y for y in (year, year + 1) if y not in confirmed and official(date(y, 1, 1)) is None]


def report_unconfirmed(session: Session, desk: "DeskClocks", *, now: datetime) -> list[tuple[str, int]]:
    """Have the supervisors told, once each, of years that clocks will need and nobody vouches for.

    The next year is asked for from October on: by then those who publish it usually have.
    """
    used = {p.calendar for p in desk.profiles.profiles if p.id in desk.profiles.in_use}
    asked = [
        (name, year)
        for name in sorted(used)
        for year in unconfirmed_years(session, name, desk.profiles.calendars[name], now=now)
        if year == now.year or now.month >= ASK_FROM
    ]
    for name, year in asked:
        payload = {"calendar": name, "year": year}
        outbox.write(session, topic=UNCONFIRMED, key=f"{UNCONFIRMED}:{name}:{year}", payload=payload, now=now)
    return asked


def set_day(
    session: Session, name: str, day: date, *, working: bool, label: str, by: Actor, now: datetime
) -> None:
    """Lay down whether a day is worked; it wins over what is officially known."""
    before = session.get(CalendarDay, (name, day))
    was = before.working if before is not None else None
    _put(session, name, day, working=working, label=label, by=by, now=now)
    record(
        session,
        by=by,
        action="calendar.day_set",
        subject=("calendar", name),
        now=now,
        day=day,
        was=was,
        working=working,
    )


def unset_day(session: Session, name: str, day: date, *, by: Actor, now: datetime) -> None:
    """Take the bank's own word on a day back: what is officially known holds again. Raises `NotFound`."""
    row = session.get(CalendarDay, (name, day))
    if row is None:
        raise NotFound
    was = row.working
    session.delete(row)
    session.info[CHANGED] = True
    record(
        session,
        by=by,
        action="calendar.day_unset",
        subject=("calendar", name),
        now=now,
        day=day,
        was=was,
    )


def confirm_year(session: Session, name: str, year: int, *, by: Actor, now: datetime) -> None:
    """Vouch for a year. Raises `BadCalendar` for one out of reach."""
    if not 1900 <= year <= 2200:
        raise BadCalendar("no such year")
    who = _staff_id(by)
    session.merge(CalendarYear(calendar=name, year=year, confirmed_by_id=who, confirmed_at=now))
    session.flush()
    record(session, by=by, action="calendar.year_confirmed", subject=("calendar", name), now=now, year=year)


def import_ical(session: Session, name: str, content: bytes, *, by: Actor, now: datetime) -> int:
    """Take every all-day event as days off, or as worked ones when its title says so. How many days.

    Raises `BadCalendar` for what is no calendar, repeats, or holds more than 2 000 days.
    """
    days = read_ical(content)
    for day, (working, label) in days.items():
        _put(session, name, day, working=working, label=label, by=by, now=now)
    record(session, by=by, action="calendar.imported", subject=("calendar", name), now=now, days=len(days))
    return len(days)


def read_ical(content: bytes) -> dict[date, tuple[bool, str]]:
    """The days of a file: whether each is worked, and its name. Raises `BadCalendar`."""
    days = dict(_all_days(content))
    if not days:
        raise BadCalendar("no all-day events")
    return days


def recount(session: Session, desk: "DeskClocks", name: str, *, by: Actor, now: datetime) -> int:
    """Count the running clocks of working time again under the calendar as it is now. How many moved."""
    rows = session.scalars(
        select(ComplaintClock)
        .where(
            ComplaintClock.calendar == name,
            ComplaintClock.status == "running",
            ComplaintClock.unit.in_((Unit.WORKING_DAYS.value, Unit.WORKING_MINUTES.value)),
            ComplaintClock.due_at > now,
        )
        .order_by(ComplaintClock.due_at, ComplaintClock.id)
    ).all()
    moved = 0
    for row in rows:
        before = row.due_at
        desk.change(session, row, Change.RECOUNT, by=by, now=now, reason="calendar")
        moved += row.due_at != before
    session.flush()
    return moved


def _all_days(content: bytes) -> Iterator[tuple[date, tuple[bool, str]]]:
    try:
        events = icalendar.Calendar.from_ical(content).walk("VEVENT")
    except (ValueError, KeyError, IndexError, AttributeError, TypeError):
        raise BadCalendar("not an iCalendar file") from None
    count = 0
    for event in events:
        first, last = _span(event)
        if first is None or last is None or "RRULE" in event or not 0 < (last - first).days <= LONGEST_EVENT:
            raise BadCalendar("all-day events only, at most a month long and without repetition")
        label = str(event.get("SUMMARY", ""))
        working = any(word in label.casefold() for word in WORKED)
        for n in range((last - first).days):
            count += 1
            if count > MOST_DAYS:
                raise BadCalendar("too many days")
            yield first + timedelta(days=n), (working, label)


def _span(event: icalendar.cal.Component) -> tuple[date | None, date | None]:
    """First day and the day after the last, when both are plain dates."""
    start, end = event.get("DTSTART"), event.get("DTEND")
    first = getattr(start, "dt", None)
    last = getattr(end, "dt", None) if end is not None else None
    if not isinstance(first, date) or isinstance(first, datetime):
        return None, None
    if last is None:
        return first, first + timedelta(days=1)
    return (first, last) if isinstance(last, date) and not isinstance(last, datetime) else (None, None)


def people_of(entries: Iterable[AuditEntry]) -> set[uuid.UUID]:
    """Who of the staff did what these entries say."""
    return {uuid.UUID(entry.actor_id) for entry in entries if entry.actor_kind == "staff"}


def _confirmed(session: Session, name: str) -> frozenset[int]:
    years = select(CalendarYear.year).where(CalendarYear.calendar == name).order_by(CalendarYear.year)
    return frozenset(session.scalars(years))


def _put(
    session: Session, name: str, day: date, *, working: bool, label: str, by: Actor, now: datetime
) -> None:
    row = CalendarDay(
        calendar=name,
        day=day,
        working=working,
        name=clean(label)[:LONGEST_LABEL],
        set_by_id=_staff_id(by),
        set_at=now,
    )
    session.merge(row)
    session.flush()
    session.info[CHANGED] = True


def _staff_id(by: Actor) -> uuid.UUID | None:
    return uuid.UUID(by.id) if by.kind == "staff" else None
