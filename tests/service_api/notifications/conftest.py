"""Staff of a small bank."""

import uuid

import pytest
from sqlalchemy.orm import Session

from service_api.core.database import Database
from service_api.staff.models import StaffMember
from tests.service_api.complaints.conftest import session
from tests.service_api.conftest import NOON

__all__ = ["session"]


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


@pytest.fixture
def staff(database: Database) -> dict[str, uuid.UUID]:
    people = {"lead": "team_lead", "west": "branch_manager", "east": "branch_manager", "boss": "supervisor"}
    with database.writing() as session:
        made = {
            name: a_member(
                session, name, role=role, branch=name if role == "branch_manager" else "head-office"
            )
            for name, role in people.items()
        } | {"ann": a_member(session, "ann")}
        return {name: member.id for name, member in made.items()}
