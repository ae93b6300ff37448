"""The regulator's ledger: complaints received in a period by branch, business and cause (JR/T 0169-2018).

Every row counts cases that the log lists with the same filters: the ledger reconciles row by row.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from service_api.complaints.lifecycle import State
from service_api.complaints.models import Complaint
from service_api.complaints.queries import timeliness
from service_api.complaints.visibility import visible_to
from service_api.reports.choice import Period
from service_api.staff.service import SignedIn

COLUMNS = ("received", "in_time", "late", "running", "withdrawn", "repeated")


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """`branch` and `cause` are empty where nobody said them yet. `received` = in time + late + running."""

    branch: str
    business: str
    cause: str
    received: int
    in_time: int
    late: int
    running: int
    withdrawn: int
    repeated: int

    def counts(self) -> tuple[int, ...]:
        return tuple(getattr(self, name) for name in COLUMNS)


def ledger(
    session: Session, me: SignedIn, period: Period, *, now: datetime, zone: ZoneInfo
) -> list[LedgerRow]:
    """Rows by branch, business, cause; one query."""
    start, end = period.bounds(zone)
    keys = (func.coalesce(Complaint.branch, ""), Complaint.business, func.coalesce(Complaint.cause, ""))
    outcome = timeliness(now)

    rows = session.execute(
        select(
            *keys,
            func.count(),
            func.count().filter(outcome == "in_time"),
            func.count().filter(outcome == "late"),
            func.count().filter(outcome == "running"),
            func.count().filter(Complaint.state == State.WITHDRAWN.value),
            func.coalesce(func.sum(cast(Complaint.repeat_count > 0, Integer)), 0),
        )
        .where(visible_to(me), Complaint.received_at >= start, Complaint.received_at < end)
        .group_by(*keys)
        .order_by(*keys)
    )
    return [LedgerRow(*row) for row in rows]


def totals(rows: Sequence[LedgerRow]) -> tuple[int, ...]:
    return tuple(sum(column) for column in zip(*(row.counts() for row in rows), strict=True)) or (0,) * len(
        COLUMNS
    )


def lines(rows: Sequence[LedgerRow]) -> Iterator[tuple[str | int, ...]]:
    """The ledger as a table with its heading and its sums, for a file."""
    yield ("branch", "business", "cause", *COLUMNS)
    for row in rows:
        yield (row.branch, row.business, row.cause, *row.counts())
    yield ("total", "", "", *totals(rows))
