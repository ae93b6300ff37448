"""Customers, their phones and accounts, one-time codes, and the demo's text messages."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from service_api.core.database import Base, UtcDateTime

TIERS = ("platinum", "quality", "ordinary")  # in the order of the queue
ACCOUNT_KINDS = ("debit_card", "credit_card", "savings", "loan")
ACCOUNT_STATUSES = ("active", "frozen", "closed")
BIG_ID = BigInteger().with_variant(Integer, "sqlite")


class Customer(Base):
    """A party of the bank. Of the certificate only the masked number and a keyed hash are kept."""

    __tablename__ = "customers"
    __table_args__ = (CheckConstraint(f"tier IN {TIERS}", name="tier"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    name: Mapped[str] = mapped_column(String(128))
    family_name: Mapped[str] = mapped_column(String(64))
    certificate_kind: Mapped[str] = mapped_column(String(32), default="resident_id")
    certificate_masked: Mapped[str] = mapped_column(String(64))
    certificate_hash: Mapped[str] = mapped_column(String(64), unique=True)
    tier: Mapped[str] = mapped_column(String(16), default="ordinary")
    relationship_manager: Mapped[str | None] = mapped_column(String(64))
    preferred_language: Mapped[str] = mapped_column(String(8), default="zh")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CustomerPhone(Base):
    """A phone that proves identity: it belongs to one customer only. `number` is E.164."""

    __tablename__ = "customer_phones"

    number: Mapped[str] = mapped_column(String(20), primary_key=True)
    customer_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("customers.id", ondelete="RESTRICT"), index=True
    )


class Account(Base):
    """A card or account, by its masked number. `balance_minor` counts minor units; None when not shown."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint(f"kind IN {ACCOUNT_KINDS}", name="kind"),
        CheckConstraint(f"status IN {ACCOUNT_STATUSES}", name="status"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    customer_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("customers.id", ondelete="RESTRICT"), index=True
    )
    kind: Mapped[str] = mapped_column(String(16))
    masked_number: Mapped[str] = mapped_column(String(32))
    tail: Mapped[str] = mapped_column(String(4))
    balance_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    status: Mapped[str] = mapped_column(String(16), default="active")


class OneTimeCode(Base):
    """A code sent to a phone to prove who writes in a conversation.

    A row exists for unknown numbers too (`customer_id` None, nothing sent), so that asking tells nobody
    whether a number belongs to a customer. `ended_at` is set when it was used, used up or replaced.
    """

    __tablename__ = "one_time_codes"
    __table_args__ = (
        CheckConstraint("tries_left >= 0", name="tries_left"),
        Index("ix_one_time_codes_conversation", "conversation_id", "sent_at"),
        Index("ix_one_time_codes_phone", "phone", "sent_at"),
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversations.id", ondelete="RESTRICT"))
    phone: Mapped[str] = mapped_column(String(20))
    customer_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("customers.id", ondelete="RESTRICT"))
    code_hash: Mapped[str] = mapped_column(String(64))
    tries_left: Mapped[int] = mapped_column(Integer)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DemoMessage(Base):
    """A text message the demo would have sent; written only when the setting `demo` is on."""

    __tablename__ = "demo_messages"

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    phone: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
