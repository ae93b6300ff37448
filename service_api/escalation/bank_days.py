"""Which days the bank works, for those who ask often: it follows the table a supervisor edits."""

import time
from collections.abc import Callable
from datetime import date, timedelta
from threading import Lock

from sqlalchemy.orm import Session

from service_api.core.database import Database
from service_api.escalation.calendar import WorkingCalendar
from service_api.escalation.calendars import CHANGED, calendar_between
from service_api.escalation.profiles import Profiles

FRESH_SECONDS = 30.0  # how long another process's change may go unseen
BEHIND, AHEAD = timedelta(days=31), timedelta(days=400)


class BankDays:
    """Whether a day is worked: the bank's own word on it, else what is officially known.

    The table is read at most every half minute. While one thread reads it the others go by what was read
    before, so that nobody waits with a transaction open.
    """

    def __init__(
        self, database: Database, profiles: Profiles, *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._database, self._seconds = database, seconds
        self._name = profiles.own.calendar
        self._terms = profiles.calendars[self._name]
        self._lock = Lock()
        self._read: tuple[WorkingCalendar, date, date, float] | None = None

    def __call__(self, day: date) -> bool:
        return self._calendar(day).is_working(day)

    def after_write(self, session: Session) -> None:
        """What this process has written holds at once."""
        if session.info.get(CHANGED):
            self._read = None

    def _calendar(self, day: date) -> WorkingCalendar:
        read, now = self._read, self._seconds()
        if read is not None and read[1] <= day <= read[2]:
            if now < read[3] or not self._lock.acquire(blocking=False):
                return read[0]
        else:
            self._lock.acquire()
        try:
            return self._read_around(day, until=now + FRESH_SECONDS)
        finally:
            self._lock.release()

    def _read_around(self, day: date, *, until: float) -> WorkingCalendar:
        first, last = day - BEHIND, day + AHEAD
        with self._database.reading() as session:
            calendar = calendar_between(session, self._name, self._terms, first, last)
        self._read = (calendar, first, last, until)
        return calendar
