"""What people at the desk keep beside a conversation: who is there, notes, tags, ready-made words."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from service_api.core.database import Base, UtcDateTime
from service_api.customers.models import BIG_ID

STATUSES = ("online", "away", "offline")
KINDS = ("reply", "macro")
USUAL_CAPACITY = 8


class AgentPresence(Base):
    """Whether a person takes conversations, how many at once, and when their pages were last heard of.

    Times are of the machine: the demo's clock may jump, people do not.
    """

    __tablename__ = "agent_presences"
    __table_args__ = (
        CheckConstraint(f"status IN {STATUSES}", name="status"),
        CheckConstraint("capacity BETWEEN 0 AND 50", name="capacity"),
    )

    staff_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("staff_members.id", ondelete="RESTRICT"), primary_key=True
    )
    status: Mapped[str] = mapped_column(String(8), default="online")
    capacity: Mapped[int] = mapped_column(Integer, default=USUAL_CAPACITY)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ConversationLook(Base):
    """How far somebody has read a conversation, and whether they look at it or type in it now."""

    __tablename__ = "conversation_looks"

    conversation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="RESTRICT"), primary_key=True
    )
    staff_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("staff_members.id", ondelete="RESTRICT"), primary_key=True
    )
    read_seq: Mapped[int] = mapped_column(Integer, default=0)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    typing_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ConversationNote(Base):
    """A remark for colleagues, standing in the transcript after message `after_seq`; only staff see it."""

    __tablename__ = "conversation_notes"
    __table_args__ = (Index("ix_conversation_notes_place", "conversation_id", "id"),)

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversations.id", ondelete="RESTRICT"))
    after_seq: Mapped[int] = mapped_column(Integer)
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_members.id", ondelete="RESTRICT"))
    text: Mapped[str] = mapped_column(String(2000))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ConversationTag(Base):
    """A word by which conversations are found again."""

    __tablename__ = "conversation_tags"
    __table_args__ = (Index("ix_conversation_tags_tag", "tag"),)

    conversation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="RESTRICT"), primary_key=True
    )
    tag: Mapped[str] = mapped_column(String(32), primary_key=True)
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_members.id", ondelete="RESTRICT"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReadyText(Base):
    """Ready-made words, found by `shortcut`: a canned reply, or a macro, which also notes, tags and ends.

    `steps` of a macro: note, tag, state. Every change writes a `ReadyTextVersion`.
    """

    __tablename__ = "ready_texts"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        UniqueConstraint("kind", "shortcut"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    kind: Mapped[str] = mapped_column(String(8))
    shortcut: Mapped[str] = mapped_column(String(32))
    zh: Mapped[str] = mapped_column(Text)
    en: Mapped[str] = mapped_column(Text)
    steps: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    version: Mapped[int] = mapped_column(Integer, default=1)


class ReadyTextVersion(Base):
    """How a ready-made text read from `at` on, and who wrote it so."""

    __tablename__ = "ready_text_versions"
    __table_args__ = (UniqueConstraint("text_id", "version"),)

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    text_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ready_texts.id", ondelete="RESTRICT"))
    version: Mapped[int] = mapped_column(Integer)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_members.id", ondelete="RESTRICT"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
