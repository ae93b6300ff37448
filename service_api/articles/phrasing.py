"""A customer's own words become one more way to ask an article: live at once, for it changes no answer."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.article import LANGUAGES
from service_api.articles.content import MOST_PHRASINGS, Content, InvalidArticle
from service_api.articles.drafting import NothingPublished, add_version, open_version
from service_api.articles.models import ArticleVersion, FaqArticle
from service_api.articles.service import LONGEST_QUESTION
from service_api.articles.shelf import holding, say_changed
from service_api.articles.wording import bare
from service_api.audit.service import record
from service_api.core.problems import Conflict
from service_api.core.text import clean
from service_api.staff.service import SignedIn


class PhrasingTaken(Conflict):
    """`article` is the one that is asked in these words already."""

    type = "phrasing-taken"
    title = "另一篇文章已有这种问法"


def add_phrasing(
    session: Session,
    me: SignedIn,
    article: FaqArticle,
    *,
    language: str,
    text: str,
    today: date,
    now: datetime,
) -> bool:
    """Add it to the text that holds, to those that will hold later, and to the draft. False if it is there.

    Raises `PhrasingTaken`, `NothingPublished`, and `InvalidArticle` for words that cannot be asked.
    """
    asked = clean(text)
    if not bare(asked) or len(asked) > LONGEST_QUESTION or language not in LANGUAGES:
        raise InvalidArticle(errors=[{"field": f"{language}.phrasings", "message": "no words to ask"}])
    if article.published_number is None or article.retired_at is not None:
        raise NothingPublished
    published = _published(session)
    _must_be_free(published, article.id, asked, language=language, today=today)
    mine = [one for one in published if one.article_id == article.id]
    current = holding(mine, today)
    later = [one for one in mine if one.starts_on is not None and one.starts_on > today]
    targets = [*current.values(), *later]
    if all(_has(one.content, asked, language) for one in targets):
        return False
    for version in targets:
        fresh = add_version(
            session,
            article,
            content=_with(version.content, asked, language),
            state="published",
            origin="phrasing",
            now=now,
            author_id=me.staff_id,
            editors=[str(me.staff_id)],
            decided_at=now,
            starts_on=version.starts_on,
        )
        article.published_number = fresh.number
    draft = open_version(session, article)
    if draft is not None and not _has(draft.content, asked, language):
        draft.content = _with(draft.content, asked, language)
    article.revision += 1
    article.changed_at = now
    say_changed(session)
    record(
        session,
        by=me.actor,
        action="article.phrasing_added",
        subject=("article", article.id),
        now=now,
        language=language,
        number=article.published_number,
    )
    return True


def _published(session: Session) -> list[ArticleVersion]:
    retired = select(FaqArticle.id).where(FaqArticle.retired_at.is_not(None))
    query = select(ArticleVersion).where(
        ArticleVersion.state == "published", ArticleVersion.article_id.not_in(retired)
    )
    return list(session.scalars(query.order_by(ArticleVersion.article_id, ArticleVersion.number)))


def _must_be_free(
    published: list[ArticleVersion], id: str, asked: str, *, language: str, today: date
) -> None:
    for version in holding(published, today).values():
        if version.article_id != id and _has(version.content, asked, language):
            raise PhrasingTaken(article=version.article_id)


def _has(content: Content, asked: str, language: str) -> bool:
    wording = content.get(language) or {}
    return bare(asked) in {bare(one) for one in (wording.get("question", ""), *wording.get("phrasings", ()))}


def _with(content: Content, asked: str, language: str) -> Content:
    wording = content[language]
    if _has(content, asked, language):
        return content
    if len(wording.get("phrasings", ())) >= MOST_PHRASINGS:
        raise InvalidArticle(
            errors=[{"field": f"{language}.phrasings", "message": f"more than {MOST_PHRASINGS}"}]
        )
    return {**content, language: {**wording, "phrasings": [*wording.get("phrasings", ()), asked]}}
