"""A customer sends files to their own complaint, through the assistant, and sees only those."""

import uuid
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from service_api.audit.models import AuditEntry
from service_api.audit.service import WORKER
from service_api.complaints.attachments import MOST
from service_api.complaints.case_models import Attachment
from service_api.complaints.handling import act
from service_api.complaints.lifecycle import Action
from service_api.complaints.models import Complaint
from service_api.core.database import Database
from service_api.escalation.service import DeskClocks
from service_api.outbox.models import OutboxEvent
from service_api.settings import Settings
from tests.service_api.complaints.calls import Headers
from tests.service_api.complaints.conftest import SERVICE, a_complaint, a_conversation, a_customer
from tests.service_api.conftest import NOON

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.fixture
def number(database: Database, talk_id: uuid.UUID) -> str:
    with database.writing() as session:
        return a_complaint(session, conversation_id=str(talk_id)).number


def address(talk_id: uuid.UUID, number: str) -> str:
    return f"/api/v1/conversations/{talk_id}/complaints/{number}/attachments"


def send(
    client: TestClient,
    talk_id: uuid.UUID,
    number: str,
    *,
    name: str = "证据.png",
    content: bytes = PNG,
    declared: str = "image/png",
) -> Any:
    files = {"file": (name, content, declared)}
    return client.post(address(talk_id, number), files=files, headers=SERVICE)


def test_what_was_sent_is_listed_and_given_back(client: TestClient, talk_id: uuid.UUID, number: str) -> None:
    sent = send(client, talk_id, number)
    assert sent.status_code == 201
    url = address(talk_id, number)
    assert client.get(url, headers=SERVICE).json() == [sent.json()]
    answer = client.get(f"{url}/{sent.json()['id']}", headers=SERVICE)
    assert (answer.status_code, answer.content) == (200, PNG)


def test_staff_see_what_the_customer_sent_but_not_the_other_way_round(
    client: TestClient, talk_id: uuid.UUID, number: str, staff: dict[str, Headers]
) -> None:
    send(client, talk_id, number)
    of_staff = f"/api/v1/complaints/{number}/attachments"
    inner = {"file": ("findings.txt", b"what we found", "text/plain")}
    kept = client.post(of_staff, files=inner, headers=staff["ann"]).json()
    assert len(client.get(of_staff, headers=staff["ann"]).json()) == 2
    url = address(talk_id, number)
    assert [one["name"] for one in client.get(url, headers=SERVICE).json()] == ["证据.png"]
    assert client.get(f"{url}/{kept['id']}", headers=SERVICE).status_code == 404


@pytest.mark.parametrize(
    ("facts", "status", "problem"),
    [
        ({"name": "证据.pdf"}, 422, "attachment-name"),
        ({"declared": "application/pdf"}, 422, "attachment-declared-type"),
        ({"content": b"MZ\x00", "name": "a.exe"}, 415, "attachment-type"),
        ({"content": b""}, 415, "attachment-type"),
    ],
)
def test_what_lies_is_refused_and_nothing_kept(
    client: TestClient,
    database: Database,
    talk_id: uuid.UUID,
    number: str,
    settings: Settings,
    facts: dict[str, Any],
    status: int,
    problem: str,
) -> None:
    answer = send(client, talk_id, number, **facts)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{problem}")
    assert not (settings.data_dir / "attachments").exists()
    with database.reading() as session:
        assert session.scalar(select(Attachment.id)) is None


def test_without_a_file_it_is_malformed(client: TestClient, talk_id: uuid.UUID, number: str) -> None:
    answer = client.post(address(talk_id, number), headers=SERVICE)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/malformed")


def test_one_too_many_is_refused_and_its_bytes_are_not_kept(
    client: TestClient, talk_id: uuid.UUID, number: str, settings: Settings
) -> None:
    for i in range(MOST):
        assert send(client, talk_id, number, content=PNG + bytes([i])).status_code == 201
    answer = send(client, talk_id, number, content=PNG + b"more")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/too-many-attachments")
    assert len(list((settings.data_dir / "attachments").iterdir())) == MOST


def test_a_file_that_was_asked_for_lets_the_case_go_on_and_its_owner_hears_of_it(
    client: TestClient, database: Database, talk_id: uuid.UUID, number: str, staff: dict[str, Headers]
) -> None:
    file = f"/api/v1/complaints/{number}"
    seen = {**staff["ann"], "If-Match": client.get(file, headers=staff["ann"]).headers["etag"]}
    assert client.put(f"{file}/owner", json={"username": "ann"}, headers=seen).status_code == 204
    with database.writing() as session:
        complaint = session.scalars(select(Complaint)).one()
        for step in ("acknowledge", "investigate", "ask_customer"):
            act(session, DeskClocks(), complaint, Action(step), by=WORKER, role="agent", now=NOON)
    assert send(client, talk_id, number).status_code == 201
    with database.reading() as session:
        assert session.scalars(select(Complaint.state)).one() == "investigating"
        assert "complaint.news" in session.scalars(select(OutboxEvent.topic)).all()


def test_anothers_complaint_takes_and_gives_nothing(
    client: TestClient, database: Database, talk_id: uuid.UUID, number: str
) -> None:
    file_id = send(client, talk_id, number).json()["id"]
    with database.writing() as session:
        strangers = [a_conversation(session), a_conversation(session, customer=a_customer(session))]
        ids = [talk.id for talk in strangers]
    for stranger in (*ids, uuid.uuid4()):
        assert send(client, stranger, number).status_code == 404
        assert client.get(address(stranger, number), headers=SERVICE).status_code == 404
        assert client.get(f"{address(stranger, number)}/{file_id}", headers=SERVICE).status_code == 404
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Attachment)) == 1


def test_strangers_need_the_service_token(client: TestClient, talk_id: uuid.UUID, number: str) -> None:
    assert client.get(address(talk_id, number)).status_code == 401
    files = {"file": ("a.png", PNG, "image/png")}
    assert client.post(address(talk_id, number), files=files).status_code == 401


def test_sending_and_reading_are_in_the_audit_log(
    client: TestClient, database: Database, talk_id: uuid.UUID, number: str
) -> None:
    file_id = send(client, talk_id, number).json()["id"]
    client.get(f"{address(talk_id, number)}/{file_id}", headers=SERVICE)
    with database.reading() as session:
        deeds = session.execute(
            select(AuditEntry.actor_kind, AuditEntry.action).order_by(AuditEntry.id)
        ).all()
    assert [tuple(deed) for deed in deeds[-2:]] == [
        ("customer", "complaint.attached"),
        ("customer", "complaint.attachment_read"),
    ]
