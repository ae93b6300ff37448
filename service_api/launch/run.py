"""The start of the whole product, as one order of events."""

import asyncio
import contextlib
import fcntl
import json
import signal
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from service_api.launch.console import Console
from service_api.launch.health import wait_until_healthy
from service_api.launch.plan import Plan, make_plan
from service_api.launch.ports import check_free
from service_api.launch.preparation import (
    build_index_if_changed,
    check_space,
    prepare_database,
    train_if_changed,
)
from service_api.launch.refusal import CannotRun
from service_api.launch.services import actions, probes, rasa, web, worker
from service_api.launch.supervisor import Supervisor
from service_api.launch.welcome import welcome

STATE_FILE = "run.json"


def run() -> int:
    """Start everything and stay until Ctrl-C or SIGTERM. The exit code: 0 when asked to stop, 1 otherwise."""
    console = Console()
    try:
        plan = make_plan()
        with only_one(plan):
            check_free(plan.ports)
            check_space(plan)
            asyncio.run(_run(plan, console))
    except CannotRun as reason:
        console.say(f"Ting cannot run: {reason}")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


@contextlib.contextmanager
def only_one(plan: Plan) -> Iterator[None]:
    """Hold the data folder. Raises `CannotRun` when another launcher holds it."""
    with (plan.data_dir / "run.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotRun(
                f"Ting already runs on {plan.data_dir}: stop it first, or set TING_DATA_DIR"
            ) from error
        yield


async def _run(plan: Plan, console: Console) -> None:
    supervisor = Supervisor(console, root=plan.root)
    whole = asyncio.create_task(_start_and_watch(plan, supervisor, console))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, _ask_to_stop(whole, console, number))
    try:
        with contextlib.suppress(asyncio.CancelledError):
            await whole
    finally:
        await supervisor.stop()
        (plan.data_dir / STATE_FILE).unlink(missing_ok=True)
        console.say("all processes have ended")


def _ask_to_stop(whole: asyncio.Task[None], console: Console, number: signal.Signals) -> Callable[[], None]:
    def act() -> None:
        if not whole.cancelling():
            console.say(f"stopping ({number.name}) …")
            whole.cancel()

    return act


async def _start_and_watch(plan: Plan, supervisor: Supervisor, console: Console) -> None:
    starting = asyncio.create_task(_start(plan, supervisor, console))
    either: set[asyncio.Future[Any]] = {starting, supervisor.failed}  # a task and a future: no common result
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not supervisor.failed.done():
            starting.result()
            _note_state(plan, supervisor)
            console.show(welcome(plan))
            console.say("everything is up; Ctrl-C stops it")
            await supervisor.failed
        raise CannotRun(supervisor.failed.result())
    finally:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)


async def _start(plan: Plan, supervisor: Supervisor, console: Console) -> None:
    """Each process starts as soon as what it needs is ready; Rasa, the slowest, as early as can be."""

    async def assistant() -> None:
        supervisor.start(rasa(plan, await train_if_changed(plan, console)))

    async def desk() -> None:
        async with asyncio.TaskGroup() as both:
            both.create_task(build_index_if_changed(plan, console))
            both.create_task(prepare_database(plan, console))
        supervisor.start(web(plan))
        supervisor.start(worker(plan))

    supervisor.start(actions(plan))
    await _together(assistant(), desk())
    await wait_until_healthy(probes(plan), console)


async def _together(*work: Coroutine[Any, Any, None]) -> None:  # what a coroutine yields is asyncio's own
    """Run side by side; the first refusal ends the others and is raised alone, not in a group."""
    try:
        async with asyncio.TaskGroup() as group:
            for one in work:
                group.create_task(one)
    except BaseExceptionGroup as group_error:
        raise _first(group_error) from None


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _note_state(plan: Plan, supervisor: Supervisor) -> None:
    state = {"web": plan.web_address, "rasa": plan.settings.rasa_url, "pids": supervisor.pids}
    (plan.data_dir / STATE_FILE).write_text(json.dumps(state))
