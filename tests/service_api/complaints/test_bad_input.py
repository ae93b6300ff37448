"""What makes no sense answers a clear problem of a stable type, and nothing of it is written."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from service_api.complaints.models import Complaint
from service_api.core.database import Base, Database
from service_api.core.frame import LARGEST_BODY
from service_api.outbox import service as outbox
from service_api.settings import Settings
from tests.service_api.complaints.calls import URL, Headers
from tests.service_api.complaints.conftest import SERVICE, STORY, a_complaint

File = Callable[..., Any]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def everything(database: Database) -> dict[str, list[str]]:
    """Every row of every table."""
    with database.reading() as session:
        return {
            table.name: sorted(str(row) for row in session.execute(select(table)).all())
            for table in Base.metadata.sorted_tables
        }


def refused(answer: Any, status: int, problem: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["type"], body["status"]) == (f"/problems/{problem}", status)
    assert body["title"]


@pytest.mark.parametrize(
    "facts",
    [
        {"business": "crypto"},
        {"product": "moon-loan"},
        {"cause": "bad-luck"},
        {"channel": "pigeon"},
        {"source": "neighbour"},
        {"incident_date": "2026-11-22"},
        {"incident_date": "2026-02-31"},
        {"amount": {"amount": "1.005", "currency": "CNY"}},
        {"amount": {"amount": "1000000000000000", "currency": "CNY"}},
        {"description": "x" * 1_000_000},
        {"description": "\u200b\x00"},
    ],
)
def test_a_filing_that_makes_no_sense(
    file: File, database: Database, settings: Settings, facts: dict[str, Any]
) -> None:
    before = everything(database)
    answer = file(**facts)
    refused(answer, 422, "bad-filing" if facts.get("incident_date") == "2026-11-22" else "malformed")
    assert answer.json()["errors"]
    assert everything(database) == before


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("😡" * 2500, "😡" * 2500),
        ("\u202eيوكش\u202c يوكش", "يوكش يوكش"),
        ("卡\x00被\x00盗刷", "卡被盗刷"),
    ],
)
def test_emoji_right_to_left_text_and_nul_bytes_are_kept_as_text(
    file: File, client: TestClient, staff: dict[str, Headers], said: str, kept: str
) -> None:
    number = file(description=said).json()["number"]
    assert client.get(f"{URL}/{number}", headers=staff["boss"]).json()["description"] == kept


def test_a_replayed_key_answers_the_first_result_and_a_crossed_one_is_refused(
    file: File, database: Database, client: TestClient, staff: dict[str, Headers]
) -> None:
    first = file()
    before = everything(database)
    assert file().json() == first.json()
    refused(file(description="别的事情"), 409, "idempotency-conflict")
    body = {"business": "loan", "description": STORY}
    crossed = client.post(URL, json=body, headers={**staff["ann"], "Idempotency-Key": "k1"})
    refused(crossed, 409, "idempotency-conflict")
    assert everything(database) == before


def test_a_key_that_is_missing_or_too_long(client: TestClient, database: Database) -> None:
    body = {"business": "loan", "description": STORY}
    before = everything(database)
    refused(client.post(URL, json=body, headers=SERVICE), 422, "malformed")
    long = {**SERVICE, "Idempotency-Key": "k" * 256}
    refused(client.post(URL, json=body, headers=long), 422, "malformed")
    assert everything(database) == before


@pytest.fixture
def number(database: Database) -> Iterator[str]:
    with database.writing() as session:
        number = a_complaint(session).number
    yield number


@pytest.mark.parametrize(
    ("etag", "body", "status", "problem"),
    [
        ('"v2"', {"action": "send_answer"}, 422, "malformed"),
        ('"v2"', {"action": "close"}, 409, "action-not-allowed"),
        ('"v2"', {"action": "reopen"}, 409, "action-not-allowed"),
        ('"v2"', {"action": "explode"}, 422, "malformed"),
        ('"v1"', {"action": "acknowledge"}, 412, "stale-version"),
        ('"v3"', {"action": "acknowledge"}, 412, "stale-version"),
        ("v2", {"action": "acknowledge"}, 422, "bad-etag"),
        (None, {"action": "acknowledge"}, 428, "version-needed"),
    ],
)
def test_a_step_the_state_does_not_allow_or_on_a_stale_version(
    client: TestClient,
    database: Database,
    staff: dict[str, Headers],
    number: str,
    etag: str | None,
    body: dict[str, str],
    status: int,
    problem: str,
) -> None:
    before = everything(database)
    headers = staff["boss"] | ({"If-Match": etag} if etag else {})
    refused(client.post(f"{URL}/{number}/actions", json=body, headers=headers), status, problem)
    assert everything(database) == before


@pytest.mark.parametrize(
    ("file_", "status", "problem"),
    [
        (("a.pdf", PNG, "application/pdf"), 422, "attachment-declared-type"),
        (("a.pdf", PNG, "image/png"), 422, "attachment-name"),
        (("a.exe", b"MZ\x00\x00", "image/png"), 415, "attachment-type"),
        (("a.png", PNG + bytes(10 * 1024 * 1024), "image/png"), 413, "attachment-too-large"),
        (("a.png", bytes(LARGEST_BODY), "image/png"), 413, "body-too-large"),
    ],
)
def test_an_attachment_that_lies_or_is_too_large(
    client: TestClient,
    database: Database,
    settings: Settings,
    staff: dict[str, Headers],
    number: str,
    file_: tuple[str, bytes, str],
    status: int,
    problem: str,
) -> None:
    before = everything(database)
    answer = client.post(f"{URL}/{number}/attachments", files={"file": file_}, headers=staff["ann"])
    refused(answer, status, problem)
    assert everything(database) == before
    assert not (settings.data_dir / "attachments").exists()


def test_a_body_without_an_announced_end_is_cut_off(
    client: TestClient, database: Database, staff: dict[str, Headers], number: str
) -> None:
    before = everything(database)
    pieces = (bytes(1024 * 1024) for _ in range(LARGEST_BODY // (1024 * 1024) + 2))
    headers = {**SERVICE, "Idempotency-Key": "k", "Content-Type": "application/json"}
    answer = client.post(URL, content=pieces, headers=headers)
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert everything(database) == before


def test_a_conversation_nobody_knows_has_no_complaints_to_act_on(
    client: TestClient, database: Database, number: str
) -> None:
    address = f"/api/v1/conversations/{uuid.uuid4()}/complaints/{number}"
    before = everything(database)
    refused(client.post(f"{address}/actions", json={"action": "withdraw"}, headers=SERVICE), 404, "not-found")
    sent = client.post(f"{address}/attachments", files={"file": ("a.png", PNG, "image/png")}, headers=SERVICE)
    refused(sent, 404, "not-found")
    assert everything(database) == before


def test_a_database_that_fails_in_the_middle_of_a_filing_leaves_nothing_and_the_key_may_be_used_again(
    file: File, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object, **__: object) -> None:
        raise OperationalError("INSERT INTO outbox_events", {}, Exception("database is locked"))

    before = everything(database)
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "write", busy)  # after the complaint, its clocks and its audit entry
        answer = file()
        refused(answer, 503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert everything(database) == before
    assert file().json()["number"] == "C-20261121-0001"


def test_only_one_of_many_writers_on_one_version_gets_through(
    client: TestClient, database: Database, staff: dict[str, Headers], number: str
) -> None:
    headers = {**staff["boss"], "If-Match": '"v2"'}
    body = {"action": "acknowledge"}
    answers = [client.post(f"{URL}/{number}/actions", json=body, headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 412, 412]
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(Complaint.state == "acknowledged")) == 1
