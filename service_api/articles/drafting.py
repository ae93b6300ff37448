"""The life of an article's text: draft, review by another person, published; and back to the draft."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.rates import Rates
from service_api.articles import content as contents
from service_api.articles.content import Content, InvalidArticle, question_in
from service_api.articles.models import ArticleVersion, FaqArticle
from service_api.articles.shelf import say_changed
from service_api.audit.service import record
from service_api.core.problems import Conflict, Forbidden, NotFound
from service_api.core.text import clean
from service_api.core.upsert import insert_once
from service_api.core.versions import check_version
from service_api.staff.roles import Permission
from service_api.staff.service import SignedIn

REMARK_LENGTH = 500
RESERVED = frozenset({"search", "unanswered"})


class ArticleExists(Conflict):
    type = "article-exists"
    title = "已有同名文章"


class NoDraft(Conflict):
    type = "no-draft"
    title = "没有可修改的草稿"


class NotInReview(Conflict):
    type = "not-in-review"
    title = "没有待审核的版本"


class NothingPublished(Conflict):
    type = "nothing-published"
    title = "文章尚未发布"


class NeedsFourEyes(Forbidden):
    type = "needs-four-eyes"
    title = "作者不能审核自己的文章"


def to_change(session: Session, me: SignedIn, article_id: str, *, expected: int | None) -> FaqArticle:
    """The article, locked, as the caller last saw it. Raises `Forbidden`, `NotFound` and `StaleVersion`."""
    me.must(Permission.MANAGE_ARTICLES)
    query = select(FaqArticle).where(FaqArticle.id == article_id).with_for_update()
    article = session.scalar(query.execution_options(populate_existing=True))
    if article is None:
        raise NotFound
    check_version(article.revision, expected=expected)
    return article


def start_article(
    session: Session, me: SignedIn, content: Content, *, rates: Rates, now: datetime
) -> FaqArticle:
    """A new article with its first draft. Raises `ArticleExists` and `InvalidArticle`."""
    me.must(Permission.MANAGE_ARTICLES)
    content = contents.tidied(content)
    _must_be_drafted(content, rates)
    fresh = {
        "id": content["id"],
        "topic": content["topic"],
        "owner": "",
        "question_zh": "",
        "question_en": "",
        "last_number": 0,
        "revision": 0,
        "changed_at": now,
    }
    if not insert_once(session, FaqArticle, fresh, unique=("id",)):
        raise ArticleExists
    article = to_change(session, me, content["id"], expected=None)
    _add_draft(session, article, me, content, now=now)
    _done(session, article, me, "article.drafted", now=now, number=article.open_number)
    return article


def save_draft(
    session: Session, me: SignedIn, article: FaqArticle, content: Content, *, rates: Rates, now: datetime
) -> ArticleVersion:
    """Write the draft; a published or retired article gets one. Raises `NoDraft` while one is in review."""
    content = contents.tidied({**content, "id": article.id})
    _must_be_drafted(content, rates)
    if article.open_state == "review":
        raise NoDraft("in review: give it back first")
    draft = open_version(session, article)
    if draft is None:
        before = latest_content(session, article)
        draft = _add_draft(session, article, me, content, now=now)
    else:
        before = draft.content
        draft.content = content
        if str(me.staff_id) not in draft.editors:
            draft.editors = [*draft.editors, str(me.staff_id)]
        _show_draft(article, content)
    fields = contents.changed_fields(before, content)
    _done(session, article, me, "article.saved", now=now, number=draft.number, fields=fields)
    return draft


def submit(session: Session, me: SignedIn, article: FaqArticle, *, rates: Rates, now: datetime) -> None:
    """Ask another person to review it. Raises `InvalidArticle` unless it is whole."""
    draft = open_version(session, article)
    if draft is None or draft.state != "draft":
        raise NoDraft
    contents.finished(draft.content, rates)
    draft.state, draft.submitted_at = "review", now
    article.open_state = "review"
    _done(session, article, me, "article.submitted", now=now, number=draft.number)


def give_back(session: Session, me: SignedIn, article: FaqArticle, *, remark: str, now: datetime) -> None:
    """Back to the draft, with what is to be changed; an author may so take back their own."""
    version = in_review(session, article)
    version.state, version.submitted_at = "draft", None
    version.remark = clean(remark)[:REMARK_LENGTH]
    article.open_state = "draft"
    _done(session, article, me, "article.given_back", now=now, number=version.number)


def publish(
    session: Session, me: SignedIn, article: FaqArticle, *, rates: Rates, today: date, now: datetime
) -> ArticleVersion:
    """Approve what is in review. Raises `NeedsFourEyes` when the reviewer wrote any of it."""
    version = in_review(session, article)
    if str(me.staff_id) in {*version.editors, str(version.author_id)}:
        raise NeedsFourEyes
    finished = contents.finished(version.content, rates)
    version.state, version.reviewed_by, version.decided_at = "published", me.staff_id, now
    version.starts_on = max(finished.effective_from, today)
    article.published_number = version.number
    article.retired_at = article.retired_by = None
    article.open_number = article.open_state = None
    describe(article, version.content)
    say_changed(session)
    _done(
        session, article, me, "article.published", now=now, number=version.number, starts_on=version.starts_on
    )
    return version


def discard(session: Session, me: SignedIn, article: FaqArticle, *, now: datetime) -> None:
    """Throw the draft away; what is published stays."""
    draft = open_version(session, article)
    if draft is None or draft.state != "draft":
        raise NoDraft
    draft.state, draft.decided_at = "discarded", now
    article.open_number = article.open_state = None
    if article.published_number is not None:
        describe(article, latest_content(session, article))
    _done(session, article, me, "article.discarded", now=now, number=draft.number)


def retire(session: Session, me: SignedIn, article: FaqArticle, *, now: datetime) -> None:
    """Nobody is told it any more, at once: taking a doubtful answer away needs no second person."""
    if article.published_number is None or article.retired_at is not None:
        raise NothingPublished
    article.retired_at, article.retired_by = now, me.staff_id
    say_changed(session)
    _done(session, article, me, "article.retired", now=now, number=article.published_number)


def take_offer(session: Session, me: SignedIn, article: FaqArticle, *, now: datetime) -> None:
    """Make the newer text of the files the draft; review and publication follow as for any other."""
    offered = _offer(session, article)
    if article.open_state == "review":
        raise NoDraft("in review: give it back first")
    draft = open_version(session, article)
    if draft is None:
        draft = _add_draft(session, article, me, offered.content, now=now)
    else:
        draft.content = offered.content
        draft.editors = sorted({*draft.editors, str(me.staff_id)})
    _drop_offer(article, offered, now=now)
    _done(session, article, me, "article.offer_taken", now=now, number=draft.number)


def refuse_offer(session: Session, me: SignedIn, article: FaqArticle, *, now: datetime) -> None:
    """The desk's own text stays, until the files change again."""
    offered = _offer(session, article)
    _drop_offer(article, offered, now=now)
    _done(session, article, me, "article.offer_refused", now=now, number=offered.number)


