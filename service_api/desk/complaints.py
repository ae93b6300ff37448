"""The agents' pages of complaints: what is there to handle, one file with its history, the next step."""

from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from service_api.audit.service import record, record_apart
from service_api.complaints import attachments, decisions, people, queries, redress
from service_api.complaints.case_models import REDRESS_KINDS
from service_api.complaints.classification import FLAGS
from service_api.complaints.codes import BUSINESSES, CAUSES
from service_api.complaints.contacting import HOW
from service_api.complaints.lifecycle import HANDLERS
from service_api.complaints.models import Complaint
from service_api.complaints.offers import offers_to
from service_api.complaints.queries import Filters
from service_api.complaints.views import list_read, timeline_of, view_of
from service_api.core.database import Database
from service_api.core.edge import Now, ReadSession, TheDatabase, TheSettings, WriteSession
from service_api.core.problems import Malformed, NotFound, Problem
from service_api.core.text import mask_name, whole_number
from service_api.core.versions import check_version
from service_api.customers.queries import customer
from service_api.desk.case_menu import menu_of
from service_api.desk.case_steps import CASE_STEPS
from service_api.desk.complaint_steps import BUTTONS, PARTS, STEPS, Press
from service_api.desk.trouble import Trouble, trouble_of
from service_api.escalation.api import TheDesk
from service_api.escalation.service import DeskClocks
from service_api.settings import Settings
from service_api.staff.api import CurrentStaff
from service_api.staff.models import StaffMember
from service_api.staff.queries import active_members
from service_api.staff.roles import Permission
from service_api.staff.service import SignedIn
from service_api.web.complaint_rows import complaint_rows
from service_api.web.forms import PostedForm, texts
from service_api.web.rendering import page

router = APIRouter(prefix="/desk/complaints", include_in_schema=False)
ALL_STEPS = STEPS | CASE_STEPS
# Refusals of these are told beside their own form; of the others, above the buttons.
OWN_FORM = frozenset({*CASE_STEPS, "assign", "note", "contact_customer", "ask_customer", "propose_decision"})


@router.get("")
def to_handle(
    request: Request,
    me: CurrentStaff,
    session: ReadSession,
    database: TheDatabase,
    now: Now,
    settings: TheSettings,
    cursor: str | None = None,
) -> HTMLResponse:
    """What this person may see and is not over, the longest overdue first. Each look is in the audit log."""
    filters = Filters(over=False)
    found = queries.complaints_for(session, me, filters, now=now, cursor=cursor)
    record_apart(database, list_read(me, filters, shown=len(found.items)), now=now)
    return page(
        request,
        "complaints.html",
        me=me,
        rows=complaint_rows(session, found.items, now=now, zone=settings.zone),
        next_link=f"/desk/complaints?cursor={found.next_cursor}" if found.next_cursor else None,
        empty="complaints.none",
        offers=offers_to(session, me),
    )


@router.get("/{number}")
def one_complaint(
    request: Request,
    number: str,
    me: CurrentStaff,
    session: WriteSession,
    desk: TheDesk,
    now: Now,
    settings: TheSettings,
) -> Response:
    """The file. Reading it is a deed too: it goes into the audit log.

    To whom it is offered and who may not see it yet, the offer is shown.
    """
    try:
        one = queries.complaint_for(session, me, number)
    except NotFound:
        people.offered_to(session, me, number)
        return RedirectResponse("/desk/complaints#offers", status_code=303)
    return _file(request, session, desk, one, me, now=now, settings=settings)


def _file(
    request: Request,
    session: Session,
    desk: DeskClocks,
    one: Complaint,
    me: SignedIn,
    *,
    now: datetime,
    settings: Settings,
    trouble: Trouble | None = None,
    status: int = 200,
) -> HTMLResponse:
    record(session, by=me.actor, action="complaint.read", subject=one.subject, now=now)
    file = view_of(session, desk, one, me, now=now, zone=settings.zone)
    may_handle = me.may(Permission.HANDLE_COMPLAINTS)
    return page(
        request,
        "complaint.html",
        status=status,
        me=me,
        file=file,
        customer_name=mask_name(customer(session, one.customer_id).name) if one.customer_id else None,
        amount_minor=one.amount_minor,
        currency=one.currency,
        history=list(reversed(timeline_of(session, one).items)),
        notices=decisions.notices_of(session, one.id),
        parts=PARTS,
        ways_to_contact=HOW,
        businesses=list(BUSINESSES),
        causes=list(CAUSES),
        flags=FLAGS,
        buttons=[button for button in BUTTONS if button in file.actions],
        may_take=may_handle
        and not one.is_over
        and one.owner_id != me.staff_id
        and (one.owner_id is None or me.may(Permission.APPROVE)),
        may_handle=may_handle,
        may_assign=me.may(Permission.APPROVE) and not one.is_over,
        handlers=_handlers(session) if me.may(Permission.APPROVE) else [],
        files=attachments.attachments_of(session, one.id),
        promised=[(money.minor, money.currency) for money in redress.promised(session, one.id)],
        redress_kinds=REDRESS_KINDS,
        menu=menu_of(session, desk, one, me, actions=file.actions, now=now, zone=settings.zone),
        trouble=trouble,
        own_form=OWN_FORM,
    )


def _handlers(session: ReadSession) -> list[StaffMember]:
    roles = sorted(HANDLERS)
    return [member for role in roles for member in active_members(session, role=role)]


@router.post("/{number}/{step}")
def press_button(
    request: Request,
    number: str,
    step: str,
    me: CurrentStaff,
    database: TheDatabase,
    desk: TheDesk,
    now: Now,
    settings: TheSettings,
    form: PostedForm,
) -> Response:
    """Take one step. A refusal is told on the page, beside what had been typed; so is that the page was
    stale: what has changed is looked at before the step is taken."""
    if step not in ALL_STEPS:
        raise NotFound
    fields = texts(form)
    version = whole_number(fields.get("version", ""))
    if version is None:
        raise Malformed("the form is out of date; load the page again")
    try:
        with database.writing() as session:
            one = queries.complaint_for(session, me, number, lock=True)
            check_version(one.version, expected=version)
            me.must(Permission.HANDLE_COMPLAINTS)
            ALL_STEPS[step](Press(session, desk, one, me, now, settings.zone, fields))
    except Problem as problem:
        trouble = trouble_of(request, step, problem, fields)
        with database.writing() as session:
            one = queries.complaint_for(session, me, number)
            return _file(
                request,
                session,
                desk,
                one,
                me,
                now=now,
                settings=settings,
                trouble=trouble,
                status=problem.status,
            )
    return RedirectResponse(_after(database, me, number), status_code=303)


def _after(database: Database, me: SignedIn, number: str) -> str:
    """Back to the file; to the list for who has just lost sight of it."""
    with database.reading() as session:
        try:
            queries.complaint_for(session, me, number)
        except NotFound:
            return "/desk/complaints"
    return f"/desk/complaints/{number}"
