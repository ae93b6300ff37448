"""Figures of a period for the charts: how many came, how many were in time, about what, from where."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from service_api.complaints.models import Complaint
from service_api.complaints.queries import TIMELINESS, timeliness
from service_api.complaints.visibility import visible_to
from service_api.conversations.rating_models import SCORES, ConversationRating
from service_api.reports.choice import Period
from service_api.staff.service import SignedIn

DIMENSIONS: dict[str, InstrumentedAttribute[str] | InstrumentedAttribute[str | None]] = {
    "business": Complaint.business,
    "cause": Complaint.cause,
    "product": Complaint.product,
    "tier": Complaint.tier,
    "branch": Complaint.branch,
    "channel": Complaint.channel,
}
BARS = 15
QUARTER = 900  # seconds
BY_DAY, BY_WEEK = 62, 366  # days up to which a chart has a bar for each day, each week; months after that


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of the volume chart: the days it covers and what happened on them."""

    first: date
    last: date
    received: int
    answered: int
    closed: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One value of a dimension among the complaints received in the period, split by timeliness."""

    key: str
    in_time: int
    late: int
    running: int

    @property
    def count(self) -> int:
        return self.in_time + self.late + self.running


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Stars given in the period: how many of each, 1 to 5. `mean` is None without any."""

    by_score: dict[int, int]

    @property
    def count(self) -> int:
        return sum(self.by_score.values())

    @property
    def mean(self) -> float | None:
        return sum(s * n for s, n in self.by_score.items()) / self.count if self.count else None


@dataclass(frozen=True, slots=True)
class Report:
    period: Period
    volume: Sequence[Step]
    total: Bar
    repeats: int
    dimensions: dict[str, list[Bar]]
    satisfaction: Satisfaction

    @property
    def share_in_time(self) -> float | None:
        """Of those whose fate is known: answered or closed in time, against late."""
        known = self.total.in_time + self.total.late
        return self.total.in_time / known if known else None


def report(session: Session, me: SignedIn, period: Period, *, now: datetime, zone: ZoneInfo) -> Report:
    """Everything of the page, in eleven queries whatever the number of complaints."""
    start, end = period.bounds(zone)
    received = (visible_to(me), Complaint.received_at >= start, Complaint.received_at < end)
    dimensions = {name: _bars(session, column, received, now=now) for name, column in DIMENSIONS.items()}
    outcome = timeliness(now)
    counted = session.execute(select(outcome, func.count()).where(*received).group_by(outcome)).all()
    counts = dict(counted)
    repeats = session.scalar(
        select(func.count()).select_from(Complaint).where(*received, Complaint.repeat_count > 0)
    )
    return Report(
        period,
        _volume(session, me, period, zone=zone),
        _bar("", counts),
        repeats or 0,
        dimensions,
        _satisfaction(session, start, end),
    )


def _bars(
    session: Session,
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    received: Iterable[ColumnElement[bool]],
    *,
    now: datetime,
) -> list[Bar]:
    """The most frequent values; an empty one stands for "not said"."""
    key, outcome = func.coalesce(column, ""), timeliness(now)
    rows = session.execute(select(key, outcome, func.count()).where(*received).group_by(key, outcome))
    found: dict[str, Counter[str]] = {}
    for value, state, count in rows:
        found.setdefault(value, Counter())[state] = count
    bars = [_bar(value, counts) for value, counts in found.items()]
    return sorted(bars, key=lambda bar: (-bar.count, bar.key))[:BARS]


def _bar(key: str, counts: dict[str, int]) -> Bar:
    return Bar(key, *(counts.get(name, 0) for name in TIMELINESS))


def _volume(session: Session, me: SignedIn, period: Period, *, zone: ZoneInfo) -> list[Step]:
    start, end = period.bounds(zone)
    received, answered, closed = (
        _by_day(session, me, column, start, end, zone=zone)
        for column in (Complaint.received_at, Complaint.answered_at, Complaint.closed_at)
    )
    return [
        Step(
            first,
            last,
            *(
                sum(n for day, n in by_day.items() if first <= day <= last)
                for by_day in (received, answered, closed)
            ),
        )
        for first, last in steps(period)
    ]


def steps(period: Period) -> list[tuple[date, date]]:
    """Days, weeks (from Monday) or months, cut to the period."""
    found: list[tuple[date, date]] = []
    first = period.first
    while first <= period.last:
        if period.days <= BY_DAY:
            last = first
        elif period.days <= BY_WEEK:
            last = first + timedelta(days=6 - first.weekday())
        else:
            last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        found.append((first, min(last, period.last)))
        first = last + timedelta(days=1)
    return found


def _by_day(
    session: Session,
    me: SignedIn,
    column: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
    start: datetime,
    end: datetime,
    *,
    zone: ZoneInfo,
) -> Counter[date]:
    """Counts by local day. The database counts by quarters of an hour: every zone's midnight is on one."""
    if session.get_bind().dialect.name == "postgresql":
        seconds: ColumnElement[int] = cast(func.floor(func.extract("epoch", column)), BigInteger)
    else:
        seconds = cast(func.strftime("%s", column), BigInteger)
    quarter = (seconds // QUARTER).label("quarter")
    rows = session.execute(
        select(quarter, func.count()).where(visible_to(me), column >= start, column < end).group_by(quarter)
    )
    counts: Counter[date] = Counter()
    for number, count in rows:
        counts[datetime.fromtimestamp(number * QUARTER, zone).date()] += count
    return counts


def _satisfaction(session: Session, start: datetime, end: datetime) -> Satisfaction:
    rows = session.execute(
        select(ConversationRating.score, func.count())
        .where(ConversationRating.rated_at >= start, ConversationRating.rated_at < end)
        .group_by(ConversationRating.score)
    )
    found = dict(rows.all())
    return Satisfaction({score: found.get(score, 0) for score in SCORES})
