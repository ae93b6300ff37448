"""What staff see and do through the API: their list, versions, steps, and nothing that is not theirs."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, select

from service_api.audit.models import AuditEntry
from service_api.audit.service import ASSISTANT, Deed, record_all
from service_api.complaints.models import Complaint, Recusal
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.outbox.models import OutboxEvent
from service_api.staff.models import StaffMember
from tests.service_api.complaints.conftest import SERVICE, STORY, a_complaint, a_conversation, a_customer
from tests.service_api.conftest import NOON

Headers = dict[str, str]
URL = "/api/v1/complaints"


def filed(database: Database, **facts: Any) -> str:
    with database.writing() as session:
        return a_complaint(session, **facts).number


def see(client: TestClient, who: Headers, **filters: Any) -> list[str]:
    answer = client.get(URL, params=filters, headers=who)
    assert answer.status_code == 200, answer.text
    return sorted(row["number"][-1] for row in answer.json()["items"])


def step(client: TestClient, who: Headers, number: str, action: str, **more: Any) -> Any:
    etag = client.get(f"{URL}/{number}", headers=who).headers.get("etag", '"v0"')
    body = {"action": action, **more}
    return client.post(f"{URL}/{number}/actions", json=body, headers={**who, "If-Match": etag})


def test_the_overdue_come_first_then_by_due_time(
    client: TestClient, database: Database, staff: dict[str, Headers], clock: FrozenClock
) -> None:
    for days in (1, 30, 20):  # filed so many days ago: 1 in time, 2 the longest overdue, 3 overdue
        filed(database, now=NOON - timedelta(days=days))
    withdrawn = filed(database, now=NOON - timedelta(days=40))
    assert step(client, staff["lead"], withdrawn, "withdraw").status_code == 200
    numbers = [r["number"] for r in client.get(URL, headers=staff["lead"]).json()["items"]]
    assert [n[2:10] for n in numbers] == ["20261022", "20261101", "20261120", "20261012"]
    late = client.get(URL, params={"overdue": True}, headers=staff["lead"]).json()["items"]
    assert [row["overdue"] for row in late] == [True, True]


def test_pages_by_cursor_hold_everything_once(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    for _ in range(5):
        filed(database)
    seen: list[str] = []
    cursor = None
    while True:
        page = client.get(
            URL, params={"limit": 2, "cursor": cursor} if cursor else {"limit": 2}, headers=staff["boss"]
        )
        seen += [row["number"] for row in page.json()["items"]]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJhIiwiYiIsImMiXQ", "WzAsIjIwMjYtMTEtMjEiLCJ4Il0"])
def test_a_cursor_we_did_not_make_is_refused(
    client: TestClient, staff: dict[str, Headers], cursor: str
) -> None:
    answer = client.get(URL, params={"cursor": cursor}, headers=staff["boss"])
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/bad-cursor")


def test_filters_narrow_the_list(client: TestClient, database: Database, staff: dict[str, Headers]) -> None:
    filed(database, business="loan", cause="disclosure", branch="west", description="提前还款等了两个月")
    filed(database, media=True, description="100%_不满")
    filed(database, description="原话：Atm 吞卡")
    boss = staff["boss"]
    for filters, numbers in (
        ({"business": "loan"}, ["1"]),
        ({"cause": "disclosure"}, ["1"]),
        ({"branch": "west"}, ["1"]),
        ({"level": 3}, ["2"]),
        ({"text": "两个月"}, ["1"]),
        ({"text": "0%_不"}, ["2"]),
        ({"text": "C-20261121-0002"}, ["2"]),
        ({"text": "%"}, ["2"]),
        ({"text": "c-20261121-0002"}, ["2"]),
        ({"text": "原话：ATM"}, ["3"]),
        ({"text": "原话：atm"}, ["3"]),
        ({"text": "吞卡"}, ["3"]),
        ({"text": "吞 卡"}, []),
        ({"state": "received"}, ["1", "2", "3"]),
        ({"state": "closed"}, []),
        ({"tier": "platinum"}, []),
        ({"unassigned": True}, ["1", "2", "3"]),
        ({"due_before": "2026-12-06T16:00:01Z"}, ["1", "2", "3"]),
        ({"due_before": "2026-12-06T16:00:00Z"}, []),
        ({"over": True}, []),
    ):
        assert see(client, boss, **filters) == numbers, filters


def test_the_list_is_narrowed_by_owner_and_tier(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    with database.writing() as session:
        ann = session.scalars(select(StaffMember.id).where(StaffMember.username == "ann")).one()
        rich = a_conversation(session, customer=a_customer(session, tier="platinum")).id
    filed(database)
    filed(database, conversation_id=rich)
    step(client, staff["ann"], filed(database), "acknowledge")
    assert see(client, staff["boss"], tier="platinum") == ["2"]
    assert see(client, staff["boss"], tier="platinum", level=1) == ["2"], "a VIP begins with the team lead"
    assert see(client, staff["boss"], owner=str(ann)) == ["3"]
    assert see(client, staff["bob"], owner=str(ann)) == [], "not by a filter either"


@pytest.mark.parametrize(
    "filters",
    [
        {"business": "x"},
        {"state": "x"},
        {"limit": 0},
        {"limit": 10**9},
        {"level": 99},
        {"due_before": "2026-12-06T16:00:00"},
        {"owner": "me"},
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(
    client: TestClient, staff: dict[str, Headers], filters: dict[str, Any]
) -> None:
    assert client.get(URL, params=filters, headers=staff["boss"]).status_code == 422


def test_an_agent_sees_their_own_and_what_nobody_has(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    mine, free = filed(database), filed(database)
    assert step(client, staff["ann"], mine, "acknowledge").status_code == 200
    assert see(client, staff["ann"]) == ["1", "2"]
    assert see(client, staff["bob"]) == ["2"]
    assert see(client, staff["lead"]) == see(client, staff["audit"]) == ["1", "2"]
    assert client.get(f"{URL}/{mine}", headers=staff["bob"]).status_code == 404
    assert client.get(f"{URL}/{free}", headers=staff["bob"]).status_code == 200


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


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"channel": "phone"}, {"phone"}),
        ({"source": "12378"}, {"12378"}),
        ({"received_from": "2026-11-20T00:00:00+08:00"}, {"web"}),
        ({"received_before": "2026-11-02T00:00:00+08:00"}, {"phone"}),
        (
            {"received_from": "2026-11-02T00:00:00+08:00", "received_before": "2026-11-20T00:00:00+08:00"},
            {"12378"},
        ),
        ({"timeliness": "late"}, {"phone"}),
        ({"timeliness": "running"}, {"web", "12378"}),
        ({"repeated": True}, set()),
        ({"channel": "web", "timeliness": "late"}, set()),
    ],
)
def test_the_list_is_narrowed_as_the_log_is(
    client: TestClient,
    database: Database,
    staff: dict[str, Headers],
    asked: dict[str, Any],
    found: set[str],
) -> None:
    names = {
        filed(database): "web",
        filed(database, channel="phone", now=NOON - timedelta(days=20)): "phone",
        filed(database, source="12378", now=NOON - timedelta(days=5)): "12378",
    }
    items = client.get(URL, params=asked, headers=staff["boss"]).json()["items"]
    assert {names[item["number"]] for item in items} == found


@pytest.mark.parametrize(
    "asked",
    [
        {"channel": "pigeon"},
        {"source": "rumour"},
        {"timeliness": "soon"},
        {"received_from": "2026-11-20T00:00:00"},
    ],
)
def test_a_filter_that_means_nothing_is_refused(
    client: TestClient, staff: dict[str, Headers], asked: dict[str, Any]
) -> None:
    assert client.get(URL, params=asked, headers=staff["boss"]).status_code == 422


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


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"product": "home-loan"}, 1),
        ({"product": "transfer"}, 0),
        ({"business": "loan", "product": "home-loan"}, 1),
    ],
)
def test_the_list_is_narrowed_by_product(
    client: TestClient, database: Database, staff: dict[str, Headers], params: dict[str, str], found: int
) -> None:
    filed(database, business="loan", product="home-loan")
    filed(database)
    assert len(client.get(URL, params=params, headers=staff["boss"]).json()["items"]) == found


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


def test_the_list_takes_as_many_queries_for_a_hundred_as_for_one(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    def count() -> int:
        statements: list[str] = []
        listener = lambda *args: statements.append(args[2])  # noqa: E731
        event.listen(database.engine, "before_cursor_execute", listener)
        client.get(URL, headers=staff["boss"])
        event.remove(database.engine, "before_cursor_execute", listener)
        return len(statements)

    filed(database)
    one = count()
    for _ in range(20):
        filed(database)
    assert count() == one


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
