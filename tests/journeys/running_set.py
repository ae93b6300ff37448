"""Many scripts at once, a few at a time."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field

import httpx

from tests.journeys.checks import Expectations
from tests.journeys.desk import Desk, DeskFailed
from tests.journeys.runner import Failure, play
from tests.journeys.script import Script

AT_ONCE = 4
Told = Callable[[Script, Failure | None, float], None]


@dataclass
class Outcome:
    """What became of a set of scripts."""

    played: int = 0
    seconds: float = 0.0
    failures: list[Failure] = field(default_factory=list)


def play_all(
    scripts: Sequence[Script],
    desk: Desk,
    expectations: Expectations,
    *,
    at_once: int = AT_ONCE,
    tell: Told | None = None,
) -> Outcome:
    """Run them all. Scripts of one demo customer follow one another; those that must be alone come last."""
    began = time.monotonic()
    outcome = Outcome()
    phones = desk.demo_customers() if any(script.customer for script in scripts) else {}

    def one(script: Script) -> Failure | None:
        start = time.monotonic()
        failure = _played(script, desk, expectations, phones)
        outcome.played += 1
        if failure:
            outcome.failures.append(failure)
        if tell:
            tell(script, failure, time.monotonic() - start)
        return failure

    together = [script for script in scripts if not script.alone]
    customers: dict[str, list[Script]] = {}
    for script in together:
        if script.customer:
            customers.setdefault(script.customer, []).append(script)
    # Customers wait for their next code most of the time, so they have threads of their own.
    with ThreadPoolExecutor(at_once) as pool, ThreadPoolExecutor(len(customers) or 1) as waiting:
        running: list[Future[object]] = [waiting.submit(_in_turn, one, own) for own in customers.values()]
        running += [pool.submit(one, script) for script in together if not script.customer]
        for each in as_completed(running):
            each.result()
    for script in scripts:
        if script.alone:
            one(script)
    outcome.seconds = time.monotonic() - began
    return outcome


def _in_turn(one: Callable[[Script], Failure | None], scripts: list[Script]) -> None:
    for script in scripts:
        one(script)


def _played(script: Script, desk: Desk, expectations: Expectations, phones: dict[str, str]) -> Failure | None:
    phone = ""
    if script.customer:
        if script.customer not in phones:
            return Failure(script, 0, script.line, f"      but: the demo has no customer {script.customer}")
        phone = phones[script.customer]
        try:
            desk.wait_until_code_may_be_sent(phone)
        except (DeskFailed, httpx.HTTPError) as error:
            return Failure(script, 0, script.line, f"      but: {error}")
    return play(script, desk, expectations, phone=phone)
