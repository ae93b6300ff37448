"""Typing and reading, seen from the other side."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service_api.channels.signs import visitor_sign, visitor_types
from service_api.conversations import handover, service
from service_api.conversations.desk_models import ConversationLook
from service_api.core.clock import FrozenClock, SystemClock
from service_api.core.database import Database
from service_api.staff.models import StaffMember
from tests.service_api.visitor import Visitor


@pytest.fixture
def agent_id(database: Database, clock: FrozenClock, visitor: Visitor) -> uuid.UUID:
    with database.writing() as session:
        member = StaffMember(
            username="lin", display_name="林晓", role="agent", password_hash="-", created_at=clock.now()
        )
        session.add(member)
        session.flush()
        talk = service.locked(session, visitor.conversation_id)
        handover.claim(session, talk, staff_id=member.id, name="林晓", now=clock.now())
        return member.id


def look(database: Database, visitor: Visitor, staff_id: uuid.UUID, *, read: int, typing: bool) -> None:
    now = SystemClock().now()
    with database.writing() as session:
        session.merge(
            ConversationLook(
                conversation_id=visitor.conversation_id,
                staff_id=staff_id,
                read_seq=read,
                seen_at=now,
                typing_until=now + timedelta(minutes=1) if typing else None,
            )
        )


def types(database: Database, visitor: Visitor, *, later: timedelta = timedelta()) -> bool:
    with database.reading() as session:
        machine_now = SystemClock().now() + later
        return visitor_types(session, visitor.conversation_id, machine_now=machine_now)


def test_the_desk_sees_the_customer_type_and_stop(visitor: Visitor, database: Database) -> None:
    assert not types(database, visitor)
    told = visitor.client.post("/chat/signs", json={"typing": True}, headers=visitor.headers)
    assert told.status_code == 202
    assert types(database, visitor)
    assert not types(database, visitor, later=timedelta(seconds=10))
    visitor.client.post("/chat/signs", json={"typing": False}, headers=visitor.headers)
    assert not types(database, visitor)


def test_the_customer_has_read_no_further_than_there_is(visitor: Visitor, database: Database) -> None:
    visitor.say("你好")
    for seen in (2, 1, 99):
        visitor.client.post("/chat/signs", json={"seen": seen}, headers=visitor.headers)
    with database.reading() as session:
        sign = visitor_sign(session, visitor.conversation_id)
        assert sign is not None
        assert sign.seen_seq == 2


def test_the_customer_sees_the_person_read_and_type_over_the_line(
    visitor: Visitor, database: Database, agent_id: uuid.UUID
) -> None:
    visitor.write("在吗")
    with visitor.client.websocket_connect("/chat/ws") as line:
        line.send_text(json.dumps({"type": "hello", "token": visitor.token}))
        state: dict[str, Any] = line.receive_json()["state"]
        assert (state["agent_name"], state["seen_seq"], state["typing"]) == ("林晓", 0, False)
        look(database, visitor, agent_id, read=2, typing=True)
        state = line.receive_json()["state"]
        assert (state["seen_seq"], state["typing"]) == (2, True)


def test_a_colleague_who_only_looks_is_not_shown(
    visitor: Visitor, database: Database, agent_id: uuid.UUID, clock: FrozenClock
) -> None:
    with database.writing() as session:
        other = StaffMember(
            username="wu", display_name="吴", role="agent", password_hash="-", created_at=clock.now()
        )
        session.add(other)
        session.flush()
        other_id = other.id
    look(database, visitor, other_id, read=9, typing=True)

    state = visitor.look()["state"]
    assert (state["seen_seq"], state["typing"]) == (0, False)


@pytest.mark.usefixtures("still_limits")
def test_signs_that_come_too_fast_are_dropped_and_end_nothing(visitor: Visitor) -> None:
    for _ in range(50):
        assert visitor.client.post("/chat/signs", json={"seen": 1}, headers=visitor.headers).is_success
    assert visitor.write("还在").status_code == 202


@pytest.mark.parametrize("bad", [{"seen": -1}, {"seen": 2**40}, {"typing": "maybe"}])
def test_signs_of_nothing_are_refused(client: TestClient, visitor: Visitor, bad: dict[str, object]) -> None:
    assert client.post("/chat/signs", json=bad, headers=visitor.headers).status_code == 422
    assert client.post("/chat/signs", json={"seen": 1}).status_code == 401
