"""The decision on a complaint: proposed, approved by a second person where one is needed, sent, contested."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.complaints.case_models import DecisionNotice
from service_api.complaints.deadlines import Deadlines
from service_api.complaints.handling import act, tell_customer
from service_api.complaints.lifecycle import Action
from service_api.complaints.limits import packaged_limits
from service_api.complaints.models import Complaint
from service_api.complaints.notes import tell_handlers
from service_api.complaints.redress import promised
from service_api.complaints.schemas import NoticeDraft
from service_api.core.i18n import say
from service_api.core.problems import Conflict, Forbidden
from service_api.staff.models import StaffMember
from service_api.staff.roles import PERMISSIONS, Permission
from service_api.staff.service import SignedIn

SUMMARY_LENGTH = 600


class NoNotice(Conflict):
    type = "no-decision-notice"
    title = "没有可处理的处理决定"


class SecondPersonNeeded(Forbidden):
    type = "second-person-needed"
    title = "需由另一位有权限的人员审批"


def propose(
    session: Session,
    deadlines: Deadlines,
    complaint: Complaint,
    draft: NoticeDraft,
    *,
    me: SignedIn,
    now: datetime,
) -> DecisionNotice:
    """Write the next version of the notice; it names the ways to review, mediation, arbitration and court."""
    act(session, deadlines, complaint, Action.PROPOSE_DECISION, by=me.actor, role=me.role, now=now)
    versions = notices_of(session, complaint.id)
    notice = DecisionNotice(
        complaint_id=complaint.id,
        version=len(versions) + 1,
        language=draft.language,
        findings=draft.findings,
        basis=draft.basis,
        reasons=draft.reasons,
        remedies=draft.remedies,
        ways=say(draft.language, "complaint_ways"),
        proposed_by_id=me.staff_id,
        proposed_at=now,
    )
    session.add(notice)
    session.flush()
    return notice


def approve(
    session: Session, deadlines: Deadlines, complaint: Complaint, *, me: SignedIn, now: datetime
) -> DecisionNotice:
    """Approve the newest version. Raises `SecondPersonNeeded` where the proposer may not do it alone."""
    notice = _newest(session, complaint)
    alone = notice.proposed_by_id == me.staff_id or not me.may(Permission.APPROVE)
    if alone and _needs_second_person(session, complaint):
        raise SecondPersonNeeded
    _take(session, deadlines, complaint, Action.APPROVE_DECISION, notice, me=me, now=now)
    notice.approved_by_id, notice.approved_at = me.staff_id, now
    _tell_owner(session, complaint, "approved", notice, me=me, now=now)
    session.flush()
    return notice


def return_for_rework(
    session: Session, deadlines: Deadlines, complaint: Complaint, *, me: SignedIn, now: datetime
) -> None:
    """Send the proposal back to the handler; it stays on file as a version that was returned."""
    notice = _newest(session, complaint)
    _take(session, deadlines, complaint, Action.RETURN_DECISION, notice, me=me, now=now)
    notice.returned_at = now
    _tell_owner(session, complaint, "returned", notice, me=me, now=now)
    session.flush()


def send(
    session: Session, deadlines: Deadlines, complaint: Complaint, *, me: SignedIn, now: datetime
) -> DecisionNotice:
    """Give the approved notice to the customer; the legal clock stops in the same commit.

    Raises `SecondPersonNeeded` when the case has become one since it was approved: more was promised, or it
    was flagged.
    """
    notice = _newest(session, complaint)
    if _approved_alone(session, notice) and _needs_second_person(session, complaint):
        raise SecondPersonNeeded("return it and have a second person approve it")
    _take(session, deadlines, complaint, Action.SEND_ANSWER, notice, me=me, now=now)
    notice.sent_at = now
    tell_customer(
        session,
        complaint,
        "complaint_answered",
        key=f"answered:{notice.version}",
        now=now,
        summary=f"{notice.findings} {notice.remedies}"[:SUMMARY_LENGTH].strip(),
    )
    session.flush()
    return notice


def notices_of(session: Session, complaint_id: uuid.UUID) -> Sequence[DecisionNotice]:
    """Every version, the first first."""
    return session.scalars(
        select(DecisionNotice)
        .where(DecisionNotice.complaint_id == complaint_id)
        .order_by(DecisionNotice.version)
        .limit(100)
    ).all()


def _needs_second_person(session: Session, complaint: Complaint) -> bool:
    """By its flags and sums, and whenever an earlier decision was sent: a review is the superior's."""
    again = any(notice.sent_at is not None for notice in notices_of(session, complaint.id))
    return again or packaged_limits().needs_second_person(complaint, promised(session, complaint.id))


def _approved_alone(session: Session, notice: DecisionNotice) -> bool:
    if notice.approved_by_id is None:
        return False
    approver = session.get_one(StaffMember, notice.approved_by_id)
    may = Permission.APPROVE in PERMISSIONS[approver.role]
    return notice.approved_by_id == notice.proposed_by_id or not may


def _newest(session: Session, complaint: Complaint) -> DecisionNotice:
    versions = notices_of(session, complaint.id)
    if not versions or versions[-1].returned_at is not None:
        raise NoNotice
    return versions[-1]


def _tell_owner(
    session: Session,
    complaint: Complaint,
    news: str,
    notice: DecisionNotice,
    *,
    me: SignedIn,
    now: datetime,
) -> None:
    """The next step is the owner's, unless they did this themselves."""
    if complaint.owner_id != me.staff_id:
        tell_handlers(session, complaint, news, about=notice.version, now=now)


def _take(
    session: Session,
    deadlines: Deadlines,
    complaint: Complaint,
    action: Action,
    notice: DecisionNotice,
    *,
    me: SignedIn,
    now: datetime,
) -> None:
    """The step of the lifecycle; the audit log names the version it was about."""
    act(session, deadlines, complaint, action, by=me.actor, role=me.role, now=now, notice=notice.version)
