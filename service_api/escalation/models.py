"""Clocks with their events, escalations, and the bank's own calendar."""

import uuid
from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from service_api.complaints.models import one_of
from service_api.core.database import Base, UtcDateTime
from service_api.escalation.clock import Change, Unit
from service_api.escalation.rule_models import RuleVersion

LOOKED_AT = text("next_look_at IS NOT NULL")
WAITED_FOR = text("acknowledge_by IS NOT NULL")
STATUSES = ("running", "paused", "stopped")


class ComplaintClock(Base):
    """One clock of one complaint: the terms of the day it started and how it stands.

    What stands here equals what its events add up to. `next_look_at` is when the sweep must look at it: the
    next level of the ladder or its due time; None when nothing can come of it. `round` counts starts.
    `targets_id` and `ladder_id` are the versions of the rules it runs under; None stands for the files.
    """

    __tablename__ = "complaint_clocks"
    __table_args__ = (
        UniqueConstraint("complaint_id", "profile", "kind", "round"),
        CheckConstraint(one_of("status", STATUSES), name="status"),
        CheckConstraint(one_of("unit", Unit), name="unit"),
        CheckConstraint("(status = 'paused') = (paused_at IS NOT NULL)", name="paused_at"),
        CheckConstraint("(status = 'stopped') = (stopped_at IS NOT NULL)", name="stopped_at"),
        CheckConstraint("status = 'running' OR next_look_at IS NULL", name="next_look_at"),
        CheckConstraint("length > 0", name="length"),
        Index(
            "ix_complaint_clocks_sweep", "next_look_at", sqlite_where=LOOKED_AT, postgresql_where=LOOKED_AT
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    complaint_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("complaints.id", ondelete="RESTRICT"))
    profile: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(32))
    round: Mapped[int] = mapped_column(Integer, default=1)
    statutory: Mapped[bool] = mapped_column(Boolean)
    calendar: Mapped[str] = mapped_column(String(32))
    unit: Mapped[str] = mapped_column(String(16))
    length: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(String(8), default="running")
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_for: Mapped[str] = mapped_column(String(16), default="")
    rest_seconds: Mapped[int] = mapped_column(BigInteger, default=0)
    credit_days: Mapped[int] = mapped_column(Integer, default=0)
    added: Mapped[int] = mapped_column(Integer, default=0)
    extensions: Mapped[int] = mapped_column(Integer, default=0)
    pauses: Mapped[int] = mapped_column(Integer, default=0)
    breached_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    estimated: Mapped[bool] = mapped_column(Boolean, default=False)
    next_look_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    targets_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(RuleVersion.id, ondelete="RESTRICT"))
    ladder_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(RuleVersion.id, ondelete="RESTRICT"))

    @property
    def name(self) -> str:
        """How escalations refer to it."""
        return f"{self.profile}.{self.kind}#{self.round}"


class ComplaintClockEvent(Base):
    """A change of a clock: what, when, by whom, why. Never changed afterwards."""

    __tablename__ = "complaint_clock_events"
    __table_args__ = (
        UniqueConstraint("clock_id", "seq"),
        CheckConstraint(one_of("change", Change), name="change"),
        CheckConstraint("change <> 'extend' OR (reason <> '' AND by_id <> '')", name="extension_is_reasoned"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    clock_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("complaint_clocks.id", ondelete="RESTRICT"))
    seq: Mapped[int] = mapped_column(Integer)
    change: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    amount: Mapped[int] = mapped_column(Integer, default=0)
    rest_seconds: Mapped[int] = mapped_column(BigInteger, default=0)
    credit_days: Mapped[int] = mapped_column(Integer, default=0)
    reason: Mapped[str] = mapped_column(String(500), default="")
    by_kind: Mapped[str] = mapped_column(String(16))
    by_id: Mapped[str] = mapped_column(String(64), default="")


class Escalation(Base):
    """A level that fired, once per complaint, clock and level.

    `clock` is a clock's name, `facts` or `silence`. `acknowledge_by` is set while somebody is expected to
    acknowledge it and cleared once they did, the next level fired instead, or the complaint ended.
    """

    __tablename__ = "escalations"
    __table_args__ = (
        UniqueConstraint("complaint_id", "clock", "level"),
        CheckConstraint("level BETWEEN 0 AND 9", name="level"),
        CheckConstraint("(acknowledged_at IS NULL) = (acknowledged_by_id IS NULL)", name="acknowledged"),
        Index(
            "ix_escalations_silence", "acknowledge_by", sqlite_where=WAITED_FOR, postgresql_where=WAITED_FOR
        ),
        Index("ix_escalations_fired", "fired_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    complaint_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("complaints.id", ondelete="RESTRICT"))
    clock: Mapped[str] = mapped_column(String(80))
    level: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(64))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    fired_at: Mapped[datetime] = mapped_column(UtcDateTime)
    late: Mapped[bool] = mapped_column(Boolean, default=False)
    ladder_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(RuleVersion.id, ondelete="RESTRICT"))
    acknowledge_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_by_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("staff_members.id", ondelete="RESTRICT")
    )


class CalendarDay(Base):
    """The bank's own word on one day: worked or not. It wins over every library."""

    __tablename__ = "calendar_days"

    calendar: Mapped[str] = mapped_column(String(32), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    working: Mapped[bool] = mapped_column(Boolean)
    name: Mapped[str] = mapped_column(String(100), default="")
    set_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_members.id", ondelete="RESTRICT"))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CalendarYear(Base):
    """A year whose days off a supervisor has confirmed to be complete in the table."""

    __tablename__ = "calendar_years"
    __table_args__ = (CheckConstraint("year BETWEEN 1900 AND 2200", name="year"),)

    calendar: Mapped[str] = mapped_column(String(32), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    confirmed_by_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("staff_members.id", ondelete="RESTRICT")
    )
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)
