"""Counts for the supervisor's log, of what this person may see."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from service_api.complaints.models import CLOCK_RUNS, Complaint
from service_api.complaints.queries import Filters, every_complaint_for
from service_api.complaints.visibility import visible_to
from service_api.staff.service import SignedIn

SOON = timedelta(days=3)
STREAM_ROWS = 500


@dataclass(frozen=True, slots=True)
class LogFigures:
    """Complaints that are not over. `due_soon`: within three days and not yet overdue."""

    open: int
    overdue: int
    due_soon: int
    unassigned: int
    by_level: dict[int, int]
    by_business: dict[str, int]
    by_state: dict[str, int]

    @property
    def escalated(self) -> int:
        """Those that have reached any level of the ladder."""
        return sum(count for level, count in self.by_level.items() if level > 0)


def log_figures(session: Session, me: SignedIn, *, now: datetime) -> LogFigures:
    """Four queries, whatever the number of complaints."""
    runs = Complaint.desk_order == CLOCK_RUNS
    mine = (visible_to(me), ~Complaint.is_over)
    counts = session.execute(
        select(
            func.count().label("open"),
            func.count().filter(runs, Complaint.due_at <= now).label("overdue"),
            func.count().filter(runs, Complaint.due_at > now, Complaint.due_at <= now + SOON).label("soon"),
            func.count().filter(Complaint.owner_id.is_(None)).label("unassigned"),
        ).where(*mine)
    ).one()

    def by(column: InstrumentedAttribute[int] | InstrumentedAttribute[str]) -> list[tuple[str, int]]:
        rows = session.execute(
            select(column, func.count()).where(*mine).group_by(column).order_by(column)
        ).all()
        return [(str(row[0]), int(row[1])) for row in rows]

    return LogFigures(
        open=counts.open,
        overdue=counts.overdue,
        due_soon=counts.soon,
        unassigned=counts.unassigned,
        by_level={int(level): count for level, count in by(Complaint.level)},
        by_business=dict(by(Complaint.business)),
        by_state=dict(by(Complaint.state)),
    )


def stream_complaints(
    session: Session, me: SignedIn, filters: Filters, *, now: datetime
) -> Iterator[Complaint]:
    """Every complaint of the list, one after the other; at most 500 are held at a time."""
    query = every_complaint_for(me, filters, now=now).execution_options(yield_per=STREAM_ROWS)
    for row in session.scalars(query):
        session.expunge(row)
        yield row
