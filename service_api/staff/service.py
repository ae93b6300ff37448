"""Sign-in and sign-out of the bank's people."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from service_api.audit.service import Actor, record
from service_api.core.problems import Forbidden, Problem, Unauthenticated
from service_api.core.security import new_token, same, token_hash
from service_api.staff.models import StaffMember, StaffSession
from service_api.staff.roles import PERMISSIONS, Permission

TRIES = 5
LOCK_OUT = timedelta(minutes=15)
_hasher = PasswordHasher()  # immutable parameters only, no state
# Checked when the name is unknown, so that the time taken does not tell whether it exists.
_NOBODY = _hasher.hash("nobody signs in with this")


class WrongPassword(Problem):
    status = 401
    type = "wrong-password"
    title = "用户名或密码不正确"


class LockedOut(Problem):
    status = 429
    type = "locked-out"
    title = "尝试次数过多，请稍后再试"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A member of staff as one request sees them."""

    staff_id: uuid.UUID
    username: str
    display_name: str
    role: str
    branch: str
    csrf_token: str

    @property
    def actor(self) -> Actor:
        return Actor("staff", str(self.staff_id))

    def may(self, permission: Permission) -> bool:
        return permission in PERMISSIONS[self.role]

    def must(self, permission: Permission) -> None:
        """Raises `Forbidden` when the role lacks the permission."""
        if not self.may(permission):
            raise Forbidden(f"needs: {permission}")

    def check_csrf(self, token: str) -> None:
        """Raises `Forbidden` when the form did not come from our own page."""
        if not same(self.csrf_token, token):
            raise Forbidden("the form is out of date; load the page again")


def add_member(
    session: Session,
    *,
    username: str,
    display_name: str,
    role: str,
    branch: str,
    password: str,
    now: datetime,
) -> StaffMember:
    member = StaffMember(
        username=username,
        display_name=display_name,
        role=role,
        branch=branch,
        password_hash=_hasher.hash(password),
        created_at=now,
    )
    session.add(member)
    session.flush()
    return member


def sign_in(
    session: Session, *, username: str, password: str, now: datetime, hours: int, pepper: str
) -> tuple[str, StaffMember] | Problem:
    """Open a session; the token goes into the cookie. Five wrong passwords lock the name for 15 minutes.

    A refusal is returned, not raised, so that the count of failures is committed.
    """
    member = session.scalar(select(StaffMember).where(StaffMember.username == username).with_for_update())
    if member is None or not member.active:
        _matches(_NOBODY, password)
        return WrongPassword()
    if member.locked_until is not None and member.locked_until > now:
        return LockedOut(retry_after=int((member.locked_until - now).total_seconds()) + 1)
    if not _matches(member.password_hash, password):
        member.failed_sign_ins += 1
        if member.failed_sign_ins >= TRIES:
            member.locked_until, member.failed_sign_ins = now + LOCK_OUT, 0
        record(session, by=Actor("system"), action="staff.sign_in_failed", subject=_subject(member), now=now)
        return WrongPassword()
    member.failed_sign_ins, member.locked_until = 0, None
    session.execute(delete(StaffSession).where(StaffSession.expires_at <= now))
    token = new_token()
    session.add(
        StaffSession(
            token_hash=token_hash(token, pepper=pepper),
            staff_id=member.id,
            csrf_token=new_token(),
            created_at=now,
            expires_at=now + timedelta(hours=hours),
        )
    )
    record(
        session,
        by=Actor("staff", str(member.id)),
        action="staff.signed_in",
        subject=_subject(member),
        now=now,
    )
    return token, member


def sign_out(session: Session, *, token: str, pepper: str) -> None:
    session.execute(delete(StaffSession).where(StaffSession.token_hash == token_hash(token, pepper=pepper)))


def signed_in(session: Session, *, token: str, now: datetime, pepper: str) -> SignedIn:
    """Whose session this is. Raises `Unauthenticated` when it is unknown, over, or the person has left."""
    row = session.scalar(
        select(StaffSession)
        .where(StaffSession.token_hash == token_hash(token, pepper=pepper), StaffSession.expires_at > now)
        .options(joinedload(StaffSession.member))
    )
    if row is None or not row.member.active:
        raise Unauthenticated
    member = row.member
    return SignedIn(
        member.id, member.username, member.display_name, member.role, member.branch, row.csrf_token
    )


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _subject(member: StaffMember) -> tuple[str, str]:
    return ("staff", str(member.id))
