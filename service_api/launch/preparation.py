"""The steps before the processes: train, migrate and seed, build the FAQ index; only where inputs changed."""

import asyncio
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from service_api.launch.child import spawn, stop
from service_api.launch.console import Console, last_lines, newest_words
from service_api.launch.fingerprint import fingerprint
from service_api.launch.plan import Plan
from service_api.launch.refusal import CannotRun

TRAINING_INPUTS = ("config.yml", "domain.yml", "domain", "bot", "requirements/rasa.txt")
NOT_TRAINED_ON = ("bot/tests", "bot/endpoints.yml", "bot/credentials.yml")
INDEX_INPUTS = ("knowledge", "requirements/root.txt")
DATABASE_INPUTS = ("service_api/migrations", "service_api/seed.py")
MODELS_KEPT = 3
HEARTBEAT_SECONDS = 10
FREE_BYTES = 500_000_000


@dataclass(frozen=True)
class Step:
    """One command that must end well before what needs it can start."""

    name: str
    doing: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path


def check_space(plan: Plan) -> None:
    """Raises `CannotRun` when the data folder has no room for a model, an index and logs."""
    free = shutil.disk_usage(plan.data_dir).free
    if free < FREE_BYTES:
        raise CannotRun(
            f"{plan.data_dir} has {free / 1e6:.0f} MB free and needs 500: free space or set TING_DATA_DIR"
        )


def model_file(plan: Plan) -> Path:
    """The model that belongs to the inputs as they are now; its name is their hash."""
    mark = fingerprint(plan.root, TRAINING_INPUTS, but_not=NOT_TRAINED_ON)
    return plan.models / f"ting-{mark}.tar.gz"


async def train_if_changed(plan: Plan, console: Console) -> Path:
    """The model of the present inputs, trained now if there is none."""
    model = model_file(plan)
    if model.exists():
        return model
    draft = plan.models / "draft"
    shutil.rmtree(draft, ignore_errors=True)
    command = [
        str(plan.rasa_python),
        "-W",
        "ignore",
        "-m",
        "rasa",
        "train",
        "--config",
        "config.yml",
        "--domain",
        "domain.yml",
    ]
    # Rasa's own validation asks for stories that a rule-only assistant has not; our tests check the domain.
    command += ["--data", "bot", "--skip-validation", "--out", str(draft), "--fixed-model-name", "ting"]
    await perform(
        Step("train", "training the assistant", command, plan.environment, plan.logs / "train.log"),
        console,
        root=plan.root,
    )
    (draft / "ting.tar.gz").replace(model)
    shutil.rmtree(draft, ignore_errors=True)
    older = sorted(plan.models.glob("ting-*.tar.gz"), key=lambda p: p.stat().st_mtime, reverse=True)
    for forgotten in older[MODELS_KEPT:]:
        forgotten.unlink()
    return model


async def prepare_database(plan: Plan, console: Console) -> None:
    """Newest schema; in the demo also its invented people. Skipped for a file prepared before."""
    stamp, mark = plan.data_dir / ".database", _database_mark(plan)
    if mark and stamp.exists() and stamp.read_text() == mark:
        return
    word = "seed" if plan.settings.demo else "migrate"
    command = [str(plan.python), "-m", "service_api", word]
    await perform(
        Step(word, "preparing the database", command, plan.environment, plan.logs / "database.log"),
        console,
        root=plan.root,
    )
    stamp.write_text(_database_mark(plan))


def _database_mark(plan: Plan) -> str:
    """What the embedded database was prepared with; empty when there is none yet, or a server."""
    file = Path(plan.settings.database_address.removeprefix("sqlite:///"))
    if not file.is_file():
        return ""
    return f"{fingerprint(plan.root, DATABASE_INPUTS)} {file.stat().st_ino}"


async def build_index_if_changed(plan: Plan, console: Console) -> None:
    """The FAQ index of the present articles and search code."""
    stamp = plan.data_dir / "index" / ".inputs"
    mark = fingerprint(plan.root, INDEX_INPUTS)
    if stamp.exists() and stamp.read_text() == mark:
        return
    command = [str(plan.python), "-m", "knowledge", "build"]
    if plan.settings.articles_dir:
        command += ["--articles", plan.settings.articles_dir]
    await perform(
        Step("index", "building the FAQ index", command, plan.environment, plan.logs / "index.log"),
        console,
        root=plan.root,
    )
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(mark)


async def perform(step: Step, console: Console, *, root: Path) -> None:
    """Run one step to its end with a sign of life every few seconds. Raises `CannotRun` when it fails."""
    console.say(f"{step.doing} …")
    step.log.parent.mkdir(parents=True, exist_ok=True)
    began = console.seconds()
    with step.log.open("wb") as log:
        process = await spawn(step.command, environment=step.environment, cwd=root, output=log.fileno())
        try:
            while True:
                try:
                    code = await asyncio.wait_for(process.wait(), HEARTBEAT_SECONDS)
                    break
                except TimeoutError:
                    took = console.seconds() - began
                    console.say(f"{step.doing} … {took:.0f} s so far: {newest_words(step.log)}")
        finally:
            await stop(process)
    if code != 0:
        console.show(last_lines(step.log))
        raise CannotRun(f"{step.doing} failed (exit {code}); the whole log: {step.log}")
    console.say(f"{step.doing}: done in {console.seconds() - began:.1f} s")
