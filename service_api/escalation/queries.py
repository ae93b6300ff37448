"""Questions about the clocks and levels of a complaint."""

import uuid
from collections.abc import Collection

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from service_api.complaints.deadlines import ClockView, EscalationView
from service_api.escalation.models import ComplaintClock, Escalation
from service_api.escalation.rulebook import RuleBook

MOST = 200
# A reminder to the handler, level 0, expects no answer.
NOT_ACKNOWLEDGED = and_(Escalation.level > 0, Escalation.acknowledged_at.is_(None))


def clock_views(session: Session, complaint_id: uuid.UUID) -> list[ClockView]:
    """Every clock, the legal ones first, then by due time."""
    found = session.scalars(
        select(ComplaintClock)
        .where(ComplaintClock.complaint_id == complaint_id)
        .order_by(ComplaintClock.statutory.desc(), ComplaintClock.due_at, ComplaintClock.id)
        .limit(MOST)
    )
    return [
        ClockView(
            id=row.id,
            kind=row.kind,
            profile=row.profile,
            statutory=row.statutory,
            state=row.status,
            started_at=row.started_at,
            due_at=row.due_at,
            breached_at=row.breached_at,
            stopped_at=row.stopped_at,
            extensions=row.extensions,
            estimated=row.estimated,
        )
        for row in found
    ]


def escalation_views(
    session: Session, rules: RuleBook, complaint_id: uuid.UUID, *, language: str
) -> list[EscalationView]:
    """Every level that fired, in the order of firing."""
    found = session.scalars(
        select(Escalation)
        .where(Escalation.complaint_id == complaint_id)
        .order_by(Escalation.fired_at, Escalation.level, Escalation.id)
        .limit(MOST)
    ).all()
    return [
        EscalationView(
            id=row.id,
            level=row.level,
            name=rules.ladder_of(session, row.ladder_id).level(row.level).name(language),
            clock=row.clock,
            reason=row.reason,
            fired_at=row.fired_at,
            acknowledged_at=row.acknowledged_at,
            acknowledged_by=row.acknowledged_by_id,
        )
        for row in found
    ]


def unacknowledged(session: Session, complaint_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many levels of each complaint nobody has acknowledged; complaints without one are left out."""
    rows = session.execute(
        select(Escalation.complaint_id, func.count())
        .where(Escalation.complaint_id.in_(complaint_ids), NOT_ACKNOWLEDGED)
        .group_by(Escalation.complaint_id)
        .order_by(Escalation.complaint_id)
    )
    return dict(rows.all())
