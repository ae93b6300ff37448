"""Run the checks of rasa_env with the interpreter that has Rasa."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RASA_PYTHON = ROOT / ".venv-rasa/bin/python"


@pytest.mark.rasa
@pytest.mark.parametrize("check", ["check_components", "check_server", "check_tracker_store"])
def test_in_the_rasa_environment(check: str) -> None:
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [str(RASA_PYTHON), "-W", "ignore", "-m", "unittest", f"tests.bot.rasa_env.{check}"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr[-4000:]
