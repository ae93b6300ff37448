"""Figures of a period and the regulator's ledger agree with the cases they count."""

import csv
import io
import itertools
import zipfile
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.audit.service import Actor
from service_api.complaints.handling import _enter
from service_api.complaints.lifecycle import Action, State
from service_api.complaints.models import Complaint
from service_api.complaints.people import recuse
from service_api.core.database import Database
from service_api.reports.choice import Period
from service_api.reports.figures import report, steps
from service_api.reports.ledger import ledger
from service_api.staff.models import StaffMember
from tests.service_api.complaints.conftest import a_complaint
from tests.service_api.conftest import NOON
from tests.service_api.signed_in import signed_in

Headers = dict[str, str]
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOVEMBER = {"first": "2026-11-01", "last": "2026-11-30"}


@pytest.fixture
def many(database: Database) -> None:
    """Two on credit cards, of which one is late; one loan with a cause; one of October."""
    with database.writing() as session:
        a_complaint(session, now=NOON - timedelta(days=17))
        a_complaint(session, now=NOON - timedelta(hours=1))
        a_complaint(session, now=NOON - timedelta(days=1), business="loan", cause="pricing-and-fees")
        a_complaint(session, now=NOON - timedelta(days=40), business="wealth")


def period(client: TestClient, headers: Headers, **days: str) -> Any:
    return client.get("/api/v1/reports/period", params=NOVEMBER | days, headers=headers).json()


def test_the_period_counts_what_was_received_in_it(
    client: TestClient, staff: dict[str, Headers], many: None
) -> None:
    found = period(client, staff["boss"])

    assert found["total"] == {"key": "", "in_time": 0, "late": 1, "running": 2}
    business = {bar["key"]: bar["late"] + bar["running"] for bar in found["dimensions"]["business"]}
    assert business == {"credit-card": 2, "loan": 1}
    causes = {bar["key"]: bar["running"] + bar["late"] for bar in found["dimensions"]["cause"]}
    assert causes == {"": 2, "pricing-and-fees": 1}
    assert sum(step["received"] for step in found["volume"]) == 3
    assert len(found["volume"]) == 30


def test_the_parts_of_every_chart_add_up_to_the_whole(
    client: TestClient, staff: dict[str, Headers], many: None
) -> None:
    found = period(client, staff["boss"], first="2026-01-01")
    whole = sum(found["total"][name] for name in ("in_time", "late", "running"))

    assert whole == 4
    for bars in found["dimensions"].values():
        assert sum(bar["in_time"] + bar["late"] + bar["running"] for bar in bars) == whole


