"""Versions of what a supervisor decides: the ladder and the bank's own targets. The files are the first."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, CheckConstraint, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service_api.complaints.models import one_of
from service_api.core.database import Base, UtcDateTime

LADDER, TARGETS = "ladder", "targets"
KINDS = (LADDER, TARGETS)


class RuleVersion(Base):
    """One version, never changed after it was made. `content` was checked by the schema of the files.

    In force at a moment is the one with the latest `effective_from` not after it, the highest number among
    equals. `applies_to_open`: complaints that are open on that day follow it too; `applied_at` says since
    when they all do.
    """

    __tablename__ = "rule_versions"
    __table_args__ = (
        UniqueConstraint("kind", "number"),
        CheckConstraint(one_of("kind", KINDS), name="kind"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("applied_at IS NULL OR applies_to_open", name="applied"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    kind: Mapped[str] = mapped_column(String(8))
    number: Mapped[int] = mapped_column(Integer)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    effective_from: Mapped[datetime] = mapped_column(UtcDateTime)
    applies_to_open: Mapped[bool] = mapped_column(Boolean, default=False)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(500))
    made_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_members.id", ondelete="RESTRICT"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
