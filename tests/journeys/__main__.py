"""Run conversation scripts: python -m tests.journeys FILE…

Uses the Ting that runs, as its launcher noted it, or the one at --address; starts one if none runs.
The form of the files is told at the top of tests/journeys/runner.py.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import yaml

from service_api.settings import load_settings
from tests.journeys.checks import Expectations, Wordings
from tests.journeys.desk import Desk, DeskFailed
from tests.journeys.runner import Failure
from tests.journeys.running_set import AT_ONCE, play_all
from tests.journeys.script import BadScript, Script, read_scripts
from tests.running import ROOT, start_ting

OWN_DATA = ROOT / "var" / "checks" / "journeys"
# A person answers at any hour, and one address may play many customers at once.
OWN_SETTINGS = {
    "TING_OFFICE_HOURS": "00:00-24:00 daily",
    "TING_VISITOR_MESSAGES_PER_SECOND": "50",
    "TING_ADDRESS_MESSAGES_PER_SECOND": "200",
    "TING_ADDRESS_SESSIONS_PER_SECOND": "50",
}


def main(arguments: list[str] | None = None) -> int:
    """0 when everything held, 1 when something did not, 2 when a file is no script or nothing answers."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.journeys",
        description="Play conversation scripts against a running Ting.",
        epilog="The form of a script file is told at the top of tests/journeys/runner.py.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument(
        "--address", default="", help="where Ting listens; else var/run.json tells, or one is started"
    )
    parser.add_argument(
        "--data-dir", type=Path, default=Path(os.environ.get("TING_DATA_DIR") or ROOT / "var")
    )
    parser.add_argument("--only", default="", metavar="NAME", help="only scripts whose name contains this")
    parser.add_argument("--at-once", type=int, default=AT_ONCE, help=f"conversations at a time ({AT_ONCE})")
    parser.add_argument(
        "--move-clock",
        action="store_true",
        help="move the demo's clock on by an hour where a script would wait for its next one-time code",
    )
    options = parser.parse_args(arguments)
    wordings = Wordings(domain_responses())
    try:
        scripts = [s for path in options.files for s in read_scripts(path, responses=wordings.responses)]
    except BadScript as error:
        print(error, file=sys.stderr)
        return 2
    scripts = [script for script in scripts if options.only in script.name]
    try:
        with _desk(options.address, options.data_dir) as desk:
            if options.move_clock:
                desk.pass_an_hour()
            return _report(scripts, desk, Expectations(wordings), options.at_once, options.move_clock)
    except (DeskFailed, httpx.HTTPError) as error:
        print(f"The desk does not answer as it should: {error}", file=sys.stderr)
        return 2


def domain_responses() -> dict[str, list[dict[str, object]]]:
    """The responses of domain.yml."""
    responses: dict[str, list[dict[str, object]]] = yaml.safe_load(
        (ROOT / "domain.yml").read_text(encoding="utf-8")
    )["responses"]
    return responses


@contextmanager
def _desk(address: str, data_dir: Path) -> Iterator[Desk]:
    note = data_dir / "run.json"
    noted = str(json.loads(note.read_text())["web"]) if note.exists() else ""
    started = None
    if not address and not _answers(noted):
        print("No Ting runs; starting one …", flush=True)
        data_dir = OWN_DATA
        started = start_ting(data_dir, settings=OWN_SETTINGS)
        started.wait_until_ready()
        noted = started.web
    desk = Desk(address or noted, database_address(data_dir))
    try:
        yield desk
    finally:
        desk.close()
        if started is not None:
            started.stop()


def database_address(data_dir: Path) -> str:
    """Where the desk with this data folder keeps its records; empty when that is not known here."""
    if not (data_dir / "secrets.env").exists():
        return ""
    os.environ["TING_DATA_DIR"] = str(data_dir)
    return load_settings().database_address


def _answers(address: str) -> bool:
    try:
        return (
            bool(address) and httpx.get(f"{address}/healthz", timeout=5, trust_env=False).status_code == 200
        )
    except httpx.HTTPError:
        return False


def _report(
    scripts: list[Script], desk: Desk, expectations: Expectations, at_once: int, may_move_clock: bool
) -> int:
    def tell(script: Script, failure: Failure | None, seconds: float) -> None:
        print(f"{'FAILED' if failure else '    ok'} {seconds:5.1f} s  {script.name}", flush=True)

    outcome = play_all(scripts, desk, expectations, at_once=at_once, may_move_clock=may_move_clock, tell=tell)
    for failure in sorted(outcome.failures, key=lambda one: (one.script.file, one.line)):
        print(f"\n{failure}")
    well = outcome.played - len(outcome.failures)
    print(f"\n{well} of {outcome.played} scripts held, in {outcome.seconds:.0f} s")
    return 1 if outcome.failures else 0


if __name__ == "__main__":
    sys.exit(main())
