"""What a supervisor narrows the log by, as the query string of a page or an export says it."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Depends, Query
from pydantic import AfterValidator, BeforeValidator

from service_api.complaints.codes import BUSINESSES, CAUSES, CHANNELS, SOURCES
from service_api.complaints.lifecycle import State
from service_api.complaints.queries import NOT_SAID, TIMELINESS, Filters
from service_api.core.edge import Now
from service_api.customers.models import TIERS
from service_api.staff.service import SignedIn

ME, NOBODY = "me", "nobody"
_EARLIEST, _LATEST = date(2000, 1, 1), date(2200, 1, 1)


def _one_of(known: Iterable[str]) -> AfterValidator:
    allowed = frozenset(known) | {NOT_SAID}

    def check(value: str) -> str:
        if value and value not in allowed:
            raise ValueError("unknown code")
        return value

    return AfterValidator(check)


def _in_range(day: date | None) -> date | None:
    if day is not None and not _EARLIEST <= day <= _LATEST:
        raise ValueError("not a day of this bank")
    return day


def _empty_is_none(value: object) -> object:
    return value or None


# An untouched field of a form arrives as an empty string: it leaves the filter open.
Code = Annotated[str, Query(max_length=64, pattern=r"^[\w.-]*$")]
Day = Annotated[date | None, BeforeValidator(_empty_is_none), AfterValidator(_in_range), Query()]


@dataclass(frozen=True, slots=True)
class Choice:
    """Filters of the log. `received_from` and `received_to` are days in the bank's zone, both included;
    `owner` is empty, `me` or `nobody`."""

    state: Annotated[Code, _one_of(State)] = ""
    business: Annotated[Code, _one_of(BUSINESSES)] = ""
    product: Code = ""
    cause: Annotated[Code, _one_of(CAUSES)] = ""
    channel: Annotated[Code, _one_of(CHANNELS)] = ""
    source: Annotated[Code, _one_of(SOURCES)] = ""
    branch: Code = ""
    tier: Annotated[Code, _one_of(TIERS)] = ""
    level: Annotated[str, Query(pattern=r"^\d?$")] = ""
    owner: Annotated[Code, _one_of((ME, NOBODY))] = ""
    timeliness: Annotated[Code, _one_of(TIMELINESS)] = ""
    text: Annotated[str, Query(max_length=100)] = ""
    received_from: Day = None
    received_to: Day = None
    overdue: bool = False
    open: bool = False
    repeated: bool = False

    def filters(self, me: SignedIn, *, zone: ZoneInfo) -> Filters:
        return Filters(
            state=self.state or None,
            business=self.business or None,
            product=self.product or None,
            cause=self.cause or None,
            channel=self.channel or None,
            source=self.source or None,
            branch=self.branch or None,
            tier=self.tier or None,
            level=int(self.level) if self.level else None,
            owner_id=me.staff_id if self.owner == ME else None,
            unassigned=self.owner == NOBODY,
            timeliness=self.timeliness or None,
            text=self.text,
            received_from=beginning(self.received_from, zone) if self.received_from else None,
            received_before=(
                beginning(self.received_to + timedelta(days=1), zone) if self.received_to else None
            ),
            overdue=self.overdue,
            over=False if self.open else None,
            repeated=self.repeated,
        )

    @property
    def given(self) -> dict[str, str]:
        """The filters that are set, as the query string has them."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: "true" if value is True else str(value) for name, value in values.items() if value}

    def query(self, **more: str) -> str:
        return urlencode(self.given | {name: value for name, value in more.items() if value})


TheChoice = Annotated[Choice, Depends()]


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in the bank's zone, both included."""

    first: date
    last: date

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Where it begins, and where the day after it begins."""
        return beginning(self.first, zone), beginning(self.last + timedelta(days=1), zone)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


LONGEST = 366 * 5


def the_period(now: Now, first: Day = None, last: Day = None) -> Period:
    """What the address asks for; the last thirty days by default, in order and no longer than five years."""
    end = last or now.date()
    start = first or end - timedelta(days=29)
    start, end = min(start, end), max(start, end)
    return Period(max(start, end - timedelta(days=LONGEST)), end)


ThePeriod = Annotated[Period, Depends(the_period)]


def beginning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)
