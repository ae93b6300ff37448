"""When people answer: the bank's office hours, as a pure rule."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WorkingDay = Callable[[date], bool]
DAILY = "daily"


def weekday(day: date) -> bool:
    """Monday to Friday; the composition root hands in the bank's own calendar where there is one."""
    return day.weekday() < 5


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """`09:00-18:00` on working days, or `00:00-24:00 daily`, local time; the end is not included."""

    opens: timedelta
    closes: timedelta
    daily: bool
    zone: ZoneInfo

    @classmethod
    def parse(cls, written: str, zone: ZoneInfo) -> "OfficeHours":
        """Raises `ValueError` for what is not `HH:MM-HH:MM`, with `daily` after it or not."""
        span, _, days = written.strip().partition(" ")
        opens, _, closes = span.partition("-")
        if days.strip() not in {"", DAILY}:
            raise ValueError(f"office hours end with nothing or '{DAILY}': {written}")
        hours = cls(_since_midnight(opens), _since_midnight(closes), bool(days.strip()), zone)
        if hours.opens >= hours.closes:
            raise ValueError(f"office hours must open before they close: {written}")
        return hours

    def is_open(self, now: datetime, *, working_day: WorkingDay = weekday) -> bool:
        local = now.astimezone(self.zone)
        since_midnight = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second)
        return (self.daily or working_day(local.date())) and self.opens <= since_midnight < self.closes

    def __str__(self) -> str:
        return f"{_clock(self.opens)}–{_clock(self.closes)}"


def _since_midnight(written: str) -> timedelta:
    if written == "24:00":
        return timedelta(days=1)
    moment = time.fromisoformat(written)
    return timedelta(hours=moment.hour, minutes=moment.minute)


def _clock(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
