"""The page of ready-made words: everybody at the desk reads, supervisors change, nothing is lost."""

import uuid
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from service_api.conversations import ready
from service_api.conversations.ready import Draft
from service_api.core.edge import Now, ReadSession, WriteSession
from service_api.core.problems import Malformed
from service_api.staff import queries as staff
from service_api.staff.api import Agent
from service_api.staff.roles import Permission
from service_api.web.forms import OwnForm, Text
from service_api.web.rendering import page

router = APIRouter(prefix="/desk/replies", include_in_schema=False)
Kind = Annotated[str, Form(max_length=8)]


@router.get("")
def listed(request: Request, me: Agent, session: ReadSession, retired: bool = False) -> HTMLResponse:
    texts = ready.ready_texts(session, retired=retired)
    return page(
        request,
        "replies.html",
        me=me,
        texts=texts,
        retired=retired,
        may_change=me.may(Permission.MANAGE_SETTINGS),
        variables=ready.VARIABLES,
        states=ready.STATES,
    )


@router.get("/{text_id}")
def one(request: Request, text_id: uuid.UUID, me: Agent, session: ReadSession) -> HTMLResponse:
    """One text with every version it had."""
    text = ready.ready_text(session, text_id)
    versions = ready.versions_of(session, text_id)
    return page(
        request,
        "reply.html",
        me=me,
        text=text,
        versions=versions,
        names=_names(session, {v.by_id for v in versions if v.by_id is not None}),
        may_change=me.may(Permission.MANAGE_SETTINGS),
        variables=ready.VARIABLES,
        states=ready.STATES,
    )


@router.post("", dependencies=[OwnForm])
def add(
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
    text = ready.add(session, draft, by=me.actor, now=now)
    return RedirectResponse(f"/desk/replies/{text.id}", status_code=303)


@router.post("/{text_id}", dependencies=[OwnForm])
def rewrite(
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
    """Change, retire or bring back; refused when somebody changed it meanwhile."""
    me.must(Permission.MANAGE_SETTINGS)
    text = ready.ready_text(session, text_id, lock=True)
    draft = Draft(_kind(text.kind), shortcut, zh, en, note, tag, state)
    ready.rewrite(session, text, draft, expected=version, active=active == "yes", by=me.actor, now=now)
    return RedirectResponse(f"/desk/replies/{text_id}", status_code=303)


def _kind(kind: str) -> Literal["reply", "macro"]:
    if kind == "reply":
        return "reply"
    if kind == "macro":
        return "macro"
    raise Malformed("unknown kind")


def _names(session: Session, ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    return staff.display_names(session, ids) if ids else {}
