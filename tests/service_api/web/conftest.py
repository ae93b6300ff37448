"""People at the staff pages, and complaints for them to look at."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service_api import seed
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from tests.service_api.conftest import NOON, SERVICE_TOKEN, settings_in

SignedInAs = Callable[[str], TestClient]
FileComplaint = Callable[..., str]


@pytest.fixture(scope="session")
def seeded_file(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the demo's people, made once: hashing their passwords is slow on purpose."""
    path = tmp_path_factory.mktemp("seeded") / "ting.db"
    path.write_bytes(migrated_file.read_bytes())
    database = Database(f"sqlite:///{path}")
    seed.seed(database, FrozenClock(NOON), settings_in(path.parent))
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture
def database(tmp_path: Path, seeded_file: Path) -> Iterator[Database]:
    path = tmp_path / "ting.db"
    path.write_bytes(seeded_file.read_bytes())
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def as_(app: FastAPI, client: TestClient) -> Iterator[SignedInAs]:
    """`as_("agent")` is a browser in which that demo person has signed in."""
    passwords = {person.username: person.password for person in seed.SIGN_INS}
    browsers: list[TestClient] = []

    def sign_in(username: str) -> TestClient:
        browser = TestClient(app, raise_server_exceptions=False)
        answer = browser.post(
            "/login",
            data={"username": username, "password": passwords[username]},
            follow_redirects=False,
        )
        assert answer.status_code == 303
        browsers.append(browser)
        return browser

    yield sign_in
    for browser in browsers:
        browser.close()


@pytest.fixture
def file_complaint(client: TestClient) -> FileComplaint:
    """File one through the API of the actions; gives its number."""

    def file(**fields: object) -> str:
        body = {
            "language": "zh",
            "business": "debit-card",
            "description": "柜员态度很差",
            "channel": "web",
        } | fields
        answer = client.post(
            "/api/v1/complaints",
            json=body,
            headers={
                "Authorization": f"Bearer {SERVICE_TOKEN}",
                "Idempotency-Key": uuid.uuid4().hex,
            },
        )
        assert answer.status_code == 201, answer.text
        number: str = answer.json()["number"]
        return number

    return file
