"""Fire levels of the ladder: the escalation, its entry in the audit log and its event, many at once."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from service_api.audit.service import Actor, Deed, record_all
from service_api.complaints.models import Complaint
from service_api.core.upsert import insert_new
from service_api.escalation.models import ComplaintClock, Escalation
from service_api.escalation.policy import Step
from service_api.escalation.profiles import Ladder, Level
from service_api.escalation.rulebook import VersionId
from service_api.outbox import service as outbox

ESCALATED = "complaint.escalated"
TOLD = {"level", "zh", "en", "notify", "by"}


@dataclass(frozen=True, slots=True)
class Firing:
    """A step to take on a complaint, for a clock, under a version of the ladder."""

    complaint: Complaint
    step: Step
    clock: str
    ladder: Ladder
    ladder_id: VersionId

    @property
    def level(self) -> Level:
        return self.ladder.level(self.step.level)


def fire_all(session: Session, firings: Sequence[Firing], *, by: Actor, now: datetime) -> int:
    """Fire each once, whoever else tries. How many were new.

    The audit entries come last: writers of their chain queue for it until they commit.
    """
    rows = [_row(firing, now=now) for firing in firings]
    new = insert_new(
        session, Escalation, rows, unique=["complaint_id", "clock", "level"], returning=Escalation.id
    )
    fired = [(f, row) for f, row in zip(firings, rows, strict=True) if row["id"] in new]
    _raise_levels(session, [firing for firing, _ in fired])
    unheard = _unheard(session, fired)
    events = [_event(firing, row, now=now, tells=row["id"] in unheard) for firing, row in fired]
    outbox.write_all(session, events, now=now)
    record_all(session, [_deed(firing, by=by) for firing, _ in fired], now=now)
    return len(fired)


def _raise_levels(session: Session, fired: Sequence[Firing]) -> None:
    """One statement for each level reached: the rows of a version are otherwise updated one by one."""
    reached: dict[uuid.UUID, Firing] = {}
    for firing in sorted(fired, key=lambda f: f.step.level):
        if firing.step.level > firing.complaint.level:
            reached[firing.complaint.id] = firing
    for level in {firing.step.level for firing in reached.values()}:
        raised = [f.complaint for f in reached.values() if f.step.level == level]
        session.execute(
            update(Complaint)
            .where(Complaint.id.in_([complaint.id for complaint in raised]))
            .values(level=level, version=Complaint.version + 1)
            .execution_options(synchronize_session=False)
        )
        for complaint in raised:
            set_committed_value(complaint, "level", level)
            set_committed_value(complaint, "version", complaint.version + 1)


def _unheard(session: Session, fired: Sequence[tuple[Firing, Mapping[str, object]]]) -> set[object]:
    """Which of these the customer is told of. Several clocks reach the same level; they hear of it once, and
    once more when the complaint has begun anew since."""
    telling = [(firing, row) for firing, row in fired if firing.level.tell_customer]
    if not telling:
        return set()
    began = (
        select(func.max(ComplaintClock.started_at))
        .where(ComplaintClock.complaint_id == Escalation.complaint_id, ComplaintClock.statutory)
        .scalar_subquery()
    )
    earlier = select(Escalation.complaint_id, Escalation.level).where(
        Escalation.complaint_id.in_({firing.complaint.id for firing, _ in telling}),
        Escalation.id.not_in({row["id"] for _, row in fired}),
        Escalation.fired_at >= began,
    )
    heard = {(of, level) for of, level in session.execute(earlier.order_by(Escalation.id))}
    first = {(f.complaint.id, f.step.level): row["id"] for f, row in reversed(telling)}
    return {row_id for what, row_id in first.items() if what not in heard}


def _row(firing: Firing, *, now: datetime) -> dict[str, object]:
    within = firing.level.acknowledge_within_minutes
    return {
        "id": uuid.uuid4(),
        "complaint_id": firing.complaint.id,
        "clock": firing.clock,
        "level": firing.step.level,
        "reason": firing.step.reason,
        "due_at": firing.step.due_at,
        "fired_at": now,
        "late": firing.step.is_late(now),
        "ladder_id": firing.ladder_id,
        "acknowledge_by": None if within is None else now + timedelta(minutes=within),
    }


def _event(firing: Firing, row: dict[str, object], *, now: datetime, tells: bool) -> outbox.Writing:
    payload: dict[str, object] = {
        "complaint_id": str(firing.complaint.id),
        "reason": firing.step.reason,
        "late": row["late"],
        "fired_at": now.isoformat(),
        **firing.level.model_dump(include=TOLD),
        "tell_customer": tells,
    }
    return outbox.Writing(ESCALATED, f"{ESCALATED}:{row['id']}", payload)


def _deed(firing: Firing, *, by: Actor) -> Deed:
    facts = {"level": firing.step.level, "clock": firing.clock, "reason": firing.step.reason}
    return Deed(by, ESCALATED, firing.complaint.subject, facts)
