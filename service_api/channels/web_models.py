"""What the web chat keeps beside the messages: files, and what the visitor is doing."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service_api.core.database import Base, UtcDateTime
from service_api.core.files import LONGEST_NAME


class ChatFile(Base):
    """A file sent with message `seq`; the content lies in the data folder under this row's id."""

    __tablename__ = "chat_files"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        CheckConstraint("size > 0", name="size"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversations.id", ondelete="RESTRICT"))
    seq: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    media_type: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class VisitorSign(Base):
    """How far the visitor has read, and whether they type now; in machine time, since people cannot jump."""

    __tablename__ = "visitor_signs"

    conversation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="RESTRICT"), primary_key=True
    )
    seen_seq: Mapped[int] = mapped_column(Integer, default=0)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    typing_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
