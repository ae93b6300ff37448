"""Who is given a complaint: by skill (business line and language), open load, tier and turn."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from service_api.audit.service import Actor, record
from service_api.complaints.case_models import HandlerSkill, HandlerTurn
from service_api.complaints.codes import BUSINESSES
from service_api.complaints.models import LANGUAGES, Complaint, Recusal
from service_api.complaints.people import assign, can_handle
from service_api.core.problems import Malformed
from service_api.staff.models import StaffMember
from service_api.staff.roles import PERMISSIONS, Permission

KINDS = ("business", "language")
HANDLING = tuple(role for role, granted in PERMISSIONS.items() if Permission.HANDLE_COMPLAINTS in granted)
GIVEN_TO = "agent"
MOST_HANDLERS = 500
Skills = Mapping[str, set[str]]


@dataclass(frozen=True, slots=True)
class Handler:
    """Who may be given complaints, what they are good at, and how many they have open now."""

    member: StaffMember
    open_cases: int
    last_at: datetime | None
    skills: Skills = field(default_factory=dict)


def assign_by_skill(
    session: Session,
    complaint: Complaint,
    *,
    by: Actor,
    now: datetime,
    away: Collection[uuid.UUID] = frozenset(),
) -> StaffMember | None:
    """Give it to the fittest agent: who knows business and language, has the least open, waits longest.

    A platinum customer's complaint goes to who has the most skills that fit before it looks at the load.
    Who is `away` now gets none. None when nobody fits: it stays with the team leads.
    """
    if complaint.owner_id is not None or complaint.is_over:
        return None
    here = StaffMember.id.not_in(away)
    agents = _handlers(session, StaffMember.role == GIVEN_TO, here, ~_recused_from(complaint))
    ranked = []
    for one in agents:
        fit = _fitness(one.skills, business=complaint.business, language=complaint.language)
        if fit is None:
            continue
        known = -fit if complaint.tier == "platinum" else -min(fit, 1)
        waited = (one.last_at is not None, one.last_at or now)
        ranked.append((known, one.open_cases, *waited, one.member.username, one.member))
    if not ranked:
        return None
    best: StaffMember = min(ranked, key=lambda entry: entry[:-1])[-1]
    assign(session, complaint, to=best, by=by, now=now, why="skill, load and turn")
    return best


def handlers(session: Session) -> list[Handler]:
    """Everybody who handles complaints now, by name."""
    return _handlers(session, StaffMember.role.in_(HANDLING))


def gaps(found: Sequence[Handler]) -> dict[str, list[str]]:
    """By language, the business lines whose complaints would be given to no agent by themselves."""
    agents = [one.skills for one in found if one.member.role == GIVEN_TO]
    missing = {
        language: [
            business
            for business in BUSINESSES
            if all(_fitness(skills, business=business, language=language) is None for skills in agents)
        ]
        for language in LANGUAGES
    }
    return {language: lines for language, lines in missing.items() if lines}


def set_skills(
    session: Session, member: StaffMember, skills: Mapping[str, Sequence[str]], *, by: Actor, now: datetime
) -> None:
    """What a handler is good at, from now on. No skill of a kind means: takes any.

    Raises `Malformed` for who handles no complaints.
    """
    if not can_handle(member):
        raise Malformed("this person handles no complaints")
    facts = {kind: sorted(set(skills.get(kind, ()))) for kind in KINDS}
    before = _skills(session, {member.id}).get(member.id, {})
    if all(set(facts[kind]) == before.get(kind, set()) for kind in KINDS):
        return
    session.execute(delete(HandlerSkill).where(HandlerSkill.staff_id == member.id))
    for kind in KINDS:
        for slug in facts[kind]:
            session.add(HandlerSkill(staff_id=member.id, kind=kind, slug=slug))
    session.flush()
    record(
        session,
        by=by,
        action="staff.skills_changed",
        subject=("staff", str(member.id)),
        now=now,
        **facts,
    )


def _handlers(session: Session, *conditions: ColumnElement[bool]) -> list[Handler]:
    load = (
        select(func.count())
        .select_from(Complaint)
        .where(Complaint.owner_id == StaffMember.id, ~Complaint.is_over)
        .scalar_subquery()
    )
    rows = session.execute(
        select(StaffMember, load.label("load"), HandlerTurn.last_at)
        .outerjoin(HandlerTurn, HandlerTurn.staff_id == StaffMember.id)
        .where(StaffMember.active, *conditions)
        .order_by(StaffMember.username)
        .limit(MOST_HANDLERS)
    ).all()
    skills = _skills(session, {member.id for member, _, _ in rows})
    return [Handler(member, load, last_at, skills.get(member.id, {})) for member, load, last_at in rows]


def _recused_from(complaint: Complaint) -> ColumnElement[bool]:
    return exists().where(
        Recusal.complaint_id == complaint.id,
        or_(Recusal.staff_id == StaffMember.id, Recusal.branch == StaffMember.branch),
    )


def _skills(session: Session, ids: set[uuid.UUID]) -> dict[uuid.UUID, dict[str, set[str]]]:
    found: dict[uuid.UUID, dict[str, set[str]]] = {}
    query = select(HandlerSkill).where(HandlerSkill.staff_id.in_(ids)).order_by(HandlerSkill.staff_id)
    for skill in session.scalars(query):
        found.setdefault(skill.staff_id, {}).setdefault(skill.kind, set()).add(skill.slug)
    return found


def _fitness(skills: Skills, *, business: str, language: str) -> int | None:
    """How many kinds of skill name such a case; None when a kind is known and does not fit."""
    fit = 0
    for kind, slug in (("business", business), ("language", language)):
        known = skills.get(kind)
        if known is None:
            continue
        if slug not in known:
            return None
        fit += 1
    return fit
