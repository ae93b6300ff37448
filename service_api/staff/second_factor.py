"""A second factor for staff: the six digits of an authenticator app (TOTP, RFC 6238), optional for each."""

import base64
import hmac
from datetime import datetime

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.audit.service import Actor, record
from service_api.core.problems import Conflict, Problem
from service_api.staff.models import StaffMember, StaffSecondFactor

STEP = 30  # seconds
ISSUER = "Ting"


class CodeNeeded(Problem):
    """The password is right; the code of the authenticator app is due."""

    status = 401
    type = "second-factor-needed"
    title = "请输入动态验证码"


class WrongSecondFactor(Problem):
    status = 401
    type = "wrong-second-factor"
    title = "动态验证码不正确"


class AlreadyEnrolled(Conflict):
    type = "second-factor-enrolled"
    title = "已启用动态验证码"


class NothingToConfirm(Conflict):
    type = "no-second-factor"
    title = "请先生成动态验证码的密钥"


def is_enrolled(session: Session, member: StaffMember) -> bool:
    factor = session.get(StaffSecondFactor, member.id)
    return factor is not None and factor.confirmed_at is not None


def enrol(session: Session, member: StaffMember, *, pepper: str) -> str:
    """Make a secret and return the `otpauth:` address for the app. It counts after `confirm`.

    Raises `AlreadyEnrolled`: a stolen session must not replace the factor.
    """
    factor = session.get(StaffSecondFactor, member.id)
    if factor is not None and factor.confirmed_at is not None:
        raise AlreadyEnrolled
    secret = pyotp.random_base32()
    if factor is None:
        factor = StaffSecondFactor(staff_id=member.id, sealed="")
        session.add(factor)
    factor.sealed, factor.last_step = _box(pepper).encrypt(secret.encode()).decode(), 0
    session.flush()
    return pyotp.TOTP(secret).provisioning_uri(name=member.username, issuer_name=ISSUER)


def confirm(session: Session, member: StaffMember, *, code: str, now: datetime, pepper: str) -> bool:
    """Switch the factor on if the code is right. Raises `NothingToConfirm`, `AlreadyEnrolled`."""
    factor = session.get(StaffSecondFactor, member.id)
    if factor is None:
        raise NothingToConfirm
    if factor.confirmed_at is not None:
        raise AlreadyEnrolled
    if not _spend(factor, code=code, now=now, pepper=pepper):
        return False
    factor.confirmed_at = now
    _record(session, member, "staff.second_factor_enrolled", by=Actor("staff", str(member.id)), now=now)
    return True


def check(session: Session, member: StaffMember, *, code: str, now: datetime, pepper: str) -> Problem | None:
    """None when no factor is due or the code is right. A code that was used before is wrong."""
    factor = session.scalar(
        select(StaffSecondFactor).where(StaffSecondFactor.staff_id == member.id).with_for_update()
    )
    if factor is None or factor.confirmed_at is None:
        return None
    if not code:
        return CodeNeeded()
    return None if _spend(factor, code=code, now=now, pepper=pepper) else WrongSecondFactor()


def remove(session: Session, member: StaffMember, *, by: Actor, now: datetime) -> None:
    """Switch the factor off, as when a telephone was lost."""
    factor = session.get(StaffSecondFactor, member.id)
    if factor is None:
        return
    session.delete(factor)
    _record(session, member, "staff.second_factor_removed", by=by, now=now)


def _spend(factor: StaffSecondFactor, *, code: str, now: datetime, pepper: str) -> bool:
    """Is this the code of now, or of one step around it, and newer than the last one used?"""
    digits = "".join(code.split())
    try:
        secret = _box(pepper).decrypt(factor.sealed.encode()).decode()
    except InvalidToken:  # the pepper was changed: the factor has to be set up anew
        return False
    totp = pyotp.TOTP(secret)
    current = int(now.timestamp()) // STEP
    for step in (current - 1, current, current + 1):
        if step > factor.last_step and hmac.compare_digest(totp.at(step * STEP).encode(), digits.encode()):
            factor.last_step = step
            return True
    return False


def _box(pepper: str) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"ting second factor").derive(pepper.encode())
    return Fernet(base64.urlsafe_b64encode(key))


def _record(session: Session, member: StaffMember, action: str, *, by: Actor, now: datetime) -> None:
    record(session, by=by, action=action, subject=("staff", str(member.id)), now=now)
