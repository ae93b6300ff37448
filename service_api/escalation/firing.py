"""Fire levels of the ladder: the escalation, its entry in the audit log and its event, many at once."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from service_api.audit.service import Actor, Deed, record_all
from service_api.complaints.models import Complaint
from service_api.core.upsert import insert_new
from service_api.escalation.models import Escalation
from service_api.escalation.policy import Step
from service_api.escalation.profiles import Ladder, Level
from service_api.escalation.rulebook import VersionId
from service_api.outbox import service as outbox

ESCALATED = "complaint.escalated"
TOLD = {"level", "zh", "en", "notify", "by", "tell_customer"}


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
    outbox.write_all(session, [_event(firing, row, now=now) for firing, row in fired], now=now)
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


def _event(firing: Firing, row: dict[str, object], *, now: datetime) -> outbox.Writing:
    payload: dict[str, object] = {
        "complaint_id": str(firing.complaint.id),
        "reason": firing.step.reason,
        "late": row["late"],
        "fired_at": now.isoformat(),
        **firing.level.model_dump(include=TOLD),
    }
    return outbox.Writing(ESCALATED, f"{ESCALATED}:{row['id']}", payload)


def _deed(firing: Firing, *, by: Actor) -> Deed:
    facts = {"level": firing.step.level, "clock": firing.clock, "reason": firing.step.reason}
    return Deed(by, ESCALATED, firing.complaint.subject, facts)
