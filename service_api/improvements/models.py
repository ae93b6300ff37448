"""A systemic issue and the complaints that show it."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service_api.complaints.models import one_of
from service_api.core.database import Base, UtcDateTime


class Stage(StrEnum):
    """How far the cause is mended. `verifying`: the action is done, and new complaints are watched for."""

    OPEN = "open"
    ACTING = "acting"
    VERIFYING = "verifying"
    CLOSED = "closed"


FOLLOWS: dict[Stage, frozenset[Stage]] = {
    Stage.OPEN: frozenset({Stage.ACTING, Stage.CLOSED}),
    Stage.ACTING: frozenset({Stage.VERIFYING, Stage.CLOSED}),
    Stage.VERIFYING: frozenset({Stage.ACTING, Stage.CLOSED}),
    Stage.CLOSED: frozenset({Stage.OPEN}),
}


class SystemicIssue(Base):
    """`action` is what will be changed against the cause, until `due_on`; `outcome` what came of it."""

    __tablename__ = "systemic_issues"
    __table_args__ = (
        CheckConstraint(one_of("stage", Stage), name="stage"),
        CheckConstraint(
            "stage NOT IN ('acting', 'verifying') OR (action <> '' AND due_on IS NOT NULL)", name="action"
        ),
        CheckConstraint("(stage = 'closed') = (closed_at IS NOT NULL)", name="closed_at"),
        CheckConstraint("stage <> 'closed' OR outcome <> ''", name="outcome"),
        Index("ix_systemic_issues_stage", "stage", "due_on"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    title: Mapped[str] = mapped_column(String(120))
    cause: Mapped[str] = mapped_column(Text, default="")
    action: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[str] = mapped_column(Text, default="")
    stage: Mapped[str] = mapped_column(String(16), default=Stage.OPEN.value)
    owner_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("staff_members.id", ondelete="RESTRICT"), index=True
    )
    due_on: Mapped[date | None] = mapped_column(Date)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    acted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy's own protocol)


class IssueComplaint(Base):
    """A complaint shows at most one systemic issue."""

    __tablename__ = "systemic_issue_complaints"

    complaint_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("complaints.id", ondelete="RESTRICT"), primary_key=True
    )
    issue_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("systemic_issues.id", ondelete="RESTRICT"), index=True
    )
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
