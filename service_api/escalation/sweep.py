"""The sweep: look at what is due now, a few complaints in one transaction.

Any number of workers may sweep at once. Who holds a complaint's row goes on, others pass it by; what fires is
unique in the database; what was not looked at stays due. So nothing fires twice and nothing is lost, wherever
a worker dies. A few share a transaction since every entry of the audit log hashes the one before it: writers
queue for its end, so they should come seldom, with much, and late.
"""

import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import exists, func, or_, select, union_all
from sqlalchemy.orm import Session

from service_api.audit.service import WORKER
from service_api.complaints.models import Complaint
from service_api.core.database import Database
from service_api.escalation import clocks as rows
from service_api.escalation.calendar import WorkingCalendar
from service_api.escalation.clock import Change
from service_api.escalation.firing import Firing, fire_all
from service_api.escalation.models import ComplaintClock, Escalation
from service_api.escalation.policy import SILENCE, due_steps, step_of_silence, steps_of_clock
from service_api.escalation.service import COUNTS_WORK, DeskClocks

log = structlog.get_logger(__name__)
BATCH = 500
# Complaints in one transaction: to begin, to append to the audit log and to commit cost the same for one.
TOGETHER = 50


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did: complaints looked at, levels fired, complaints that failed."""

    looked_at: int = 0
    fired: int = 0
    failed: int = 0

    def __add__(self, other: "Swept") -> "Swept":
        return Swept(self.looked_at + other.looked_at, self.fired + other.fired, self.failed + other.failed)


def sweep(database: Database, desk: DeskClocks, *, now: datetime, limit: int = BATCH) -> Swept:
    """Fire what is due, the longest due first. Running it again does nothing more."""
    with database.reading() as session:
        ids = list(due_complaints(session, now=now, limit=limit))
    # Each worker goes through the batch in an order of its own, or they would meet at every case.
    random.shuffle(ids)
    swept = Swept()
    for few in (ids[n : n + TOGETHER] for n in range(0, len(ids), TOGETHER)):
        try:
            swept += _advance(database, desk, few, now=now)
        except Exception:  # one bad case must not hide the others: each by itself
            for one in few:
                swept += _advance_alone(database, desk, one, now=now)
    return swept


def due_complaints(session: Session, *, now: datetime, limit: int) -> Sequence[uuid.UUID]:
    """Complaints with a clock or an unanswered level to look at, the longest due first: two index scans."""
    clocks = (
        select(ComplaintClock.complaint_id.label("id"), ComplaintClock.next_look_at.label("at"))
        .where(ComplaintClock.next_look_at <= now)
        .order_by(ComplaintClock.next_look_at)
        .limit(limit)
        .subquery()
    )
    silent = (
        select(Escalation.complaint_id.label("id"), Escalation.acknowledge_by.label("at"))
        .where(Escalation.acknowledge_by <= now)
        .order_by(Escalation.acknowledge_by)
        .limit(limit)
        .subquery()
    )
    due = union_all(select(clocks), select(silent)).subquery()
    earliest = func.min(due.c.at)
    query = select(due.c.id).group_by(due.c.id).order_by(earliest, due.c.id).limit(limit)
    return session.scalars(query).all()


def _advance(database: Database, desk: DeskClocks, ids: Sequence[uuid.UUID], *, now: datetime) -> Swept:
    with database.writing() as session:
        fired = advance(session, desk, ids, now=now)
    return Swept(looked_at=len(ids), fired=fired)


def _advance_alone(database: Database, desk: DeskClocks, complaint_id: uuid.UUID, *, now: datetime) -> Swept:
    try:
        return _advance(database, desk, [complaint_id], now=now)
    except Exception as error:  # the edge of the worker
        log.error("sweep failed on a complaint", complaint_id=str(complaint_id), exc_info=error)
        return Swept(failed=1)


def advance(session: Session, desk: DeskClocks, ids: Sequence[uuid.UUID], *, now: datetime) -> int:
    """Bring complaints up to now. How many levels fired; none for those another worker has or had."""
    cases = _claim(session, ids, now=now)
    overdue = [row for case in cases for row in case.clocks if rows.state_of(row).due_at <= now]
    visit = Visit(session, desk, now, rows.last_events(session, overdue))
    firings = [firing for case in cases for firing in visit.steps_of(case)]
    return fire_all(session, firings, by=WORKER, now=now)


@dataclass(slots=True)
class Case:
    """A claimed complaint: its clocks that are due, and every level that has fired so far."""

    complaint: Complaint
    clocks: list[ComplaintClock] = field(default_factory=list)
    escalations: list[Escalation] = field(default_factory=list)


def _claim(session: Session, ids: Sequence[uuid.UUID], *, now: datetime) -> list[Case]:
    """Lock those of the complaints that are still due and that nobody else holds."""
    clock_due = exists().where(
        ComplaintClock.complaint_id == Complaint.id, ComplaintClock.next_look_at <= now
    )
    level_due = exists().where(Escalation.complaint_id == Complaint.id, Escalation.acknowledge_by <= now)
    found = session.scalars(
        select(Complaint)
        .where(Complaint.id.in_(ids), or_(clock_due, level_due))
        .order_by(Complaint.id)
        .with_for_update(skip_locked=True, of=Complaint)
    )
    cases = {complaint.id: Case(complaint) for complaint in found}
    if not cases:
        return []
    for row in session.scalars(
        select(ComplaintClock)
        .where(ComplaintClock.complaint_id.in_(cases), ComplaintClock.next_look_at <= now)
        .order_by(ComplaintClock.next_look_at, ComplaintClock.id)
    ):
        cases[row.complaint_id].clocks.append(row)
    for escalation in session.scalars(
        select(Escalation)
        .where(Escalation.complaint_id.in_(cases))
        .order_by(Escalation.fired_at, Escalation.id)
    ):
        cases[escalation.complaint_id].escalations.append(escalation)
    return list(cases.values())


@dataclass(slots=True)
class Visit:
    """One transaction of the sweep. Calendars are read once, however many clocks count by them."""

    session: Session
    desk: DeskClocks
    now: datetime
    last: Mapping[uuid.UUID, int]
    calendars: dict[tuple[str, bool], WorkingCalendar] = field(default_factory=dict)

    def steps_of(self, case: Case) -> list[Firing]:
        """Everything that fires on this complaint now; its clocks are brought up to now on the way."""
        known = {(e.clock, e.level) for e in case.escalations}
        firings = [firing for row in case.clocks for firing in self._clock(case, row, known)]
        reached = max([case.complaint.level, *(firing.step.level for firing in firings)])
        return firings + self._silence(case, known, reached=reached)

    def _clock(self, case: Case, row: ComplaintClock, known: set[tuple[str, int]]) -> list[Firing]:
        calendar = self._calendar(row)
        state, ladder = rows.state_of(row), self.desk.rules.ladder_of(self.session, row.ladder_id)
        fired = {level for clock, level in known if clock == row.name}
        steps = steps_of_clock(row.kind, state, rows.terms_of(row), ladder=ladder, calendar=calendar)
        due = due_steps(steps, fired=fired, now=self.now)
        if state.breached_at is None and state.due_at <= self.now:
            last = self.last.get(row.id, 0)
            rows.change_clock(
                self.session, row, Change.BREACH, calendar=calendar, by=WORKER, now=self.now, last=last
            )
        fired |= {step.level for step in due}
        self.desk.look_again(self.session, row, calendar=calendar, fired=fired)
        return [Firing(case.complaint, step, row.name, ladder, row.ladder_id) for step in due]

    def _silence(self, case: Case, known: set[tuple[str, int]], *, reached: int) -> list[Firing]:
        firings: list[Firing] = []
        for escalation in case.escalations:
            if escalation.acknowledge_by is None or escalation.acknowledge_by > self.now:
                continue
            ladder = self.desk.rules.ladder_of(self.session, escalation.ladder_id)
            step = step_of_silence(
                escalation.level,
                acknowledge_by=escalation.acknowledge_by,
                reached=reached,
                ladder=ladder,
                now=self.now,
            )
            escalation.acknowledge_by = None
            if step is None or case.complaint.is_over or (SILENCE, step.level) in known:
                continue
            reached = max(reached, step.level)
            firings.append(Firing(case.complaint, step, SILENCE, ladder, escalation.ladder_id))
        return firings

    def _calendar(self, row: ComplaintClock) -> WorkingCalendar:
        key = (row.calendar, row.unit in COUNTS_WORK)
        if key not in self.calendars:
            self.calendars[key] = self.desk.calendar_of(self.session, row, now=self.now)
        return self.calendars[key]
