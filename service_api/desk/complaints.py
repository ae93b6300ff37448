"""The agents' pages of complaints: what is there to handle, one file with its history, the next step."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from service_api.audit.service import record
from service_api.complaints import queries
from service_api.complaints.deadlines import TheDeadlines
from service_api.complaints.handling import StaleVersion, act, check_version
from service_api.complaints.lifecycle import Action
from service_api.complaints.queries import Filters
from service_api.core.edge import Now, ReadSession, TheSettings, WriteSession
from service_api.core.problems import NotFound
from service_api.desk.complaint_file import PLAIN_ACTIONS, complaint_file
from service_api.staff.api import CurrentStaff
from service_api.web.complaint_rows import complaint_rows
from service_api.web.pages import Text, from_form
from service_api.web.rendering import language_of, page

router = APIRouter(prefix="/desk/complaints", include_in_schema=False)


@router.get("")
def to_handle(
    request: Request,
    me: CurrentStaff,
    session: ReadSession,
    now: Now,
    settings: TheSettings,
    cursor: str | None = None,
) -> HTMLResponse:
    """What this person may see and is not over, the longest overdue first."""
    found = queries.complaints_for(session, me, Filters(over=False), now=now, cursor=cursor)
    return page(
        request,
        "complaints.html",
        me=me,
        rows=complaint_rows(session, found.items, now=now, zone=settings.zone),
        next_link=f"/desk/complaints?cursor={found.next_cursor}" if found.next_cursor else None,
        empty="complaints.none",
    )


@router.get("/{number}")
def one_complaint(
    request: Request,
    number: str,
    me: CurrentStaff,
    session: WriteSession,
    deadlines: TheDeadlines,
    now: Now,
    settings: TheSettings,
    changed: bool = False,
) -> HTMLResponse:
    """The file. Reading it is a deed too: it goes into the audit log."""
    one = queries.complaint_for(session, me, number)
    record(session, by=me.actor, action="complaint.read", subject=one.subject, now=now)
    file = complaint_file(session, deadlines, one, me, language=language_of(request), zone=settings.zone)
    return page(request, "complaint.html", me=me, file=file, changed=changed)


@router.post("/{number}/{action}")
def step(
    request: Request,
    number: str,
    action: str,
    me: CurrentStaff,
    session: WriteSession,
    deadlines: TheDeadlines,
    now: Now,
    version: Annotated[int, Form()],
    csrf_token: Text = "",
) -> Response:
    """Take one step of the lifecycle; a stale page is shown anew instead of acting on what has changed."""
    from_form(me, csrf_token, request)
    if action not in PLAIN_ACTIONS:
        raise NotFound
    one = queries.complaint_for(session, me, number, lock=True)
    try:
        check_version(one, expected=version)
    except StaleVersion:
        return RedirectResponse(f"/desk/complaints/{number}?changed=true", status_code=303)
    act(session, deadlines, one, Action(action), by=me.actor, role=me.role, now=now)
    return RedirectResponse(f"/desk/complaints/{number}", status_code=303)
