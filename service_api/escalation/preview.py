"""What a change of the rules would do to the complaints that are open now. Nothing is changed by asking."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from service_api.complaints.models import Complaint
from service_api.escalation import clocks as rows
from service_api.escalation.calendar import WorkingCalendar
from service_api.escalation.clock import Change, Unit, apply, decide, retarget
from service_api.escalation.models import ComplaintClock, Escalation
from service_api.escalation.policy import FACTS, due_steps, next_moment, steps_of_clock, steps_of_facts
from service_api.escalation.profiles import OWN, Ladder, Targets
from service_api.escalation.rules import Rules
from service_api.escalation.service import COUNTS_WORK, DeskClocks, facts_of

MOST_CLOCKS = 2000
MOST_SHOWN = 20
What = Literal["earlier", "later", "overdue", "fires", "stops", "silent", "keeps_unit"]


@dataclass(frozen=True, slots=True)
class Effect:
    """What happens to one clock: the moment it is about, before and after. `levels` would fire at once."""

    number: str
    clock: str
    what: What
    before: datetime | None
    after: datetime | None
    levels: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """`looked_at` running clocks, of at most 2 000 due soonest; `counts` of effects, some shown."""

    looked_at: int
    all_of_them: bool
    counts: Mapping[str, int]
    shown: Sequence[Effect] = field(default=())


Clocks = Sequence[tuple[ComplaintClock, Complaint]]
Fired = Mapping[tuple[uuid.UUID, str], set[int]]


def preview(session: Session, desk: DeskClocks, rules: Rules, *, now: datetime) -> Preview:
    """What would happen if open complaints followed these rules from now on."""
    query = (
        select(ComplaintClock, Complaint)
        .join(Complaint, Complaint.id == ComplaintClock.complaint_id)
        .where(ComplaintClock.status == "running", ~Complaint.is_over)
    )
    asked = _Asked(session, desk, now)
    if isinstance(rules, Ladder):
        return _preview(session, query, lambda found: asked.of_ladder(found, rules))
    query = query.where(ComplaintClock.profile == OWN)
    return _preview(session, query, lambda found: asked.of_targets(found, rules))


def preview_calendar(
    session: Session, desk: DeskClocks, name: str, days: Mapping[date, bool], *, now: datetime
) -> Preview:
    """What would happen to running targets if these days of the calendar were worked, or were not."""
    query = (
        select(ComplaintClock, Complaint)
        .join(Complaint, Complaint.id == ComplaintClock.complaint_id)
        .where(
            ComplaintClock.calendar == name,
            ComplaintClock.status == "running",
            ComplaintClock.unit.in_(COUNTS_WORK),
            ComplaintClock.due_at > now,
        )
    )
    asked = _Asked(session, desk, now)
    return _preview(session, query, lambda found: asked.of_calendar(found, days))


def _preview(
    session: Session,
    query: Select[ComplaintClock, Complaint],
    effects_on: Callable[[Clocks], Iterable[Effect]],
) -> Preview:
    query = query.order_by(ComplaintClock.due_at, ComplaintClock.id).limit(MOST_CLOCKS + 1)
    found: Clocks = [(row, complaint) for row, complaint in session.execute(query)]
    looked_at = found[:MOST_CLOCKS]
    effects = list(effects_on(looked_at))
    return Preview(
        looked_at=len(looked_at),
        all_of_them=len(found) <= MOST_CLOCKS,
        counts=Counter(effect.what for effect in effects),
        shown=sorted(effects, key=lambda e: (ORDER.index(e.what), e.number))[:MOST_SHOWN],
    )


ORDER: tuple[What, ...] = ("fires", "overdue", "earlier", "stops", "silent", "keeps_unit", "later")


@dataclass(slots=True)
class _Asked:
    session: Session
    desk: DeskClocks
    now: datetime
    calendars: dict[tuple[str, bool], WorkingCalendar] = field(default_factory=dict)

    def of_ladder(self, found: Clocks, ladder: Ladder) -> Iterable[Effect]:
        fired = self._fired(found)
        for row, complaint in found:
            if effect := self._on_ladder(row, complaint, ladder, fired[complaint.id, row.name]):
                yield effect
        for complaint in {complaint.id: complaint for _, complaint in found}.values():
            steps = steps_of_facts(facts_of(complaint), ladder=ladder, now=self.now)
            new = due_steps(steps, fired=fired[complaint.id, FACTS], now=self.now)
            if new:
                levels = tuple(step.level for step in new)
                yield Effect(complaint.number, FACTS, "fires", None, self.now, levels)

    def _on_ladder(
        self, row: ComplaintClock, complaint: Complaint, ladder: Ladder, fired: set[int]
    ) -> Effect | None:
        calendar, state, terms = self._calendar(row), rows.state_of(row), rows.terms_of(row)
        steps = steps_of_clock(row.kind, state, terms, ladder=ladder, calendar=calendar)
        before, after = row.next_look_at, next_moment(steps, state, fired=fired)
        if levels := tuple(step.level for step in due_steps(steps, fired=fired, now=self.now)):
            return Effect(complaint.number, row.kind, "fires", before, self.now, levels)
        if before == after:
            return None
        what: What = "silent" if after is None else "earlier" if before is None or after < before else "later"
        return Effect(complaint.number, row.kind, what, before, after)

    def of_targets(self, found: Clocks, targets: Targets) -> Iterable[Effect]:
        described = {clock.kind: clock for clock in targets.clocks}
        for row, complaint in found:
            clock = described.get(row.kind)
            if clock is None:
                yield Effect(complaint.number, row.kind, "stops", row.due_at, None)
                continue
            new = clock.terms(tier=complaint.tier, complex_case=complaint.complex)
            if new.unit is not Unit(row.unit):
                yield Effect(complaint.number, row.kind, "keeps_unit", row.due_at, row.due_at)
                continue
            state = rows.state_of(row)
            event = retarget(state, rows.terms_of(row), new, at=self.now, calendar=self._calendar(row))
            after = apply(state, event).due_at
            if after != row.due_at:
                yield Effect(complaint.number, row.kind, self._moved(row.due_at, after), row.due_at, after)

    def of_calendar(self, found: Clocks, days: Mapping[date, bool]) -> Iterable[Effect]:
        for row, complaint in found:
            calendar = self._calendar(row)
            changed = replace(calendar, overrides={**calendar.overrides, **days})
            state, terms = rows.state_of(row), rows.terms_of(row)
            event = decide(state, terms, Change.RECOUNT, at=self.now, calendar=changed)
            after = apply(state, event).due_at
            if after != row.due_at:
                yield Effect(complaint.number, row.kind, self._moved(row.due_at, after), row.due_at, after)

    def _moved(self, before: datetime, after: datetime) -> What:
        if after <= self.now < before:
            return "overdue"
        return "earlier" if after < before else "later"

    def _fired(self, found: Clocks) -> Fired:
        fired: dict[tuple[uuid.UUID, str], set[int]] = defaultdict(set)
        ids = list({complaint.id for _, complaint in found})
        for few in (ids[n : n + 500] for n in range(0, len(ids), 500)):
            query = select(Escalation.complaint_id, Escalation.clock, Escalation.level).where(
                Escalation.complaint_id.in_(few)
            )
            for complaint_id, clock, level in self.session.execute(query.order_by(Escalation.id)):
                fired[complaint_id, clock].add(level)
        return fired

    def _calendar(self, row: ComplaintClock) -> WorkingCalendar:
        key = (row.calendar, row.unit in COUNTS_WORK)
        if key not in self.calendars:
            self.calendars[key] = self.desk.calendar_of(self.session, row, now=self.now)
        return self.calendars[key]
