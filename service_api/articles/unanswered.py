"""What a supervisor makes of unanswered questions: a draft, a phrasing of an article, or nothing."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from knowledge.rates import Rates
from service_api.articles import phrasing
from service_api.articles.content import Content, empty_content
from service_api.articles.drafting import start_article, to_change
from service_api.articles.models import FaqArticle, UnansweredQuestion
from service_api.audit.service import record
from service_api.core.problems import NotFound
from service_api.staff.roles import Permission
from service_api.staff.service import SignedIn

REVIEWED_WITHIN = timedelta(days=180)
DEFAULT_TOPIC = "branch"
MOST_AT_ONCE = 200


def questions_to_settle(session: Session, me: SignedIn, ids: Sequence[int]) -> list[UnansweredQuestion]:
    """The rows, locked, the most asked first. Raises `Forbidden`, and `NotFound` when one is unknown."""
    me.must(Permission.MANAGE_ARTICLES)
    query = select(UnansweredQuestion).where(UnansweredQuestion.id.in_(list(ids)[:MOST_AT_ONCE]))
    query = query.order_by(UnansweredQuestion.times_asked.desc(), UnansweredQuestion.id).with_for_update()
    found = list(session.scalars(query.execution_options(populate_existing=True)))
    if not found or len(found) != len(set(ids)):
        raise NotFound
    return found


def make_draft(
    session: Session,
    me: SignedIn,
    questions: Sequence[UnansweredQuestion],
    *,
    near: str | None,
    rates: Rates,
    today: date,
    now: datetime,
) -> FaqArticle:
    """A draft that asks what the customers asked, under the topic of the article that comes nearest."""
    neighbour = session.get(FaqArticle, near) if near else None
    topic = neighbour.topic if neighbour else DEFAULT_TOPIC
    content = empty_content(id=_free_id(session, topic), topic=topic)
    content |= {
        "owner": neighbour.owner if neighbour else "",
        "source": f"internal: customers' questions, {today.isoformat()}",
        "effective_from": today.isoformat(),
        "review_by": (today + REVIEWED_WITHIN).isoformat(),
    }
    for language in ("zh", "en"):
        _ask(content, language, [one.question for one in questions if one.language == language])
    article = start_article(session, me, content, rates=rates, now=now)
    _settle(session, me, questions, as_="draft", article_id=article.id, now=now)
    return article


def make_phrasings(
    session: Session,
    me: SignedIn,
    questions: Sequence[UnansweredQuestion],
    article_id: str,
    *,
    today: date,
    now: datetime,
) -> FaqArticle:
    """Each question becomes a way to ask this article, searchable at once."""
    article = to_change(session, me, article_id, expected=None)
    for one in questions:
        phrasing.add_phrasing(
            session, me, article, language=one.language, text=one.question, today=today, now=now
        )
    _settle(session, me, questions, as_="phrasing", article_id=article.id, now=now)
    return article


def dismiss(
    session: Session, me: SignedIn, questions: Sequence[UnansweredQuestion], *, now: datetime
) -> None:
    """Nothing for the articles, as small talk is; they are not shown again."""
    _settle(session, me, questions, as_="dismissed", article_id=None, now=now)


def _ask(content: Content, language: str, asked: list[str]) -> None:
    if asked:
        content[language]["question"] = asked[0]
        content[language]["phrasings"] = list(dict.fromkeys(asked[1:]))


def _free_id(session: Session, topic: str) -> str:
    """`transfer-limit-desk-3`: a name that says where it came from."""
    start = f"{topic[:60]}-desk-"
    taken = session.scalar(select(func.count()).where(FaqArticle.id.startswith(start, autoescape=True))) or 0
    name = f"{start}{taken + 1}"
    return name if session.get(FaqArticle, name) is None else f"{start}{uuid.uuid4().hex[:8]}"


def _settle(
    session: Session,
    me: SignedIn,
    questions: Sequence[UnansweredQuestion],
    *,
    as_: str,
    article_id: str | None,
    now: datetime,
) -> None:
    for one in questions:
        one.settled_as, one.settled_article = as_, article_id
        one.settled_by, one.settled_at = me.staff_id, now
    record(
        session,
        by=me.actor,
        action="question.settled",
        subject=("article", article_id or "none"),
        now=now,
        settled_as=as_,
        questions=[one.id for one in questions],
    )
