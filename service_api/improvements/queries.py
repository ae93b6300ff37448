"""Questions about systemic issues. Complaints a person may not see are neither shown nor counted for them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service_api.complaints.models import Complaint
from service_api.complaints.visibility import visible_to
from service_api.core.problems import NotFound
from service_api.improvements.clusters import Cluster, Story, find_clusters
from service_api.improvements.models import IssueComplaint, Stage, SystemicIssue
from service_api.staff.models import StaffMember
from service_api.staff.service import SignedIn

WINDOW = timedelta(days=90)
NEWEST = 3000


@dataclass(frozen=True, slots=True)
class IssueLine:
    """`cases`: complaints that show it; `since_action`: those received after the action was done."""

    issue: SystemicIssue
    owner: str
    cases: int
    since_action: int


def issues(session: Session, me: SignedIn, *, closed: bool = False) -> list[IssueLine]:
    """Those still open (or those closed), the earliest due first."""
    ended = SystemicIssue.stage == Stage.CLOSED.value
    found = session.execute(
        select(SystemicIssue, StaffMember.display_name)
        .join(StaffMember, StaffMember.id == SystemicIssue.owner_id)
        .where(ended if closed else ~ended)
        .order_by(
            SystemicIssue.due_on.is_(None), SystemicIssue.due_on, SystemicIssue.opened_at, SystemicIssue.id
        )
        .limit(200)
    ).all()
    after = func.count().filter(Complaint.received_at > SystemicIssue.acted_at)
    counts = {
        row[0]: (row[1], row[2])
        for row in session.execute(
            select(IssueComplaint.issue_id, func.count(), after)
            .join(Complaint, Complaint.id == IssueComplaint.complaint_id)
            .join(SystemicIssue, SystemicIssue.id == IssueComplaint.issue_id)
            .where(visible_to(me), IssueComplaint.issue_id.in_([one.id for one, _ in found]))
            .group_by(IssueComplaint.issue_id)
        )
    }
    return [IssueLine(one, owner, *counts.get(one.id, (0, 0))) for one, owner in found]


def issue(session: Session, issue_id: uuid.UUID, *, lock: bool = False) -> SystemicIssue:
    """Raises `NotFound`."""
    query = select(SystemicIssue).where(SystemicIssue.id == issue_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound
    return found


def complaints_of(session: Session, me: SignedIn, issue_id: uuid.UUID) -> Sequence[Complaint]:
    """The newest two hundred that this person may see."""
    query = (
        select(Complaint)
        .join(IssueComplaint, IssueComplaint.complaint_id == Complaint.id)
        .where(IssueComplaint.issue_id == issue_id, visible_to(me))
    )
    return session.scalars(query.order_by(Complaint.received_at.desc(), Complaint.id).limit(200)).all()


def suggestions(session: Session, me: SignedIn, *, now: datetime) -> list[Cluster]:
    """Similar complaints of the last ninety days that show no systemic issue yet."""
    known = select(IssueComplaint.complaint_id).where(IssueComplaint.complaint_id == Complaint.id)
    rows = session.execute(
        select(Complaint.number, Complaint.business, Complaint.description)
        .where(visible_to(me), Complaint.received_at >= now - WINDOW, ~known.exists())
        .order_by(Complaint.received_at.desc(), Complaint.id)
        .limit(NEWEST)
    ).all()
    return find_clusters([Story(row.number, row.business, row.description) for row in rows])
