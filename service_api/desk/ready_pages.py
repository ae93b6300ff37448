"""The page of ready-made words: everybody at the desk reads, supervisors change, nothing is lost."""

import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from service_api.conversations import ready
from service_api.conversations.desk_models import ReadyText
from service_api.conversations.ready import Draft
from service_api.core.edge import Now, ReadSession, WriteSession
from service_api.core.problems import Malformed, Problem
from service_api.staff import queries as staff
from service_api.staff.api import Agent
from service_api.staff.roles import Permission
from service_api.staff.service import SignedIn
from service_api.web.forms import OwnForm, Text
from service_api.web.rendering import page

router = APIRouter(prefix="/desk/replies", include_in_schema=False)
Kind = Annotated[str, Form(max_length=8)]


@router.get("")
def listed(request: Request, me: Agent, session: ReadSession, retired: bool = False) -> HTMLResponse:
    return _list_page(request, session, me, retired=retired)


@router.get("/{text_id}")
def one(request: Request, text_id: uuid.UUID, me: Agent, session: ReadSession) -> HTMLResponse:
    """One text with every version it had."""
    return _text_page(request, session, me, ready.ready_text(session, text_id))


@router.post("", dependencies=[OwnForm])
def add(
    request: Request,
    me: Agent,
    session: WriteSession,
    now: Now,
    kind: Kind = "reply",
    shortcut: Text = "",
    zh: Text = "",
    en: Text = "",
    note: Text = "",
    tag: Text = "",
    state: Text = "",
) -> Response:
    me.must(Permission.MANAGE_SETTINGS)
    draft = Draft(_kind(kind), shortcut, zh, en, note, tag, state)
    try:
        with session.begin_nested():
            text = ready.add(session, draft, by=me.actor, now=now)
    except Problem as problem:
        return _list_page(request, session, me, typed=draft, problem=problem)
    return RedirectResponse(f"/desk/replies/{text.id}", status_code=303)


@router.post("/{text_id}", dependencies=[OwnForm])
def rewrite(
    request: Request,
    text_id: uuid.UUID,
    me: Agent,
    session: WriteSession,
    now: Now,
    version: Annotated[int, Form()] = 0,
    shortcut: Text = "",
    zh: Text = "",
    en: Text = "",
    note: Text = "",
    tag: Text = "",
    state: Text = "",
    active: Text = "",
) -> Response:
    """Change, retire or bring back; refused when somebody changed it meanwhile. What was typed stays."""
    me.must(Permission.MANAGE_SETTINGS)
    text = ready.ready_text(session, text_id, lock=True)
    draft = Draft(_kind(text.kind), shortcut, zh, en, note, tag, state)
    try:
        with session.begin_nested():
            ready.rewrite(
                session, text, draft, expected=version, active=active == "yes", by=me.actor, now=now
            )
    except Problem as problem:
        return _text_page(request, session, me, text, typed=draft, problem=problem)
    return RedirectResponse(f"/desk/replies/{text_id}", status_code=303)


def _list_page(
    request: Request,
    session: Session,
    me: SignedIn,
    *,
    retired: bool = False,
    typed: Draft | None = None,
    problem: Problem | None = None,
) -> HTMLResponse:
    texts = ready.ready_texts(session, retired=retired)
    return _page(request, "replies.html", me, typed=typed, problem=problem, texts=texts, retired=retired)


def _text_page(
    request: Request,
    session: Session,
    me: SignedIn,
    text: ReadyText,
    *,
    typed: Draft | None = None,
    problem: Problem | None = None,
) -> HTMLResponse:
    versions = ready.versions_of(session, text.id)
    names = _names(session, {v.by_id for v in versions if v.by_id is not None})
    return _page(
        request, "reply.html", me, typed=typed, problem=problem, text=text, versions=versions, names=names
    )


def _page(
    request: Request, template: str, me: SignedIn, *, problem: Problem | None, **facts: Any
) -> HTMLResponse:
    return page(
        request,
        template,
        me=me,
        may_change=me.may(Permission.MANAGE_SETTINGS),
        variables=ready.VARIABLES,
        states=ready.STATES,
        problem=problem,
        status=problem.status if problem else 200,
        **facts,
    )


def _kind(kind: str) -> Literal["reply", "macro"]:
    if kind == "reply":
        return "reply"
    if kind == "macro":
        return "macro"
    raise Malformed("unknown kind")


def _names(session: Session, ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    return staff.display_names(session, ids) if ids else {}
