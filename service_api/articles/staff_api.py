"""Articles for the bank's people: everyone reads, those who may publish write. A change carries the ETag."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Query, Response
from sqlalchemy.orm import Session

from knowledge.rates import Rates
from service_api.articles import drafting, phrasing, queries, views
from service_api.articles.drafting import to_change
from service_api.articles.edges import TheRates, Today
from service_api.articles.models import FaqArticle
from service_api.articles.queries import ArticleFilters
from service_api.articles.schemas import (
    ArticleFile,
    ArticlePage,
    NewPhrasing,
    PhrasingAdded,
    Statistics,
    Step,
    Versions,
    VersionView,
)
from service_api.articles.shelf import shelf_on
from service_api.articles.steps import STEPS, Press
from service_api.core.edge import Now, ReadSession, RowId, WriteSession
from service_api.core.pagination import LARGEST_PAGE
from service_api.core.versions import Expected, put_etag
from service_api.staff.api import CurrentStaff, FromOwnPage
from service_api.staff.service import SignedIn

router = APIRouter(prefix="/api/v1/articles", tags=["articles"])
Id = str


def _somebody_of_ours(me: CurrentStaff) -> SignedIn:
    return me


StaffOnly = Depends(_somebody_of_ours)
Posted = Annotated[dict[str, Any], Body()]  # checked as the files are, by content.mistakes_in


@router.get("", dependencies=[StaffOnly])
def listed(
    session: ReadSession,
    today: Today,
    state: Literal["published", "draft", "review", "offered", "due", "retired"] | None = None,
    topic: Annotated[str | None, Query(max_length=80)] = None,
    text: Annotated[str, Query(max_length=queries.LONGEST_SEARCH)] = "",
    cursor: Annotated[str | None, Query(max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> ArticlePage:
    """What waits for review first, then by id, with the counts of the last 30 days."""
    filters = ArticleFilters(state, topic, text)
    found = queries.articles(session, filters, today=today, cursor=cursor, limit=limit)
    items = views.rows_of(session, found.items, today=today)
    return ArticlePage(items=items, next_cursor=found.next_cursor)


@router.post("", status_code=201, dependencies=[FromOwnPage])
def start(
    me: CurrentStaff,
    session: WriteSession,
    now: Now,
    today: Today,
    rates: TheRates,
    response: Response,
    body: Posted,
) -> ArticleFile:
    """A new article with its first draft: the fields of a file of articles; sentences may follow later."""
    article = drafting.start_article(session, me, body, rates=rates, now=now)
    response.headers["Location"] = f"/api/v1/articles/{article.id}"
    return _file(session, article, rates, today, response)


@router.get("/{article_id}", dependencies=[StaffOnly])
def one(
    article_id: Id, session: ReadSession, today: Today, rates: TheRates, response: Response
) -> ArticleFile:
    """The whole file; its ETag is what changes must carry."""
    return _file(session, queries.article(session, article_id), rates, today, response)


@router.put("/{article_id}/draft", dependencies=[FromOwnPage])
def save(
    article_id: Id,
    expected: Expected,
    me: CurrentStaff,
    session: WriteSession,
    now: Now,
    today: Today,
    rates: TheRates,
    response: Response,
    body: Posted,
) -> ArticleFile:
    """Write the draft; a published article gets one, and customers go on being told what is published."""
    article = to_change(session, me, article_id, expected=expected)
    drafting.save_draft(session, me, article, body, rates=rates, now=now)
    return _file(session, article, rates, today, response)


@router.post("/{article_id}/actions", dependencies=[FromOwnPage])
def act(
    article_id: Id,
    body: Step,
    expected: Expected,
    me: CurrentStaff,
    session: WriteSession,
    now: Now,
    today: Today,
    rates: TheRates,
    response: Response,
) -> ArticleFile:
    """The next step: to review, back, published by somebody who wrote none of it, retired, and so on."""
    article = to_change(session, me, article_id, expected=expected)
    STEPS[body.action](Press(session, article, me, rates, today, now, body.remark))
    return _file(session, article, rates, today, response)


@router.post("/{article_id}/phrasings", dependencies=[FromOwnPage])
def add_phrasing(
    article_id: Id, body: NewPhrasing, me: CurrentStaff, session: WriteSession, now: Now, today: Today
) -> PhrasingAdded:
    """One more way to ask a published article; searchable within seconds. Needs no ETag: it only adds."""
    article = to_change(session, me, article_id, expected=None)
    added = phrasing.add_phrasing(
        session, me, article, language=body.language, text=body.text, today=today, now=now
    )
    return PhrasingAdded(article=article.id, added=added)


@router.get("/{article_id}/versions", dependencies=[StaffOnly])
def history(article_id: Id, session: ReadSession, today: Today) -> Versions:
    """Every version, the newest first, and who did what."""
    return Versions(items=views.history_of(session, queries.article(session, article_id), today=today))


@router.get("/{article_id}/versions/{number}", dependencies=[StaffOnly])
def version(article_id: Id, number: RowId, session: ReadSession, today: Today) -> VersionView:
    queries.version(session, article_id, number)
    items = views.history_of(session, queries.article(session, article_id), today=today)
    return next(one for one in items if one.number == number)


@router.get("/{article_id}/statistics", dependencies=[StaffOnly])
def statistics(
    article_id: Id,
    session: ReadSession,
    today: Today,
    days: Annotated[int, Query(ge=1, le=366)] = 30,
) -> Statistics:
    """How often it was shown, chosen, liked or not, and led to a person, by local day."""
    return views.statistics_of(session, article_id, since=today - days * views.DAY)


def _file(
    session: Session, article: FaqArticle, rates: Rates, today: Today, response: Response
) -> ArticleFile:
    session.flush()
    put_etag(response, article.revision)
    others = shelf_on(session, today, rates).articles.values() if article.open_number is not None else ()
    return views.file_of(session, article, others, rates=rates, today=today)
