"""What customers may be told on a day: the published versions, their rates filled in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.article import Article, article_from
from knowledge.rates import Rates
from knowledge.yaml_source import ArticleError
from service_api.articles.models import ArticleCatalogue, ArticleVersion, FaqArticle
from service_api.core.upsert import count_up

CHANGED = "articles_changed"
"""In `session.info` of a transaction that changes what customers are told."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """`articles` of the day by id; `known` are all ids the desk has a say in, also those told to nobody."""

    articles: dict[str, Article]
    known: frozenset[str]
    broken: tuple[str, ...] = ()


def say_changed(session: Session) -> None:
    """Let every process see that what customers are told has changed; they look at the stamp."""
    count_up(session, ArticleCatalogue, {"id": 1}, ArticleCatalogue.stamp)
    session.info[CHANGED] = True


def stamp(session: Session) -> int:
    """Grows with every change; 0 before the first article."""
    return session.scalar(select(ArticleCatalogue.stamp).where(ArticleCatalogue.id == 1)) or 0


def shelf_on(session: Session, today: date, rates: Rates) -> Shelf:
    """Of every article the version that holds on that day; dates of its end are left to the search.

    A version that can no longer be read, as when a rate has gone, keeps what the index has: it is `broken`.
    """
    retired = set(session.scalars(select(FaqArticle.id).where(FaqArticle.retired_at.is_not(None))))
    published = session.scalars(
        select(ArticleVersion)
        .where(ArticleVersion.state == "published")
        .order_by(ArticleVersion.article_id, ArticleVersion.number)
    ).all()
    known = frozenset(one.article_id for one in published)
    articles: dict[str, Article] = {}
    broken = []
    for version in holding(published, today).values():
        if version.article_id in retired:
            continue
        try:
            articles[version.article_id] = article_from(version.content, rates)
        except ArticleError:
            broken.append(version.article_id)
    return Shelf(articles, known - set(broken), tuple(broken))


def holding(published: Iterable[ArticleVersion], today: date) -> dict[str, ArticleVersion]:
    """By article the version that holds on a day: the latest start, of those the newest. Pure."""
    found: dict[str, ArticleVersion] = {}
    for version in published:
        if version.starts_on is None or version.starts_on > today:
            continue
        other = found.get(version.article_id)
        if other is None or _rank(version) > _rank(other):
            found[version.article_id] = version
    return found


def _rank(version: ArticleVersion) -> tuple[date, int]:
    return version.starts_on or date.min, version.number
