"""The staff inbox, who stands in for whom, and where webhooks go."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service_api.core.database import Base, UtcDateTime

KINDS = (
    "escalation",
    "digest",
    "filed",
    "assigned",
    "hand_over",
    "mention",
    "letter",
    "calendar",
    "waiting",
    "transfer",
    "improvement",
)
UNREAD = text("read_at IS NULL")
UNMAILED = text("by_mail AND mailed_at IS NULL")


class InboxItem(Base):
    """Something a member of staff should know. `key` makes it one of its kind per person.

    `facts` holds what the line is made of: numbers, levels and counts, no customer's words.
    """

    __tablename__ = "inbox_items"
    __table_args__ = (
        UniqueConstraint("staff_id", "key"),
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        Index(
            "ix_inbox_items_unread",
            "staff_id",
            "created_at",
            sqlite_where=UNREAD,
            postgresql_where=UNREAD,
        ),
        Index("ix_inbox_items_unmailed", "staff_id", sqlite_where=UNMAILED, postgresql_where=UNMAILED),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_members.id", ondelete="RESTRICT"))
    key: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(16))
    complaint_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("complaints.id", ondelete="RESTRICT"), index=True
    )
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    by_mail: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Absence(Base):
    """A person is away; what would go to them goes to the stand-in meanwhile."""

    __tablename__ = "staff_absences"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="order"),
        CheckConstraint("staff_id <> stand_in_id", name="another"),
        Index("ix_staff_absences_staff", "staff_id", "ends_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_members.id", ondelete="RESTRICT"))
    stand_in_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_members.id", ondelete="RESTRICT"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WebhookEndpoint(Base):
    """Another system that wants to know. `secret` signs what is sent (Standard Webhooks)."""

    __tablename__ = "webhook_endpoints"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    url: Mapped[str] = mapped_column(String(500), unique=True)
    secret: Mapped[str] = mapped_column(String(100))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
