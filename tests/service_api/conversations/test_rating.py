"""Stars for the service: once an episode, by the assistant or by the customer's own hand."""

import uuid
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.conversations import handover, service
from service_api.conversations.rating_models import ConversationRating
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.staff.models import StaffMember
from tests.service_api.conftest import SERVICE_TOKEN
from tests.service_api.visitor import Visitor

AS_SERVICE = {"Authorization": f"Bearer {SERVICE_TOKEN}"}


@pytest.fixture
def visitor(client: TestClient) -> Visitor:
    return Visitor(client)


def rate(visitor: Visitor, **body: object) -> Any:
    path = f"/api/v1/conversations/{visitor.conversation_id}/rating"
    return visitor.client.post(path, json=body, headers=AS_SERVICE)


def rows(database: Database) -> list[tuple[int, str]]:
    with database.reading() as session:
        found = session.scalars(select(ConversationRating).order_by(ConversationRating.id))
        return [(row.score, row.comment) for row in found]


def served_by_a_person(database: Database, clock: FrozenClock, talk_id: uuid.UUID) -> uuid.UUID:
    with database.writing() as session:
        agent = StaffMember(
            username=uuid.uuid4().hex,
            display_name="Lin",
            role="agent",
            password_hash="signs in nowhere",
            created_at=clock.now(),
        )
        session.add(agent)
        session.flush()
        talk = service.locked(session, talk_id)
        handover.claim(session, talk, staff_id=agent.id, name="Lin", now=clock.now())
        handover.hand_back(session, talk, staff_id=agent.id, now=clock.now())
        return agent.id


def test_the_same_stars_twice_are_one_rating(visitor: Visitor, database: Database) -> None:
    first, second = rate(visitor, score=5, comment="很耐心"), rate(visitor, score=5, comment="很耐心")

    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert rows(database) == [(5, "很耐心")]


def test_a_customer_may_change_their_mind_and_the_comment_stays(visitor: Visitor, database: Database) -> None:
    rate(visitor, score=2, comment="等太久")

    changed = visitor.client.post("/chat/rating", json={"score": 4}, headers=visitor.headers)

    assert changed.json()["score"] == 4
    assert rows(database) == [(4, "等太久")]


def test_each_hand_over_has_its_own_stars(visitor: Visitor, database: Database, clock: FrozenClock) -> None:
    rate(visitor, score=3, comment=None)
    agent = served_by_a_person(database, clock, visitor.conversation_id)
    rate(visitor, score=5, comment=None)

    assert rows(database) == [(3, ""), (5, "")]
    with database.reading() as session:
        assert session.scalars(select(ConversationRating.staff_id)).all()[-1] == agent


@pytest.mark.parametrize(
    "body", [{"score": 0}, {"score": 6}, {"score": "5"}, {}, {"score": 5, "comment": "长" * 501}]
)
def test_what_is_not_one_to_five_is_refused(visitor: Visitor, body: dict[str, object]) -> None:
    for path, headers in (
        (f"/api/v1/conversations/{visitor.conversation_id}/rating", AS_SERVICE),
        ("/chat/rating", visitor.headers),
    ):
        assert visitor.client.post(path, json=body, headers=headers).status_code == 422


def test_nobody_rates_without_a_right(visitor: Visitor) -> None:
    path = f"/api/v1/conversations/{visitor.conversation_id}/rating"
    assert visitor.client.post(path, json={"score": 5}, headers=visitor.headers).status_code == 401
    assert visitor.client.post("/chat/rating", json={"score": 5}).status_code == 401
    unknown = f"/api/v1/conversations/{uuid.uuid4()}/rating"
    assert visitor.client.post(unknown, json={"score": 5}, headers=AS_SERVICE).status_code == 404
