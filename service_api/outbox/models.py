"""The outbox table: what must still happen elsewhere because of something that is already true here."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from service_api.core.database import Base, UtcDateTime

PENDING, DONE, DEAD = "pending", "done", "dead"
WAITING = text("state = 'pending'")


class OutboxEvent(Base):
    """One event. `key` is unique, so that writing it twice leaves one.

    Taking an event up counts an attempt and moves `due_at` to the end of a lease: a worker that dies leaves
    nothing to clean, its events simply become due again.
    """

    __tablename__ = "outbox_events"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'done', 'dead')", name="state"),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("(state = 'pending') = (ended_at IS NULL)", name="ended"),
        Index(
            "ix_outbox_events_due",
            "due_at",
            "id",
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        ),
        Index("ix_outbox_events_ended", "state", "ended_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    topic: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    state: Mapped[str] = mapped_column(String(8), default=PENDING)
    last_error: Mapped[str] = mapped_column(String(200), default="")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
