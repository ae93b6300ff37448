"""A file is what its content says, bounded, kept apart, and only for those who see the complaint."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from service_api.audit.service import ASSISTANT
from service_api.complaints.attachments import attach
from service_api.core.database import Database
from service_api.core.files import LARGEST, check_file
from service_api.settings import Settings
from tests.service_api.complaints.calls import Headers
from tests.service_api.complaints.conftest import a_complaint
from tests.service_api.conftest import NOON

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
PDF = b"%PDF-1.7\n..."


@pytest.fixture
def url(database: Database) -> str:
    with database.writing() as session:
        return f"/api/v1/complaints/{a_complaint(session).number}/attachments"


def put(client: TestClient, url: str, who: Headers, name: str, content: bytes) -> Any:
    sent = (name, content, "application/octet-stream")
    return client.post(url, files={"file": sent}, headers=who)


def test_a_file_is_kept_listed_and_given_back_as_a_download(
    client: TestClient, url: str, staff: dict[str, Headers], settings: Settings
) -> None:
    made = put(client, url, staff["ann"], "证据 1.png", PNG)
    assert made.status_code == 201
    assert made.json()["media_type"] == "image/png"
    (listed,) = client.get(url, headers=staff["ann"]).json()
    answer = client.get(f"{url}/{listed['id']}", headers=staff["ann"])
    assert answer.content == PNG
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["content-security-policy"]
    (kept,) = (settings.data_dir / "attachments").iterdir()
    assert kept.suffix == ""


def test_the_same_content_again_is_the_same_attachment(
    client: TestClient, url: str, staff: dict[str, Headers]
) -> None:
    ids = {put(client, url, staff["ann"], "a.pdf", PDF).json()["id"] for _ in range(2)}
    assert len(ids) == 1


@pytest.mark.parametrize(
    ("name", "content", "status", "problem"),
    [
        ("photo.png", PDF, 422, "attachment-name"),
        ("evil.exe", b"MZ\x00\x01", 415, "attachment-type"),
        ("page.html", b"<script>alert(1)</script>", 422, "attachment-name"),
        ("x.png", b"", 415, "attachment-type"),
        ("x.svg", b"<svg onload='x'/>", 422, "attachment-name"),
        ("noending", PDF, 422, "attachment-name"),
        (".pdf", PDF, 422, "attachment-name"),
        ("x.pdf.exe", PDF, 422, "attachment-name"),
        ("zip.pdf", b"PK\x03\x04", 415, "attachment-type"),
        ("big.pdf", PDF + bytes(LARGEST), 413, "attachment-too-large"),
    ],
)
def test_what_lies_or_is_too_large_is_refused_and_nothing_kept(
    client: TestClient,
    url: str,
    staff: dict[str, Headers],
    settings: Settings,
    name: str,
    content: bytes,
    status: int,
    problem: str,
) -> None:
    answer = put(client, url, staff["ann"], name, content)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{problem}")
    assert client.get(url, headers=staff["ann"]).json() == []
    folder = settings.data_dir / "attachments"
    assert not folder.exists() or not any(folder.iterdir())


def test_a_file_of_another_complaint_is_not_found(
    client: TestClient, url: str, staff: dict[str, Headers], database: Database
) -> None:
    file_id = put(client, url, staff["ann"], "a.pdf", PDF).json()["id"]
    with database.writing() as session:
        other = a_complaint(session).number
    answer = client.get(f"/api/v1/complaints/{other}/attachments/{file_id}", headers=staff["ann"])
    assert answer.status_code == 404


def test_a_file_that_the_disk_has_lost_is_not_found(
    client: TestClient, url: str, staff: dict[str, Headers], settings: Settings
) -> None:
    sent = put(client, url, staff["ann"], "a.pdf", PDF).json()
    (kept,) = (settings.data_dir / "attachments").iterdir()
    kept.unlink()
    assert client.get(f"{url}/{sent['id']}", headers=staff["ann"]).status_code == 404


def test_what_is_rolled_back_leaves_no_file_behind(database: Database, settings: Settings) -> None:
    folder = settings.data_dir / "attachments"
    with pytest.raises(RuntimeError), database.writing() as session:
        complaint = a_complaint(session)
        file = check_file(name="a.png", content=PNG)
        attach(session, folder, complaint, file=file, by=ASSISTANT, now=NOON)
        assert len(list(folder.iterdir())) == 1
        raise RuntimeError
    assert list(folder.iterdir()) == []
