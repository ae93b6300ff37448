"""Files in the chat: by the rules of attachments, for the visitor and for staff, and for nobody else."""

import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api import seed
from service_api.audit.models import AuditEntry
from service_api.channels import files
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.core.files import LARGEST
from service_api.settings import Settings
from tests.service_api.stand_in import StandIn
from tests.service_api.visitor import Visitor

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 50
PDF = b"%PDF-1.7\n" + b"x" * 50


def send(
    visitor: Visitor,
    content: bytes = PNG,
    *,
    name: str = "截图.png",
    declared: str = "image/png",
    client_id: str | None = None,
    **headers: str,
) -> Any:
    sent = {
        "Content-Type": declared,
        "X-Client-Id": client_id or str(uuid.uuid4()),
        "X-File-Name": quote(name),
    }
    return visitor.client.post("/chat/files", content=content, headers=visitor.headers | sent | headers)


@pytest.fixture
def agent(app: FastAPI, database: Database, clock: FrozenClock, settings: Settings) -> Iterator[TestClient]:
    seed.seed(database, clock, settings)
    person = next(each for each in seed.SIGN_INS if each.role == "agent")
    with TestClient(app) as browser:
        signed = browser.post("/login", data={"username": person.username, "password": person.password})
        assert signed.status_code == 200
        yield browser


def test_a_picture_is_a_message_and_comes_back_as_it_was(visitor: Visitor, assistant: StandIn) -> None:
    assert send(visitor).status_code == 202

    message, notice = visitor.messages
    assert (message["text"], message["file"]["media_type"]) == ("[图片] 截图.png", "image/png")
    assert (notice["author"], "人工客服可以查看" in notice["text"]) == ("system", True)
    back = visitor.client.get(f"/chat/files/{message['file']['id']}", headers=visitor.headers)
    assert back.content == PNG
    assert back.headers["content-type"] == "image/png"
    assert back.headers["x-content-type-options"] == "nosniff"
    assert back.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in back.headers["content-security-policy"]
    assert assistant.heard == []


def test_the_same_file_sent_again_after_a_break_is_one_message(visitor: Visitor) -> None:
    again = str(uuid.uuid4())
    assert send(visitor, client_id=again).json() == send(visitor, client_id=again).json()
    assert len(visitor.texts("customer")) == 1


@pytest.mark.parametrize(
    ("name", "declared", "content", "status"),
    [
        ("a.png", "image/png", b"MZ\x00\x01program", 415),
        ("a.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", 422),
        ("a.pdf", "application/pdf", PNG, 422),
        ("a.png", "text/html", PNG, 422),
        ("../../etc/passwd", "image/png", PNG, 422),
        ("a.png", "image/png", b"", 415),
        ("a.png", "image/png", PNG + b"\x00" * LARGEST, 413),
    ],
)
def test_what_is_no_attachment_is_no_file_of_the_chat(
    visitor: Visitor, name: str, declared: str, content: bytes, status: int
) -> None:
    refused = send(visitor, content, name=name, declared=declared)

    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"
    assert visitor.messages == []


def test_another_visitor_never_gets_it(client: TestClient, visitor: Visitor) -> None:
    send(visitor, PDF, name="流水.pdf", declared="application/pdf")
    path = f"/chat/files/{visitor.messages[0]['file']['id']}"

    assert client.get(path, headers=Visitor(client).headers).status_code == 404
    assert client.get(path).status_code == 401
    assert client.get(f"/api/v1{path}").status_code == 404


def test_staff_get_it_on_record_and_only_of_its_conversation(
    visitor: Visitor, agent: TestClient, database: Database
) -> None:
    send(visitor, PDF, name="流水.pdf", declared="application/pdf")
    files_of = f"/api/v1/conversations/{visitor.conversation_id}/files"

    (listed,) = agent.get(files_of).json()["items"]
    assert (listed["seq"], listed["name"]) == (1, "流水.pdf")
    assert agent.get(f"{files_of}/{listed['id']}").content == PDF
    other = Visitor(visitor.client)
    elsewhere = f"/api/v1/conversations/{other.conversation_id}/files/{listed['id']}"
    assert agent.get(elsewhere).status_code == 404
    assert visitor.client.get(files_of).status_code == 401
    with database.reading() as session:
        read = select(AuditEntry).where(AuditEntry.action == "conversation.file_read")
        assert session.scalars(read).one().subject_id == str(visitor.conversation_id)


@pytest.mark.usefixtures("still_limits")
def test_who_sends_too_many_files_is_told_so(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_A_DAY", 2)
    answers = [send(visitor).status_code for _ in range(3)]

    assert answers == [202, 202, 429]
    assert [send(visitor).status_code for _ in range(4)][-1] == 429
    assert len(visitor.texts("customer")) == 2


def test_a_file_with_a_code_in_its_name_keeps_its_name(visitor: Visitor) -> None:
    send(visitor, name="IMG 123456.png")
    assert visitor.texts("customer") == ["[图片] IMG 123456.png"]
