"""Who is on the list of staff: added and changed by supervisors, every change on record."""

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.audit.service import Actor, record
from service_api.core.problems import Conflict, NotFound
from service_api.staff import second_factor, service
from service_api.staff.models import StaffIdentity, StaffMember, StaffSecondFactor
from service_api.staff.service import SignedIn

CHANGEABLE = ("display_name", "email", "role", "branch", "active")


class NameTaken(Conflict):
    type = "name-taken"
    title = "用户名已存在"


class NotYourself(Conflict):
    """Nobody changes their own role, and nobody locks themselves out: a second supervisor does it."""

    type = "not-yourself"
    title = "不能修改自己的角色或停用自己"


def everyone(session: Session) -> Sequence[StaffMember]:
    return session.scalars(select(StaffMember).order_by(StaffMember.username).limit(2000)).all()


def with_second_factor(session: Session) -> set[uuid.UUID]:
    query = select(StaffSecondFactor.staff_id).where(StaffSecondFactor.confirmed_at.is_not(None))
    return set(session.scalars(query.order_by(StaffSecondFactor.staff_id).limit(2000)))


def find(session: Session, staff_id: uuid.UUID) -> StaffMember:
    """Raises `NotFound`."""
    member = session.get(StaffMember, staff_id)
    if member is None:
        raise NotFound
    return member


def add(
    session: Session,
    *,
    username: str,
    display_name: str,
    email: str,
    role: str,
    branch: str,
    by: Actor,
    now: datetime,
) -> tuple[StaffMember, str]:
    """A new person and their first password, which is shown once. Raises `NameTaken`."""
    if session.scalar(select(StaffMember.id).where(StaffMember.username == username)) is not None:
        raise NameTaken
    password = _fresh_password()
    member = service.add_member(
        session,
        username=username,
        display_name=display_name,
        role=role,
        branch=branch,
        password=password,
        now=now,
    )
    member.email = email
    record(
        session,
        by=by,
        action="staff.added",
        subject=("staff", str(member.id)),
        now=now,
        username=username,
        role=role,
        branch=branch,
    )
    return member, password


def change(
    session: Session, member: StaffMember, changes: dict[str, str | bool], *, by: SignedIn, now: datetime
) -> None:
    """Set the given fields of `CHANGEABLE`. A new role or branch, or leaving, ends the person's sessions.

    Raises `NotYourself`.
    """
    differing = {name: value for name, value in changes.items() if getattr(member, name) != value}
    if not differing:
        return
    if member.id == by.staff_id and differing.keys() & {"role", "active"}:
        raise NotYourself
    before = {name: getattr(member, name) for name in differing}
    for name, value in differing.items():
        setattr(member, name, value)
    if differing.keys() & {"role", "branch", "active"}:
        service.end_sessions(session, member)
    record(
        session,
        by=by.actor,
        action="staff.changed",
        subject=("staff", str(member.id)),
        now=now,
        before=before,
        after=differing,
    )


def reset_password(session: Session, member: StaffMember, *, by: SignedIn, now: datetime) -> str:
    """A new first password, shown once; every session of the person ends."""
    password = _fresh_password()
    service.set_password(member, password)
    service.end_sessions(session, member)
    _record(session, member, "staff.password_reset", by=by, now=now)
    return password


def forget_second_factor(session: Session, member: StaffMember, *, by: SignedIn, now: datetime) -> None:
    """For a lost telephone. Sessions end, since whoever has the telephone may have one."""
    second_factor.remove(session, member, by=by.actor, now=now)
    service.end_sessions(session, member)


def unlink(session: Session, member: StaffMember, *, by: SignedIn, now: datetime) -> None:
    """Forget who the person is at the OpenID provider, as when their account there was made anew."""
    links = session.scalars(select(StaffIdentity).where(StaffIdentity.staff_id == member.id)).all()
    for link in links:
        session.delete(link)
    if links:
        _record(session, member, "staff.identity_unlinked", by=by, now=now)


def sign_out_everywhere(session: Session, member: StaffMember, *, by: SignedIn, now: datetime) -> None:
    service.end_sessions(session, member)
    _record(session, member, "staff.sessions_ended", by=by, now=now)


def _fresh_password() -> str:
    return secrets.token_urlsafe(12)


def _record(session: Session, member: StaffMember, action: str, *, by: SignedIn, now: datetime) -> None:
    record(session, by=by.actor, action=action, subject=("staff", str(member.id)), now=now)
