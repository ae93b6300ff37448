"""Half-told complaints: kept, found by the right person only, forgotten in time."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.conversations import drafts, service
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.customers.models import Customer
from service_api.seed import add_customers
from service_api.settings import Settings
from tests.service_api.conftest import SERVICE_TOKEN
from tests.service_api.visitor import Visitor

SERVICE = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
TOLD = {"description": "没激活也扣我年费三百", "business": "credit-card"}


def path(visitor: Visitor) -> str:
    return f"/api/v1/conversations/{visitor.conversation_id}/complaint-draft"


def keep(visitor: Visitor, *, key: str = "d1", **fields: object) -> Any:
    body = {"key": key, "fields": fields or TOLD}
    return visitor.client.put(path(visitor), json=body, headers=SERVICE)


def found(visitor: Visitor) -> Any:
    return visitor.client.get(path(visitor), headers=SERVICE).json()["draft"]


@pytest.fixture
def visitor(client: TestClient) -> Visitor:
    return Visitor(client)


@pytest.fixture
def customer_id(database: Database, clock: FrozenClock, settings: Settings) -> uuid.UUID:
    """Of somebody the bank knows."""
    with database.writing() as session:
        add_customers(session, now=clock.now(), pepper=settings.code_pepper.get_secret_value())
        return session.scalars(select(Customer.id).order_by(Customer.id).limit(1)).one()


def prove(database: Database, visitor: Visitor, customer_id: uuid.UUID, clock: FrozenClock) -> None:
    with database.writing() as session:
        talk = service.locked(session, visitor.conversation_id)
        talk.customer_id, talk.verified_at = customer_id, clock.now()


def test_what_was_told_is_found_again(visitor: Visitor) -> None:
    assert found(visitor) is None
    assert keep(visitor).status_code == 204
    keep(visitor, **TOLD, amount={"amount": "300.00", "currency": "CNY"})
    draft = found(visitor)
    assert draft["key"] == "d1"
    assert draft["fields"]["amount"]["amount"] == "300.00"
    assert draft["elsewhere"] is False


def test_it_is_forgotten_when_filed_or_given_up(visitor: Visitor) -> None:
    keep(visitor)
    for _ in range(2):
        assert visitor.client.delete(f"{path(visitor)}/d1", headers=SERVICE).status_code == 204
    assert found(visitor) is None


def test_forgetting_another_key_leaves_it(visitor: Visitor) -> None:
    keep(visitor, key="d2")
    visitor.client.delete(f"{path(visitor)}/d1", headers=SERVICE)
    assert found(visitor)["key"] == "d2"


def test_a_stranger_finds_nothing(client: TestClient, visitor: Visitor) -> None:
    keep(visitor)
    assert found(Visitor(client)) is None


def test_the_verified_customer_goes_on_elsewhere(
    client: TestClient, visitor: Visitor, database: Database, clock: FrozenClock, customer_id: uuid.UUID
) -> None:
    prove(database, visitor, customer_id, clock)
    keep(visitor)
    elsewhere = Visitor(client)
    assert found(elsewhere) is None
    prove(database, elsewhere, customer_id, clock)
    assert found(elsewhere)["elsewhere"] is True
    keep(elsewhere)
    assert found(elsewhere)["elsewhere"] is False
    assert found(visitor)["elsewhere"] is True, "there is one draft, and it moved"


def test_it_lives_for_a_week(visitor: Visitor, database: Database, clock: FrozenClock) -> None:
    keep(visitor)
    clock.move(timedelta(days=6, hours=23))
    assert found(visitor)
    clock.move(timedelta(hours=1))
    assert found(visitor) is None
    with database.writing() as session:
        assert drafts.forget_old(session, now=clock.now()) == 1
        assert drafts.forget_old(session, now=clock.now()) == 0


@pytest.mark.parametrize("fields", [{"password": "x"}, {"description": "长" * 5001}])
def test_only_what_the_form_holds_is_kept(visitor: Visitor, fields: dict[str, object]) -> None:
    assert keep(visitor, **fields).status_code == 422
