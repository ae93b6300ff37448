"""The complaint, its number and the keys under which it was filed."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from service_api.complaints.codes import BUSINESSES, CAUSES, CHANNELS, SOURCES
from service_api.complaints.lifecycle import ENDED, State
from service_api.core.database import Base, UtcDateTime
from service_api.core.money import MINOR_DIGITS, Money
from service_api.customers.models import TIERS

LANGUAGES = ("zh", "en")
CLOCK_RUNS, CLOCK_RESTS, OVER = 0, 1, 2  # the order of the supervisor's list
COMPLAINANTS = ("self", "proxy", "heir", "group")
STILL_OPEN = text("NOT is_over")


def one_of(column: str, values: Iterable[str]) -> str:
    """The SQL of a CHECK that a column holds one of the values."""
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


class Complaint(Base):
    """One matter a customer complains about. People know it by `number`.

    `due_at` is the statutory deadline in force, `level` how far it was escalated (0: not yet), `desk_order`
    whether the bank's clock runs; all three are kept by the room of escalation, so that the supervisor's list
    is one index scan.
    `answered_late` stays when a review brings a later deadline: the first answer was late all the same.
    `owner_id` handles it; `first_contact_id` answers to the customer until it is closed, whoever handles it.
    """

    __tablename__ = "complaints"
    __table_args__ = (
        CheckConstraint(one_of("state", State), name="state"),
        CheckConstraint(f"is_over = ({one_of('state', sorted(ENDED))})", name="is_over"),
        CheckConstraint("is_over = (closed_at IS NOT NULL)", name="closed_at"),
        CheckConstraint(one_of("business", BUSINESSES), name="business"),
        CheckConstraint(one_of("cause", CAUSES), name="cause"),
        CheckConstraint(one_of("channel", CHANNELS), name="channel"),
        CheckConstraint(one_of("source", SOURCES), name="source"),
        CheckConstraint(one_of("language", LANGUAGES), name="language"),
        CheckConstraint(one_of("complainant", COMPLAINANTS), name="complainant"),
        CheckConstraint("complainant <> 'proxy' OR authority <> ''", name="authority"),
        CheckConstraint(one_of("tier", TIERS), name="tier"),
        CheckConstraint(one_of("currency", MINOR_DIGITS), name="currency"),
        CheckConstraint("(amount_minor IS NULL) = (currency IS NULL)", name="amount"),
        CheckConstraint("amount_minor >= 0", name="amount_sign"),
        CheckConstraint("length(description) BETWEEN 1 AND 5000", name="description"),
        CheckConstraint("group_size >= 1", name="group_size"),
        CheckConstraint("level BETWEEN 0 AND 9", name="level"),
        CheckConstraint("merged_into_id IS NULL OR state = 'closed'", name="merged"),
        CheckConstraint("desk_order BETWEEN 0 AND 2 AND (desk_order = 2) = is_over", name="desk_order"),
        Index("ix_complaints_desk", "desk_order", "due_at", "id"),
        Index(
            "ix_complaints_owner", "owner_id", "due_at", sqlite_where=STILL_OPEN, postgresql_where=STILL_OPEN
        ),
        Index("ix_complaints_customer", "customer_id", "received_at"),
        Index("ix_complaints_received", "received_at"),
        Index(
            "ix_complaints_answered",
            "answered_at",
            sqlite_where=text("state = 'answered'"),
            postgresql_where=text("state = 'answered'"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    conversation_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("conversations.id", ondelete="RESTRICT"), index=True
    )
    customer_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("customers.id", ondelete="RESTRICT"))
    language: Mapped[str] = mapped_column(String(8))
    complainant: Mapped[str] = mapped_column(String(16), default="self")
    complainant_name: Mapped[str] = mapped_column(String(128), default="")
    authority: Mapped[str] = mapped_column(String(200), default="")
    business: Mapped[str] = mapped_column(String(32))
    cause: Mapped[str | None] = mapped_column(String(32))
    product: Mapped[str] = mapped_column(String(100), default="")
    channel: Mapped[str] = mapped_column(String(32))
    source: Mapped[str] = mapped_column(String(16), default="customer")
    branch: Mapped[str | None] = mapped_column(String(64), index=True)
    tier: Mapped[str] = mapped_column(String(16), default="ordinary")
    description: Mapped[str] = mapped_column(Text)
    demand: Mapped[str] = mapped_column(String(1000), default="")
    incident_date: Mapped[date | None] = mapped_column(Date)
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(String(3))
    contact: Mapped[str] = mapped_column(String(254), default="")
    group_size: Mapped[int] = mapped_column(Integer, default=1)
    legal: Mapped[bool] = mapped_column(Boolean, default=False)
    media: Mapped[bool] = mapped_column(Boolean, default=False)
    regulatory: Mapped[bool] = mapped_column(Boolean, default=False)
    strong_emotion: Mapped[bool] = mapped_column(Boolean, default=False)
    complex: Mapped[bool] = mapped_column(Boolean, default=False)
    repeat_count: Mapped[int] = mapped_column(Integer, default=0)
    merged_into_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("complaints.id", ondelete="RESTRICT"), index=True
    )
    state: Mapped[str] = mapped_column(String(24), default=State.RECEIVED.value)
    is_over: Mapped[bool] = mapped_column(Boolean, default=False)
    desk_order: Mapped[int] = mapped_column(Integer, default=CLOCK_RUNS)
    level: Mapped[int] = mapped_column(Integer, default=0)
    version: Mapped[int] = mapped_column(Integer)
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_members.id", ondelete="RESTRICT"))
    first_contact_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("staff_members.id", ondelete="RESTRICT"), index=True
    )
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_late: Mapped[bool] = mapped_column(Boolean, default=False)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    keep_until: Mapped[date | None] = mapped_column(Date)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy's own protocol)

    @property
    def amount(self) -> Money | None:
        if self.amount_minor is None or self.currency is None:
            return None
        return Money.from_minor(self.amount_minor, self.currency)

    @property
    def subject(self) -> tuple[str, str]:
        """How the audit log names it."""
        return ("complaint", str(self.id))


class ComplaintCounter(Base):
    """The last number given out on a day of the bank's calendar."""

    __tablename__ = "complaint_counters"
    __table_args__ = (CheckConstraint("last > 0", name="last"),)

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class FilingKey(Base):
    """An Idempotency-Key that was used, and for what: the hash of the filing and the complaint it made."""

    __tablename__ = "complaint_filing_keys"

    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    body_hash: Mapped[str] = mapped_column(String(64))
    complaint_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("complaints.id", ondelete="RESTRICT"), index=True
    )
    answer: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # what the filing answered
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Recusal(Base):
    """A person or a branch kept away from a complaint: neither assigned to it nor allowed to see it."""

    __tablename__ = "complaint_recusals"
    __table_args__ = (
        CheckConstraint("(staff_id IS NULL) <> (branch IS NULL)", name="whom"),
        UniqueConstraint("complaint_id", "staff_id"),
        UniqueConstraint("complaint_id", "branch", name="uq_complaint_recusals_branch"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    complaint_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("complaints.id", ondelete="RESTRICT"))
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_members.id", ondelete="RESTRICT"))
    branch: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
