"""The list that staff see: its order, its pages, its filters, and what it costs."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.staff.models import StaffMember
from tests.service_api.complaints.calls import URL, Headers, filed, see, step
from tests.service_api.complaints.conftest import a_conversation, a_customer
from tests.service_api.conftest import NOON
from tests.statements import statements_of


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


def test_the_list_takes_as_many_queries_for_a_hundred_as_for_one(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    def count() -> int:
        with statements_of(database) as statements:
            client.get(URL, headers=staff["boss"])
        return len(statements)

    filed(database)
    one = count()
    for _ in range(20):
        filed(database)
    assert count() == one