def open_version(session: Session, article: FaqArticle) -> ArticleVersion | None:
    """The draft or the version in review."""
    if article.open_number is None:
        return None
    return session.get_one(ArticleVersion, (article.id, article.open_number))


def in_review(session: Session, article: FaqArticle) -> ArticleVersion:
    """Raises `NotInReview`."""
    version = open_version(session, article)
    if version is None or version.state != "review":
        raise NotInReview
    return version


def latest_content(session: Session, article: FaqArticle) -> Content:
    """What a new draft starts from: the published text; an empty one when there is none."""
    if article.published_number is None:
        return {}
    return session.get_one(ArticleVersion, (article.id, article.published_number)).content


def add_version(
    session: Session,
    article: FaqArticle,
    *,
    content: Content,
    state: str,
    origin: str,
    now: datetime,
    **facts: object,
) -> ArticleVersion:
    """The next version; the caller holds the article's row lock."""
    article.last_number += 1
    version = ArticleVersion(
        article_id=article.id,
        number=article.last_number,
        state=state,
        origin=origin,
        content=content,
        created_at=now,
        **facts,
    )
    session.add(version)
    return version


def describe(article: FaqArticle, content: Content) -> None:
    """Repeat beside the article what lists show of its content."""
    article.topic, article.owner = content["topic"], content.get("owner") or ""
    article.question_zh, article.question_en = question_in(content, "zh"), question_in(content, "en")
    review_by = content.get("review_by")
    article.review_by = date.fromisoformat(review_by) if review_by else None


def _must_be_drafted(content: Content, rates: Rates) -> None:
    contents.must_be_a_draft(content, rates)
    if content.get("id") in RESERVED:
        raise InvalidArticle(errors=[{"field": "id", "message": "is an address of its own"}])
    unnamed = [one for one in ("id", "topic") if not content.get(one)]
    if unnamed:
        raise InvalidArticle(errors=[{"field": one, "message": "must be named"} for one in unnamed])


def _add_draft(
    session: Session, article: FaqArticle, me: SignedIn, content: Content, *, now: datetime
) -> ArticleVersion:
    draft = add_version(
        session,
        article,
        content=content,
        state="draft",
        origin="desk",
        now=now,
        author_id=me.staff_id,
        editors=[str(me.staff_id)],
    )
    article.open_number, article.open_state = draft.number, "draft"
    _show_draft(article, content)
    return draft


def _show_draft(article: FaqArticle, content: Content) -> None:
    if article.published_number is None:  # lists show what customers are told, once there is such a thing
        describe(article, content)


def _offer(session: Session, article: FaqArticle) -> ArticleVersion:
    if article.offered_number is None:
        raise NotInReview("the files offer nothing newer")
    return session.get_one(ArticleVersion, (article.id, article.offered_number))


def _drop_offer(article: FaqArticle, offered: ArticleVersion, *, now: datetime) -> None:
    offered.state, offered.decided_at = "discarded", now
    article.offered_number = None


def _done(
    session: Session, article: FaqArticle, me: SignedIn, action: str, *, now: datetime, **facts: object
) -> None:
    article.revision += 1
    article.changed_at = now
    record(session, by=me.actor, action=action, subject=("article", article.id), now=now, **facts)
