"""`make test`: every check in turn, the first failure ends it, one line at the end says how it went."""

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / "bin"
RASA = ROOT / ".venv-rasa" / "bin" / "python"
RESULTS = ROOT / "var" / "checks"
# Test processes share the cores: a library that starts a thread per core would only get in the way.
QUIET = {
    "OMP_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "RASA_TELEMETRY_ENABLED": "false",
    "HF_HUB_OFFLINE": "1",
}


@dataclass(frozen=True)
class Check:
    name: str
    command: list[str]

    @property
    def results(self) -> Path | None:
        """Where pytest counts its tests; None for the other checks."""
        return RESULTS / f"{self.name}.xml" if "pytest" in self.command else None


def pytest(python: Path, *options: str) -> list[str]:
    return [str(python), "-m", "pytest", "-q", "--durations=5", *options]


ON_POSTGRESQL = ("complaints", "escalation", "outbox", "notifications", "reports", "test_worker.py")
CHECKS = [
    Check("format", [str(BIN / "ruff"), "format", "--check", "."]),
    Check("lint", [str(BIN / "ruff"), "check", "."]),
    Check("types", [str(BIN / "mypy")]),
    Check("types of the installer", [str(BIN / "mypy"), "--strict", "requirements/install.py"]),
    Check("imports", [str(BIN / "lint-imports")]),
    Check("tests", pytest(BIN / "python", "-n", "2", "-m", "not journey and not rasa", "tests")),
    # The rooms that hold what must not be lost, once more on the database of production. A connection that a
    # stopping server leaves to the garbage collector is no failure of theirs.
    Check(
        "postgresql",
        [
            "env",
            "TING_TESTS_ON=postgresql",
            *pytest(BIN / "python", "-n", "2", "-W", "ignore::pytest.PytestUnraisableExceptionWarning"),
            *(f"tests/service_api/{room}" for room in ON_POSTGRESQL),
        ],
    ),
    # Rasa's own dependencies warn about each other; that is not ours to mend.
    Check("rasa", pytest(RASA, "-o", "filterwarnings=default", "--disable-warnings", "tests/bot/rasa_env")),
    Check("journey", pytest(BIN / "python", "-m", "journey", "-s", "tests/journeys")),
]


def main() -> int:
    RESULTS.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    wanted = sys.argv[1:]
    chosen = [check for check in CHECKS if not wanted or check.name in wanted]
    took: list[str] = []
    for check in chosen:
        print(f"\n── {check.name} " + "─" * (70 - len(check.name)), flush=True)
        start = time.monotonic()
        command = [*check.command, f"--junitxml={check.results}"] if check.results else check.command
        code = subprocess.run(command, cwd=ROOT, env={**QUIET, **os.environ}, check=False).returncode
        took.append(f"{check.name} {time.monotonic() - start:.0f} s")
        if code != 0:
            print(f"\nFAILED: {check.name} (exit {code}) after {time.monotonic() - began:.0f} s")
            return 1
    passed, skipped = counted(chosen)
    print(f"\nAll checks passed in {time.monotonic() - began:.0f} s: {', '.join(took)}")
    if passed:
        print(f"{passed} passed, 0 failed" + (f", {skipped} skipped" if skipped else ""))
    return 0


def counted(checks: list[Check]) -> tuple[int, int]:
    """(passed, skipped) over all pytest runs."""
    passed = skipped = 0
    for check in checks:
        if check.results:
            for suite in ET.parse(check.results).iter("testsuite"):
                missed = int(suite.get("skipped", 0))
                passed += int(suite.get("tests", 0)) - missed
                skipped += missed
    return passed, skipped


if __name__ == "__main__":
    sys.exit(main())
