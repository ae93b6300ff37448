"""What staff do through the API with one file: versions, steps, looks, and nothing that is not theirs."""

import uuid
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.audit.models import AuditEntry
from service_api.audit.service import ASSISTANT, Deed, record_all
from service_api.complaints.models import Complaint, Recusal
from service_api.core.database import Database
from service_api.outbox.models import OutboxEvent
from tests.service_api.complaints.calls import URL, Headers, filed, see, step
from tests.service_api.complaints.conftest import SERVICE, STORY, a_complaint, a_conversation, a_customer
from tests.service_api.conftest import NOON


def test_the_recused_see_nothing_of_the_case_anywhere(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    number = filed(database, branch="west", complained_of_branch="west", complained_of_staff=["lead"])
    for who in ("west", "lead"):
        assert see(client, staff[who]) == []
        for address in ("", "/timeline", "/decisions", "/redress", "/duplicates", "/attachments"):
            assert client.get(f"{URL}/{number}{address}", headers=staff[who]).status_code == 404
        assert step(client, staff[who], number, "acknowledge").status_code == 404
        assert number not in client.get("/api/v1/reports/complaints.csv", headers=staff[who]).text
    assert see(client, staff["boss"]) == ["1"]


def test_who_takes_the_first_step_is_the_first_contact(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    number = filed(database)
    view = step(client, staff["ann"], number, "acknowledge").json()
    assert (view["owner"], view["first_contact"], view["state"]) == ("Ann", "Ann", "acknowledged")
    assert [c["state"] for c in view["clocks"] if c["kind"] == "acknowledge"] == ["stopped"]


def test_a_stale_version_is_refused_and_nothing_changes(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    number = filed(database)
    etag = client.get(f"{URL}/{number}", headers=staff["ann"]).headers["etag"]
    headers = {**staff["ann"], "If-Match": etag}
    first = client.post(f"{URL}/{number}/actions", json={"action": "acknowledge"}, headers=headers)
    second = client.post(f"{URL}/{number}/actions", json={"action": "investigate"}, headers=headers)
    assert first.status_code == 200
    assert (second.status_code, second.json()["type"]) == (412, "/problems/stale-version")
    assert client.get(f"{URL}/{number}", headers=staff["ann"]).json()["state"] == "acknowledged"


@pytest.mark.parametrize(
    ("etag", "status"), [(None, 428), ("v1", 422), ('"x"', 422), ('"v999"', 412), ("*", 422)]
)
def test_a_change_needs_the_version_it_was_made_on(
    client: TestClient, database: Database, staff: dict[str, Headers], etag: str | None, status: int
) -> None:
    number = filed(database)
    headers = staff["ann"] | ({"If-Match": etag} if etag else {})
    answer = client.post(f"{URL}/{number}/actions", json={"action": "acknowledge"}, headers=headers)
    assert answer.status_code == status


def test_a_step_the_state_does_not_allow_is_a_conflict(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    answer = step(client, staff["ann"], filed(database), "close")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/action-not-allowed")
    assert "acknowledge" in answer.json()["allowed"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"action": "explode"}, 422),
        ({}, 422),
        ({"action": "acknowledge", "x": 1}, 422),
        ({"action": "send_answer"}, 422),
        ({"action": "ask_customer"}, 422),
        ({"action": "ask_customer", "text": "\x00 "}, 422),
    ],
)
def test_a_malformed_step_is_refused(
    client: TestClient, database: Database, staff: dict[str, Headers], body: dict[str, Any], status: int
) -> None:
    number = filed(database)
    etag = client.get(f"{URL}/{number}", headers=staff["ann"]).headers["etag"]
    answer = client.post(f"{URL}/{number}/actions", json=body, headers={**staff["ann"], "If-Match": etag})
    assert answer.status_code == status


def test_reading_and_revealing_are_in_the_audit_log_and_the_timeline(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    number = filed(database, contact="13800138000")
    view = client.get(f"{URL}/{number}", headers=staff["ann"]).json()
    assert view["contact"] == "138****8000"
    shown = client.post(f"{URL}/{number}/contact", headers=staff["ann"]).json()
    assert shown == {"contact": "+8613800138000"}
    items = client.get(f"{URL}/{number}/timeline", headers=staff["boss"]).json()["items"]
    deeds = [(item["action"], item["actor"]) for item in items]
    assert deeds == [
        ("complaint.filed", None),
        ("complaint.read", "Ann"),
        ("complaint.contact_revealed", "Ann"),
        ("complaint.read", "Boss"),
    ]


def test_each_look_at_a_list_a_part_or_an_inbox_is_one_entry(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    number = filed(database)
    filed(database)
    client.get(
        URL, params={"text": "张三", "business": "credit-card", "overdue": False}, headers=staff["boss"]
    )
    parts = ("timeline", "decisions", "redress", "duplicates", "attachments")
    for part in parts:
        assert client.get(f"{URL}/{number}/{part}", headers=staff["boss"]).status_code == 200
    client.get("/api/v1/inbox", headers=staff["boss"])
    with database.reading() as session:
        looks = session.execute(
            select(AuditEntry.action, AuditEntry.facts)
            .where(AuditEntry.actor_kind == "staff")
            .order_by(AuditEntry.id)
        ).all()
    assert [tuple(look) for look in looks] == [
        ("complaints.listed", {"filters": ["business", "text"], "shown": 0}),
        *(("complaint.read", {"part": part}) for part in parts),
        ("inbox.read", {"shown": 0}),
    ]


def test_many_looks_never_push_out_what_was_done(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    number = filed(database)
    with database.writing() as session:
        one = session.scalars(select(Complaint)).one()
        look = Deed(ASSISTANT, "complaint.read", one.subject)
        record_all(session, [look] * 700, now=NOON)
    items = client.get(f"{URL}/{number}/timeline", headers=staff["boss"]).json()["items"]
    assert items[0]["action"] == "complaint.filed"
    assert len(items) < 200


def test_staff_file_for_a_caller_and_become_first_contact(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    with database.writing() as session:
        customer_id = a_customer(session, tier="quality").id
    body = {
        "customer_id": str(customer_id),
        "business": "loan",
        "channel": "phone",
        "description": "来电：提前还款两个月没排到",
        "complainant": "proxy",
        "authority": "授权委托书 2026-11-20",
    }
    answer = client.post(URL, json=body, headers={**staff["ann"], "Idempotency-Key": "k"})
    assert answer.status_code == 201
    view = client.get(f"{URL}/{answer.json()['number']}", headers=staff["ann"]).json()
    assert (view["owner"], view["tier"], view["channel"], view["authority"]) == (
        "Ann",
        "quality",
        "phone",
        "授权委托书 2026-11-20",
    )


def test_a_caller_is_told_too_and_staff_are_shown_what_looks_the_same(
    client: TestClient, database: Database, staff: dict[str, Headers], talk_id: uuid.UUID
) -> None:
    def call(who: str, key: str, **facts: object) -> dict[str, Any]:
        body = {"business": "loan", "description": STORY, "contact": "13800138000", **facts}
        answer = client.post(URL, json=body, headers={**staff[who], "Idempotency-Key": key})
        filed: dict[str, Any] = answer.json()
        return filed

    first = call("bob", "k1", conversation_id=str(talk_id))
    with database.reading() as session:
        notice = session.scalars(select(OutboxEvent).where(OutboxEvent.topic == "customer.notice")).one()
    assert (notice.payload["sentence"], notice.payload["facts"]) == (
        "complaint_filed",
        {"due_date": first["due_date"]},
    )
    (shown,) = call("ann", "k2")["possible_duplicates"]
    assert shown["number"] == first["number"]
    call("bob", "k3", complained_of_staff=["ann"])
    assert first["number"] in [one["number"] for one in call("ann", "k4")["possible_duplicates"]]
    assert "C-20261121-0003" not in [one["number"] for one in call("ann", "k5")["possible_duplicates"]]


def test_an_auditor_reads_but_changes_nothing(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    number = filed(database)
    assert client.get(f"{URL}/{number}", headers=staff["audit"]).status_code == 200
    assert step(client, staff["audit"], number, "acknowledge").status_code == 403
    body = {"business": "loan", "description": "x"}
    assert client.post(URL, json=body, headers={**staff["audit"], "Idempotency-Key": "k"}).status_code == 403


def test_a_change_on_the_cookie_needs_the_csrf_token(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    number = filed(database)
    client.cookies.set("ting_staff", staff["ann"]["Authorization"].removeprefix("Bearer "))
    etag = client.get(f"{URL}/{number}").headers["etag"]
    body, headers = {"action": "acknowledge"}, {"If-Match": etag}
    assert client.post(f"{URL}/{number}/actions", json=body, headers=headers).status_code == 403
    headers["X-CSRF-Token"] = "csrf"
    assert client.post(f"{URL}/{number}/actions", json=body, headers=headers).status_code == 200


@pytest.mark.parametrize("address", ["", "/C-20261121-0001", "/C-20261121-0001/timeline"])
def test_strangers_see_nothing(client: TestClient, database: Database, address: str) -> None:
    filed(database)
    assert client.get(URL + address).status_code == 401
    assert client.get(URL + address, headers=SERVICE).status_code == 401


def test_the_customer_sees_their_own_complaints_and_never_anothers(
    client: TestClient, database: Database
) -> None:
    with database.writing() as session:
        zhang, li = a_customer(session), a_customer(session, name="李娜")
        of_zhang, of_li, stranger = (
            a_conversation(session, customer=zhang),
            a_conversation(session, customer=li),
            a_conversation(session),
        )
        first = a_complaint(session, conversation_id=str(of_zhang.id)).number
        second = a_complaint(session, conversation_id=str(of_li.id)).number
        third = a_complaint(session, conversation_id=str(stranger.id)).number
        again = a_conversation(session, customer=zhang)

    def ask(talk_id: uuid.UUID, number: str | None = None) -> list[str]:
        params = {"number": number} if number else {}
        answer = client.get(f"/api/v1/conversations/{talk_id}/complaints", params=params, headers=SERVICE)
        return [item["number"] for item in answer.json()["items"]]

    assert ask(again.id) == ask(of_zhang.id) == [first]
    assert ask(stranger.id) == [third]
    assert ask(again.id, second) == ask(again.id, "C-20200101-9999") == ask(stranger.id, first) == []
    assert client.get(f"/api/v1/conversations/{uuid.uuid4()}/complaints", headers=SERVICE).status_code == 404


def test_nothing_of_a_refused_change_is_written(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    number = filed(database)
    step(client, staff["audit"], number, "acknowledge")
    with database.reading() as session:
        assert session.scalars(select(Complaint.state)).one() == "received"
        assert session.scalar(select(Recusal.id)) is None
        assert "complaint.acknowledge" not in session.scalars(select(AuditEntry.action)).all()
