"""Sign-ins that are half way, kept for minutes and good once: a code is due, or the provider was asked."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service_api.core.security import new_token, token_hash
from service_api.staff.models import SignInAttempt, StaffMember

LIFE = timedelta(minutes=5)


def begin(
    session: Session,
    *,
    now: datetime,
    pepper: str,
    member: StaffMember | None = None,
    nonce: str = "",
    code_verifier: str = "",
    next_path: str = "",
    token: str = "",
) -> str:
    """The token with which the browser comes back (made here unless given); only its hash is stored."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.expires_at <= now))
    token = token or new_token()
    session.add(
        SignInAttempt(
            token_hash=token_hash(token, pepper=pepper),
            staff_id=member.id if member else None,
            nonce=nonce,
            code_verifier=code_verifier,
            next_path=next_path,
            expires_at=now + LIFE,
        )
    )
    return token


def find(session: Session, token: str, *, now: datetime, pepper: str) -> SignInAttempt | None:
    """The attempt of this browser, unless it is over."""
    if not token:
        return None
    return session.scalar(
        select(SignInAttempt).where(
            SignInAttempt.token_hash == token_hash(token, pepper=pepper), SignInAttempt.expires_at > now
        )
    )


def spend(session: Session, attempt: SignInAttempt) -> bool:
    """End the attempt; False when somebody else ended it first."""
    gone = session.execute(
        delete(SignInAttempt)
        .where(SignInAttempt.token_hash == attempt.token_hash)
        .returning(SignInAttempt.token_hash)
        .execution_options(synchronize_session=False)
    ).first()
    session.expunge(attempt)
    return gone is not None
