"""Questions about the bank's people."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.staff.models import StaffMember, StaffSession
from service_api.staff.roles import PERMISSIONS, Permission


def active_members(session: Session, *, role: str, branch: str | None = None) -> Sequence[StaffMember]:
    """Those who hold the role now, in the given branch or anywhere, by name."""
    query = select(StaffMember).where(StaffMember.role == role, StaffMember.active)
    if branch is not None:
        query = query.where(StaffMember.branch == branch)
    return session.scalars(query.order_by(StaffMember.username).limit(500)).all()


def active_people(session: Session) -> Sequence[StaffMember]:
    """Everybody who may sign in, by name."""
    query = select(StaffMember).where(StaffMember.active)
    return session.scalars(query.order_by(StaffMember.display_name, StaffMember.username).limit(500)).all()


def display_names(session: Session, ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    rows = session.execute(
        select(StaffMember.id, StaffMember.display_name)
        .where(StaffMember.id.in_(ids))
        .order_by(StaffMember.id)
    )
    return {row.id: row.display_name for row in rows}


def has_anyone(session: Session) -> bool:
    return session.scalar(select(StaffMember.id).order_by(StaffMember.id).limit(1)) is not None


def complaint_handlers(session: Session) -> Sequence[StaffMember]:
    """Everybody to whom a complaint can be given, by name."""
    return _who_may(session, Permission.HANDLE_COMPLAINTS)


def supervisors(session: Session) -> Sequence[StaffMember]:
    """Everybody who sees the log and its reports, by name."""
    return _who_may(session, Permission.SUPERVISE)


def _who_may(session: Session, permission: Permission) -> Sequence[StaffMember]:
    roles = [role for role, may in PERMISSIONS.items() if permission in may]
    query = select(StaffMember).where(StaffMember.role.in_(roles), StaffMember.active)
    return session.scalars(query.order_by(StaffMember.username).limit(500)).all()


def is_signed_in(session: Session, staff_id: uuid.UUID, *, now: datetime) -> bool:
    """Whether the person has a session anywhere."""
    query = select(StaffSession.token_hash).where(
        StaffSession.staff_id == staff_id, StaffSession.expires_at > now
    )
    return session.scalar(query.order_by(StaffSession.token_hash).limit(1)) is not None
