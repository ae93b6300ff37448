"""Questions about the articles and about their gaps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from service_api.articles.models import ArticleVersion, FaqArticle, UnansweredQuestion
from service_api.core.pagination import BadCursor, Page, decode_cursor, encode_cursor
from service_api.core.problems import NotFound

FILTERS = ("published", "draft", "review", "offered", "due", "retired")
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class ArticleFilters:
    """`state` is one of FILTERS; `text` stands in the id, the topic or a question."""

    state: str | None = None
    topic: str | None = None
    text: str = ""


def unanswered_questions(session: Session, *, limit: int = 100) -> Sequence[UnansweredQuestion]:
    """The most asked first."""
    query = select(UnansweredQuestion).order_by(
        UnansweredQuestion.times_asked.desc(), UnansweredQuestion.last_asked_at.desc(), UnansweredQuestion.id
    )
    return session.scalars(query.limit(limit)).all()


def open_questions(
    session: Session, *, language: str, since: datetime, limit: int
) -> Sequence[UnansweredQuestion]:
    """Of one language, asked lately and not settled, the most asked first."""
    query = select(UnansweredQuestion).where(
        UnansweredQuestion.language == language,
        UnansweredQuestion.settled_as.is_(None),
        UnansweredQuestion.last_asked_at >= since,
    )
    query = query.order_by(
        UnansweredQuestion.times_asked.desc(), UnansweredQuestion.last_asked_at.desc(), UnansweredQuestion.id
    )
    return session.scalars(query.limit(limit)).all()


def article(session: Session, article_id: str) -> FaqArticle:
    """Raises `NotFound`."""
    found = session.get(FaqArticle, article_id)
    if found is None:
        raise NotFound
    return found


def articles(
    session: Session, filters: ArticleFilters, *, today: date, cursor: str | None = None, limit: int = 50
) -> Page[FaqArticle]:
    """By id; what waits for review comes first when no state is asked for."""
    query = select(FaqArticle).where(*_conditions(filters, today))
    rank = case((FaqArticle.open_state == "review", 0), else_=1)
    if cursor:
        last_rank, last_id = decode_cursor(cursor, length=2)
        if not isinstance(last_rank, int):
            raise BadCursor
        query = query.where(or_(rank > last_rank, and_(rank == last_rank, FaqArticle.id > str(last_id))))
    rows = list(session.scalars(query.order_by(rank, FaqArticle.id).limit(limit + 1)))
    following = None
    if len(rows) > limit:
        last = rows[limit - 1]
        following = encode_cursor(0 if last.open_state == "review" else 1, last.id)
    return Page(rows[:limit], following)


def figures(session: Session, *, today: date) -> dict[str, int]:
    """How many articles each filter finds."""
    found = {}
    for state in FILTERS:
        query = select(func.count()).select_from(FaqArticle)
        found[state] = session.scalar(query.where(*_conditions(ArticleFilters(state), today))) or 0
    return found


def topics(session: Session) -> list[str]:
    return list(session.scalars(select(FaqArticle.topic).distinct().order_by(FaqArticle.topic).limit(500)))


def versions(session: Session, article_id: str, *, limit: int = 50) -> Sequence[ArticleVersion]:
    """The newest first."""
    query = select(ArticleVersion).where(ArticleVersion.article_id == article_id)
    return session.scalars(query.order_by(ArticleVersion.number.desc()).limit(limit)).all()


def version(session: Session, article_id: str, number: int) -> ArticleVersion:
    """Raises `NotFound`."""
    found = session.get(ArticleVersion, (article_id, number))
    if found is None:
        raise NotFound
    return found


def _conditions(filters: ArticleFilters, today: date) -> list[ColumnElement[bool]]:
    meant: list[ColumnElement[bool]] = []
    alive = FaqArticle.retired_at.is_(None)
    if filters.state == "published":
        meant += [FaqArticle.published_number.is_not(None), alive]
    elif filters.state in {"draft", "review"}:
        meant += [FaqArticle.open_state == filters.state]
    elif filters.state == "offered":
        meant += [FaqArticle.offered_number.is_not(None)]
    elif filters.state == "due":
        meant += [FaqArticle.review_by < today, alive]
    elif filters.state == "retired":
        meant += [FaqArticle.retired_at.is_not(None)]
    if filters.topic:
        meant.append(FaqArticle.topic == filters.topic)
    if filters.text.strip():
        text = filters.text.strip()[:LONGEST_SEARCH]
        columns = (FaqArticle.id, FaqArticle.topic, FaqArticle.question_zh, FaqArticle.question_en)
        meant.append(or_(*(column.icontains(text, autoescape=True) for column in columns)))
    return meant
