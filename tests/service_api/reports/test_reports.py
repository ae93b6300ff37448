"""Figures and exports hold what a person may see, no more; an export is a deed in the audit log."""

import csv
import io
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.audit.models import AuditEntry
from service_api.complaints.queries import Filters
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.reports.queries import stream_complaints
from service_api.staff.models import StaffMember
from tests.service_api.complaints.conftest import a_complaint
from tests.service_api.conftest import NOON
from tests.service_api.signed_in import signed_in

Headers = dict[str, str]


def test_the_figures_count_what_is_open(
    client: TestClient, database: Database, staff: dict[str, Headers], clock: FrozenClock
) -> None:
    with database.writing() as session:
        a_complaint(session, now=NOON - timedelta(days=20))
        a_complaint(session, now=NOON - timedelta(days=13), business="loan")
        a_complaint(session, media=True)
    figures = client.get("/api/v1/reports/complaints", headers=staff["lead"]).json()
    assert figures == {
        "open": 3,
        "overdue": 1,
        "due_soon": 1,
        "unassigned": 3,
        "by_level": {"0": 2, "3": 1},
        "by_business": {"credit-card": 2, "loan": 1},
        "by_state": {"received": 3},
    }


def test_a_bank_without_complaints_has_figures_too(client: TestClient, staff: dict[str, Headers]) -> None:
    figures = client.get("/api/v1/reports/complaints", headers=staff["audit"]).json()
    assert (figures["open"], figures["by_level"]) == (0, {})


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_export_is_the_filtered_list_and_is_audited(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    with database.writing() as session:
        a_complaint(session, description='他说："退\n三百"', amount={"amount": "300.10", "currency": "CNY"})
        a_complaint(session, business="loan")
    url = "/api/v1/reports/complaints.csv"
    everything = client.get(url, headers=staff["boss"])
    assert everything.headers["content-type"].startswith("text/csv")
    (loan,) = rows(client.get(url, params={"business": "loan"}, headers=staff["boss"]).text)
    assert loan["business"] == "loan"
    (card,) = [row for row in rows(everything.text) if row["business"] == "credit-card"]
    assert (card["amount"], card["description"], card["due_date"]) == (
        "300.10",
        '他说："退\n三百"',
        "2026-12-06",
    )
    with database.reading() as session:
        deeds = session.scalars(select(AuditEntry).where(AuditEntry.action == "complaints.exported")).all()
    assert [deed.facts["filters"] for deed in deeds] == [[], ["business"]]


@pytest.mark.parametrize("said", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_a_spreadsheet_runs_nothing_of_what_a_customer_wrote(
    client: TestClient, database: Database, staff: dict[str, Headers], said: str
) -> None:
    with database.writing() as session:
        a_complaint(session, description=said)
    (row,) = rows(client.get("/api/v1/reports/complaints.csv", headers=staff["boss"]).text)
    assert row["description"] == f"'{said}"


def test_the_export_holds_few_rows_at_a_time(database: Database, staff: dict[str, Headers]) -> None:
    with database.writing() as session:
        for _ in range(30):
            a_complaint(session)
        boss = signed_in(session.scalars(select(StaffMember).where(StaffMember.username == "boss")).one())
    with database.reading() as session:
        held = [len(session.identity_map) for _ in stream_complaints(session, boss, Filters(), now=NOON)]
    assert len(held) == 30
    assert min(held) < 30


@pytest.mark.parametrize("address", ["complaints", "complaints.csv"])
def test_figures_are_not_for_agents_nor_strangers(
    client: TestClient, staff: dict[str, Headers], address: str
) -> None:
    assert client.get(f"/api/v1/reports/{address}", headers=staff["ann"]).status_code == 403
    assert client.get(f"/api/v1/reports/{address}").status_code == 401
