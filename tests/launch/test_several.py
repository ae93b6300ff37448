"""Several workers of the assistant: what is asked of the settings, and what Rasa gets to read."""

from pathlib import Path

import pytest
import yaml

from service_api.launch.plan import Plan, make_plan
from service_api.launch.refusal import CannotRun
from service_api.launch.services import rasa
from service_api.launch.several import LOCK_STORE, endpoints_file, lock_store


def a_plan(monkeypatch: pytest.MonkeyPatch, folder: Path, **settings: str) -> Plan:
    monkeypatch.setenv("TING_DATA_DIR", str(folder))
    monkeypatch.setenv("TING_DEMO", "1")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return make_plan()


def test_one_worker_starts_with_the_standard_endpoints(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plan = a_plan(monkeypatch, tmp_path)
    assert endpoints_file(plan) == Path("bot/endpoints.yml")
    assert rasa(plan, tmp_path / "model").environment["SANIC_WORKERS"] == "1"


def test_two_workers_share_trackers_and_locks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    plan = a_plan(
        monkeypatch,
        tmp_path,
        TING_RASA_WORKERS="2",
        TING_RASA_LOCK_URL="redis://:sec%40ret@10.0.0.5:6380/3",
        TING_TRACKER_URL="postgresql://ting@localhost/rasa",
    )
    service = rasa(plan, tmp_path / "model")
    file = Path(service.command[service.command.index("--endpoints") + 1])
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert service.environment["SANIC_WORKERS"] == "2"
    assert content["lock_store"]["type"] == LOCK_STORE
    assert content["lock_store"]["password"] == "sec@ret"
    assert file.stat().st_mode & 0o777 == 0o600


def test_two_workers_without_postgresql_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    plan = a_plan(monkeypatch, tmp_path, TING_RASA_WORKERS="2", TING_RASA_LOCK_URL="redis://localhost:6379/0")
    with pytest.raises(CannotRun, match="TING_TRACKER_URL"):
        endpoints_file(plan)


def test_two_workers_without_redis_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match=r"(?i)TING_RASA_LOCK_URL"):
        a_plan(monkeypatch, tmp_path, TING_RASA_WORKERS="2")


def test_an_address_of_redis_is_told_in_rasas_words() -> None:
    assert lock_store("rediss://desk:x@redis.bank.example") == {
        "type": LOCK_STORE,
        "url": "redis.bank.example",
        "port": 6379,
        "db": 0,
        "key_prefix": "ting",
        "use_ssl": True,
        "username": "desk",
        "password": "x",
    }
