"""When people answer, as the chat tells it: open now, the hours, and when they are back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from service_api.conversations.hours import OfficeHours, WorkingDay

FURTHEST_DAYS = 30


@dataclass(frozen=True, slots=True)
class People:
    """`back_at` is None while they are there, and when the next month has no working day."""

    open: bool
    hours: str
    daily: bool
    zone: str
    back_at: datetime | None


def people_now(hours: OfficeHours, now: datetime, *, working_day: WorkingDay) -> People:
    if hours.is_open(now, working_day=working_day):
        return People(True, str(hours), hours.daily, hours.zone.key, None)
    back_at = next_opening(hours, now, working_day=working_day)
    return People(False, str(hours), hours.daily, hours.zone.key, back_at)


def next_opening(hours: OfficeHours, now: datetime, *, working_day: WorkingDay) -> datetime | None:
    """The first moment from now on at which people are there."""
    today = now.astimezone(hours.zone).date()
    for ahead in range(FURTHEST_DAYS):
        day = today + timedelta(days=ahead)
        opens = datetime.combine(day, time(), hours.zone) + hours.opens
        if opens > now and hours.is_open(opens, working_day=working_day):
            return opens
    return None


WhenPeople = Callable[[datetime], People]
