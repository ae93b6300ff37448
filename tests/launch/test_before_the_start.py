"""What is asked and made before any process starts: ports, secrets, hashes, the plan."""

import os
import socket
from pathlib import Path

import pytest

from service_api.launch import plan as planning
from service_api.launch.fingerprint import fingerprint
from service_api.launch.ports import Port, check_free
from service_api.launch.refusal import CannotRun
from service_api.launch.run import only_one
from service_api.launch.secret_file import NAMES, ensure_secrets


@pytest.fixture(autouse=True)
def only_my_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("TING_")]:
        monkeypatch.delenv(name)
    # What make_plan() sets by itself must not reach other tests: monkeypatch puts these back.
    monkeypatch.setenv("TING_DATA_DIR", str(tmp_path / "data"))
    for name in ("TING_DEMO", "TING_SECURE_COOKIES"):
        monkeypatch.setenv(name, "1")
        monkeypatch.delenv(name)


def test_port_in_use_is_named_with_its_variable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        with pytest.raises(CannotRun, match=rf"port {number} \(web\) is in use: .*TING_WEB_PORT"):
            check_free([Port("web", "127.0.0.1", number, "TING_WEB_PORT")])


def test_one_port_for_two_processes_is_refused() -> None:
    with pytest.raises(CannotRun, match="both want port 65001"):
        check_free([Port("web", "127.0.0.1", 65001, "A"), Port("rasa", "127.0.0.1", 65001, "B")])


def test_secrets_are_random_kept_and_private(tmp_path: Path) -> None:
    one, two = tmp_path / "one.env", tmp_path / "two.env"
    assert ensure_secrets(one)
    assert ensure_secrets(two)
    assert one.read_text() != two.read_text()
    assert one.stat().st_mode & 0o777 == 0o600
    before = one.read_text()
    assert not ensure_secrets(one)
    assert one.read_text() == before


def test_missing_secret_is_added_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    path.write_text("TING_RASA_SECRET=mine-and-long-enough\n")
    assert ensure_secrets(path)
    assert path.read_text().startswith("TING_RASA_SECRET=mine-and-long-enough\n")
    assert all(path.read_text().count(name) == 1 for name in NAMES)


def test_hash_follows_content_and_names_but_not_time(tmp_path: Path) -> None:
    (tmp_path / "bot").mkdir()
    file = tmp_path / "bot" / "a.yml"
    file.write_text("x")
    first = fingerprint(tmp_path, ["bot", "domain.yml"])
    os.utime(file, (1, 1))
    assert fingerprint(tmp_path, ["bot", "domain.yml"]) == first
    file.write_text("y")
    changed = fingerprint(tmp_path, ["bot", "domain.yml"])
    file.rename(tmp_path / "bot" / "b.yml")
    assert len({first, changed, fingerprint(tmp_path, ["bot", "domain.yml"])}) == 3


def test_hash_passes_over_caches_and_what_is_left_out(tmp_path: Path) -> None:
    for name in ("bot/a.yml", "bot/tests/t.yml", "bot/__pycache__/a.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    first = fingerprint(tmp_path, ["bot"], but_not=["bot/tests"])
    (tmp_path / "bot/tests/t.yml").write_text("y")
    (tmp_path / "bot/__pycache__/a.pyc").write_text("y")
    assert fingerprint(tmp_path, ["bot"], but_not=["bot/tests"]) == first


def test_second_launcher_on_the_same_data_is_refused(tmp_path: Path) -> None:
    plan = planning.make_plan()
    with only_one(plan), pytest.raises(CannotRun, match="already runs"), only_one(plan):
        pass


def test_demo_plan_makes_secrets_and_hands_them_to_the_children(tmp_path: Path) -> None:
    plan = planning.make_plan()
    assert plan.settings.demo
    assert not plan.settings.secure_cookies
    assert plan.environment["TING_RASA_SECRET"] == plan.settings.rasa_secret.get_secret_value()
    assert plan.environment["TING_SERVICE_URL"] == "http://127.0.0.1:8000"
    assert (tmp_path / "data" / "secrets.env").stat().st_mode & 0o777 == 0o600


def test_children_keep_what_python_compiled_whatever_the_image_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert "PYTHONDONTWRITEBYTECODE" not in planning.make_plan().environment


def test_actions_find_the_service_where_it_was_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TING_WEB_PORT", "8123")
    assert planning.make_plan().environment["TING_SERVICE_URL"] == "http://127.0.0.1:8123"


def test_without_the_demo_no_secret_is_invented(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TING_DEMO", "0")
    with pytest.raises(CannotRun, match="TING_RASA_SECRET: field required"):
        planning.make_plan()
    assert not (tmp_path / "data" / "secrets.env").exists()


def test_unwritable_data_folder_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TING_DATA_DIR", str(tmp_path / "file" / "data"))
    with pytest.raises(CannotRun, match=r"cannot be written .*TING_DATA_DIR"):
        planning.make_plan()


def test_bad_number_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TING_WEB_PORT", "high")
    with pytest.raises(CannotRun, match="TING_WEB_PORT"):
        planning.make_plan()


def test_rasa_elsewhere_cannot_be_started_from_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TING_RASA_URL", "http://rasa.bank.example:5005")
    with pytest.raises(CannotRun, match="TING_RASA_URL"):
        planning.make_plan()
