"""A customer asks to be called; people see it and say how it went."""

import uuid
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.audit.models import AuditEntry
from service_api.conversations import callbacks
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from tests.service_api.conftest import SERVICE_TOKEN
from tests.service_api.signed_in import a_member, a_session
from tests.service_api.visitor import Visitor

AS_SERVICE = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
WISH = {"phone": "13800138000", "wanted": "明天下午3点以后", "wanted_on": "2026-11-22"}


@pytest.fixture
def visitor(client: TestClient) -> Visitor:
    return Visitor(client)


def ask(visitor: Visitor, **changes: object) -> Any:
    path = f"/api/v1/conversations/{visitor.conversation_id}/callbacks"
    return visitor.client.post(path, json=WISH | changes, headers=AS_SERVICE)


def open_ones(database: Database) -> list[callbacks.OpenCallback]:
    with database.reading() as session:
        return callbacks.list_open(session)


def deeds(database: Database) -> list[str]:
    with database.reading() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [entry.action for entry in entries if entry.action.startswith("callback.")]


def test_a_wish_is_kept_and_shown_to_people_with_the_number_to_dial(
    visitor: Visitor, database: Database
) -> None:
    answer = ask(visitor)
    assert answer.status_code == 201
    assert answer.json()["phone"] == "138****8000"
    [line] = open_ones(database)
    assert (line.phone, line.wanted, line.wanted_on.isoformat()) == (
        "+8613800138000",
        "明天下午3点以后",
        "2026-11-22",
    )
    assert deeds(database) == ["callback.requested"]


def test_asking_again_changes_the_open_wish(visitor: Visitor, database: Database) -> None:
    ask(visitor)
    assert ask(visitor, phone="13900139000", wanted="今晚", wanted_on=None).status_code == 201
    [line] = open_ones(database)
    assert (line.phone, line.wanted_on.isoformat()) == ("+8613900139000", "2026-11-21")
    assert deeds(database) == ["callback.requested", "callback.changed"]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [({"phone": "12345"}, "bad-phone"), ({"wanted_on": "2026-11-20"}, "day-is-past")],
)
def test_what_cannot_be_is_refused(visitor: Visitor, changes: dict[str, object], problem: str) -> None:
    answer = ask(visitor, **changes)
    assert answer.status_code == 422
    assert answer.json()["type"] == f"/problems/{problem}"


def test_only_our_own_processes_may_ask(visitor: Visitor) -> None:
    path = f"/api/v1/conversations/{visitor.conversation_id}/callbacks"
    assert visitor.client.post(path, json=WISH).status_code == 401


def test_the_list_is_in_the_order_of_days(client: TestClient, database: Database, clock: FrozenClock) -> None:
    for day in ("2026-11-25", "2026-11-21", "2026-11-23"):
        ask(Visitor(client), wanted_on=day)
    assert [line.wanted_on.isoformat() for line in open_ones(database)] == [
        "2026-11-21",
        "2026-11-23",
        "2026-11-25",
    ]


def test_a_call_is_done_once_and_leaves_the_list(visitor: Visitor, database: Database) -> None:
    wish = ask(visitor).json()["id"]
    with database.writing() as session:
        signed_in = a_session(session, a_member(session, "lin"))
    done = f"/api/v1/callbacks/{wish}/done"
    seen = visitor.client.get("/api/v1/callbacks", headers=signed_in).json()["items"]
    assert [line["id"] for line in seen] == [wish]
    assert visitor.client.post(done, json={"outcome": "reached"}, headers=signed_in).status_code == 204
    assert visitor.client.post(done, json={"outcome": "reached"}, headers=signed_in).status_code == 409
    assert open_ones(database) == []
    assert deeds(database) == ["callback.requested", "callback.done"]
    assert ask(visitor).json()["id"] != wish


def test_an_auditor_calls_nobody(visitor: Visitor, database: Database) -> None:
    ask(visitor)
    with database.writing() as session:
        signed_in = a_session(session, a_member(session, "wu", role="auditor"))
    assert visitor.client.get("/api/v1/callbacks", headers=signed_in).status_code == 403
    unknown = f"/api/v1/callbacks/{uuid.uuid4()}/done"
    assert visitor.client.post(unknown, json={"outcome": "reached"}, headers=signed_in).status_code == 403
