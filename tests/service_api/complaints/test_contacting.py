"""That somebody has spoken with the customer: a deed with a clock of its own."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from tests.service_api.complaints.calls import URL, Headers, step
from tests.service_api.complaints.conftest import a_complaint
from tests.service_api.conftest import NOON


@pytest.fixture
def number(database: Database) -> str:
    with database.writing() as session:
        return a_complaint(session).number


def clock_state(view: dict[str, Any], kind: str) -> str:
    (state,) = [str(clock["state"]) for clock in view["clocks"] if clock["kind"] == kind]
    return state


def test_speaking_with_the_customer_stops_its_clock_and_no_other_and_the_state_stays(
    client: TestClient, staff: dict[str, Headers], number: str
) -> None:
    view = step(client, staff["ann"], number, "contact_customer", how="phone").json()
    assert (view["state"], view["first_contact"]) == ("received", "Ann")
    assert clock_state(view, "first_contact") == "stopped"
    assert {clock_state(view, kind) for kind in ("decision", "acknowledge", "plan")} == {"running"}
    assert step(client, staff["ann"], number, "contact_customer", how="visit").status_code == 200


def test_the_history_says_how_and_when(
    client: TestClient, staff: dict[str, Headers], number: str, clock: FrozenClock
) -> None:
    clock.move(timedelta(hours=1))
    spoken = (NOON + timedelta(minutes=20)).isoformat()
    assert step(client, staff["ann"], number, "contact_customer", how="phone", at=spoken).status_code == 200
    items = client.get(f"{URL}/{number}/timeline", headers=staff["ann"]).json()["items"]
    (line,) = [item for item in items if item["action"] == "complaint.contact_customer"]
    assert (line["actor"], line["facts"]["how"], line["facts"]["spoken_at"]) == ("Ann", "phone", spoken)


def test_a_question_to_the_customer_is_a_contact_too(
    client: TestClient, staff: dict[str, Headers], number: str
) -> None:
    for action, more in (("acknowledge", {}), ("investigate", {}), ("ask_customer", {"text": "卡号尾号？"})):
        view = step(client, staff["ann"], number, action, **more).json()
        assert clock_state(view, "first_contact") == ("stopped" if more else "running")


def test_two_who_note_it_at_once_are_told_apart_by_the_version(
    client: TestClient, staff: dict[str, Headers], number: str
) -> None:
    headers = {"If-Match": client.get(f"{URL}/{number}", headers=staff["lead"]).headers["etag"]}
    body = {"action": "contact_customer", "how": "mail"}
    answers = [
        client.post(f"{URL}/{number}/actions", json=body, headers={**staff["lead"], **headers})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 412]


@pytest.mark.parametrize(
    "body",
    [
        {"action": "contact_customer"},
        {"action": "contact_customer", "how": "telepathy"},
        {"action": "contact_customer", "how": "phone", "at": "2026-11-21T14:00:00"},
        {"action": "contact_customer", "how": "phone", "at": (NOON + timedelta(minutes=1)).isoformat()},
        {"action": "contact_customer", "how": "phone", "at": (NOON - timedelta(minutes=1)).isoformat()},
        {"action": "acknowledge", "how": "phone"},
    ],
)
def test_a_contact_that_cannot_have_been_is_refused(
    client: TestClient, staff: dict[str, Headers], number: str, body: dict[str, Any]
) -> None:
    answer = step(client, staff["ann"], number, **body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["type"].startswith("/problems/")
    assert client.get(f"{URL}/{number}", headers=staff["lead"]).json()["owner"] is None
