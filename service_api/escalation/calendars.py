"""The bank's working calendars: what is officially known, and the table in which the bank decides."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.escalation.calendar import OFFICIAL, Shift, WorkingCalendar
from service_api.escalation.models import CalendarDay, CalendarYear
from service_api.escalation.profiles import CalendarTerms

BEFORE, AFTER = timedelta(days=120), timedelta(days=400)  # no clock of ours reaches further


def load_calendar(session: Session, name: str, terms: CalendarTerms, *, around: datetime) -> WorkingCalendar:
    """The calendar with the bank's own days from 120 days before the moment to 400 after."""
    days = session.execute(
        select(CalendarDay.day, CalendarDay.working)
        .where(
            CalendarDay.calendar == name,
            CalendarDay.day.between((around - BEFORE).date(), (around + AFTER).date()),
        )
        .order_by(CalendarDay.day)
    )
    years = session.scalars(
        select(CalendarYear.year).where(CalendarYear.calendar == name).order_by(CalendarYear.year)
    )
    return WorkingCalendar(
        zone=ZoneInfo(terms.zone),
        shifts=tuple(Shift.parse(written) for written in terms.shifts),
        official=OFFICIAL[terms.official],
        overrides={row.day: row.working for row in days},
        confirmed_years=frozenset(years),
    )
