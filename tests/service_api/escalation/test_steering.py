"""Extensions are approved, reasoned and told to the customer; pauses only where the law allows them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.complaints.models import Complaint
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.escalation.models import ComplaintClock, ComplaintClockEvent, Escalation
from service_api.escalation.service import DeskClocks
from service_api.escalation.sweep import sweep
from service_api.outbox.models import OutboxEvent
from tests.service_api.complaints.conftest import a_complaint
from tests.service_api.conftest import NOON

Headers = dict[str, str]
URL = "/api/v1/complaints"
DUE = datetime(2026, 12, 6, 16, 0, tzinfo=UTC)


@pytest.fixture
def number(database: Database) -> str:
    with database.writing() as session:
        return a_complaint(session).number


def steer(
    client: TestClient, who: Headers, number: str, kind: str, step: str, reason: str = "外部鉴定"
) -> Any:
    file = client.get(f"{URL}/{number}", headers=who)
    (clock,) = [c for c in file.json()["clocks"] if c["kind"] == kind]
    return client.post(
        f"{URL}/{number}/clocks/{clock['id']}/{step}",
        json={"reason": reason},
        headers={**who, "If-Match": file.headers["etag"]},
    )


def due(database: Database) -> datetime:
    with database.reading() as session:
        return session.scalars(select(Complaint.due_at)).one()


def notices(database: Database) -> list[dict[str, Any]]:
    with database.reading() as session:
        query = select(OutboxEvent.payload).where(OutboxEvent.topic == "customer.notice")
        return list(session.scalars(query.order_by(OutboxEvent.id)))


def test_an_extension_moves_the_due_date_and_tells_the_customer_in_the_same_commit(
    client: TestClient, database: Database, staff: dict[str, Headers], number: str
) -> None:
    answer = steer(client, staff["lead"], number, "decision", "extend", reason="需等待对账结果")
    assert answer.status_code == 200, answer.text
    assert due(database) == DUE + timedelta(days=30)
    (notice,) = notices(database)
    assert notice["facts"] == {"reason": "需等待对账结果", "due_date": "2027-01-05"}
    with database.reading() as session:
        row = session.scalars(select(ComplaintClockEvent).where(ComplaintClockEvent.change == "extend")).one()
    assert (row.reason, row.amount) == ("需等待对账结果", 30)


def test_there_is_one_extension(
    client: TestClient, database: Database, staff: dict[str, Headers], number: str
) -> None:
    steer(client, staff["lead"], number, "decision", "extend")
    again = steer(client, staff["lead"], number, "decision", "extend")
    assert (again.status_code, again.json()["type"]) == (409, "/problems/not-extendable")
    assert len(notices(database)) == 1


@pytest.mark.parametrize(
    ("who", "reason", "status"), [("ann", "r", 403), ("audit", "r", 403), ("lead", " ", 422)]
)
def test_an_extension_needs_a_superior_and_a_reason(
    client: TestClient,
    database: Database,
    staff: dict[str, Headers],
    number: str,
    who: str,
    reason: str,
    status: int,
) -> None:
    assert steer(client, staff[who], number, "decision", "extend", reason=reason).status_code == status
    assert due(database) == DUE


def test_the_handler_may_not_extend_their_own_case(
    client: TestClient, database: Database, staff: dict[str, Headers], number: str
) -> None:
    etag = client.get(f"{URL}/{number}", headers=staff["lead"]).headers["etag"]
    client.post(
        f"{URL}/{number}/actions", json={"action": "acknowledge"}, headers={**staff["lead"], "If-Match": etag}
    )
    assert steer(client, staff["lead"], number, "decision", "extend").status_code == 403


def test_internal_targets_cannot_be_extended(
    client: TestClient, staff: dict[str, Headers], number: str
) -> None:
    assert steer(client, staff["lead"], number, "plan", "extend").status_code == 409


def test_an_appraisal_stops_the_legal_clock_and_gives_its_days_back(
    client: TestClient, database: Database, staff: dict[str, Headers], number: str, clock: FrozenClock
) -> None:
    assert steer(client, staff["lead"], number, "decision", "pause").status_code == 200
    desk = DeskClocks()
    sweep(database, desk, now=NOON + timedelta(days=9))
    with database.reading() as session:
        legal = session.scalars(select(Escalation.level).where(Escalation.clock == "cbirc.decision#1")).all()
        assert legal == []
        assert session.scalars(select(Complaint.desk_order)).one() == 1
    clock.move(timedelta(days=10))
    assert steer(client, staff["lead"], number, "decision", "resume").status_code == 200
    assert due(database) == DUE + timedelta(days=10)
    sweep(database, desk, now=DUE + timedelta(days=10))
    with database.reading() as session:
        levels = session.scalars(select(Escalation.level).where(Escalation.clock == "cbirc.decision#1")).all()
    assert sorted(levels) == [0, 1, 2]


def test_a_clock_that_may_not_pause_does_not(
    client: TestClient, staff: dict[str, Headers], number: str
) -> None:
    answer = steer(client, staff["lead"], number, "plan", "pause")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/not-pausable")


def test_a_complex_matter_has_thirty_days_and_may_still_be_extended_once(
    client: TestClient, database: Database, staff: dict[str, Headers], number: str
) -> None:
    for _ in range(2):
        etag = client.get(f"{URL}/{number}", headers=staff["lead"]).headers["etag"]
        answer = client.post(f"{URL}/{number}/complex", headers={**staff["lead"], "If-Match": etag})
        assert answer.status_code == 204
    assert due(database) == DUE + timedelta(days=15)
    assert steer(client, staff["lead"], number, "decision", "extend").status_code == 200
    assert due(database) == DUE + timedelta(days=45)  # 60 days in all


def test_acknowledging_a_level_keeps_the_next_from_firing(
    client: TestClient, database: Database, staff: dict[str, Headers], number: str, clock: FrozenClock
) -> None:
    desk = DeskClocks()
    clock.move(DUE - NOON)
    sweep(database, desk, now=DUE)
    levels = client.get(f"{URL}/{number}", headers=staff["boss"]).json()["escalations"]
    for level in levels:
        for _ in range(2):
            url = f"{URL}/{number}/escalations/{level['id']}/acknowledge"
            assert client.post(url, headers=staff["boss"]).status_code == 204
    assert sweep(database, desk, now=DUE + timedelta(days=60)).fired == 0
    shown = client.get(f"{URL}/{number}", headers=staff["boss"]).json()["escalations"]
    assert {level["acknowledged_by"] for level in shown} == {"Boss"}


# --- the calendar ---

ICAL = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//tests//
BEGIN:VEVENT
UID:1
DTSTAMP:20261101T000000Z
DTSTART;VALUE=DATE:20270101
DTEND;VALUE=DATE:20270104
SUMMARY:元旦
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTAMP:20261101T000000Z
DTSTART;VALUE=DATE:20270109
SUMMARY:元旦 补班
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def bring(client: TestClient, who: Headers, content: bytes) -> Any:
    files = {"file": ("days.ics", content, "text/calendar")}
    return client.post("/api/v1/calendars/cn/import", files=files, headers=who)


def test_an_unconfirmed_year_is_reported_until_somebody_vouches_for_it(
    client: TestClient, staff: dict[str, Headers]
) -> None:
    boss, url = staff["boss"], "/api/v1/calendars/cn/2027"
    assert client.get(url, headers=boss).json()["unconfirmed_years"] == [2027]
    assert bring(client, boss, ICAL.encode()).json() == {"days": 4}
    assert client.put("/api/v1/calendars/cn/years/2027", headers=boss).status_code == 204
    shown = client.get(url, headers=boss).json()
    assert shown["unconfirmed_years"] == []
    assert [(d["day"], d["working"]) for d in shown["days"]] == [
        ("2027-01-01", False),
        ("2027-01-02", False),
        ("2027-01-03", False),
        ("2027-01-09", True),
    ]


def test_a_change_of_the_calendar_moves_running_targets_but_no_legal_deadline(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    with database.writing() as session:
        a_complaint(session)
    day = {"day": "2026-11-23", "working": False, "name": "系统升级"}
    assert client.put("/api/v1/calendars/cn/days", json=day, headers=staff["boss"]).status_code == 204
    with database.reading() as session:
        dues = dict(session.execute(select(ComplaintClock.kind, ComplaintClock.due_at)).all())
    assert dues["acknowledge"] == datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # Tuesday 10:00, not Monday
    assert dues["first_contact"] == datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    assert dues["decision"] == DUE


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"\x00\xff",
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        ICAL.replace("SUMMARY:元旦\r\n", "RRULE:FREQ=DAILY\r\n").encode(),
        ICAL.replace("20270104", "20290104").encode(),
        ICAL.replace(";VALUE=DATE:20270101", ":20270101T080000Z").encode(),
        ICAL.replace("DTSTART;VALUE=DATE:20270109\r\n", "").encode(),
    ],
)
def test_a_file_that_is_no_plain_calendar_is_refused(
    client: TestClient, staff: dict[str, Headers], content: bytes
) -> None:
    answer = bring(client, staff["boss"], content)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/bad-calendar")


@pytest.mark.parametrize("who", ["ann", "lead", "audit"])
def test_only_a_supervisor_changes_the_calendar(
    client: TestClient, staff: dict[str, Headers], who: str
) -> None:
    assert bring(client, staff[who], ICAL.encode()).status_code == 403


def test_an_unknown_calendar_is_not_found(client: TestClient, staff: dict[str, Headers]) -> None:
    assert client.get("/api/v1/calendars/mars/2027", headers=staff["boss"]).status_code == 404
    assert client.put("/api/v1/calendars/mars/years/2027", headers=staff["boss"]).status_code == 404
    assert client.put("/api/v1/calendars/cn/years/9999", headers=staff["boss"]).status_code == 422
