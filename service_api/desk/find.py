"""The command palette's search, and the inbox: ways to a conversation or a complaint."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel

from service_api.audit.service import Deed, record_apart
from service_api.complaints import queries as complaints
from service_api.complaints.queries import Filters, summary_of
from service_api.conversations import desk_queries
from service_api.core.edge import Now, ReadSession, TheDatabase, WriteSession
from service_api.core.problems import NotFound
from service_api.desk.views import short
from service_api.notifications import queries as notifications
from service_api.notifications import service
from service_api.staff.api import CurrentStaff
from service_api.staff.roles import Permission
from service_api.web.forms import OwnForm
from service_api.web.rendering import page

router = APIRouter(prefix="/desk", include_in_schema=False)
MOST = 6


class Hit(BaseModel):
    """One way the palette offers; `kind` is conversation or complaint."""

    kind: str
    title: str
    hint: str
    address: str


@router.get("/find")
def find(
    me: CurrentStaff,
    session: ReadSession,
    database: TheDatabase,
    now: Now,
    q: Annotated[str, Query(max_length=100)] = "",
) -> list[Hit]:
    """Complaints by number or words, conversations by customer or short id; only what this person may see.

    Whose data was shown is in the audit log, and what was typed is not: it may be somebody's name.
    """
    words = q.strip()
    if len(words) < 2 and words.isascii():
        return []
    found = complaints.complaints_for(session, me, Filters(text=words), now=now, cursor=None, limit=MOST)
    hits = [
        Hit(
            kind="complaint",
            title=one.number,
            hint=summary_of(one),
            address=f"/desk/complaints/{one.number}",
        )
        for one in found.items
    ]
    talks = (
        desk_queries.found_by_words(session, words, me.staff_id, limit=MOST)
        if me.may(Permission.ANSWER_CUSTOMERS)
        else []
    )
    hits += [
        Hit(
            kind="conversation",
            title=talk.customer_name or short(talk.id),
            hint=talk.last_text,
            address=f"/desk/conversations/{talk.id}",
        )
        for talk in talks
    ]
    if hits:
        shown = {
            "complaints": [one.number for one in found.items],
            "conversations": [str(talk.id) for talk in talks],
        }
        record_apart(database, Deed(me.actor, "desk.searched", ("desk", "search"), shown), now=now)
    return hits


@router.get("/inbox/count")
def inbox_count(request: Request, me: CurrentStaff, session: ReadSession) -> HTMLResponse:
    """The number beside the bell: every page of staff asks for it every few seconds."""
    unread = notifications.unread_count(session, me.staff_id)
    return page(request, "inbox_count.html", me=me, unread=unread)


@router.get("/inbox")
def inbox(request: Request, me: CurrentStaff, session: ReadSession, all: bool = False) -> HTMLResponse:
    """What this person should know, the newest first."""
    items = notifications.inbox_of(session, me.staff_id, unread=not all, limit=100)
    unread = notifications.unread_count(session, me.staff_id)
    return page(request, "inbox.html", me=me, items=items, unread=unread, all=all)


@router.post("/inbox/read", dependencies=[OwnForm])
def read_all(me: CurrentStaff, session: WriteSession, now: Now) -> Response:
    """Everything is read."""
    for item in notifications.inbox_of(session, me.staff_id, limit=500):
        service.mark_read(session, staff_id=me.staff_id, item_id=item.id, now=now)
    return RedirectResponse("/desk/inbox", status_code=303)


@router.post("/inbox/{item_id}", dependencies=[OwnForm])
def open_item(
    item_id: uuid.UUID,
    me: CurrentStaff,
    session: WriteSession,
    now: Now,
) -> Response:
    """Read it and go where it leads."""
    found = {item.id: item for item in notifications.inbox_of(session, me.staff_id, unread=False, limit=500)}
    if item_id not in found:
        raise NotFound
    service.mark_read(session, staff_id=me.staff_id, item_id=item_id, now=now)
    facts = found[item_id].facts
    if "conversation_id" in facts and me.may(Permission.ANSWER_CUSTOMERS):
        return RedirectResponse(f"/desk/conversations/{uuid.UUID(facts['conversation_id'])}", status_code=303)
    if "number" in facts:
        return RedirectResponse(f"/desk/complaints/{facts['number']}", status_code=303)
    if "year" in facts and me.may(Permission.SUPERVISE):
        where = f"/console/rules/calendar?name={facts['calendar']}&year={facts['year']}"
        return RedirectResponse(where, status_code=303)
    if "issue" in facts and me.may(Permission.SUPERVISE):
        return RedirectResponse(f"/console/improvements/{uuid.UUID(facts['issue'])}", status_code=303)
    return RedirectResponse("/desk/inbox", status_code=303)
