"""What customers thought of how they were served."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service_api.core.database import Base, UtcDateTime
from service_api.customers.models import BIG_ID

SCORES = range(1, 6)
LONGEST_COMMENT = 500


class ConversationRating(Base):
    """Stars from 1 to 5 for one episode of a conversation: the hand-over last answered by a person, whose id
    `episode` is, or 0 while only the assistant has served. `staff_id` is who answered then."""

    __tablename__ = "conversation_ratings"
    __table_args__ = (
        UniqueConstraint("conversation_id", "episode"),
        CheckConstraint("score BETWEEN 1 AND 5", name="score"),
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversations.id", ondelete="RESTRICT"))
    episode: Mapped[int] = mapped_column(Integer, default=0)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("staff_members.id", ondelete="RESTRICT"), index=True
    )
    score: Mapped[int] = mapped_column(Integer)
    comment: Mapped[str] = mapped_column(String(LONGEST_COMMENT), default="")
    rated_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
