"""Questions of customers that the articles did not answer."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Float, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service_api.core.database import Base, UtcDateTime

OUTCOMES = ("suggestions", "none")


class UnansweredQuestion(Base):
    """A masked question, counted each time it is asked; `key` is the hash of its normalised words."""

    __tablename__ = "unanswered_questions"
    __table_args__ = (
        UniqueConstraint("language", "key"),
        CheckConstraint(f"outcome IN {OUTCOMES}", name="outcome"),
        CheckConstraint("times_asked > 0", name="times_asked"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    language: Mapped[str] = mapped_column(String(8))
    key: Mapped[str] = mapped_column(String(64))
    question: Mapped[str] = mapped_column(String(500))
    outcome: Mapped[str] = mapped_column(String(16))
    nearest_article: Mapped[str | None] = mapped_column(String(64))
    confidence: Mapped[float] = mapped_column(Float)
    times_asked: Mapped[int] = mapped_column(Integer, default=1)
    first_asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_asked_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
