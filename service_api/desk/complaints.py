"""The agents' pages of complaints: what is there to handle, and one file with its history."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from service_api.complaints import queries
from service_api.complaints.queries import Filters
from service_api.core.edge import Now, ReadSession, TheSettings
from service_api.staff.api import CurrentStaff
from service_api.web.complaint_rows import complaint_rows
from service_api.web.rendering import page

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
