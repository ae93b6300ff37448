"""Proof of identity by a one-time code sent to the customer's phone.

Works the same for numbers that belong to nobody, so that asking tells nothing about who banks here.
"""

import secrets
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from service_api.core.i18n import say
from service_api.core.problems import Problem, TooManyRequests
from service_api.core.security import same, token_hash
from service_api.customers.models import CustomerPhone, OneTimeCode
from service_api.customers.phone import normalise_phone, shown_phone
from service_api.customers.sms import Sms

VALID_FOR = timedelta(minutes=5)
TRIES = 5
PAUSE = timedelta(seconds=60)
PER_HOUR = 5
HOUR = timedelta(hours=1)


class TooManyCodes(TooManyRequests):
    type = "too-many-codes"
    title = "验证码发送太频繁"


class WrongCode(Problem):
    status = 422
    type = "wrong-code"
    title = "验证码不正确"


class CodeExpired(Problem):
    status = 410
    type = "code-expired"
    title = "验证码已过期"


class NoCode(Problem):
    status = 404
    type = "no-code"
    title = "没有待验证的验证码"


@dataclass(frozen=True, slots=True)
class CodeSent:
    """`sent_to` is masked."""

    sent_to: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class Proof:
    """The customer who proved to hold the phone."""

    customer_id: uuid.UUID


def send_code(
    session: Session,
    sms: Sms,
    *,
    conversation_id: uuid.UUID,
    phone: str,
    language: str,
    now: datetime,
    pepper: str,
) -> CodeSent:
    """Send a code; an earlier one of the conversation ends. The caller holds the conversation's row lock.

    Raises `BadPhone`; `TooManyCodes` within 60 s or after five in an hour, per phone and per conversation.
    """
    sms.check()
    number = normalise_phone(phone)
    _refuse_too_many(session, OneTimeCode.phone == number, now)
    _refuse_too_many(session, OneTimeCode.conversation_id == conversation_id, now)
    session.execute(
        update(OneTimeCode)
        .where(OneTimeCode.conversation_id == conversation_id, OneTimeCode.ended_at.is_(None))
        .values(ended_at=now)
    )
    code = f"{secrets.randbelow(10**6):06d}"
    customer_id = session.scalar(select(CustomerPhone.customer_id).where(CustomerPhone.number == number))
    session.add(
        OneTimeCode(
            conversation_id=conversation_id,
            phone=number,
            customer_id=customer_id,
            code_hash=_hash(code, conversation_id, pepper),
            tries_left=TRIES,
            sent_at=now,
            expires_at=now + VALID_FOR,
        )
    )
    if customer_id is not None:
        minutes = int(VALID_FOR.total_seconds() // 60)
        sms.send(session, phone=number, text=say(language, "sms_code", code=code, minutes=minutes), now=now)
    session.flush()
    return CodeSent(shown_phone(number), int(VALID_FOR.total_seconds()))


def confirm_code(
    session: Session, *, conversation_id: uuid.UUID, typed: str, now: datetime, pepper: str
) -> Proof | Problem:
    """Check what was typed. A refusal is returned, not raised, so that the spent try is committed."""
    row = session.scalar(
        select(OneTimeCode)
        .where(OneTimeCode.conversation_id == conversation_id, OneTimeCode.ended_at.is_(None))
        .order_by(OneTimeCode.id.desc())
        .limit(1)
        .with_for_update()
    )
    if row is None:
        return NoCode()
    if row.expires_at <= now:
        return CodeExpired()
    digits = "".join(c for c in unicodedata.normalize("NFKC", typed) if c.isdigit())
    right = same(row.code_hash, _hash(digits, conversation_id, pepper))
    if right and row.customer_id is not None:
        row.ended_at = now
        return Proof(row.customer_id)
    row.tries_left -= 1
    if row.tries_left == 0:
        row.ended_at = now
    return WrongCode(tries_left=row.tries_left)


def awaits_code(session: Session, *, conversation_id: uuid.UUID, now: datetime) -> bool:
    """True while a code may be typed in this conversation, so that digits must not stay readable."""
    query = select(OneTimeCode.id).where(
        OneTimeCode.conversation_id == conversation_id,
        OneTimeCode.ended_at.is_(None),
        OneTimeCode.expires_at > now,
    )
    return session.scalar(query.order_by(OneTimeCode.id).limit(1)) is not None


def _refuse_too_many(session: Session, whose: ColumnElement[bool], now: datetime) -> None:
    newest, oldest, count = session.execute(
        select(func.max(OneTimeCode.sent_at), func.min(OneTimeCode.sent_at), func.count()).where(
            whose, OneTimeCode.sent_at > now - HOUR
        )
    ).one()
    if newest is not None and now < newest + PAUSE:
        raise TooManyCodes(retry_after=_seconds_until(newest + PAUSE, now))
    if oldest is not None and count >= PER_HOUR:
        raise TooManyCodes(retry_after=_seconds_until(oldest + HOUR, now))


def _seconds_until(moment: datetime, now: datetime) -> int:
    return int((moment - now).total_seconds()) + 1


def _hash(code: str, conversation_id: uuid.UUID, pepper: str) -> str:
    return token_hash(f"{conversation_id}:{code}", pepper=pepper)
