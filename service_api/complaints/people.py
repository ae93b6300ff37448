"""Who handles a complaint: assigned, handed over with the other's consent, or recused from it."""

import uuid
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from service_api.audit.service import Actor, record
from service_api.complaints.case_models import HandlerSkill, HandlerTurn, HandOver
from service_api.complaints.models import Complaint, Recusal
from service_api.core.problems import Conflict, Forbidden, Malformed, NotFound
from service_api.core.upsert import insert_once
from service_api.outbox import service as outbox
from service_api.staff.models import StaffMember
from service_api.staff.roles import PERMISSIONS, Permission
from service_api.staff.service import SignedIn

ASSIGNED, OFFERED = "complaint.assigned", "complaint.offered"


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
    if not member.active or Permission.HANDLE_COMPLAINTS not in PERMISSIONS[member.role]:
        raise CannotHandle
    found = select(Recusal.id).where(
        Recusal.complaint_id == complaint.id,
        or_(Recusal.staff_id == member.id, Recusal.branch == member.branch),
    )
    if session.scalar(found.limit(1)) is not None:
        raise Recused


def member_named(session: Session, username: str) -> StaffMember:
    """Raises `CannotHandle` for an unknown name."""
    member = session.scalar(select(StaffMember).where(StaffMember.username == username))
    if member is None:
        raise CannotHandle("unknown name")
    return member


def offer(
    session: Session, complaint: Complaint, *, to: StaffMember, reason: str, me: SignedIn, now: datetime
) -> HandOver:
    """Ask somebody to take the complaint over. Only its owner may; nothing changes until they confirm."""
    if complaint.owner_id != me.staff_id:
        raise Forbidden("only the owner hands over")
    check_fit(session, complaint, to)
    if to.id == me.staff_id or open_hand_over(session, complaint.id) is not None:
        raise HandOverOpen
    wish = HandOver(
        complaint_id=complaint.id, from_id=me.staff_id, to_id=to.id, reason=reason, offered_at=now
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
    wish.answered_at, wish.accepted = now, accept
    session.flush()
    if accept:
        to = session.get_one(StaffMember, me.staff_id)
        assign(session, complaint, to=to, by=me.actor, now=now, why="hand-over")
    else:
        record(
            session, by=me.actor, action="complaint.hand_over_declined", subject=complaint.subject, now=now
        )
    return wish


def offered_to(session: Session, me: SignedIn, number: str) -> Complaint:
    """The complaint that somebody offers to this person, locked. Raises `NotFound`."""
    complaint = session.scalar(
        select(Complaint)
        .join(HandOver, HandOver.complaint_id == Complaint.id)
        .where(Complaint.number == number, HandOver.to_id == me.staff_id, HandOver.answered_at.is_(None))
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
    owner = session.get(StaffMember, complaint.owner_id) if complaint.owner_id else None
    if owner is not None and (owner.id == staff_id or owner.branch == branch):
        complaint.owner_id = None
    first = session.get(StaffMember, complaint.first_contact_id) if complaint.first_contact_id else None
    if first is not None and (first.id == staff_id or first.branch == branch):
        complaint.first_contact_id = None
    session.flush()
    facts = {"staff_id": staff_id} if staff_id else {"branch": branch}
    record(session, by=by, action="complaint.recused", subject=complaint.subject, now=now, **facts)


def assign_by_skill(
    session: Session, complaint: Complaint, *, by: Actor, now: datetime
) -> StaffMember | None:
    """Give it to the fittest agent: who knows business and language, has the least open, waits longest.

    A platinum customer's complaint goes to who has the most skills that fit before it looks at the load.
    None when nobody fits: it stays with the team leads.
    """
    if complaint.owner_id is not None or complaint.is_over:
        return None
    load = (
        select(func.count())
        .select_from(Complaint)
        .where(Complaint.owner_id == StaffMember.id, ~Complaint.is_over)
        .scalar_subquery()
    )
    rows = session.execute(
        select(StaffMember, load.label("load"), HandlerTurn.last_at)
        .outerjoin(HandlerTurn, HandlerTurn.staff_id == StaffMember.id)
        .where(StaffMember.role == "agent", StaffMember.active, ~_recused_from(complaint))
        .order_by(StaffMember.username)
        .limit(500)
    ).all()
    skills = _skills(session, {row.StaffMember.id for row in rows})
    ranked = []
    for member, open_cases, last_at in rows:
        fit = _fitness(skills.get(member.id, {}), complaint)
        if fit is None:
            continue
        weights = (-fit, open_cases) if complaint.tier == "platinum" else (-min(fit, 1), open_cases)
        ranked.append((*weights, last_at is not None, last_at or now, member.username, member))
    if not ranked:
        return None
    best: StaffMember = min(ranked, key=lambda entry: entry[:-1])[-1]
    assign(session, complaint, to=best, by=by, now=now, why="skill, load and turn")
    return best


def _recused_from(complaint: Complaint):  # type: ignore[no-untyped-def]  # an EXISTS of SQLAlchemy
    return (
        select(Recusal.id)
        .where(
            Recusal.complaint_id == complaint.id,
            or_(Recusal.staff_id == StaffMember.id, Recusal.branch == StaffMember.branch),
        )
        .exists()
    )


def _skills(session: Session, ids: set[uuid.UUID]) -> dict[uuid.UUID, dict[str, set[str]]]:
    found: dict[uuid.UUID, dict[str, set[str]]] = {}
    query = select(HandlerSkill).where(HandlerSkill.staff_id.in_(ids)).order_by(HandlerSkill.staff_id)
    for skill in session.scalars(query):
        found.setdefault(skill.staff_id, {}).setdefault(skill.kind, set()).add(skill.slug)
    return found


def _fitness(skills: dict[str, set[str]], complaint: Complaint) -> int | None:
    """How many kinds of skill name this case; None when a kind is known and does not fit."""
    fit = 0
    for kind, slug in (("business", complaint.business), ("language", complaint.language)):
        known = skills.get(kind)
        if known is None:
            continue
        if slug not in known:
            return None
        fit += 1
    return fit