def test_answered_in_time_stays_in_time_when_the_due_day_has_passed(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    with database.writing() as session:
        in_time = a_complaint(session, now=NOON - timedelta(days=18))
        in_time.answered_at = NOON - timedelta(days=10)
        late = a_complaint(session, now=NOON - timedelta(days=18))
        late.answered_at = NOON
    found = period(client, staff["boss"])["total"]
    assert (found["in_time"], found["late"], found["running"]) == (1, 1, 0)


def test_a_late_first_answer_stays_late_when_a_review_brings_a_later_deadline(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    with database.writing() as session:
        late = a_complaint(session, now=NOON - timedelta(days=18))
        late.state, late.desk_order = State.DECISION_APPROVED.value, 0
        _enter(late, State.ANSWERED, action=Action.SEND_ANSWER, now=NOON)
        late.due_at = NOON + timedelta(days=30)
    found = period(client, staff["boss"])["total"]
    assert (found["in_time"], found["late"]) == (0, 1)


def test_a_day_begins_at_midnight_of_the_bank(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    with database.writing() as session:
        a_complaint(session, now=datetime(2026, 11, 9, 15, 59, 59, tzinfo=UTC))  # 9 November, 23:59:59
        a_complaint(session, now=datetime(2026, 11, 9, 16, 0, tzinfo=UTC))  # 10 November, 00:00
    days = period(client, staff["boss"])["volume"]
    assert {step["first"]: step["received"] for step in days if step["received"]} == {
        "2026-11-09": 1,
        "2026-11-10": 1,
    }
    one_day = {"received_from": "2026-11-10", "received_to": "2026-11-10"}
    listed = client.get("/api/v1/reports/complaints.csv", params=one_day, headers=staff["boss"])
    assert len(rows(listed.text)) == 1


@pytest.mark.parametrize(
    ("first", "last", "count", "second"),
    [
        (date(2026, 11, 1), date(2026, 11, 30), 30, date(2026, 11, 2)),
        (date(2026, 6, 3), date(2026, 11, 30), 27, date(2026, 6, 8)),  # weeks begin on Monday
        (date(2024, 1, 15), date(2026, 2, 3), 26, date(2024, 2, 1)),
    ],
)
def test_long_periods_have_wider_bars(first: date, last: date, count: int, second: date) -> None:
    found = steps(Period(first, last))

    assert (len(found), found[1][0]) == (count, second)
    assert (found[0][0], found[-1][1]) == (first, last)
    assert all(later[0] - earlier[1] == timedelta(days=1) for earlier, later in itertools.pairwise(found))


def test_the_figures_leave_out_what_somebody_may_not_see(
    database: Database, staff: dict[str, Headers]
) -> None:
    with database.writing() as session:
        people = {one.username: one for one in session.scalars(select(StaffMember))}
        a_complaint(session)
        hidden = a_complaint(session)
        recuse(session, hidden, staff_id=people["lead"].id, reason="亲属", by=Actor("system"), now=NOON)
        lead, boss = signed_in(people["lead"]), signed_in(people["boss"])
    month = Period(date(2026, 11, 1), date(2026, 11, 30))
    with database.reading() as session:
        seen = [report(session, me, month, now=NOON, zone=SHANGHAI) for me in (boss, lead)]
        rows = [ledger(session, me, month, now=NOON, zone=SHANGHAI) for me in (boss, lead)]
    assert [found.total.count for found in seen] == [2, 1]
    assert [sum(step.received for step in found.volume) for found in seen] == [2, 1]
    assert [sum(row.received for row in found) for found in rows] == [2, 1]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_each_row_of_the_ledger_is_the_number_of_its_cases(
    client: TestClient, staff: dict[str, Headers], many: None, database: Database
) -> None:
    ledger = client.get("/api/v1/reports/ledger", params=NOVEMBER, headers=staff["boss"]).json()

    for row in ledger:
        assert row["received"] == row["in_time"] + row["late"] + row["running"]
        chosen = {
            "branch": row["branch"] or "-",
            "business": row["business"],
            "cause": row["cause"] or "-",
            "received_from": NOVEMBER["first"],
            "received_to": NOVEMBER["last"],
        }
        cases = rows(client.get("/api/v1/reports/complaints.csv", params=chosen, headers=staff["boss"]).text)
        assert len(cases) == row["received"]
    with database.reading() as session:
        received = session.scalars(select(Complaint.received_at)).all()
    november = [at for at in received if at.astimezone(SHANGHAI).month == 11]
    assert sum(row["received"] for row in ledger) == len(november)


def test_the_ledger_as_a_file_ends_with_its_sums(
    client: TestClient, staff: dict[str, Headers], many: None
) -> None:
    text = client.get("/api/v1/reports/ledger.csv", params=NOVEMBER, headers=staff["boss"]).text
    *lines, total = rows(text)
    assert total["branch"] == "total"
    assert int(total["received"]) == sum(int(line["received"]) for line in lines) == 3


def test_an_empty_ledger_is_an_answer(client: TestClient, staff: dict[str, Headers]) -> None:
    assert client.get("/api/v1/reports/ledger", params=NOVEMBER, headers=staff["boss"]).json() == []
    (total,) = rows(client.get("/api/v1/reports/ledger.csv", params=NOVEMBER, headers=staff["boss"]).text)
    assert total["received"] == "0"


def test_the_workbook_holds_the_list_and_no_formula(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    with database.writing() as session:
        a_complaint(session, description="=1+1")
    answer = client.get("/api/v1/reports/complaints.xlsx", headers=staff["boss"])

    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "=1+1" in sheet
    assert "<f>" not in sheet


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "nonsense"},
        {"received_from": "2026-02-31"},
        {"received_from": "9999-12-31"},
        {"level": "99"},
        {"timeliness": "soon"},
        {"owner": "somebody"},
    ],
)
def test_a_filter_nobody_knows_is_refused(
    client: TestClient, staff: dict[str, Headers], wrong: dict[str, str]
) -> None:
    answer = client.get("/api/v1/reports/complaints.csv", params=wrong, headers=staff["boss"])
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/malformed")


def test_a_period_the_wrong_way_round_is_put_in_order(
    client: TestClient, staff: dict[str, Headers], many: None
) -> None:
    turned = period(client, staff["boss"], first="2026-11-30", last="2026-11-01")
    assert turned == period(client, staff["boss"])


@pytest.mark.parametrize("address", ["period", "ledger", "ledger.csv", "complaints.xlsx"])
def test_reports_are_not_for_agents(client: TestClient, staff: dict[str, Headers], address: str) -> None:
    assert client.get(f"/api/v1/reports/{address}", headers=staff["ann"]).status_code == 403
