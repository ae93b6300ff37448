"""Who handles a complaint: assigned, handed over with the other's consent, or recused from it."""

import uuid
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from service_api.audit.service import Actor, record
from service_api.complaints.case_models import HandlerTurn, HandOver
from service_api.complaints.handling import Closed
from service_api.complaints.models import Complaint, Recusal
from service_api.complaints.visibility import not_recused
from service_api.core.problems import Conflict, Forbidden, Malformed, NotFound
from service_api.core.upsert import insert_once
from service_api.outbox import service as outbox
from service_api.staff.models import StaffMember
from service_api.staff.roles import PERMISSIONS, Permission
from service_api.staff.service import SignedIn

ASSIGNED, OFFERED, UNCLAIMED = "complaint.assigned", "complaint.offered", "complaint.unclaimed"


class Recused(Conflict):
    type = "recused"
    title = "该人员应当回避"


class CannotHandle(Malformed):
    type = "cannot-handle"
    title = "该人员不能处理投诉"


class HandOverOpen(Conflict):
    type = "hand-over-open"
    title = "已有待确认的移交"


def assign(
    session: Session, complaint: Complaint, *, to: StaffMember, by: Actor, now: datetime, why: str = ""
) -> None:
    """Make somebody the owner; the first owner also becomes the first-contact owner, until it is closed.

    Raises `Recused`, and `CannotHandle` for who has left or whose role handles no complaints.
    """
    check_fit(session, complaint, to)
    if complaint.owner_id == to.id:
        return
    _let_lapse(session, complaint, now=now)
    before, complaint.owner_id = complaint.owner_id, to.id
    complaint.first_contact_id = complaint.first_contact_id or to.id
    session.flush()
    if not insert_once(session, HandlerTurn, {"staff_id": to.id, "last_at": now}, unique=["staff_id"]):
        session.get_one(HandlerTurn, to.id).last_at = now
    record(
        session,
        by=by,
        action=ASSIGNED,
        subject=complaint.subject,
        now=now,
        to=to.id,
        **({"from": before} if before else {}),
        **({"why": why} if why else {}),
    )
    outbox.write(
        session,
        topic=ASSIGNED,
        key=f"{ASSIGNED}:{complaint.id}:{complaint.version}",
        payload={"complaint_id": str(complaint.id), "staff_id": str(to.id), "by": by.id},
        now=now,
    )


def check_fit(session: Session, complaint: Complaint, member: StaffMember) -> None:
    """Raises `Recused` and `CannotHandle`."""
    if not can_handle(member):
        raise CannotHandle
    found = select(Recusal.id).where(
        Recusal.complaint_id == complaint.id,
        or_(Recusal.staff_id == member.id, Recusal.branch == member.branch),
    )
    if session.scalar(found.limit(1)) is not None:
        raise Recused


def can_handle(member: StaffMember) -> bool:
    """Whether they are here and their role handles complaints."""
    return member.active and Permission.HANDLE_COMPLAINTS in PERMISSIONS[member.role]


def member_named(session: Session, username: str) -> StaffMember:
    """Raises `CannotHandle` for an unknown name."""
    member = session.scalar(select(StaffMember).where(StaffMember.username == username))
    if member is None:
        raise CannotHandle("unknown name")
    return member


def offer(
    session: Session,
    complaint: Complaint,
    *,
    to: StaffMember,
    reason: str,
    me: SignedIn,
    now: datetime,
    first_contact: bool = False,
) -> HandOver:
    """Ask somebody to take the complaint over. Nothing changes until they confirm.

    The owner hands over the handling; the first-contact owner may hand over that responsibility as well.
    """
    if complaint.is_over:
        raise Closed
    if me.staff_id != (complaint.first_contact_id if first_contact else complaint.owner_id):
        raise Forbidden("only who has it hands it over")
    check_fit(session, complaint, to)
    if to.id == me.staff_id or open_hand_over(session, complaint.id) is not None:
        raise HandOverOpen
    wish = HandOver(
        complaint_id=complaint.id,
        from_id=me.staff_id,
        to_id=to.id,
        first_contact=first_contact,
        reason=reason,
        offered_at=now,
    )
    session.add(wish)
    session.flush()
    record(
        session,
        by=me.actor,
        action="complaint.hand_over_offered",
        subject=complaint.subject,
        now=now,
        to=to.id,
        first_contact=first_contact,
    )
    outbox.write(
        session,
        topic=OFFERED,
        key=f"{OFFERED}:{wish.id}",
        payload={"complaint_id": str(complaint.id), "staff_id": str(to.id)},
        now=now,
    )
    return wish


