"""Who handles a case: handed over by consent, given by skill, and out of sight for the recused."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.audit.models import AuditEntry
from service_api.complaints.models import Complaint
from service_api.core.database import Database
from service_api.outbox.models import OutboxEvent
from service_api.settings import Settings
from service_api.worker import deliver, furnish
from tests.service_api.complaints import calls
from tests.service_api.complaints.calls import URL, Headers
from tests.service_api.complaints.conftest import STORY, a_complaint
from tests.service_api.conftest import NOON

HANDLERS = "/api/v1/complaint-handlers"


@pytest.fixture
def number(database: Database, client: TestClient, staff: dict[str, Headers]) -> str:
    """A complaint that Ann has taken; she is its first contact."""
    with database.writing() as session:
        number = a_complaint(session, contact="13800138000").number
    assert change(client, staff["ann"], number, "put", "owner", username="ann").status_code == 204
    return number


def change(client: TestClient, who: Headers, number: str, verb: str, what: str, **body: Any) -> Any:
    return calls.change(client, who, number, what, body, verb=verb)


def offer(client: TestClient, who: Headers, number: str, to: str, **more: Any) -> Any:
    return change(client, who, number, "post", "hand-overs", username=to, reason="休假", **more)


def answer(client: TestClient, who: Headers, number: str, *, accept: bool = True) -> int:
    return change(client, who, number, "post", "hand-overs/answer", accept=accept).status_code


def people_of(client: TestClient, who: Headers, number: str) -> tuple[str | None, str | None]:
    view = client.get(f"{URL}/{number}", headers=who).json()
    return view["owner"], view["first_contact"]


def test_first_contact_passes_on_only_when_the_other_confirms(
    client: TestClient, staff: dict[str, Headers], number: str
) -> None:
    assert offer(client, staff["ann"], number, "bob", first_contact=True).status_code == 201
    assert people_of(client, staff["boss"], number) == ("Ann", "Ann")
    assert answer(client, staff["bob"], number) == 204
    assert people_of(client, staff["boss"], number) == ("Bob", "Bob")
    items = client.get(f"{URL}/{number}/timeline", headers=staff["boss"]).json()["items"]
    assert "complaint.first_contact_handed_over" in [item["action"] for item in items]


def test_handing_over_the_handling_leaves_the_first_contact(
    client: TestClient, staff: dict[str, Headers], number: str
) -> None:
    offer(client, staff["ann"], number, "bob")
    answer(client, staff["bob"], number)
    assert people_of(client, staff["boss"], number) == ("Bob", "Ann")
    assert offer(client, staff["bob"], number, "lead", first_contact=True).status_code == 403
    assert offer(client, staff["ann"], number, "lead", first_contact=True).status_code == 201
    assert answer(client, staff["lead"], number) == 204
    assert people_of(client, staff["boss"], number) == ("Bob", "Lead")


def test_an_offer_is_void_once_the_case_has_gone_another_way(
    client: TestClient, staff: dict[str, Headers], number: str
) -> None:
    offer(client, staff["ann"], number, "bob")
    change(client, staff["lead"], number, "put", "owner", username="lead")
    assert answer(client, staff["bob"], number) == 404
    assert people_of(client, staff["boss"], number) == ("Lead", "Ann")


def test_a_case_that_is_over_is_not_handed_over(
    client: TestClient, staff: dict[str, Headers], number: str
) -> None:
    offer(client, staff["ann"], number, "bob")
    change(client, staff["ann"], number, "post", "actions", action="withdraw")
    assert answer(client, staff["bob"], number) == 409
    assert answer(client, staff["bob"], number, accept=False) == 204
    assert offer(client, staff["ann"], number, "bob").status_code == 409


def test_what_was_offered_to_somebody_who_is_recused_since_is_not_found(
    client: TestClient, staff: dict[str, Headers], number: str
) -> None:
    offer(client, staff["ann"], number, "bob")
    recused = change(client, staff["lead"], number, "post", "recusals", username="bob", reason="亲属")
    assert recused.status_code == 204
    assert answer(client, staff["bob"], number) == 404
    assert offer(client, staff["ann"], number, "bob").status_code == 409
    assert offer(client, staff["ann"], number, "lead").status_code == 201


def test_when_its_owner_is_recused_somebody_else_is_found(
    client: TestClient, database: Database, staff: dict[str, Headers], number: str, settings: Settings
) -> None:
    change(client, staff["ann"], number, "post", "recusals", username="ann", reason="亲属")
    desk = furnish(settings, database)
    deliver(desk, NOON)
    assert people_of(client, staff["boss"], number) == ("Bob", "Bob")


def test_nothing_of_a_case_is_in_sight_of_the_recused(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    with database.writing() as session:
        hidden = a_complaint(
            session, contact="13800138000", business="loan", complained_of_staff=["lead"]
        ).number
        seen = a_complaint(session, contact="13800138000", business="loan").number
    lead, boss = staff["lead"], staff["boss"]
    lists = (
        f"{URL}?text={STORY[2:6]}",
        f"{URL}?text={hidden}",
        f"{URL}/{seen}/duplicates",
        "/api/v1/reports/complaints.csv",
        f"/api/v1/reports/complaints.csv?text={STORY[2:6]}",
        "/api/v1/reports/ledger.csv",
    )
    for address in lists:
        assert hidden not in client.get(address, headers=lead).text, address
        if "ledger" not in address:
            assert hidden in client.get(address, headers=boss).text, address
    assert client.get("/api/v1/reports/complaints", headers=lead).json()["open"] == 1
    assert client.get("/api/v1/reports/complaints", headers=boss).json()["open"] == 2
    body = {"business": "loan", "description": STORY, "contact": "13800138000"}
    filed = client.post(URL, json=body, headers={**lead, "Idempotency-Key": "k"}).json()
    assert [one["number"] for one in filed["possible_duplicates"]] == [seen]
    steps: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("post", "actions", {"action": "acknowledge"}),
        ("put", "owner", {"username": "lead"}),
        ("post", "merge", {"into": seen}),
        ("post", "notes", {"text": "x"}),
        ("post", "contact", {}),
        ("post", "recusals", {"username": "lead", "reason": "x"}),
        ("post", "hand-overs", {"username": "bob", "reason": "x"}),
        ("post", "redress", {"kind": "refund", "money": {"amount": "1"}, "reason": "x"}),
        ("post", "decisions/approve", {}),
    )
    for verb, what, facts in steps:
        assert change(client, lead, hidden, verb, what, **facts).status_code == 404, what
    merged = change(client, lead, filed["number"], "post", "merge", into=hidden)
    assert merged.status_code == 404


def test_a_case_merged_into_one_that_is_hidden_does_not_name_it(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    with database.writing() as session:
        into = a_complaint(session, complained_of_staff=["lead"]).number
        merged = a_complaint(session).number
    assert change(client, staff["boss"], merged, "post", "merge", into=into).status_code == 204
    assert client.get(f"{URL}/{merged}", headers=staff["boss"]).json()["merged_into"] == into
    assert client.get(f"{URL}/{merged}", headers=staff["lead"]).json()["merged_into"] is None


# --- skills ---


def skills(client: TestClient, who: Headers, username: str, **kinds: list[str]) -> Any:
    return client.put(f"{HANDLERS}/{username}/skills", json=kinds, headers=who)


def test_the_next_complaint_is_given_by_the_skills_that_were_set(
    client: TestClient, database: Database, staff: dict[str, Headers], settings: Settings
) -> None:
    assert skills(client, staff["boss"], "ann", business=["loan"], language=["zh"]).status_code == 204
    assert skills(client, staff["boss"], "bob", language=["en"]).status_code == 204
    with database.writing() as session:
        for facts in ({"business": "loan"}, {"business": "loan", "language": "en"}, {"business": "savings"}):
            a_complaint(session, **facts)
    deliver(furnish(settings, database), NOON)
    items = client.get(URL, headers=staff["boss"]).json()["items"]
    assert {item["number"][-1]: item["owner"] for item in items} == {"1": "Ann", "2": "Bob", "3": None}
    listed = {one["username"]: one for one in client.get(HANDLERS, headers=staff["lead"]).json()}
    assert listed["ann"]["skills"] == {"business": ["loan"], "language": ["zh"]}
    assert listed["bob"]["open_cases"] == 1
    assert "audit" not in listed


def test_skills_are_replaced_and_the_change_is_on_record(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    skills(client, staff["boss"], "ann", business=["loan"])
    skills(client, staff["lead"], "ann", business=["wealth", "wealth"])
    (ann,) = [one for one in client.get(HANDLERS, headers=staff["boss"]).json() if one["username"] == "ann"]
    assert ann["skills"] == {"business": ["wealth"], "language": []}
    with database.reading() as session:
        facts = session.scalars(
            select(AuditEntry.facts)
            .where(AuditEntry.action == "staff.skills_changed")
            .order_by(AuditEntry.id)
        ).all()
    assert facts[-1] == {"business": ["wealth"], "language": []}


@pytest.mark.parametrize(
    ("who", "username", "body", "status"),
    [
        ("boss", "ann", {"business": ["crypto"]}, 422),
        ("boss", "ann", {"language": ["fr"]}, 422),
        ("boss", "ann", {"surprise": []}, 422),
        ("boss", "nobody", {}, 422),
        ("boss", "audit", {}, 422),
        ("ann", "ann", {}, 403),
    ],
)
def test_skills_that_make_no_sense_or_are_not_ones_own_to_set_are_refused(
    client: TestClient, staff: dict[str, Headers], who: str, username: str, body: dict[str, Any], status: int
) -> None:
    assert skills(client, staff[who], username, **body).status_code == status


def test_agents_do_not_see_each_others_load(client: TestClient, staff: dict[str, Headers]) -> None:
    assert client.get(HANDLERS, headers=staff["ann"]).status_code == 403


def test_an_unclaimed_case_that_is_over_seeks_nobody(
    client: TestClient, database: Database, staff: dict[str, Headers], number: str
) -> None:
    change(client, staff["ann"], number, "post", "actions", action="withdraw")
    change(client, staff["lead"], number, "post", "recusals", username="ann", reason="亲属")
    with database.reading() as session:
        assert "complaint.unclaimed" not in session.scalars(select(OutboxEvent.topic)).all()
        assert session.scalars(select(Complaint.owner_id)).one() is None


def test_a_reason_that_the_file_cannot_hold_is_refused(
    client: TestClient, staff: dict[str, Headers], number: str
) -> None:
    answer = change(client, staff["lead"], number, "post", "recusals", username="bob", reason="长" * 201)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/malformed")
