"""Sign-in and sign-out of the bank's people."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from service_api.audit.service import Actor, record
from service_api.core.problems import Forbidden, Malformed, Problem, Unauthenticated
from service_api.core.security import new_token, same, token_hash
from service_api.staff import second_factor
from service_api.staff.models import StaffMember, StaffSession
from service_api.staff.roles import PERMISSIONS, Permission

TRIES = 5
LOCK_OUT = timedelta(minutes=15)
SHORTEST_PASSWORD = 10  # characters; length is what counts (NIST SP 800-63B asks for at least 8)
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


class WeakPassword(Malformed):
    type = "weak-password"
    title = "密码太弱"


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
    session: Session, *, username: str, password: str, code: str = "", now: datetime, hours: int, pepper: str
) -> tuple[str, StaffMember] | Problem:
    """Open a session by password and, where there is a second factor, its code; the token is for the cookie.

    A refusal is returned, not raised, so that the count of failures is committed.
    """
    member = check_password(session, username=username, password=password, now=now)
    if isinstance(member, Problem):
        return member
    refused = check_second_factor(session, member, code=code, now=now, pepper=pepper)
    if refused is not None:
        return refused
    return open_session(session, member, how="password", now=now, hours=hours, pepper=pepper), member


def check_password(session: Session, *, username: str, password: str, now: datetime) -> StaffMember | Problem:
    """Who this is. Five wrong passwords or codes lock the name for 15 minutes; a refusal is returned."""
    member = session.scalar(select(StaffMember).where(StaffMember.username == username).with_for_update())
    if member is None or not member.active:
        _matches(_NOBODY, password)
        return WrongPassword()
    if member.locked_until is not None and member.locked_until > now:
        return LockedOut(retry_after=int((member.locked_until - now).total_seconds()) + 1)
    if not _matches(member.password_hash, password):
        _count_failure(session, member, now=now)
        return WrongPassword()
    return member


def check_second_factor(
    session: Session, member: StaffMember, *, code: str, now: datetime, pepper: str
) -> Problem | None:
    """None when the person may come in. A wrong code counts like a wrong password."""
    if member.locked_until is not None and member.locked_until > now:
        return LockedOut(retry_after=int((member.locked_until - now).total_seconds()) + 1)
    refused = second_factor.check(session, member, code=code, now=now, pepper=pepper)
    if isinstance(refused, second_factor.WrongSecondFactor):
        _count_failure(session, member, now=now)
    return refused


def open_session(
    session: Session, member: StaffMember, *, how: str, now: datetime, hours: int, pepper: str
) -> str:
    """Let somebody in who has proved who they are; the token of the session. `how` is for the audit log."""
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
    actor = Actor("staff", str(member.id))
    record(session, by=actor, action="staff.signed_in", subject=_subject(member), now=now, how=how)
    return token


def set_password(member: StaffMember, password: str) -> None:
    """Raises `WeakPassword`. Sessions already open stay: ending them is `end_sessions`."""
    if len(password) < SHORTEST_PASSWORD or password.casefold() in (member.username.casefold(), "password"):
        raise WeakPassword(f"at least {SHORTEST_PASSWORD} characters, not the name")
    member.password_hash = _hasher.hash(password)
    member.failed_sign_ins, member.locked_until = 0, None


def set_own_password(
    session: Session, member: StaffMember, *, current: str, new: str, me: SignedIn, now: datetime
) -> bool:
    """False when the current one is wrong. Every other session of the person ends. Raises `WeakPassword`."""
    if not _matches(member.password_hash, current):
        _count_failure(session, member, now=now)
        return False
    set_password(member, new)
    kept = select(StaffSession.token_hash).where(StaffSession.csrf_token == me.csrf_token)
    end_sessions(session, member, but=session.scalar(kept) or "")
    record(session, by=me.actor, action="staff.password_changed", subject=_subject(member), now=now)
    return True


def end_sessions(session: Session, member: StaffMember, *, but: str = "") -> None:
    """Sign somebody out everywhere, except where the session with the hash `but` is open."""
    session.execute(
        delete(StaffSession).where(StaffSession.staff_id == member.id, StaffSession.token_hash != but)
    )


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


def _count_failure(session: Session, member: StaffMember, *, now: datetime) -> None:
    member.failed_sign_ins += 1
    if member.failed_sign_ins >= TRIES:
        member.locked_until, member.failed_sign_ins = now + LOCK_OUT, 0
    record(session, by=Actor("system"), action="staff.sign_in_failed", subject=_subject(member), now=now)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _subject(member: StaffMember) -> tuple[str, str]:
    return ("staff", str(member.id))
