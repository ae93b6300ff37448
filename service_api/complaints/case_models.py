"""What a case gathers on its way: notices, redress, hand-overs, notes, attachments, skills of handlers."""

import uuid
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from service_api.complaints.models import LANGUAGES, one_of
from service_api.core.database import Base, UtcDateTime
from service_api.core.files import MEDIA_TYPES
from service_api.core.money import MINOR_DIGITS, Money

REDRESS_KINDS = ("refund", "compensation", "goodwill", "correction")
OFFERED = text("answered_at IS NULL")


class DecisionNotice(Base):
    """One version of the answer to a complaint. What was sent is never changed: a new version is written."""

    __tablename__ = "decision_notices"
    __table_args__ = (
        UniqueConstraint("complaint_id", "version"),
        CheckConstraint(one_of("language", LANGUAGES), name="language"),
        CheckConstraint("(approved_at IS NULL) = (approved_by_id IS NULL)", name="approved"),
        CheckConstraint("sent_at IS NULL OR approved_at IS NOT NULL", name="sent"),
        CheckConstraint("version > 0", name="version"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    complaint_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("complaints.id", ondelete="RESTRICT"))
    version: Mapped[int] = mapped_column(Integer)
    language: Mapped[str] = mapped_column(String(8))
    findings: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    reasons: Mapped[str] = mapped_column(Text)
    remedies: Mapped[str] = mapped_column(Text)
    ways: Mapped[str] = mapped_column(Text)
    proposed_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_members.id", ondelete="RESTRICT"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_by_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("staff_members.id", ondelete="RESTRICT")
    )
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Redress(Base):
    """A line of the redress ledger. Lines are never changed: a mistake is undone by a line that names it."""

    __tablename__ = "complaint_redress"
    __table_args__ = (
        CheckConstraint(one_of("kind", REDRESS_KINDS), name="kind"),
        CheckConstraint(one_of("currency", MINOR_DIGITS), name="currency"),
        CheckConstraint("amount_minor <> 0 AND (amount_minor < 0) = (undoes_id IS NOT NULL)", name="amount"),
        UniqueConstraint("undoes_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    complaint_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("complaints.id", ondelete="RESTRICT"), index=True
    )
    kind: Mapped[str] = mapped_column(String(16))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    reason: Mapped[str] = mapped_column(String(500))
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_members.id", ondelete="RESTRICT"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    undoes_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("complaint_redress.id", ondelete="RESTRICT")
    )

    @property
    def money(self) -> Money:
        return Money.from_minor(self.amount_minor, self.currency)


class HandOver(Base):
    """Somebody is asked to take a complaint over; it changes hands when they confirm.

    `first_contact`: the responsibility towards the customer is handed over too.
    """

    __tablename__ = "complaint_hand_overs"
    __table_args__ = (
        CheckConstraint("from_id <> to_id", name="another"),
        CheckConstraint("(answered_at IS NULL) = (accepted IS NULL)", name="answered"),
        Index(
            "uq_complaint_hand_overs_open",
            "complaint_id",
            unique=True,
            sqlite_where=OFFERED,
            postgresql_where=OFFERED,
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    complaint_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("complaints.id", ondelete="RESTRICT"))
    from_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_members.id", ondelete="RESTRICT"))
    to_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_members.id", ondelete="RESTRICT"), index=True)
    first_contact: Mapped[bool] = mapped_column(Boolean, default=False)
    reason: Mapped[str] = mapped_column(String(500))
    offered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted: Mapped[bool | None]


class ComplaintNote(Base):
    """A remark for colleagues, never shown to the customer; or what the customer added (`by_id` None)."""

    __tablename__ = "complaint_notes"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    complaint_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("complaints.id", ondelete="RESTRICT"), index=True
    )
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_members.id", ondelete="RESTRICT"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Attachment(Base):
    """A file kept outside the web root under its own id. `media_type` was read from its content."""

    __tablename__ = "complaint_attachments"
    __table_args__ = (
        CheckConstraint(one_of("media_type", MEDIA_TYPES), name="media_type"),
        CheckConstraint("size > 0", name="size"),
        UniqueConstraint("complaint_id", "sha256"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    complaint_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("complaints.id", ondelete="RESTRICT"))
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    by_kind: Mapped[str] = mapped_column(String(16))
    by_id: Mapped[str] = mapped_column(String(64), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class HandlerSkill(Base):
    """What a handler is good at: a business line or a language. Who has no skill of a kind takes any."""

    __tablename__ = "complaint_handler_skills"
    __table_args__ = (CheckConstraint("kind IN ('business', 'language')", name="kind"),)

    staff_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("staff_members.id", ondelete="RESTRICT"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    slug: Mapped[str] = mapped_column(String(32), primary_key=True)


class HandlerTurn(Base):
    """When a handler was last given a complaint: equals take turns."""

    __tablename__ = "complaint_handler_turns"

    staff_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("staff_members.id", ondelete="RESTRICT"), primary_key=True
    )
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
