"""What the articles' API takes in and shows."""

import uuid
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from service_api.core.edge import RowId

Language = Literal["zh", "en"]
ArticleId = Annotated[str, Field(max_length=80)]


class ArticleView(BaseModel):
    """`actions` are what the assistant may offer beside the answer."""

    id: str
    question: str
    answer: str
    actions: list[str]


class SearchView(BaseModel):
    """`answer` comes with one article, `suggestions` with up to three to choose from, `none` with nothing."""

    outcome: Literal["answer", "suggestions", "none"]
    confidence: float
    language: Language
    articles: list[ArticleView]


class Counts(BaseModel):
    """`shown` as the answer, `suggested` as one of three, `clicked` when a suggestion was chosen."""

    shown: int = 0
    suggested: int = 0
    clicked: int = 0
    helpful: int = 0
    unhelpful: int = 0
    led_to_person: int = 0


class DayCounts(Counts):
    day: date


class Statistics(BaseModel):
    since: date
    total: Counts
    days: list[DayCounts]


class ArticleRow(BaseModel):
    """`state` is what customers see, `open_state` that of the text being worked on. 30 days of counts."""

    id: str
    topic: str
    owner: str
    question_zh: str
    question_en: str
    state: Literal["unpublished", "published", "retired"]
    open_state: Literal["draft", "review"] | None
    file_offers_newer: bool
    review_by: date | None
    revision: int
    changed_at: datetime
    counts: Counts


class ArticlePage(BaseModel):
    items: list[ArticleRow]
    next_cursor: str | None


class VersionView(BaseModel):
    """One version and who did what. `holds` marks the one that customers are told today."""

    number: int
    state: str
    origin: str
    author: str | None
    editors: list[str]
    reviewer: str | None
    remark: str
    created_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None
    starts_on: date | None
    holds: bool
    content: dict[str, Any]


class MistakeView(BaseModel):
    field: str
    message: str


class WarningView(BaseModel):
    """What the check of all articles says of this one beside others."""

    severity: Literal["error", "warning"]
    articles: list[str]
    message: str


class ArticleFile(BaseModel):
    """An article with what customers are told, what is being worked on, and what stands in its way."""

    article: ArticleRow
    current: VersionView | None
    open: VersionView | None
    offered: VersionView | None
    missing: list[MistakeView]
    warnings: list[WarningView]


class Versions(BaseModel):
    items: list[VersionView]


class Step(BaseModel):
    model_config = ConfigDict(extra="forbid")

    action: Literal["submit", "give_back", "publish", "discard", "retire", "take_offer", "refuse_offer"]
    remark: str = Field("", max_length=500)


class NewPhrasing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    language: Language
    text: str = Field(max_length=500)


class PhrasingAdded(BaseModel):
    """`added` is false when the article was asked in these words already."""

    article: str
    added: bool


class Feedback(BaseModel):
    model_config = ConfigDict(extra="forbid")

    verdict: Literal["helpful", "unhelpful"]


class FeedbackOf(Feedback):
    conversation_id: uuid.UUID


class QuestionView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    question: str
    times_asked: int
    last_asked_at: datetime


class GroupView(BaseModel):
    """Questions of one matter; `nearest` are ids of articles that it may belong to."""

    id: int
    language: Language
    times_asked: int
    last_asked_at: datetime
    nearest: list[str]
    answered_now: bool
    questions: list[QuestionView]


class Groups(BaseModel):
    items: list[GroupView]


class QuestionChoice(BaseModel):
    model_config = ConfigDict(extra="forbid")

    questions: list[RowId] = Field(min_length=1, max_length=200)


class DraftFromQuestions(QuestionChoice):
    near: ArticleId | None = None


class PhrasingsFromQuestions(QuestionChoice):
    article: ArticleId
