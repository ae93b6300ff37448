"""`make test`: every check, the first failure ends it, one line at the end says how it went.

Checks that mostly wait for something stand beside others that work, so that the cores are never idle.
"""

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / "bin"
RASA = ROOT / ".venv-rasa" / "bin" / "python"
RESULTS = ROOT / "var" / "checks"
JOURNEY_DATA = RESULTS / "journey"
STARTING = RESULTS / "start.lock"  # held while a Ting of the journeys trains and starts
# These have processes of their own, so they may run beside the other journeys.
OUTAGES = "tests/journeys/test_outages.py"
PUBLISHING = "tests/journeys/test_publishing.py"
FLOOD = "tests/service_api/channels/test_flood.py"
ROOM = 3  # how many processes may work at once: a little more than two cores, as all wait at times
SHOWN = 20_000  # characters of what a check has said beside others
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


# Where it is set, each of a hundred processes would compile thousands of modules of the libraries anew.
UNWANTED = "PYTHONDONTWRITEBYTECODE"


@dataclass(frozen=True)
class Check:
    name: str
    command: list[str]
    quiet: bool = False  # says much even when all is well: shown only when it fails
    works_on: int = 1  # processes that it keeps busy

    @property
    def results(self) -> Path | None:
        """Where pytest counts its tests; None for the other checks."""
        return RESULTS / f"{self.name}.xml" if "pytest" in self.command else None


@dataclass(frozen=True)
class Outcome:
    """`said` is None where it was shown already."""

    code: int
    seconds: float
    said: str | None


def pytest(*options: str) -> list[str]:
    return [str(BIN / "python"), "-m", "pytest", "-q", "--durations=5", *options]


def on_postgresql() -> list[str]:
    """The rooms that hold what must not be lost, once more on the database of production.

    The flood has a database of its own in any case. A connection that a stopping server leaves to the garbage
    collector is no failure of theirs.
    """
    lenient = ("-W", "ignore::pytest.PytestUnraisableExceptionWarning")
    rooms = (f"tests/service_api/{room}" for room in ON_POSTGRESQL)
    tests = pytest("-n", "2", *lenient, f"--ignore={FLOOD}", *rooms)
    return ["env", "TING_TESTS_ON=postgresql", *tests]


def rasa(*options: str) -> list[str]:
    return [str(RASA), "-W", "ignore", "-m", "rasa", *options]


def stories() -> list[str]:
    """Rasa's end-to-end stories, told to the model that the journeys train: not before it is there."""
    newest = str(JOURNEY_DATA / "models")
    options = ["--stories", "tests/bot/stories", "--model", newest, "--out", str(RESULTS / "stories")]
    strict = ("--e2e", "--fail-on-prediction-errors")
    test = rasa("test", "core", "--endpoints", "/dev/null", "--no-plot", *strict, *options)
    return ["flock", str(STARTING), *test]


def all_checks() -> Iterator[list[Check]]:
    """In order of cost: what is wrong is mostly said within seconds. Those of one list run side by side."""
    data = ["--config", "config.yml", "--domain", "domain.yml", "--data", "bot/nlu", "bot/rules"]
    yield [
        Check("format", [str(BIN / "ruff"), "format", "--check", "."]),
        Check("lint", [str(BIN / "ruff"), "check", "."]),
        Check("dialogue data", rasa("data", "validate", *data), quiet=True),
        Check("types", [str(BIN / "mypy")]),
        Check("types of the installer", [str(BIN / "mypy"), "--strict", "requirements/install.py"]),
        Check("imports", [str(BIN / "lint-imports")]),
    ]
    # Stealing leaves the tests of a module, and what they share, to one process until the other has no work.
    tests = pytest("-n", "2", "--dist", "worksteal", "-m", "not journey", "tests")
    yield [Check("tests", tests, works_on=2)]
    # Not beside those: both cores are at work already, and all would only take longer.
    apart = (f"--ignore={OUTAGES}", f"--ignore={PUBLISHING}")
    yield [
        Check("journey", pytest("-m", "journey", "-s", "tests/journeys", *apart)),
        Check("postgresql", on_postgresql(), works_on=2),
        Check("outages", pytest("-m", "journey", "-s", OUTAGES)),
        Check("publishing", pytest("-m", "journey", "-s", PUBLISHING)),
        Check("stories", stories(), quiet=True),
    ]


def with_two_workers() -> Check:
    """Every journey once more, with two workers of the assistant. Needs a Redis, so it must be named."""
    return Check("workers", ["env", "TING_TESTS_WORKERS=2", *pytest("-m", "journey", "-s", "tests/journeys")])


def main() -> int:
    RESULTS.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    wanted = sys.argv[1:]
    took: list[str] = []
    done: list[Check] = []
    for group in [[with_two_workers()]] if wanted == ["workers"] else all_checks():
        failed: list[str] = []
        for check, outcome in performed([check for check in group if not wanted or check.name in wanted]):
            if outcome.said is not None:
                print(title(check), outcome.said, sep="\n", flush=True)
            took.append(f"{check.name} {outcome.seconds:.0f} s")
            done.append(check)
            if outcome.code != 0:
                failed.append(f"{check.name} (exit {outcome.code})")
                print(f"\nFAILED: {failed[-1]} after {time.monotonic() - began:.0f} s", flush=True)
        if failed:
            return 1
    passed, skipped = counted(done)
    print(f"\nAll checks passed in {time.monotonic() - began:.0f} s: {', '.join(took)}")
    if passed:
        print(f"{passed} passed, 0 failed" + (f", {skipped} skipped" if skipped else ""))
    return 0


def performed(checks: list[Check]) -> Iterator[tuple[Check, Outcome]]:
    """In their order as there is room, each told when it has ended. When one fails, no other begins.

    What the first says is shown as it comes, as most people wait for that.
    """
    waiting, running, free = deque(checks), dict[Future[Outcome], Check](), ROOM
    with ThreadPoolExecutor(ROOM) as pool:
        while waiting or running:
            while waiting and waiting[0].works_on <= free:
                check = waiting.popleft()
                free -= check.works_on
                running[pool.submit(perform, check, shown=check is checks[0])] = check
            ended, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in ended:
                check, outcome = running.pop(future), future.result()
                free += check.works_on
                if outcome.code != 0:
                    waiting.clear()
                yield check, outcome


def perform(check: Check, *, shown: bool) -> Outcome:
    """Run it. What it says is shown as it comes, or else kept together for afterwards."""
    kept = check.quiet or not shown
    if not kept:
        print(title(check), flush=True)
    command = [*check.command, f"--junitxml={check.results}"] if check.results else check.command
    start = time.monotonic()
    answer = subprocess.run(
        command,
        cwd=ROOT,
        env={**QUIET, **{name: value for name, value in os.environ.items() if name != UNWANTED}},
        stdout=subprocess.PIPE if kept else None,
        stderr=subprocess.STDOUT,
        check=False,
    )
    said = answer.stdout.decode(errors="replace")[-SHOWN:].rstrip() if kept else None
    if check.quiet and answer.returncode == 0:
        said = "in order"
    return Outcome(answer.returncode, time.monotonic() - start, said)


def title(check: Check) -> str:
    return f"\n── {check.name} " + "─" * (70 - len(check.name))


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
