"""The articles as the bank's people see them: the list, the editor, the review. Everybody may read."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from service_api.articles import drafting, phrasing, queries, views
from service_api.articles.content import Content, mistakes_in
from service_api.articles.differences import differences
from service_api.articles.drafting import latest_content, open_version, start_article, to_change
from service_api.articles.edges import TheRates, Today
from service_api.articles.preview import preview_of
from service_api.articles.queries import FILTERS, ArticleFilters
from service_api.articles.schemas import VersionView
from service_api.articles.shelf import shelf_on
from service_api.articles.steps import STEPS, Press
from service_api.console.article_forms import content_of, fields_of
from service_api.core.edge import Now, ReadSession, WriteSession
from service_api.core.problems import Malformed, NotFound, Problem
from service_api.core.text import whole_number
from service_api.staff.api import CurrentStaff
from service_api.staff.roles import Permission
from service_api.staff.service import SignedIn
from service_api.web.forms import PostedForm
from service_api.web.rendering import Facts, page

router = APIRouter(prefix="/console/articles", include_in_schema=False)
DAYS_SHOWN = timedelta(days=30)
PAGE = 40


@router.get("")
def listed(
    request: Request,
    me: CurrentStaff,
    session: ReadSession,
    today: Today,
    state: Annotated[str, Query(max_length=16)] = "",
    topic: Annotated[str, Query(max_length=80)] = "",
    text: Annotated[str, Query(max_length=queries.LONGEST_SEARCH)] = "",
    cursor: Annotated[str, Query(max_length=300)] = "",
) -> HTMLResponse:
    chosen = ArticleFilters(state if state in FILTERS else None, topic or None, text)
    found = queries.articles(session, chosen, today=today, cursor=cursor or None, limit=PAGE)
    return page(
        request,
        "articles.html",
        me=me,
        chosen=chosen,
        rows=views.rows_of(session, found.items, today=today),
        next_cursor=found.next_cursor,
        figures=queries.figures(session, today=today),
        topics=queries.topics(session),
        states=FILTERS,
        today=today,
        may_write=me.may(Permission.MANAGE_ARTICLES),
    )


@router.post("")
def start(
    me: CurrentStaff,
    session: WriteSession,
    now: Now,
    today: Today,
    rates: TheRates,
    form: PostedForm,
) -> Response:
    """A new article: its name and topic; the texts follow in the editor."""
    content = content_of(form, id=str(form.get("id", "")).strip())
    content |= {
        "source": f"internal: written at the desk, {today.isoformat()}",
        "effective_from": today.isoformat(),
        "review_by": (today + timedelta(days=180)).isoformat(),
    }
    article = start_article(session, me, content, rates=rates, now=now)
    return RedirectResponse(f"/console/articles/{article.id}", status_code=303)


@router.get("/{article_id}")
def one(
    request: Request, article_id: str, me: CurrentStaff, session: ReadSession, today: Today, rates: TheRates
) -> HTMLResponse:
    return _editor(request, me, session, article_id, rates=rates, today=today)


@router.post("/{article_id}/preview")
def preview(
    request: Request, article_id: str, me: CurrentStaff, rates: TheRates, form: PostedForm
) -> HTMLResponse:
    """What a customer would read of the text being typed; nothing is stored."""
    me.must(Permission.MANAGE_ARTICLES)
    content = content_of(form, id=article_id)
    shown = preview_of(content, rates)
    return page(request, "article_preview.html", me=me, preview=shown, missing=mistakes_in(content, rates))


@router.post("/{article_id}/phrasing")
def add_phrasing(
    article_id: str,
    me: CurrentStaff,
    session: WriteSession,
    now: Now,
    today: Today,
    form: PostedForm,
) -> Response:
    article = to_change(session, me, article_id, expected=None)
    language, text = str(form.get("language", "")), str(form.get("text", ""))
    phrasing.add_phrasing(session, me, article, language=language, text=text, today=today, now=now)
    return RedirectResponse(f"/console/articles/{article_id}", status_code=303)


@router.post("/{article_id}/{step}")
def act(
    request: Request,
    article_id: str,
    step: str,
    me: CurrentStaff,
    session: WriteSession,
    now: Now,
    today: Today,
    rates: TheRates,
    form: PostedForm,
) -> Response:
    """Save, or one press of a button; "submit" saves what was typed first. What was typed is never lost."""
    if step != "save" and step not in STEPS:
        raise NotFound
    typed = content_of(form, id=article_id) if "zh.question" in form else None
    try:
        # A refusal must undo a save that came before it, and yet be answered with the page.
        with session.begin_nested():
            article = to_change(session, me, article_id, expected=_revision(form))
            if typed is not None and step in {"save", "submit"}:
                drafting.save_draft(session, me, article, typed, rates=rates, now=now)
            if step != "save":
                STEPS[step](Press(session, article, me, rates, today, now, str(form.get("remark", ""))))
    except NotFound:
        raise
    except Problem as problem:
        return _editor(
            request, me, session, article_id, rates=rates, today=today, typed=typed, problem=problem
        )
    return RedirectResponse(f"/console/articles/{article_id}", status_code=303)


def _editor(
    request: Request,
    me: SignedIn,
    session: Session,
    article_id: str,
    *,
    rates: TheRates,
    today: Today,
    typed: Content | None = None,
    problem: Problem | None = None,
) -> HTMLResponse:
    article = queries.article(session, article_id)
    others = shelf_on(session, today, rates).articles.values() if article.open_number is not None else ()
    file = views.file_of(session, article, others, rates=rates, today=today)
    draft = open_version(session, article)
    shown = typed or (draft.content if draft else latest_content(session, article))
    may_write = me.may(Permission.MANAGE_ARTICLES)
    return page(
        request,
        "article.html",
        me=me,
        status=problem.status if problem else 200,
        file=file,
        fields=fields_of(shown),
        revision=article.revision,
        preview=preview_of(shown, rates),
        missing=file.missing if typed is None else mistakes_in(typed, rates),
        problem=problem,
        may_write=may_write,
        may_edit=may_write and article.open_state != "review",
        is_author=draft is not None and str(me.staff_id) in {*draft.editors, str(draft.author_id)},
        statistics=views.statistics_of(session, article_id, since=today - DAYS_SHOWN),
        history=_history(views.history_of(session, article, today=today)),
        today=today,
    )


def _history(versions: list[VersionView]) -> list[Facts]:
    """Each version with what it changed against the one before it."""
    shown = []
    for place, version in enumerate(versions):
        before: dict[str, Any] = versions[place + 1].content if place + 1 < len(versions) else {}
        shown.append({"version": version, "changes": differences(before, version.content) if before else []})
    return shown


def _revision(form: FormData) -> int:
    number = whole_number(str(form.get("revision", "")))
    if number is None:
        raise Malformed(errors=[{"field": "revision", "message": "load the page again"}])
    return number
