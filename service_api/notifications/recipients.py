"""Whom a level of the ladder tells: by role and place, without the recused, stand-ins for the absent."""

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.complaints.models import Complaint, Recusal
from service_api.notifications.models import Absence
from service_api.staff import queries as staff
from service_api.staff.models import StaffMember

HEAD_OFFICE = "head-office"
LAST_RESORT = "supervisor"
LONGEST_CHAIN = 5


class Whom(BaseModel):
    """The owner of a complaint, or everyone of a role at a place: `own` is the complaint's branch."""

    owner: bool = False
    role: str | None = None
    at: Literal["own", "head-office", "any"] = "any"


OWNER = (Whom(owner=True),)
LEADS = (Whom(role="team_lead", at="own"),)


def recipients_of(
    session: Session, complaint: Complaint, rules: Iterable[Whom], *, now: datetime
) -> list[StaffMember]:
    """Everyone to tell, by name, each once; the supervisors when nobody else is left."""
    chosen: dict[uuid.UUID, StaffMember] = {}
    for rule in rules:
        chosen |= {member.id: member for member in _by_rule(session, complaint, rule)}
    told = _fit(session, complaint, chosen.values(), now=now)
    if not told:
        supervisors = staff.active_members(session, role=LAST_RESORT)
        told = _fit(session, complaint, supervisors, now=now)
    return sorted(told.values(), key=lambda member: member.username)


def fit_in_place_of(
    session: Session, complaint: Complaint, member: StaffMember, *, now: datetime
) -> StaffMember | None:
    """Who stands in for the member, else the member; None when neither may know of the complaint."""
    standing_in = stand_in_for(session, member, now=now)
    candidates = [standing_in, member] if standing_in is not None else [member]
    allowed = _allowed(session, complaint)
    return next((each for each in candidates if each.active and allowed(each)), None)


def _by_rule(session: Session, complaint: Complaint, rule: Whom) -> Iterable[StaffMember]:
    if rule.role is None:
        owner_id = complaint.owner_id or complaint.first_contact_id
        owner = session.get(StaffMember, owner_id) if owner_id else None
        return [owner] if owner is not None and owner.active else []
    place = {"own": complaint.branch, "head-office": HEAD_OFFICE, "any": None}[rule.at]
    found = staff.active_members(session, role=rule.role, branch=place)
    return found or staff.active_members(session, role=rule.role)


def _fit(
    session: Session, complaint: Complaint, members: Iterable[StaffMember], *, now: datetime
) -> dict[uuid.UUID, StaffMember]:
    allowed = _allowed(session, complaint)
    present = (stand_in_for(session, member, now=now) for member in members)
    return {one.id: one for one in present if one is not None and allowed(one)}


def _allowed(session: Session, complaint: Complaint) -> Callable[[StaffMember], bool]:
    """Whether somebody is not recused from the complaint."""
    recusals = session.scalars(
        select(Recusal).where(Recusal.complaint_id == complaint.id).order_by(Recusal.id)
    ).all()
    people = {r.staff_id for r in recusals}
    branches = {r.branch for r in recusals if r.branch is not None}
    return lambda member: member.id not in people and member.branch not in branches


def stand_in_for(session: Session, member: StaffMember, *, now: datetime) -> StaffMember | None:
    """The member, or who stands in now, or who stands in for that one; None when the chain leads nowhere."""
    seen: set[uuid.UUID] = set()
    current: StaffMember | None = member
    while current is not None and current.id not in seen and len(seen) < LONGEST_CHAIN:
        seen.add(current.id)
        absence = session.scalar(
            select(Absence)
            .where(Absence.staff_id == current.id, Absence.starts_at <= now, Absence.ends_at > now)
            .order_by(Absence.starts_at.desc(), Absence.id)
            .limit(1)
        )
        if absence is None:
            return current if current.active else None
        current = session.get(StaffMember, absence.stand_in_id)
    return None
