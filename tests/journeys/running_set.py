"""Many scripts at once, a few at a time."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
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
    may_move_clock: bool = False,
    tell: Told | None = None,
) -> Outcome:
    """Run them all: first all together, save that scripts of one demo customer follow one another.

    Those that must be alone come last. Before a customer's next code either real time passes, or, with
    `may_move_clock`, an hour of the demo while nobody talks.
    """
    began = time.monotonic()
    outcome = Outcome()
    phones = desk.demo_customers() if any(script.customer for script in scripts) else {}

    def one(script: Script) -> None:
        start = time.monotonic()
        failure = _played(script, desk, expectations, phones)
        outcome.played += 1
        if failure:
            outcome.failures.append(failure)
        if tell:
            tell(script, failure, time.monotonic() - start)

    with ThreadPoolExecutor(at_once) as pool:
        for number, together in enumerate(_rounds([script for script in scripts if not script.alone])):
            if number and may_move_clock:
                desk.pass_an_hour()
            for _ in pool.map(one, together):
                pass  # what one of them raised is raised here
    for script in scripts:
        if script.alone:
            if script.customer and may_move_clock:
                desk.pass_an_hour()
            one(script)
    outcome.seconds = time.monotonic() - began
    return outcome


def _rounds(scripts: Sequence[Script]) -> list[list[Script]]:
    """In the first each demo customer once, then everybody else; in the next their second scripts; …"""
    rounds: dict[int, list[Script]] = {}
    had: Counter[str] = Counter()
    for script in sorted(scripts, key=lambda one: not one.customer):
        rounds.setdefault(had[script.customer], []).append(script)
        if script.customer:
            had[script.customer] += 1
    return [rounds[number] for number in sorted(rounds)]


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
