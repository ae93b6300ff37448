"""Call-backs that customers asked for."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from service_api.core.database import Base, UtcDateTime

OUTCOMES = ("reached", "not_reached", "not_needed")
LONGEST_WORDS = 200
OPEN = text("done_at IS NULL")


class CallbackRequest(Base):
    """A customer wishes to be called. `wanted` is when, in their own words, and `wanted_on` the day of it.

    A conversation has at most one that is open: asking again changes that one. One that ended without a
    person (`done_by`) was taken back by the customer.
    """

    __tablename__ = "callback_requests"
    __table_args__ = (
        CheckConstraint(f"outcome IN {OUTCOMES}", name="outcome"),
        CheckConstraint("(done_at IS NULL) = (outcome IS NULL)", name="done_has_outcome"),
        Index(
            "uq_callback_requests_open",
            "conversation_id",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        Index(
            "ix_callback_requests_queue",
            "wanted_on",
            "requested_at",
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversations.id", ondelete="RESTRICT"))
    customer_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("customers.id", ondelete="RESTRICT"), index=True
    )
    language: Mapped[str] = mapped_column(String(8))
    phone: Mapped[str] = mapped_column(String(32))
    wanted: Mapped[str] = mapped_column(String(LONGEST_WORDS), default="")
    wanted_on: Mapped[date] = mapped_column(Date)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_members.id", ondelete="RESTRICT"))
    outcome: Mapped[str | None] = mapped_column(String(16))

    @property
    def taken_back(self) -> bool:
        """Whether the customer wished no call any more: it ended, and no person said how it went."""
        return self.done_at is not None and self.done_by is None
