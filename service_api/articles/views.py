"""Articles as the API and the pages show them."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.article import Article
from knowledge.rates import Rates
from service_api.articles import queries, statistics, twins
from service_api.articles.content import finished, mistakes_in
from service_api.articles.drafting import open_version
from service_api.articles.models import ArticleVersion, FaqArticle
from service_api.articles.schemas import (
    ArticleFile,
    ArticleRow,
    Counts,
    DayCounts,
    MistakeView,
    Statistics,
    VersionView,
    WarningView,
)
from service_api.articles.shelf import holding
from service_api.staff.models import StaffMember

DAY = timedelta(days=1)
COUNTED = 30 * DAY


def rows_of(session: Session, articles: Sequence[FaqArticle], *, today: date) -> list[ArticleRow]:
    """With the counts of the last 30 days."""
    counts = statistics.counts_since(session, today - COUNTED, ids=[one.id for one in articles])
    return [row_of(one, Counts.model_validate(counts[one.id])) for one in articles]


def row_of(article: FaqArticle, counts: Counts) -> ArticleRow:
    told = "published" if article.published_number is not None else "unpublished"
    return ArticleRow.model_validate(
        {
            "id": article.id,
            "topic": article.topic,
            "owner": article.owner,
            "question_zh": article.question_zh,
            "question_en": article.question_en,
            "state": "retired" if article.retired_at is not None else told,
            "open_state": article.open_state,
            "file_offers_newer": article.offered_number is not None,
            "review_by": article.review_by,
            "revision": article.revision,
            "changed_at": article.changed_at,
            "counts": counts,
        }
    )


def file_of(
    session: Session, article: FaqArticle, others: Iterable[Article], *, rates: Rates, today: date
) -> ArticleFile:
    """`others` are the articles customers are told, for the warnings about the open text."""
    history = history_of(session, article, today=today)
    by_number = {one.number: one for one in history}
    draft = open_version(session, article)
    mistakes = mistakes_in(draft.content, rates) if draft else []
    findings = twins.findings_about(finished(draft.content, rates), others) if draft and not mistakes else []
    return ArticleFile(
        article=rows_of(session, [article], today=today)[0],
        current=next((one for one in history if one.holds), None),
        open=by_number.get(article.open_number or 0),
        offered=by_number.get(article.offered_number or 0),
        missing=[MistakeView(field=one.field, message=one.message) for one in mistakes],
        warnings=[
            WarningView(severity=one.severity, articles=list(one.articles), message=one.message)
            for one in findings
        ],
    )


def history_of(session: Session, article: FaqArticle, *, today: date) -> list[VersionView]:
    """All versions, the newest first, with the names of who did it."""
    found = session.scalars(
        select(ArticleVersion)
        .where(ArticleVersion.article_id == article.id)
        .order_by(ArticleVersion.number.desc())
        .limit(200)
    ).all()
    names = _names(session, found)
    held = holding((one for one in found if one.state == "published"), today).get(article.id)
    told = held.number if held is not None and article.retired_at is None else None
    return [_version_view(one, names, holds=one.number == told) for one in found]


def statistics_of(session: Session, article_id: str, *, since: date) -> Statistics:
    """By day, the newest first, and in all."""
    queries.article(session, article_id)
    days = statistics.counts_by_day(session, article_id, since)
    total = Counts()
    for counts in days.values():
        for event, times in counts.items():
            setattr(total, event, getattr(total, event) + times)
    items = [DayCounts.model_validate({"day": day, **counts}) for day, counts in days.items()]
    return Statistics(since=since, total=total, days=items)


def _version_view(version: ArticleVersion, names: dict[str, str], *, holds: bool) -> VersionView:
    return VersionView(
        number=version.number,
        state=version.state,
        origin=version.origin,
        author=names.get(str(version.author_id)),
        editors=[names[one] for one in version.editors if one in names],
        reviewer=names.get(str(version.reviewed_by)),
        remark=version.remark,
        created_at=version.created_at,
        submitted_at=version.submitted_at,
        decided_at=version.decided_at,
        starts_on=version.starts_on,
        holds=holds,
        content=version.content,
    )


def _names(session: Session, versions: Iterable[ArticleVersion]) -> dict[str, str]:
    people: set[str] = set()
    for version in versions:
        people |= {str(one) for one in (version.author_id, version.reviewed_by) if one is not None}
        people |= set(version.editors)
    if not people:
        return {}
    query = select(StaffMember.id, StaffMember.display_name).where(
        StaffMember.id.in_([uuid.UUID(one) for one in people])
    )
    return {str(id): name for id, name in session.execute(query.order_by(StaffMember.id))}
