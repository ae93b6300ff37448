"""`make test`: every check in turn, the first failure ends it, one line at the end says how it went."""

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / "bin"
RASA = ROOT / ".venv-rasa" / "bin" / "python"
RESULTS = ROOT / "var" / "checks"
JOURNEY_DATA = RESULTS / "journey"
ON_POSTGRESQL = (
    "articles",
    "audit",
    "complaints",
    "escalation",
    "improvements",
    "outbox",
    "notifications",
    "reports",
    "conversations",
    "channels",
)
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
    quiet: bool = False  # says much even when all is well: shown only when it fails

    @property
    def results(self) -> Path | None:
        """Where pytest counts its tests; None for the other checks."""
        return RESULTS / f"{self.name}.xml" if "pytest" in self.command else None


def pytest(*options: str) -> list[str]:
    return [str(BIN / "python"), "-m", "pytest", "-q", "--durations=5", *options]


def on_postgresql() -> list[str]:
    """The rooms that hold what must not be lost, once more on the database of production.

    A connection that a stopping server leaves to the garbage collector is no failure of theirs.
    """
    lenient = ("-W", "ignore::pytest.PytestUnraisableExceptionWarning")
    rooms = (f"tests/service_api/{room}" for room in ON_POSTGRESQL)
    return ["env", "TING_TESTS_ON=postgresql", *pytest("-n", "2", *lenient, *rooms)]


def rasa(*options: str) -> list[str]:
    return [str(RASA), "-W", "ignore", "-m", "rasa", *options]


def stories() -> list[str]:
    """The dialogue's stories, told to the model that the journey has trained."""
    model = max(JOURNEY_DATA.glob("models/ting-*.tar.gz"), key=lambda path: path.stat().st_mtime, default="")
    options = ["--stories", "tests/bot/stories", "--model", str(model), "--out", str(RESULTS / "stories")]
    return rasa(
        "test", "core", "--endpoints", "/dev/null", "--fail-on-prediction-errors", "--no-plot", *options
    )


def all_checks() -> Iterator[Check]:
    """In order of cost: what is wrong is mostly said within seconds."""
    yield Check("format", [str(BIN / "ruff"), "format", "--check", "."])
    yield Check("lint", [str(BIN / "ruff"), "check", "."])
    yield Check("types", [str(BIN / "mypy")])
    yield Check("types of the installer", [str(BIN / "mypy"), "--strict", "requirements/install.py"])
    yield Check("imports", [str(BIN / "lint-imports")])
    yield Check("tests", pytest("-n", "2", "-m", "not journey", "tests"))
    yield Check("postgresql", on_postgresql())
    data = ["--config", "config.yml", "--domain", "domain.yml", "--data", "bot/nlu", "bot/rules"]
    yield Check("dialogue data", rasa("data", "validate", *data), quiet=True)
    yield Check("journey", pytest("-m", "journey", "-s", "tests/journeys"))
    yield Check("stories", stories(), quiet=True)


def main() -> int:
    RESULTS.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    wanted = sys.argv[1:]
    took: list[str] = []
    done: list[Check] = []
    for check in all_checks():
        if wanted and check.name not in wanted:
            continue
        print(f"\n── {check.name} " + "─" * (70 - len(check.name)), flush=True)
        start = time.monotonic()
        code = perform(check)
        took.append(f"{check.name} {time.monotonic() - start:.0f} s")
        done.append(check)
        if code != 0:
            print(f"\nFAILED: {check.name} (exit {code}) after {time.monotonic() - began:.0f} s")
            return 1
    passed, skipped = counted(done)
    print(f"\nAll checks passed in {time.monotonic() - began:.0f} s: {', '.join(took)}")
    if passed:
        print(f"{passed} passed, 0 failed" + (f", {skipped} skipped" if skipped else ""))
    return 0


def perform(check: Check) -> int:
    """Run it; the exit code."""
    command = [*check.command, f"--junitxml={check.results}"] if check.results else check.command
    output = subprocess.PIPE if check.quiet else None
    answer = subprocess.run(
        command, cwd=ROOT, env={**QUIET, **os.environ}, stdout=output, stderr=subprocess.STDOUT, check=False
    )
    if check.quiet:
        print("in order" if answer.returncode == 0 else answer.stdout.decode(errors="replace")[-8000:])
    return answer.returncode


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
