"""A service on a fresh database and a clock that stands still."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service_api.app import furnish, rooms
from service_api.channels.limits import Limiter
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.core.migrate import migrate
from service_api.settings import Settings
from service_api.staff import service as staff_service
from tests.service_api.postgresql import Cluster, running_cluster
from tests.service_api.stand_in import StandIn

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)  # Saturday 12:00 in Shanghai
SERVICE_TOKEN = "service-token-of-the-tests"


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """The real cost of a password's hash is the point of it, but not of these tests."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staff_service, "_hasher", quick)
        patch.setattr(staff_service, "_NOBODY", quick.hash("nobody"))
        yield


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


def settings_in(data_dir: Path) -> Settings:
    return Settings(
        data_dir=data_dir,
        demo=True,
        secure_cookies=False,
        rasa_secret="rasa-secret-of-the-tests",
        service_token=SERVICE_TOKEN,
        code_pepper="code-pepper-of-the-tests",
    )


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty migrated database, made once and copied for each test."""
    path = tmp_path_factory.mktemp("template") / "ting.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """PostgreSQL, started for `TING_TESTS_ON=postgresql`."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def database(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty migrated database of the kind that `TING_TESTS_ON` names; SQLite when it names none."""
    if os.environ.get("TING_TESTS_ON") == "postgresql":
        cluster: Cluster = request.getfixturevalue("cluster")
        with cluster.database() as database:
            yield database
        return
    migrated_file: Path = request.getfixturevalue("migrated_file")
    path = tmp_path / "ting.db"
    path.write_bytes(migrated_file.read_bytes())
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOON)


@pytest.fixture
def still_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """No time passes for who counts messages, so that a slow machine lets nobody in again. To be asked for
    before the app."""
    still = partial(Limiter, time=lambda: 0.0)
    monkeypatch.setattr("service_api.channels.visitors.Limiter", still)
    monkeypatch.setattr("service_api.channels.wechat.channel.Limiter", still)


@pytest.fixture
def assistant() -> StandIn:
    """What answers in the assistant's place."""
    return StandIn()


@pytest.fixture(scope="session")
def house() -> FastAPI:
    """The routes, made once: making them costs more than most tests."""
    return rooms(demo=True)


@pytest.fixture
def app(
    house: FastAPI, settings: Settings, database: Database, clock: FrozenClock, assistant: StandIn
) -> FastAPI:
    furnish(house, settings, database, clock, assistant=assistant.transport)
    return house


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client
