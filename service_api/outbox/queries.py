"""Questions about the outbox."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from service_api.outbox.models import DEAD, PENDING, OutboxEvent


def dead_letters(session: Session, *, limit: int = 100) -> Sequence[OutboxEvent]:
    """Events that were given up, newest first."""
    return session.scalars(
        select(OutboxEvent)
        .where(OutboxEvent.state == DEAD)
        .order_by(OutboxEvent.ended_at.desc(), OutboxEvent.id)
        .limit(limit)
    ).all()


def waiting_since(session: Session) -> datetime | None:
    """When the oldest undelivered event was written; None when all are delivered."""
    return session.scalar(select(func.min(OutboxEvent.created_at)).where(OutboxEvent.state == PENDING))


def is_anything_due(session: Session, *, now: datetime) -> bool:
    due = exists().where(OutboxEvent.state == PENDING, OutboxEvent.due_at <= now)
    return bool(session.scalar(select(due)))