def answer_offer(
    session: Session, complaint: Complaint, *, accept: bool, me: SignedIn, now: datetime
) -> HandOver:
    """Confirm or decline. Raises `NotFound` when nothing was offered to this person."""
    wish = open_hand_over(session, complaint.id)
    if wish is None or wish.to_id != me.staff_id:
        raise NotFound
    if accept and complaint.is_over:
        raise Closed
    wish.answered_at, wish.accepted = now, accept
    session.flush()
    if not accept:
        record(
            session, by=me.actor, action="complaint.hand_over_declined", subject=complaint.subject, now=now
        )
        return wish
    to = session.get_one(StaffMember, me.staff_id)
    if wish.first_contact:
        _answer_to_customer(session, complaint, to, now=now)
    if complaint.owner_id == wish.from_id:
        assign(session, complaint, to=to, by=me.actor, now=now, why="hand-over")
    return wish


def _answer_to_customer(session: Session, complaint: Complaint, to: StaffMember, *, now: datetime) -> None:
    check_fit(session, complaint, to)
    before, complaint.first_contact_id = complaint.first_contact_id, to.id
    session.flush()
    record(
        session,
        by=Actor("staff", str(to.id)),
        action="complaint.first_contact_handed_over",
        subject=complaint.subject,
        now=now,
        to=to.id,
        **({"from": before} if before else {}),
    )


def _let_lapse(session: Session, complaint: Complaint, *, now: datetime) -> None:
    """What its owner offered is void once the complaint has gone to somebody another way."""
    wish = open_hand_over(session, complaint.id)
    if wish is not None and wish.from_id == complaint.owner_id:
        wish.answered_at, wish.accepted = now, False


def offered_to(session: Session, me: SignedIn, number: str) -> Complaint:
    """The complaint that somebody offers to this person, locked. Raises `NotFound`, also for the recused."""
    complaint = session.scalar(
        select(Complaint)
        .join(HandOver, HandOver.complaint_id == Complaint.id)
        .where(
            Complaint.number == number,
            HandOver.to_id == me.staff_id,
            HandOver.answered_at.is_(None),
            not_recused(me.staff_id, me.branch),
        )
        .with_for_update(of=Complaint)
    )
    if complaint is None:
        raise NotFound
    return complaint


def open_hand_over(session: Session, complaint_id: uuid.UUID) -> HandOver | None:
    return session.scalar(
        select(HandOver).where(HandOver.complaint_id == complaint_id, HandOver.answered_at.is_(None))
    )


def recuse(
    session: Session,
    complaint: Complaint,
    *,
    staff_id: uuid.UUID | None = None,
    branch: str | None = None,
    reason: str,
    by: Actor,
    now: datetime,
) -> None:
    """Keep a person or a branch away: they lose the case, cannot get it and no longer see it."""
    row = {
        "id": uuid.uuid4(),
        "complaint_id": complaint.id,
        "staff_id": staff_id,
        "branch": branch,
        "reason": reason,
        "created_at": now,
    }
    column = "staff_id" if staff_id is not None else "branch"
    if not insert_once(session, Recusal, row, unique=["complaint_id", column]):
        return

    def away(person_id: uuid.UUID | None) -> bool:
        person = session.get(StaffMember, person_id) if person_id is not None else None
        return person is not None and (person.id == staff_id or person.branch == branch)

    wish = open_hand_over(session, complaint.id)
    if wish is not None and (away(wish.to_id) or away(wish.from_id)):
        wish.answered_at, wish.accepted = now, False
    if away(complaint.first_contact_id):
        complaint.first_contact_id = None
    if away(complaint.owner_id):
        complaint.owner_id = None
        _seek_owner(session, complaint, now=now)
    session.flush()
    facts = {"staff_id": staff_id} if staff_id else {"branch": branch}
    record(session, by=by, action="complaint.recused", subject=complaint.subject, now=now, **facts)


def _seek_owner(session: Session, complaint: Complaint, *, now: datetime) -> None:
    """Have somebody else found who handles it."""
    if not complaint.is_over:
        outbox.write(
            session,
            topic=UNCLAIMED,
            key=f"{UNCLAIMED}:{complaint.id}:{complaint.version}",
            payload={"complaint_id": str(complaint.id)},
            now=now,
        )
