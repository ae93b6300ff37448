"""A customer asks when they will be called, moves the call, takes it back; agents see that they did."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.audit.models import AuditEntry
from service_api.conversations.callback_models import CallbackRequest
from service_api.conversations.models import Conversation
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from tests.service_api.complaints.conftest import a_customer
from tests.service_api.conftest import NOON
from tests.service_api.conversations.test_callbacks import AS_SERVICE, ask, deeds, open_ones
from tests.service_api.signed_in import a_member, a_session
from tests.service_api.visitor import Visitor


@pytest.fixture
def visitor(client: TestClient) -> Visitor:
    return Visitor(client)


def at(visitor: Visitor, callback_id: str = "", act: str = "") -> str:
    parts = [f"/api/v1/conversations/{visitor.conversation_id}/callbacks", callback_id, act]
    return "/".join(part for part in parts if part)


def standing(visitor: Visitor) -> dict[str, Any]:
    found = visitor.client.get(at(visitor), headers=AS_SERVICE)
    assert found.status_code == 200, found.text
    told: dict[str, Any] = found.json()
    return told


def change(visitor: Visitor, callback_id: str, **changes: object) -> Any:
    return visitor.client.patch(at(visitor, callback_id), json=changes, headers=AS_SERVICE)


def cancel(visitor: Visitor, callback_id: str) -> Any:
    return visitor.client.post(at(visitor, callback_id, "cancel"), headers=AS_SERVICE)


def made_by_a_person(visitor: Visitor, database: Database, callback_id: str, outcome: str = "reached") -> Any:
    with database.writing() as session:
        signed_in = a_session(session, a_member(session, f"lin{uuid.uuid4().hex[:6]}"))
    done = f"/api/v1/callbacks/{callback_id}/done"
    return visitor.client.post(done, json={"outcome": outcome}, headers=signed_in)


def verified(visitors: list[Visitor], database: Database) -> None:
    """All of them are the same customer, and have proved it."""
    with database.writing() as session:
        customer = a_customer(session)
        for visitor in visitors:
            talk = session.get_one(Conversation, visitor.conversation_id)
            talk.customer_id, talk.verified_at = customer.id, NOON


def test_nothing_booked_is_told_as_nothing(visitor: Visitor) -> None:
    assert standing(visitor) == {"open": None, "ended": None}


def test_the_booked_call_is_told_with_the_number_masked(visitor: Visitor) -> None:
    ask(visitor)
    told = standing(visitor)["open"]
    assert (told["phone"], told["wanted"], told["wanted_on"]) == (
        "138****8000",
        "明天下午3点以后",
        "2026-11-22",
    )


def test_a_moved_call_keeps_what_was_not_said_anew(visitor: Visitor, database: Database) -> None:
    booked = ask(visitor).json()["id"]
    assert change(visitor, booked, wanted="下午四点").json()["wanted_on"] == "2026-11-22"
    assert change(visitor, booked, phone="13900139000").json()["phone"] == "139****9000"
    [line] = open_ones(database)
    assert (line.phone, line.wanted, line.wanted_on.isoformat()) == (
        "+8613900139000",
        "下午四点",
        "2026-11-22",
    )


def test_a_new_time_for_a_call_that_is_late_is_today(
    visitor: Visitor, database: Database, clock: FrozenClock
) -> None:
    booked = ask(visitor).json()["id"]
    clock.move(timedelta(days=2))
    assert change(visitor, booked, phone="13900139000").json()["wanted_on"] == "2026-11-22"
    assert change(visitor, booked, wanted="下午四点").json()["wanted_on"] == "2026-11-23"


def test_the_log_holds_what_was_changed_and_by_whom_but_no_number(
    visitor: Visitor, database: Database
) -> None:
    booked = ask(visitor).json()["id"]
    change(visitor, booked, phone="13900139000", wanted_on="2026-11-23")
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "callback.changed")).one()
    assert (entry.actor_kind, entry.facts["reason"]) == ("customer", "customer")
    assert entry.facts["fields"] == ["phone", "wanted_on"]
    assert (entry.facts["wanted_on_before"], entry.facts["wanted_on"]) == ("2026-11-22", "2026-11-23")
    assert "139" not in str(entry.facts)


def test_the_same_change_twice_is_one_deed(visitor: Visitor, database: Database) -> None:
    booked = ask(visitor).json()["id"]
    assert [change(visitor, booked, wanted="今晚").status_code for _ in range(2)] == [200, 200]
    assert change(visitor, booked).status_code == 200
    assert deeds(database) == ["callback.requested", "callback.changed"]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"phone": "12345"}, "bad-phone"),
        ({"phone": ""}, "bad-phone"),
        ({"wanted_on": "2026-11-20"}, "day-is-past"),
        ({"wanted_on": "someday"}, "invalid"),
        ({"wanted": "长" * 201}, "invalid"),
        ({"outcome": "reached"}, "invalid"),
    ],
)
def test_a_change_that_cannot_be_is_refused_and_changes_nothing(
    changes: dict[str, object], problem: str, visitor: Visitor, database: Database
) -> None:
    booked = ask(visitor).json()["id"]
    answer = change(visitor, booked, **changes)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    if problem != "invalid":
        assert answer.json()["type"] == f"/problems/{problem}"
    assert deeds(database) == ["callback.requested"]


def test_a_cancelled_call_leaves_the_list_and_stays_on_record(visitor: Visitor, database: Database) -> None:
    booked = ask(visitor).json()["id"]
    assert [cancel(visitor, booked).status_code for _ in range(2)] == [200, 200]
    assert open_ones(database) == []
    told = standing(visitor)
    assert (told["open"], told["ended"]["outcome"]) == (None, "cancelled")
    assert deeds(database) == ["callback.requested", "callback.cancelled"]
    with database.reading() as session:
        kept = session.scalars(select(CallbackRequest)).one()
    assert (kept.outcome, kept.done_by, kept.phone) == ("not_needed", None, "+8613800138000")


def test_after_a_cancelled_one_another_may_be_booked(visitor: Visitor, database: Database) -> None:
    first = ask(visitor).json()["id"]
    cancel(visitor, first)
    second = ask(visitor).json()["id"]
    assert second != first
    assert change(visitor, first, wanted="今晚").json()["type"] == "/problems/callback-cancelled"
    assert [str(line.id) for line in open_ones(database)] == [second]


@pytest.mark.parametrize("outcome", ["reached", "not_reached", "not_needed"])
def test_what_a_person_has_dealt_with_is_neither_moved_nor_cancelled(
    outcome: str, visitor: Visitor, database: Database
) -> None:
    booked = ask(visitor).json()["id"]
    made_by_a_person(visitor, database, booked, outcome)
    for answer in (cancel(visitor, booked), change(visitor, booked, wanted="今晚")):
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/callback-already-done")
    assert standing(visitor)["ended"]["outcome"] == outcome


def test_a_person_is_told_that_the_customer_cancelled(visitor: Visitor, database: Database) -> None:
    booked = ask(visitor).json()["id"]
    cancel(visitor, booked)
    answer = made_by_a_person(visitor, database, booked)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/callback-cancelled")


def test_nobody_reaches_the_call_of_another_conversation(
    client: TestClient, visitor: Visitor, database: Database
) -> None:
    booked = ask(visitor).json()["id"]
    stranger = Visitor(client)
    assert standing(stranger) == {"open": None, "ended": None}
    assert cancel(stranger, booked).status_code == 404
    assert change(stranger, booked, phone="13900139000").status_code == 404
    assert cancel(visitor, str(uuid.uuid4())).status_code == 404
    assert len(open_ones(database)) == 1


def test_the_verified_customer_reaches_the_call_they_booked_elsewhere(
    client: TestClient, database: Database
) -> None:
    phone, desktop = Visitor(client), Visitor(client)
    verified([phone, desktop], database)
    booked = ask(phone).json()["id"]
    assert standing(desktop)["open"]["id"] == booked
    assert cancel(desktop, booked).status_code == 200
    assert open_ones(database) == []
    assert standing(phone)["ended"]["outcome"] == "cancelled"


def test_a_proof_of_yesterday_reaches_nothing_elsewhere(
    client: TestClient, database: Database, clock: FrozenClock
) -> None:
    phone, desktop = Visitor(client), Visitor(client)
    verified([phone, desktop], database)
    booked = ask(phone).json()["id"]
    clock.move(timedelta(hours=13))
    assert standing(desktop)["open"] is None
    assert cancel(desktop, booked).status_code == 404
    assert standing(phone)["open"]["id"] == booked


def test_a_call_that_ended_long_ago_is_no_longer_spoken_of(
    visitor: Visitor, database: Database, clock: FrozenClock
) -> None:
    made_by_a_person(visitor, database, ask(visitor).json()["id"])
    clock.move(timedelta(days=4))
    assert standing(visitor) == {"open": None, "ended": None}


def test_only_our_own_processes_may(visitor: Visitor) -> None:
    booked = ask(visitor).json()["id"]
    assert visitor.client.get(at(visitor)).status_code == 401
    assert visitor.client.patch(at(visitor, booked), json={}).status_code == 401
    assert visitor.client.post(at(visitor, booked, "cancel")).status_code == 401
