"""Staff of a small bank."""

import uuid

import pytest

from service_api.core.database import Database
from tests.service_api.complaints.conftest import session
from tests.service_api.complaints.conftest import staff as api_staff
from tests.service_api.signed_in import a_member

__all__ = ["api_staff", "session"]


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
