"""Answer questions from the articles, and keep count of those that none answers."""

import hashlib
import re
import unicodedata
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.results import Result
from service_api.articles.models import FaqArticle, UnansweredQuestion
from service_api.articles.schemas import ArticleView, SearchView
from service_api.core.text import clean, is_blank
from service_api.core.upsert import insert_once

LONGEST_QUESTION = 500
# Anything that may be a phone, card, account, certificate or code, also grouped by spaces or hyphens.
_DIGITS = re.compile(r"\d(?:[ -]?\d){3,}[xX]?")
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[a-zA-Z]{2,}")


def masked(question: str) -> str:
    """Without numbers of four digits and more and without mail addresses, since the log is read by many."""
    shortened = clean(question)[:LONGEST_QUESTION]
    return _MAIL.sub("…@…", _DIGITS.sub("####", unicodedata.normalize("NFKC", shortened)))[:LONGEST_QUESTION]


def view(result: Result, *, language: str) -> SearchView:
    """Suggestions show questions only: which answer is right is not known yet."""
    spoken = result.language or ("en" if language == "en" else "zh")
    articles = [
        ArticleView(
            id=article.id,
            question=article.wording(spoken).question,
            answer=article.answer(spoken) if result.outcome == "answer" else "",
            actions=list(article.actions),
        )
        for article in result.articles
    ]
    return SearchView(
        outcome=result.outcome, confidence=round(result.confidence, 4), language=spoken, articles=articles
    )


def note_unanswered(session: Session, question: str, result: Result, *, language: str, now: datetime) -> None:
    """Count a question that was not answered; the same words count up one row."""
    if result.outcome == "answer" or is_blank(question):
        return
    shown = masked(question)
    key = hashlib.sha256("".join(c for c in shown.lower() if c.isalnum()).encode()).hexdigest()
    nearest = result.articles[0].id if result.articles else None
    fresh = {
        "language": language,
        "key": key,
        "question": shown,
        "outcome": result.outcome,
        "nearest_article": nearest,
        "confidence": result.confidence,
        "times_asked": 1,
        "first_asked_at": now,
        "last_asked_at": now,
    }
    if insert_once(session, UnansweredQuestion, fresh, unique=("language", "key")):
        return
    row = session.scalars(
        select(UnansweredQuestion)
        .where(UnansweredQuestion.language == language, UnansweredQuestion.key == key)
        .with_for_update()
    ).one()
    row.times_asked += 1
    row.last_asked_at = now
    row.outcome, row.nearest_article, row.confidence = result.outcome, nearest, result.confidence
    _open_again(session, row)


def _open_again(session: Session, question: UnansweredQuestion) -> None:
    """A settled question that is still not answered is open again, unless its draft is not published yet."""
    if question.settled_as in (None, "dismissed"):
        return
    article = session.get(FaqArticle, question.settled_article)
    if question.settled_as == "draft" and article is not None and article.published_number is None:
        return
    question.settled_as = question.settled_article = None
    question.settled_at = question.settled_by = None
