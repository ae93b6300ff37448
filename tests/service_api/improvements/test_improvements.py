"""A systemic issue is opened from complaints, given to somebody, and followed to its end on record."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.audit.models import AuditEntry
from service_api.audit.service import Actor
from service_api.complaints.models import Complaint
from service_api.complaints.people import recuse
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.improvements import service
from service_api.notifications.models import InboxItem
from service_api.staff.models import StaffMember
from tests.service_api.complaints.conftest import a_complaint
from tests.service_api.conftest import NOON
from tests.service_api.improvements.test_clusters import ATM
from tests.service_api.signed_in import signed_in

Headers = dict[str, str]
ISSUES = "/api/v1/improvements"
PLAN = {"title": "城南支行取款机不出钞", "owner": "lead"}


@pytest.fixture
def numbers(database: Database) -> list[str]:
    with database.writing() as session:
        return [a_complaint(session, business="debit-card", description=text).number for text in ATM]


@pytest.fixture
def issue(client: TestClient, staff: dict[str, Headers], numbers: list[str]) -> dict[str, Any]:
    opened = client.post(ISSUES, json=PLAN | {"numbers": numbers}, headers=staff["boss"])
    assert opened.status_code == 201, opened.text
    body: dict[str, Any] = opened.json()
    return body


def changed(client: TestClient, headers: Headers, issue: dict[str, Any], **more: Any) -> Any:
    body = PLAN | {"stage": issue["stage"], "version": issue["version"]} | more
    return client.put(f"{ISSUES}/{issue['id']}", json=body, headers=headers)


def test_similar_complaints_are_suggested_until_they_show_an_issue(
    client: TestClient, staff: dict[str, Headers], numbers: list[str]
) -> None:
    (suggested,) = client.get(f"{ISSUES}/suggestions", headers=staff["boss"]).json()
    assert set(suggested["numbers"]) == set(numbers)

    client.post(ISSUES, json=PLAN | {"numbers": suggested["numbers"]}, headers=staff["boss"])
    assert client.get(f"{ISSUES}/suggestions", headers=staff["boss"]).json() == []
    (line,) = client.get(ISSUES, headers=staff["lead"]).json()
    assert (line["issue"]["title"], line["owner"], line["cases"]) == (PLAN["title"], "Lead", 4)


def test_its_owner_is_told(
    client: TestClient, staff: dict[str, Headers], issue: dict[str, Any], database: Database
) -> None:
    with database.reading() as session:
        item = session.scalars(select(InboxItem).where(InboxItem.kind == "improvement")).one()
        lead = session.scalars(select(StaffMember).where(StaffMember.username == "lead")).one()
        assert (item.staff_id, item.facts["title"]) == (lead.id, PLAN["title"])


def test_it_goes_its_way_to_the_end(
    client: TestClient, staff: dict[str, Headers], issue: dict[str, Any]
) -> None:
    act = {"action": "更换出钞模块", "due_on": "2026-12-15"}
    acting = changed(client, staff["lead"], issue, stage="acting", **act).json()
    verifying = changed(client, staff["lead"], acting, stage="verifying", **act).json()
    assert verifying["acted_at"] is not None
    closed = changed(client, staff["lead"], verifying, stage="closed", outcome="30天内没有新增", **act).json()
    assert closed["closed_at"] is not None
    assert client.get(ISSUES, headers=staff["lead"]).json() == []
    (line,) = client.get(ISSUES, params={"closed": "true"}, headers=staff["lead"]).json()
    assert line["issue"]["outcome"] == "30天内没有新增"
    again = changed(client, staff["lead"], closed, stage="open", outcome="又出现了", **act).json()
    assert (again["stage"], again["closed_at"]) == ("open", None)


def test_complaints_after_the_action_are_counted(
    client: TestClient,
    staff: dict[str, Headers],
    issue: dict[str, Any],
    database: Database,
    clock: FrozenClock,
) -> None:
    act = {"action": "更换出钞模块", "due_on": "2026-12-15"}
    acting = changed(client, staff["lead"], issue, stage="acting", **act).json()
    changed(client, staff["lead"], acting, stage="verifying", **act)
    clock.move(timedelta(days=3))
    with database.writing() as session:
        later = a_complaint(session, business="debit-card", now=clock.now()).number
    client.post(f"{ISSUES}/{issue['id']}/complaints", json={"numbers": [later]}, headers=staff["lead"])

    (line,) = client.get(ISSUES, headers=staff["lead"]).json()
    assert (line["cases"], line["since_action"]) == (5, 1)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"stage": "verifying", "action": "x", "due_on": "2026-12-01"}, (409, "no-such-step")),
        ({"stage": "acting"}, (422, "malformed")),
        ({"stage": "closed"}, (422, "malformed")),
        ({"title": "  "}, (422, "malformed")),
        ({"version": 99}, (412, "stale-version")),
        ({"owner": "nobody"}, (422, "cannot-handle")),
        ({"owner": "ann"}, (422, "cannot-own")),
        ({"due_on": "2026-02-31"}, (422, "malformed")),
        ({"stage": "mended"}, (422, "malformed")),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    client: TestClient,
    staff: dict[str, Headers],
    issue: dict[str, Any],
    change: dict[str, object],
    problem: tuple[int, str],
) -> None:
    answer = changed(client, staff["lead"], issue, **change)
    assert (answer.status_code, answer.json()["type"]) == (problem[0], f"/problems/{problem[1]}")
    assert client.get(f"{ISSUES}/{issue['id']}", headers=staff["lead"]).json() == issue


def test_an_unknown_complaint_opens_nothing(
    client: TestClient, staff: dict[str, Headers], numbers: list[str]
) -> None:
    wrong = PLAN | {"numbers": [*numbers, "C-20200101-0001"]}
    assert client.post(ISSUES, json=wrong, headers=staff["boss"]).status_code == 404
    assert client.get(ISSUES, headers=staff["boss"]).json() == []


def test_a_complaint_shows_one_issue_and_moves_when_asked(
    client: TestClient, staff: dict[str, Headers], issue: dict[str, Any], numbers: list[str]
) -> None:
    second = client.post(
        ISSUES, json={"title": "另一个", "owner": "lead", "numbers": numbers[:1]}, headers=staff["boss"]
    )
    counts = {
        line["issue"]["title"]: line["cases"] for line in client.get(ISSUES, headers=staff["boss"]).json()
    }
    assert counts == {PLAN["title"]: 3, "另一个": 1}
    gone = f"{ISSUES}/{second.json()['id']}/complaints/{numbers[0]}"
    assert client.delete(gone, headers=staff["boss"]).status_code == 204
    assert client.delete(gone, headers=staff["boss"]).status_code == 404


def test_a_recused_person_neither_sees_nor_counts_the_complaint(
    client: TestClient,
    staff: dict[str, Headers],
    issue: dict[str, Any],
    numbers: list[str],
    database: Database,
) -> None:
    with database.writing() as session:
        lead = session.scalars(select(StaffMember).where(StaffMember.username == "lead")).one()
        complaint = session.scalars(select(Complaint).where(Complaint.number == numbers[0])).one()
        recuse(session, complaint, staff_id=lead.id, reason="亲属", by=Actor("system"), now=NOON)
    (line,) = client.get(ISSUES, headers=staff["lead"]).json()
    assert line["cases"] == 3


def test_an_auditor_reads_and_an_agent_does_not(
    client: TestClient, staff: dict[str, Headers], issue: dict[str, Any], numbers: list[str]
) -> None:
    assert client.get(ISSUES, headers=staff["audit"]).status_code == 200
    assert client.post(ISSUES, json=PLAN | {"numbers": numbers}, headers=staff["audit"]).status_code == 403
    assert client.get(ISSUES, headers=staff["ann"]).status_code == 403


def test_every_step_is_on_record(
    client: TestClient, staff: dict[str, Headers], issue: dict[str, Any], database: Database
) -> None:
    changed(client, staff["lead"], issue, stage="acting", action="x", due_on="2026-12-01")
    with database.reading() as session:
        deeds = session.scalars(
            select(AuditEntry.action).where(AuditEntry.subject_id == issue["id"]).order_by(AuditEntry.id)
        ).all()
    assert deeds == ["improvement.complaints_added", "improvement.opened", "improvement.changed"]


def test_the_owner_of_a_late_one_is_reminded_once(session: Session, staff: dict[str, Headers]) -> None:
    lead = session.scalars(select(StaffMember).where(StaffMember.username == "lead")).one()
    number = a_complaint(session).number
    plan = service.Plan("取款机", action="换", due_on=NOON.date() - timedelta(days=1))
    service.open_issue(session, signed_in(lead), plan, owner=lead, numbers=[number], now=NOON)

    for _ in range(2):
        assert service.remind(session, today=NOON.date(), now=NOON) == 1
    assert len(session.scalars(select(InboxItem).where(InboxItem.kind == "improvement")).all()) == 1
