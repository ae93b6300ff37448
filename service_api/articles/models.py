"""Articles and their versions, what was shown to customers, and the questions that no article answered."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    Float,
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

OUTCOMES = ("suggestions", "none")
STATES = ("draft", "review", "published", "offered", "discarded")
OPEN_STATES = ("draft", "review")
ORIGINS = ("desk", "file", "phrasing")
EVENTS = ("shown", "suggested", "clicked", "helpful", "unhelpful", "led_to_person")
SETTLED_AS = ("phrasing", "draft", "dismissed")


class FaqArticle(Base):
    """One article over all its versions. `revision` counts every change: it is the ETag.

    `published_number` is that of the newest published version, `open_number` that of the draft or the
    version in review, `offered_number` that of a text from the files that waits beside the desk's own.
    """

    __tablename__ = "articles"
    __table_args__ = (
        CheckConstraint(f"open_state IS NULL OR open_state IN {OPEN_STATES}", name="open_state"),
        CheckConstraint("(open_number IS NULL) = (open_state IS NULL)", name="open_has_state"),
        CheckConstraint("published_number IS NOT NULL OR retired_at IS NULL", name="retired_was_published"),
    )

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    topic: Mapped[str] = mapped_column(String(80), index=True)
    owner: Mapped[str] = mapped_column(String(200), default="")
    question_zh: Mapped[str] = mapped_column(Text, default="")
    question_en: Mapped[str] = mapped_column(Text, default="")
    review_by: Mapped[date | None] = mapped_column(Date)
    last_number: Mapped[int] = mapped_column(Integer, default=0)
    published_number: Mapped[int | None] = mapped_column(Integer)
    open_number: Mapped[int | None] = mapped_column(Integer)
    open_state: Mapped[str | None] = mapped_column(String(16))
    offered_number: Mapped[int | None] = mapped_column(Integer)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retired_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_members.id", ondelete="RESTRICT"))
    revision: Mapped[int] = mapped_column(Integer, default=1)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class ArticleVersion(Base):
    """One wording of an article. `content` is what a file of articles would hold, rates not yet filled in.

    A published version holds from `starts_on` until another with a later or the same start is published.
    `editors` are all who wrote it: none of them may review it. Texts from the files have no author.
    """

    __tablename__ = "article_versions"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint(f"origin IN {ORIGINS}", name="origin"),
        CheckConstraint("reviewed_by IS NULL OR reviewed_by <> author_id", name="four_eyes"),
        CheckConstraint(
            "state <> 'published' OR origin <> 'desk' OR reviewed_by IS NOT NULL", name="reviewed_before_use"
        ),
        CheckConstraint("(state = 'published') = (starts_on IS NOT NULL)", name="published_has_start"),
    )

    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id", ondelete="RESTRICT"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(16))
    origin: Mapped[str] = mapped_column(String(16))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_members.id", ondelete="RESTRICT"))
    editors: Mapped[list[str]] = mapped_column(JSON, default=list)
    reviewed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_members.id", ondelete="RESTRICT"))
    remark: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    starts_on: Mapped[date | None] = mapped_column(Date)


class ArticleCatalogue(Base):
    """One row: `stamp` grows with every change of what customers are told; `files_hash` is of the files read
    last."""

    __tablename__ = "article_catalogue"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stamp: Mapped[int] = mapped_column(Integer, default=0)
    files_hash: Mapped[str] = mapped_column(String(64), default="")


class ArticleShowing(Base):
    """An article that a customer was shown, as the answer or as one of the suggestions.

    `answer_key` is the hash of the answer's words: by it the message that says them is known.
    """

    __tablename__ = "article_showings"
    __table_args__ = (
        CheckConstraint("kind IN ('answer', 'suggestion')", name="kind"),
        CheckConstraint("verdict IS NULL OR verdict IN ('helpful', 'unhelpful')", name="verdict"),
        Index("ix_article_showings_talk", "conversation_id", "id"),
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column()
    article_id: Mapped[str] = mapped_column(String(80), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    shown_question: Mapped[str] = mapped_column(Text)
    answer_key: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    chosen: Mapped[bool] = mapped_column(default=False)
    verdict: Mapped[str | None] = mapped_column(String(16))
    led_to_person: Mapped[bool] = mapped_column(default=False)


class ArticleCount(Base):
    """How often something happened to an article on one local day."""

    __tablename__ = "article_counts"
    __table_args__ = (
        CheckConstraint(f"event IN {EVENTS}", name="event"),
        Index("ix_article_counts_day", "day"),
    )

    article_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    event: Mapped[str] = mapped_column(String(16), primary_key=True)
    times: Mapped[int] = mapped_column(Integer, default=0)


class HandOverMark(Base):
    """One row: up to which passing to a person the articles shown before it were counted."""

    __tablename__ = "article_hand_over_mark"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hand_over_id: Mapped[int] = mapped_column(BIG_ID, default=0)


class UnansweredQuestion(Base):
    """A masked question, counted each time it is asked; `key` is the hash of its normalised words.

    `settled_as` says what became of it; a question that goes on being asked afterwards is open again.
    """

    __tablename__ = "unanswered_questions"
    __table_args__ = (
        UniqueConstraint("language", "key"),
        CheckConstraint(f"outcome IN {OUTCOMES}", name="outcome"),
        CheckConstraint("times_asked > 0", name="times_asked"),
        CheckConstraint(f"settled_as IS NULL OR settled_as IN {SETTLED_AS}", name="settled_as"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    language: Mapped[str] = mapped_column(String(8))
    key: Mapped[str] = mapped_column(String(64))
    question: Mapped[str] = mapped_column(String(500))
    outcome: Mapped[str] = mapped_column(String(16))
    nearest_article: Mapped[str | None] = mapped_column(String(80))
    confidence: Mapped[float] = mapped_column(Float)
    times_asked: Mapped[int] = mapped_column(Integer, default=1)
    first_asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_asked_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    settled_as: Mapped[str | None] = mapped_column(String(16))
    settled_article: Mapped[str | None] = mapped_column(String(80))
    settled_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_members.id", ondelete="RESTRICT"))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
