"""Open a systemic issue, say what will be done, follow it to its end."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service_api.audit.service import record
from service_api.complaints.models import Complaint
from service_api.complaints.visibility import visible_to
from service_api.core.problems import Conflict, Malformed, NotFound
from service_api.core.text import clean
from service_api.core.upsert import insert_once
from service_api.core.versions import check_version
from service_api.improvements.models import FOLLOWS, IssueComplaint, Stage, SystemicIssue
from service_api.notifications.service import tell
from service_api.staff.models import StaffMember
from service_api.staff.roles import PERMISSIONS, Permission
from service_api.staff.service import SignedIn

MOST = 200


class NoSuchStep(Conflict):
    type = "no-such-step"
    title = "当前阶段不能进行该操作"


class CannotOwn(Malformed):
    """Who sees to an issue must be able to open its page."""

    type = "cannot-own"
    title = "该人员没有查看整改事项的权限"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known and what will be done; `due_on` until when."""

    title: str
    cause: str = ""
    action: str = ""
    outcome: str = ""
    due_on: date | None = None


def open_issue(
    session: Session, me: SignedIn, plan: Plan, *, owner: StaffMember, numbers: Iterable[str], now: datetime
) -> SystemicIssue:
    """Make an issue of these complaints. Raises `Malformed`, `CannotOwn`, `NotFound` for a number."""
    _check_owner(owner)
    issue = SystemicIssue(owner_id=owner.id, opened_at=now, title="-")
    _set(issue, plan)
    session.add(issue)
    session.flush()
    add_complaints(session, me, issue, numbers, now=now)
    _note(session, me, issue, "improvement.opened", now=now, title=issue.title)
    if owner.id != me.staff_id:
        _tell_owner(session, issue, key=f"improvement:{issue.id}:{issue.version}", late=False, now=now)
    return issue


def change(
    session: Session,
    me: SignedIn,
    issue: SystemicIssue,
    plan: Plan,
    *,
    stage: Stage,
    owner: StaffMember,
    version: int,
    now: datetime,
) -> None:
    """Set plan and stage. Raises `StaleVersion`, `CannotOwn`, `NoSuchStep`, `Malformed` for what lacks."""
    check_version(issue.version, expected=version)
    _check_owner(owner)
    before = Stage(issue.stage)
    if stage != before and stage not in FOLLOWS[before]:
        raise NoSuchStep(f"{before} is not followed by {stage}")
    changed = {
        name
        for name in ("title", "cause", "action", "outcome", "due_on")
        if getattr(plan, name) != getattr(issue, name)
    }
    _set(issue, plan)
    if stage in (Stage.ACTING, Stage.VERIFYING) and not (issue.action and issue.due_on):
        raise Malformed("an action and its date come first")
    if stage == Stage.CLOSED and not issue.outcome:
        raise Malformed("say what came of it")
    given = issue.owner_id != owner.id
    issue.owner_id, issue.stage = owner.id, stage.value
    if stage == Stage.VERIFYING and before != Stage.VERIFYING:
        issue.acted_at = now
    issue.closed_at = (issue.closed_at or now) if stage == Stage.CLOSED else None
    session.flush()
    _note(
        session,
        me,
        issue,
        "improvement.changed",
        now=now,
        stage=stage.value,
        fields=sorted(changed | ({"owner"} if given else set())),
    )
    if given and owner.id != me.staff_id:
        _tell_owner(session, issue, key=f"improvement:{issue.id}:{issue.version}", late=False, now=now)


def add_complaints(
    session: Session, me: SignedIn, issue: SystemicIssue, numbers: Iterable[str], *, now: datetime
) -> int:
    """How many were new. One that already shows another issue moves here. Raises `NotFound`, `Malformed`."""
    wanted = sorted({number.strip().upper() for number in numbers if number.strip()})
    if not wanted or len(wanted) > MOST:
        raise Malformed(f"between 1 and {MOST} complaints at a time")
    ids = session.scalars(
        select(Complaint.id).where(Complaint.number.in_(wanted), visible_to(me)).order_by(Complaint.id)
    ).all()
    if len(ids) != len(wanted):
        raise NotFound("a complaint of these is unknown")
    session.execute(
        delete(IssueComplaint).where(
            IssueComplaint.complaint_id.in_(ids), IssueComplaint.issue_id != issue.id
        )
    )
    added = [
        complaint_id
        for complaint_id in ids
        if insert_once(
            session,
            IssueComplaint,
            {"complaint_id": complaint_id, "issue_id": issue.id, "added_at": now},
            unique=["complaint_id"],
        )
    ]
    if added:
        _note(session, me, issue, "improvement.complaints_added", now=now, complaints=[str(i) for i in added])
    return len(added)


def remove_complaint(
    session: Session, me: SignedIn, issue: SystemicIssue, number: str, *, now: datetime
) -> None:
    """Raises `NotFound`."""
    row = session.scalar(
        select(IssueComplaint)
        .join(Complaint, Complaint.id == IssueComplaint.complaint_id)
        .where(IssueComplaint.issue_id == issue.id, Complaint.number == number, visible_to(me))
    )
    if row is None:
        raise NotFound
    complaint_id = row.complaint_id
    session.delete(row)
    _note(session, me, issue, "improvement.complaint_removed", now=now, complaint=str(complaint_id))


def _check_owner(owner: StaffMember) -> None:
    if not owner.active or Permission.SUPERVISE not in PERMISSIONS[owner.role]:
        raise CannotOwn


def _set(issue: SystemicIssue, plan: Plan) -> None:
    title = " ".join(clean(plan.title).split())[:120]
    if not title:
        raise Malformed("an issue needs a title")
    issue.title, issue.due_on = title, plan.due_on
    issue.cause, issue.action, issue.outcome = (
        clean(text) for text in (plan.cause, plan.action, plan.outcome)
    )


def remind(session: Session, *, today: date, now: datetime) -> int:
    """Tell the owners of what was due before today, once for each due day; how many were late."""
    late = session.scalars(
        select(SystemicIssue)
        .where(SystemicIssue.stage != Stage.CLOSED.value, SystemicIssue.due_on < today)
        .order_by(SystemicIssue.due_on, SystemicIssue.id)
        .limit(500)
    ).all()
    for issue in late:
        _tell_owner(session, issue, key=f"improvement-late:{issue.id}:{issue.due_on}", late=True, now=now)
    return len(late)


def _tell_owner(session: Session, issue: SystemicIssue, *, key: str, late: bool, now: datetime) -> None:
    owner = session.get_one(StaffMember, issue.owner_id)
    facts = {"issue": str(issue.id), "title": issue.title, "late": late}
    tell(session, owner, kind="improvement", key=key, facts=facts, now=now, by_mail=late)


def subject(issue_id: uuid.UUID) -> tuple[str, str]:
    return ("improvement", str(issue_id))


def _note(
    session: Session, me: SignedIn, issue: SystemicIssue, action: str, *, now: datetime, **facts: object
) -> None:
    record(session, by=me.actor, action=action, subject=subject(issue.id), now=now, **facts)
