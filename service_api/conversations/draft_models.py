"""Complaints that are still being told."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from service_api.core.database import Base, UtcDateTime


class ComplaintDraft(Base):
    """What a customer has told of a complaint so far; one per conversation.

    The assistant's sessions are short, so the half-told complaint is kept here. `key` is the identity under
    which it is filed once. `customer_id` lets the verified customer go on elsewhere.
    """

    __tablename__ = "complaint_drafts"

    conversation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    customer_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("customers.id", ondelete="RESTRICT"), index=True
    )
    key: Mapped[str] = mapped_column(String(64))
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
