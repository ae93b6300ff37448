"""The agents' pages of complaints: what is there to handle, one file with its history, the next step."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import UploadFile

from service_api.audit.service import record
from service_api.complaints import attachments, decisions, queries, redress
from service_api.complaints.contacting import HOW
from service_api.complaints.deadlines import TheDeadlines
from service_api.complaints.handling import StaleVersion, check_version
from service_api.complaints.lifecycle import HANDLERS
from service_api.complaints.queries import Filters
from service_api.complaints.views import timeline_of, view_of
from service_api.core.edge import Now, ReadSession, TheDatabase, TheSettings, WriteSession
from service_api.core.problems import Malformed, NotFound
from service_api.core.text import mask_name
from service_api.customers.queries import customer
from service_api.desk.complaint_steps import BUTTONS, PARTS, STEPS, Press
from service_api.staff.api import CurrentStaff
from service_api.staff.models import StaffMember
from service_api.staff.queries import active_members
from service_api.staff.roles import Permission
from service_api.web.complaint_rows import complaint_rows
from service_api.web.pages import from_form
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
    file = view_of(session, deadlines, one, me, now=now, zone=settings.zone)
    may_handle = me.may(Permission.HANDLE_COMPLAINTS)
    return page(
        request,
        "complaint.html",
        me=me,
        file=file,
        customer_name=mask_name(customer(session, one.customer_id).name) if one.customer_id else None,
        amount_minor=one.amount_minor,
        currency=one.currency,
        history=list(reversed(timeline_of(session, one).items)),
        notices=decisions.notices_of(session, one.id),
        parts=PARTS,
        ways_to_contact=HOW,
        buttons=[button for button in BUTTONS if button in file.actions],
        may_take=may_handle and not one.is_over and one.owner_id != me.staff_id,
        may_handle=may_handle,
        may_assign=me.may(Permission.APPROVE) and not one.is_over,
        handlers=_handlers(session) if me.may(Permission.APPROVE) else [],
        files=attachments.attachments_of(session, one.id),
        promised=[(money.minor, money.currency) for money in redress.promised(session, one.id)],
        changed=changed,
    )


def _handlers(session: ReadSession) -> list[StaffMember]:
    roles = sorted(HANDLERS)
    return [member for role in roles for member in active_members(session, role=role)]


@router.post("/{number}/{step}")
async def press_button(
    request: Request,
    number: str,
    step: str,
    me: CurrentStaff,
    database: TheDatabase,
    deadlines: TheDeadlines,
    now: Now,
) -> Response:
    """Take one step; a stale page is shown anew instead of acting on what has changed."""
    if step not in STEPS:
        raise NotFound
    form = await request.form(max_files=0, max_fields=20)
    fields = {name: value for name, value in form.items() if not isinstance(value, UploadFile)}
    from_form(me, fields.get("csrf_token", ""), request)
    me.must(Permission.HANDLE_COMPLAINTS)
    if not fields.get("version", "").isdigit():
        raise Malformed("the form is out of date; load the page again")
    with database.writing() as session:
        one = queries.complaint_for(session, me, number, lock=True)
        try:
            check_version(one, expected=int(fields["version"]))
        except StaleVersion:
            return RedirectResponse(f"/desk/complaints/{number}?changed=true", status_code=303)
        STEPS[step](Press(session, deadlines, one, me, now, fields))
    return RedirectResponse(f"/desk/complaints/{number}", status_code=303)
