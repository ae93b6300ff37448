"""When which level fires. Pure: a snapshot and the time come in, the steps to take come out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from service_api.escalation.calendar import WorkingCalendar
from service_api.escalation.clock import ClockState, Terms, moment_of
from service_api.escalation.profiles import Ladder

FACTS, SILENCE = "facts", "silence"
LATE_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Step:
    """A level to fire, why, and when it was due."""

    level: int
    reason: str
    due_at: datetime

    def is_late(self, now: datetime) -> bool:
        """True when it is being caught up with, after downtime or a jump of the clock."""
        return now - self.due_at > LATE_AFTER


def steps_of_clock(
    kind: str, state: ClockState, terms: Terms, *, ladder: Ladder, calendar: WorkingCalendar
) -> list[Step]:
    """Every level that this clock can fire, the earliest first; none while it does not run."""
    if state.status != "running":
        return []
    steps = [
        Step(level, f"{percent}%", moment_of(state, terms, percent, calendar))
        for percent, level in ladder.clocks.get(kind, {}).items()
    ]
    return sorted(steps, key=lambda step: (step.due_at, step.level))


def due_steps(steps: Collection[Step], *, fired: Collection[int], now: datetime) -> list[Step]:
    """Those that are due and have not fired yet."""
    return [step for step in steps if step.due_at <= now and step.level not in fired]


def next_moment(steps: Collection[Step], state: ClockState, *, fired: Collection[int]) -> datetime | None:
    """When this clock must be looked at next; None when nothing can come of it any more."""
    if state.status != "running":
        return None
    moments = [step.due_at for step in steps if step.level not in fired]
    if state.breached_at is None:
        moments.append(state.due_at)
    return min(moments, default=None)


def steps_of_facts(facts: Mapping[str, int], *, ladder: Ladder, now: datetime) -> list[Step]:
    """The highest level that the facts of the case demand, whatever its clocks say; none or one."""
    rules = [rule for rule in ladder.facts if facts.get(rule.fact, 0) >= rule.at_least]
    highest = max(rules, key=lambda rule: rule.level, default=None)
    return [] if highest is None else [Step(highest.level, highest.fact, now)]


def step_of_silence(
    level: int, *, acknowledge_by: datetime, reached: int, ladder: Ladder, now: datetime
) -> Step | None:
    """The next level, when this one was not acknowledged in time and no higher one was reached meanwhile."""
    if now < acknowledge_by or level >= ladder.top or reached > level:
        return None
    return Step(level + 1, f"level {level} not acknowledged", acknowledge_by)
