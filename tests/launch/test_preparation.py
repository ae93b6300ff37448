"""Steps run only when their inputs changed, and a failed one shows the end of its log."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from service_api.launch.console import Console, newest_words
from service_api.launch.plan import make_plan
from service_api.launch.preparation import Step, perform, prepare_database
from service_api.launch.refusal import CannotRun


def a_step(folder: Path, code: str) -> Step:
    return Step("step", "doing it", [sys.executable, "-c", code], os.environ, folder / "log" / "step.log")


def test_output_of_a_step_goes_to_its_log_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(perform(a_step(tmp_path, "print('noise')"), Console(), root=tmp_path))
    assert (tmp_path / "log" / "step.log").read_text() == "noise\n"
    said = capsys.readouterr().out
    assert "noise" not in said
    assert "doing it: done in" in said


def test_failed_step_shows_the_end_of_its_log_and_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CannotRun, match=r"doing it failed \(exit 4\); the whole log: .*step.log"):
        asyncio.run(perform(a_step(tmp_path, "print('why'); raise SystemExit(4)"), Console(), root=tmp_path))
    assert "why" in capsys.readouterr().out


def test_progress_shows_the_newest_line_without_bars_and_colours(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    log.write_bytes(b"2026-11-21 21:09:26 INFO     rasa.hooks  - Starting to train.\n\n")
    assert newest_words(log) == "Starting to train."
    log.write_bytes(b"one\n  0%| |\r100%|#|\r\x1b[92mtwo\x1b[0m\n")
    assert newest_words(log) == "two"
    warning = b"/lib/a.py:3: DeprecationWarning: old\nUse the new one.\n  .replace('{', '(')\n"
    log.write_bytes(b"fold 1 of 2\n" + 2 * warning)
    assert newest_words(log) == "fold 1 of 2", "a library's warning is nobody's progress"
    log.write_bytes(20 * warning)
    assert newest_words(log) == "…"
    assert newest_words(tmp_path / "none") == "…"


def test_prepared_database_is_not_prepared_again_unless_it_is_another_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in os.environ if name.startswith("TING_")]:
        monkeypatch.delenv(name)
    for name, value in (("TING_DATA_DIR", str(tmp_path)), ("TING_DEMO", "1"), ("TING_SECURE_COOKIES", "0")):
        monkeypatch.setenv(name, value)

    def preparations() -> int:
        asyncio.run(prepare_database(make_plan(), Console()))
        return capsys.readouterr().out.count("preparing the database: done")

    assert preparations() == 1
    assert "supervisor" in (tmp_path / "demo-sign-ins.txt").read_text()
    assert preparations() == 0
    (tmp_path / "ting.db").unlink()
    assert preparations() == 1
