"""Signed-in staff for tests, without the cost of a password hash."""

import uuid
from datetime import timedelta

from sqlalchemy.orm import Session

from service_api.core.security import token_hash
from service_api.staff.models import StaffMember, StaffSession
from service_api.staff.service import SignedIn
from tests.service_api.conftest import NOON

PEPPER = "code-pepper-of-the-tests"


def a_member(
    session: Session, username: str, *, role: str = "agent", branch: str = "head-office"
) -> StaffMember:
    member = StaffMember(
        username=username,
        display_name=username.title(),
        email=f"{username}@tinglan.example",
        role=role,
        branch=branch,
        password_hash="-",
        created_at=NOON,
    )
    session.add(member)
    session.flush()
    return member


def signed_in(member: StaffMember) -> SignedIn:
    return SignedIn(member.id, member.username, member.display_name, member.role, member.branch, "csrf")


def a_session(session: Session, member: StaffMember) -> dict[str, str]:
    """The header with which this person calls the API."""
    token = uuid.uuid4().hex
    session.add(
        StaffSession(
            token_hash=token_hash(token, pepper=PEPPER),
            staff_id=member.id,
            csrf_token="csrf",
            created_at=NOON,
            expires_at=NOON + timedelta(days=400),
        )
    )
    session.flush()
    return {"Authorization": f"Bearer {token}"}
