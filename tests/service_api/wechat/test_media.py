"""Customers' files come from the platform only, bounded, and are what they were sent as."""

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.channels.wechat.media import FOLDER, LARGEST, fetch_waiting
from service_api.channels.wechat.models import WeChatMedia
from service_api.channels.wechat.sender import Sender
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.settings import Settings
from tests.service_api.complaints.conftest import a_conversation
from tests.service_api.signed_in import a_member, a_session
from tests.service_api.wechat.fake import FakeWeChat

JPEG = b"\xff\xd8\xff\xe0" + b"x" * 100
AMR = b"#!AMR\n" + b"x" * 100


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "wechat-media"


def a_file(database: Database, clock: FrozenClock, *, kind: str = "image") -> uuid.UUID:
    with database.writing() as session:
        row = WeChatMedia(
            conversation_id=a_conversation(session).id,
            seq=1,
            kind=kind,
            media_id="m1",
            next_try_at=clock.now(),
            received_at=clock.now(),
        )
        session.add(row)
        session.flush()
        return row.id


def kept(database: Database) -> WeChatMedia:
    with database.reading() as session:
        return session.scalars(select(WeChatMedia)).one()


@pytest.mark.parametrize(
    ("kind", "said", "content", "found"),
    [
        ("image", "image/jpeg", JPEG, "image/jpeg"),
        ("voice", "voice/speex", AMR, "audio/amr"),
        ("video", "video/mp4", b"\x00\x00\x00\x18ftypmp42" + b"x" * 50, "video/mp4"),
    ],
)
def test_a_file_is_fetched_once_and_its_type_is_read_from_it(
    database: Database, sender: Sender, folder: Path, clock: FrozenClock, frozen_fake: FakeWeChat,
    kind: str, said: str, content: bytes, found: str,
) -> None:  # fmt: skip
    a_file(database, clock, kind=kind)
    frozen_fake.files["m1"] = (said, content)
    assert fetch_waiting(database, sender, folder, machine=clock) == 1
    clock.move(timedelta(days=1))
    assert fetch_waiting(database, sender, folder, machine=clock) == 0
    row = kept(database)
    assert (row.content_type, row.size, row.problem) == (found, len(content), "")
    assert (folder / row.file).read_bytes() == content


@pytest.mark.parametrize(
    ("kind", "content", "problem"),
    [
        ("image", b"MZ\x90\x00 a program", "unknown_type"),
        ("image", AMR, "unknown_type"),
        ("image", b"<script>", "unknown_type"),
        ("image", JPEG + b"x" * LARGEST["image"], "too_large"),
        ("voice", AMR + b"x" * LARGEST["voice"], "too_large"),
    ],
)
def test_what_is_not_what_it_was_sent_as_is_not_kept(
    database: Database, sender: Sender, folder: Path, clock: FrozenClock, frozen_fake: FakeWeChat,
    kind: str, content: bytes, problem: str,
) -> None:  # fmt: skip
    a_file(database, clock, kind=kind)
    frozen_fake.files["m1"] = ("image/jpeg", content)
    assert fetch_waiting(database, sender, folder, machine=clock) == 0
    assert (kept(database).problem, kept(database).file, folder.exists()) == (problem, "", False)


def test_a_file_the_platform_does_not_know_is_given_up(
    database: Database, sender: Sender, folder: Path, clock: FrozenClock
) -> None:
    a_file(database, clock)
    fetch_waiting(database, sender, folder, machine=clock)
    assert kept(database).problem == "errcode_40007"


def test_a_platform_that_is_down_is_tried_again_until_the_file_is_gone(
    database: Database, sender: Sender, folder: Path, clock: FrozenClock, frozen_fake: FakeWeChat
) -> None:
    a_file(database, clock)
    frozen_fake.http_status = 503
    fetch_waiting(database, sender, folder, machine=clock)
    assert kept(database).problem == ""
    for _ in range(12):
        clock.move(timedelta(hours=13))
        fetch_waiting(database, sender, folder, machine=clock)
    assert kept(database).problem == "expired"


def test_people_at_the_desk_may_have_the_file_and_nobody_else(
    client: TestClient, database: Database, settings: Settings, sender: Sender, clock: FrozenClock,
    frozen_fake: FakeWeChat,
) -> None:  # fmt: skip
    a_file(database, clock)
    frozen_fake.files["m1"] = ("image/jpeg", JPEG)
    address = f"/api/v1/conversations/{kept(database).conversation_id}/wechat"
    with database.writing() as session:
        agent = a_session(session, a_member(session, "lin"))
        auditor = a_session(session, a_member(session, "he", role="auditor"))

    assert client.get(f"{address}/media/1", headers=agent).status_code == 404
    fetch_waiting(database, sender, settings.data_dir / FOLDER, machine=clock)
    file = client.get(f"{address}/media/1", headers=agent)
    assert (file.status_code, file.content) == (200, JPEG)
    assert file.headers["content-disposition"] == 'attachment; filename="wechat-1.jpg"'
    assert client.get(f"{address}/media/2", headers=agent).status_code == 404
    assert client.get(f"{address}/media/1", headers=auditor).status_code == 403
    assert client.get(f"{address}/media/1").status_code == 401

    state = client.get(address, headers=agent).json()
    assert (state["delivered_through"], state["media"][0]["fetched"]) == (None, True)
    assert client.get(address).status_code == 401
