"""The demo's people: there once, of every tier and role, able to sign in, and nowhere else."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from service_api.complaints.case_models import HandlerSkill
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.customers.models import TIERS, Account, Customer
from service_api.seed import SIGN_INS, seed
from service_api.settings import Settings
from service_api.staff.models import ROLES, StaffMember


def test_the_demos_people_are_there_once_and_can_sign_in(
    client: TestClient, database: Database, clock: FrozenClock, settings: Settings
) -> None:
    seed(database, clock, settings)
    seed(database, clock, settings)

    with database.reading() as session:
        assert set(session.scalars(select(Customer.tier))) == set(TIERS)
        assert set(session.scalars(select(StaffMember.role))) == set(ROLES)
        assert session.scalar(select(func.count()).select_from(StaffMember)) == len(SIGN_INS)
        assert all(session.scalars(select(StaffMember.email)))  # mail of escalations reaches them
        assert set(session.scalars(select(HandlerSkill.slug))) == {"zh", "en"}
        assert all("****" in number for number in session.scalars(select(Account.masked_number)))
    for person in SIGN_INS[:1]:
        body = {"username": person.username, "password": person.password}
        assert client.post("/api/v1/staff/session", json=body).status_code == 201


def test_nobody_is_invented_outside_the_demo(
    database: Database, clock: FrozenClock, settings: Settings
) -> None:
    with pytest.raises(ValueError, match="demo"):
        seed(database, clock, settings.model_copy(update={"demo": False}))
