"""What customers asked in vain, by matter: a draft, a phrasing of an article, or nothing, by one press."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from service_api.articles import groups, unanswered
from service_api.articles.edges import MaybeEngine, ThePlaces, TheRates, Today
from service_api.articles.groups import QuestionGroup
from service_api.articles.models import FaqArticle
from service_api.core.edge import Now, ReadSession, RowId, WriteSession
from service_api.staff.api import Supervisor
from service_api.staff.roles import Permission
from service_api.web.forms import OwnForm, Text
from service_api.web.rendering import page

router = APIRouter(prefix="/console/unanswered", include_in_schema=False)
MOST_SHOWN = 30


Chosen = Annotated[list[RowId], Form(max_length=200)]


@router.get("")
def listed(
    request: Request,
    me: Supervisor,
    session: ReadSession,
    now: Now,
    engine: MaybeEngine,
    places: ThePlaces,
    language: Annotated[str, Query(pattern="^(zh|en)?$")] = "",
    done: Annotated[str, Query(max_length=80)] = "",
) -> HTMLResponse:
    found = groups.groups_of(session, engine, places, now=now, language=language or None)
    shown = [groups.with_nearest(engine, one) for one in found[:MOST_SHOWN]]
    return page(
        request,
        "unanswered.html",
        me=me,
        groups=shown,
        names=_names(session, shown),
        figures={
            "groups": len(found),
            "questions": sum(len(one.questions) for one in found),
            "asked": sum(one.times_asked for one in found),
        },
        language_chosen=language,
        done=done,
        searching=engine is not None,
        may_write=me.may(Permission.MANAGE_ARTICLES),
    )


@router.post("/draft", dependencies=[OwnForm])
def make_draft(
    me: Supervisor,
    session: WriteSession,
    now: Now,
    today: Today,
    rates: TheRates,
    questions: Chosen,
    near: Text = "",
) -> Response:
    rows = unanswered.questions_to_settle(session, me, questions)
    article = unanswered.make_draft(session, me, rows, near=near or None, rates=rates, today=today, now=now)
    return RedirectResponse(f"/console/articles/{article.id}", status_code=303)


@router.post("/phrasing", dependencies=[OwnForm])
def make_phrasings(
    me: Supervisor,
    session: WriteSession,
    now: Now,
    today: Today,
    questions: Chosen,
    article: Text,
) -> Response:
    rows = unanswered.questions_to_settle(session, me, questions)
    unanswered.make_phrasings(session, me, rows, article, today=today, now=now)
    return RedirectResponse(f"/console/unanswered?done={article}", status_code=303)


@router.post("/dismiss", dependencies=[OwnForm])
def dismiss(
    me: Supervisor,
    session: WriteSession,
    now: Now,
    questions: Chosen,
) -> Response:
    unanswered.dismiss(session, me, unanswered.questions_to_settle(session, me, questions), now=now)
    return RedirectResponse("/console/unanswered", status_code=303)


def _names(session: Session, shown: list[QuestionGroup]) -> dict[str, FaqArticle]:
    ids = {id for group in shown for id in group.nearest}
    found = (session.get(FaqArticle, id) for id in sorted(ids))
    return {one.id: one for one in found if one is not None and one.published_number and not one.retired_at}
