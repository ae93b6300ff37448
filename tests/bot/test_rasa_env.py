"""Run the checks of rasa_env with the interpreter that has Rasa."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.service_api.postgresql import USER, running_cluster

ROOT = Path(__file__).parents[2]
RASA_PYTHON = ROOT / ".venv-rasa/bin/python"


@pytest.mark.rasa
@pytest.mark.parametrize("check", ["check_components", "check_server", "check_remote_actions"])
def test_in_the_rasa_environment(check: str) -> None:
    run_check(check)


@pytest.mark.rasa
def test_the_tracker_store_on_both_databases() -> None:
    with running_cluster() as cluster:
        trackers = f"postgresql://{USER}@/{cluster.copy('trackers')}?host={cluster.folder}"
        run_check("check_tracker_store", TING_CHECK_POSTGRESQL=trackers)


def run_check(check: str, **settings: str) -> None:
    quiet = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
    environment = {**os.environ, **quiet, **settings}
    command = [str(RASA_PYTHON), "-W", "ignore", "-m", "unittest", f"tests.bot.rasa_env.{check}"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr[-4000:]
