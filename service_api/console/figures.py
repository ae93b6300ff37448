"""The four figures on top of the log, of what this person may see, in one query."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service_api.complaints.models import CLOCK_RUNS, Complaint
from service_api.complaints.queries import visible_to
from service_api.staff.service import SignedIn
from service_api.web.complaint_rows import SOON


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of complaints that are not over; `soon`: due within three days, not yet late."""

    open: int
    late: int
    soon: int
    escalated: int


def figures_for(session: Session, me: SignedIn, *, now: datetime) -> Figures:
    runs = Complaint.desk_order == CLOCK_RUNS
    counts = session.execute(
        select(
            func.count().label("open"),
            func.count().filter(runs, Complaint.due_at <= now).label("late"),
            func.count().filter(runs, Complaint.due_at > now, Complaint.due_at <= now + SOON).label("soon"),
            func.count().filter(Complaint.level > 0).label("escalated"),
        ).where(visible_to(me), ~Complaint.is_over)
    ).one()
    return Figures(counts.open, counts.late, counts.soon, counts.escalated)
