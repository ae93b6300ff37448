"""Conversations, their messages, hand-overs to people, and visitors' tokens."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from service_api.core.database import Base, UtcDateTime
from service_api.customers.models import BIG_ID

CHANNELS = ("web", "wechat")
LANGUAGES = ("zh", "en")
ANSWERING = ("assistant", "queue", "agent")
AUTHORS = ("customer", "assistant", "agent", "system")
REASONS = (
    "requested",
    "failures",
    "abuse",
    "distress",
    "loss_or_fraud",
    "legal",
    "vip",
    "assistant_down",
    "agent_steps_in",
    "transferred",
    "agent_left",
)
QUEUED = text("queued_at IS NOT NULL")
UNHANDLED = text("author = 'customer' AND handled_at IS NULL")


class Conversation(Base):
    """One customer's talk with the desk on one channel.

    `last_seq` hands out the numbers of messages, under this row's lock. `customer_id` with `verified_at` says
    who was verified; ask `conversations.service.verified_customer_id`, for a proof wears off, and
    `conversations.trust` what it opens. `code_proved_at` is when a one-time code was last confirmed here.
    `queued_at` is set while the customer waits for a person, also out of hours, when the assistant goes on.
    `team` and `meant_for_id` say to whom it was passed on while it waits. `unanswered_since` is when the
    customer first wrote what no person has answered yet; None while the assistant answers.
    `turn_token` and `turn_until` are the lease of the process that is asking the assistant, in machine time.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        CheckConstraint(f"channel IN {CHANNELS}", name="channel"),
        CheckConstraint(f"language IN {LANGUAGES}", name="language"),
        CheckConstraint(f"answering IN {ANSWERING}", name="answering"),
        CheckConstraint("(answering = 'agent') = (agent_id IS NOT NULL)", name="agent_answers"),
        CheckConstraint("answering <> 'queue' OR queued_at IS NOT NULL", name="queue_has_time"),
        Index(
            "ix_conversations_queue",
            "queue_rank",
            "queued_at",
            "id",
            sqlite_where=QUEUED,
            postgresql_where=QUEUED,
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    channel: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(8), default="zh")
    answering: Mapped[str] = mapped_column(String(16), default="assistant")
    agent_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("staff_members.id", ondelete="RESTRICT"), index=True
    )
    queued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    queue_rank: Mapped[int] = mapped_column(Integer, default=9)
    team: Mapped[str] = mapped_column(String(32), default="")
    meant_for_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("staff_members.id", ondelete="RESTRICT")
    )
    unanswered_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    customer_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("customers.id", ondelete="RESTRICT"), index=True
    )
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    code_proved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_seq: Mapped[int] = mapped_column(Integer, default=0)
    session_number: Mapped[int] = mapped_column(Integer, default=1)
    turn_count: Mapped[int] = mapped_column(Integer, default=0)
    last_turn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    assistant_state: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    turn_token: Mapped[str | None] = mapped_column(String(32))
    turn_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_message_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Message(Base):
    """One message; `seq` counts without gaps within its conversation.

    `handled_at` of a customer's message says that a turn of the assistant, or a person, has taken it up.
    `raw_text` holds what was typed while a masked text (a one-time code) waits for its turn.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("conversation_id", "external_id"),
        CheckConstraint(f"author IN {AUTHORS}", name="author"),
        CheckConstraint("seq > 0", name="seq"),
        Index(
            "ix_messages_waiting",
            "conversation_id",
            "seq",
            sqlite_where=UNHANDLED,
            postgresql_where=UNHANDLED,
        ),
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversations.id", ondelete="RESTRICT"))
    seq: Mapped[int] = mapped_column(Integer)
    author: Mapped[str] = mapped_column(String(16))
    agent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_members.id", ondelete="RESTRICT"))
    text: Mapped[str] = mapped_column(Text)
    raw_text: Mapped[str | None] = mapped_column(Text)
    buttons: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    external_id: Mapped[str | None] = mapped_column(String(64))
    intent: Mapped[str | None] = mapped_column(String(64))
    confidence: Mapped[float | None] = mapped_column(Float)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


# The author as a literal: with a bound value neither database would use the partial index.
WAITING = (Message.author == literal_column("'customer'"), Message.handled_at.is_(None))


class HandOver(Base):
    """One passing of a conversation from the assistant to people, with what they need to know.

    `settled` is what the person says was done, when they give the conversation back.
    """

    __tablename__ = "hand_overs"
    __table_args__ = (CheckConstraint(f"reason IN {REASONS}", name="reason"),)

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="RESTRICT"), index=True
    )
    reason: Mapped[str] = mapped_column(String(32))
    note: Mapped[str] = mapped_column(String(500), default="")
    packet: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claimed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_members.id", ondelete="RESTRICT"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled: Mapped[str] = mapped_column(String(500), default="")


class VisitorToken(Base):
    """What a browser shows to read and write its conversation. Only the hash is stored."""

    __tablename__ = "visitor_tokens"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="RESTRICT"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
