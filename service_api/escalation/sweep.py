"""The sweep: look at what is due now, one complaint and one transaction at a time.

Any number of workers may sweep at once. Who holds the complaint's row goes on, others pass it by; what fires
is unique in the database; what was not looked at stays due. So nothing fires twice and nothing is lost,
wherever a worker dies.
"""

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import exists, func, or_, select, union_all
from sqlalchemy.orm import Session

from service_api.audit.service import WORKER
from service_api.complaints.models import Complaint
from service_api.core.database import Database
from service_api.escalation import clocks as rows
from service_api.escalation.clock import Change
from service_api.escalation.models import ComplaintClock, Escalation
from service_api.escalation.policy import SILENCE, due_steps, step_of_silence, steps_of_clock
from service_api.escalation.service import DeskClocks

log = structlog.get_logger(__name__)
BATCH = 500


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did: complaints looked at, levels fired, complaints that failed."""

    looked_at: int = 0
    fired: int = 0
    failed: int = 0


def sweep(database: Database, desk: DeskClocks, *, now: datetime, limit: int = BATCH) -> Swept:
    """Fire what is due, the longest due first. Running it again does nothing more."""
    with database.reading() as session:
        ids = list(due_complaints(session, now=now, limit=limit))
    # Each worker goes through the batch in an order of its own, or they would meet at every case.
    random.shuffle(ids)
    looked_at = fired = failed = 0
    for complaint_id in ids:
        try:
            with database.writing() as session:
                fired += advance(session, desk, complaint_id, now=now)
            looked_at += 1
        except Exception as error:  # the edge of the worker: one bad case must not hide the others
            failed += 1
            log.error("sweep failed on a complaint", complaint_id=str(complaint_id), exc_info=error)
    return Swept(looked_at, fired, failed)


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


def advance(session: Session, desk: DeskClocks, complaint_id: uuid.UUID, *, now: datetime) -> int:
    """Bring one complaint up to now. How many levels fired; 0 also when another worker has or had it."""
    clock_due = exists().where(
        ComplaintClock.complaint_id == complaint_id, ComplaintClock.next_look_at <= now
    )
    level_due = exists().where(Escalation.complaint_id == complaint_id, Escalation.acknowledge_by <= now)
    complaint = session.scalar(
        select(Complaint)
        .where(Complaint.id == complaint_id, or_(clock_due, level_due))
        .with_for_update(skip_locked=True)
    )
    if complaint is None:
        return 0
    escalations = session.scalars(
        select(Escalation)
        .where(Escalation.complaint_id == complaint_id)
        .order_by(Escalation.fired_at, Escalation.id)
    ).all()
    due = session.scalars(
        select(ComplaintClock)
        .where(ComplaintClock.complaint_id == complaint_id, ComplaintClock.next_look_at <= now)
        .order_by(ComplaintClock.next_look_at, ComplaintClock.id)
    ).all()
    fired = 0
    for row in due:
        known = {e.level for e in escalations if e.clock == row.name}
        fired += _advance_clock(session, desk, complaint, row, known=known, now=now)
    return fired + _advance_silence(session, desk, complaint, escalations, now=now)


def _advance_clock(
    session: Session,
    desk: DeskClocks,
    complaint: Complaint,
    row: ComplaintClock,
    *,
    known: set[int],
    now: datetime,
) -> int:
    calendar = desk.calendar_of(session, row, now=now)
    state, terms = rows.state_of(row), rows.terms_of(row)
    steps = due_steps(
        steps_of_clock(row.kind, state, terms, ladder=desk.ladder, calendar=calendar), fired=known, now=now
    )
    if state.breached_at is None and state.due_at <= now:
        rows.change_clock(session, row, Change.BREACH, calendar=calendar, by=WORKER, now=now)
    fired = desk.fire(session, complaint, steps, clock=row.name, by=WORKER, now=now)
    desk.look_again(session, row, calendar=calendar, fired=known | {step.level for step in steps})
    return fired


def _advance_silence(
    session: Session,
    desk: DeskClocks,
    complaint: Complaint,
    escalations: Sequence[Escalation],
    *,
    now: datetime,
) -> int:
    fired = 0
    for escalation in escalations:
        if escalation.acknowledge_by is None or escalation.acknowledge_by > now:
            continue
        step = step_of_silence(
            escalation.level,
            acknowledge_by=escalation.acknowledge_by,
            reached=complaint.level,
            ladder=desk.ladder,
            now=now,
        )
        escalation.acknowledge_by = None
        if step is not None and not complaint.is_over:
            fired += desk.fire(session, complaint, [step], clock=SILENCE, by=WORKER, now=now)
    return fired
