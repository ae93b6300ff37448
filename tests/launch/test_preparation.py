"""Steps run only when their inputs changed, and a failed one shows the end of its log."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from service_api.launch.console import Console
from service_api.launch.preparation import Step, perform
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
