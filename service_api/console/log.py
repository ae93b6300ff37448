"""The supervisor's complaint log: filters, saved views, the overdue first, figures on top."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from service_api.audit.service import record_apart
from service_api.complaints import bulk, queries
from service_api.complaints.codes import BUSINESSES, CAUSES, CHANNELS, SOURCES, products
from service_api.complaints.lifecycle import State
from service_api.complaints.queries import NOT_SAID, TIMELINESS
from service_api.complaints.views import list_read
from service_api.core.database import Database
from service_api.core.edge import Now, ReadSession, RowId, TheDatabase, TheSettings, WriteSession
from service_api.core.problems import Problem
from service_api.core.text import whole_number
from service_api.customers.models import TIERS
from service_api.escalation import steering
from service_api.reports import views
from service_api.reports.choice import ME, NOBODY, Choice, TheChoice
from service_api.reports.queries import log_figures
from service_api.settings import Settings
from service_api.staff import branches
from service_api.staff.api import Supervisor
from service_api.staff.queries import complaint_handlers
from service_api.staff.roles import Permission
from service_api.staff.service import SignedIn
from service_api.web.complaint_rows import complaint_rows
from service_api.web.forms import OwnForm, Text
from service_api.web.rendering import Facts, page

router = APIRouter(prefix="/console", include_in_schema=False)
Cursor = Annotated[str, Query(max_length=300)]
Ticked = Annotated[list[str], Form(max_length=bulk.MOST)]
MORE = (
    "product",
    "cause",
    "channel",
    "source",
    "branch",
    "received_from",
    "received_to",
    "timeliness",
    "repeated",
)


@router.get("")
def show(
    request: Request,
    me: Supervisor,
    choice: TheChoice,
    session: ReadSession,
    database: TheDatabase,
    now: Now,
    settings: TheSettings,
    cursor: Cursor = "",
) -> HTMLResponse:
    """Each look is in the audit log."""
    table = _table(session, me, choice, now=now, settings=settings, cursor=cursor)
    _note_look(database, me, choice, table, now=now, settings=settings)
    return _log_page(request, session, me, choice, table, now=now, cursor=cursor)


@router.get("/rows")
def rows(
    request: Request,
    me: Supervisor,
    choice: TheChoice,
    session: ReadSession,
    database: TheDatabase,
    now: Now,
    settings: TheSettings,
    cursor: Cursor = "",
) -> HTMLResponse:
    """The table alone. The page asks again every few seconds, which is still the same look."""
    table = _table(session, me, choice, now=now, settings=settings, cursor=cursor)
    if "HX-Request" not in request.headers:
        _note_look(database, me, choice, table, now=now, settings=settings)
    return page(request, "complaint_table.html", me=me, selectable=_may_tick(me), **table)


@router.get("/figures")
def figures(request: Request, me: Supervisor, session: ReadSession, now: Now) -> HTMLResponse:
    return page(request, "figures.html", me=me, figures=log_figures(session, me, now=now))


class Log:
    """Where a form was sent from: who sent it, the filters of its address, and the log as it is now."""

    def __init__(
        self,
        request: Request,
        me: Supervisor,
        choice: TheChoice,
        session: WriteSession,
        now: Now,
        settings: TheSettings,
    ) -> None:
        self.request, self.me, self.choice = request, me, choice
        self.session, self.now, self.settings = session, now, settings

    def again(
        self, *, problem: Problem | None = None, done: tuple[str, bulk.Outcome] | None = None
    ) -> HTMLResponse:
        """What became of it, or why nothing did, above the rows as they stand after it."""
        table = _table(self.session, self.me, self.choice, now=self.now, settings=self.settings, cursor="")
        return _log_page(
            self.request, self.session, self.me, self.choice, table, now=self.now, problem=problem, done=done
        )


TheLog = Annotated[Log, Depends()]


@router.post("/views", dependencies=[OwnForm])
def save_view(log: TheLog, name: Text = "", shared: Annotated[bool, Form()] = False) -> Response:
    """Keep the filters of the address under a name."""
    try:
        views.save(log.session, log.me, name=name, choice=log.choice, shared=shared, now=log.now)
    except Problem as problem:
        return log.again(problem=problem)
    return RedirectResponse(f"/console?{log.choice.query()}", status_code=303)


@router.post("/views/{view_id}/forget", dependencies=[OwnForm])
def forget_view(view_id: RowId, me: Supervisor, session: WriteSession) -> Response:
    views.forget(session, me, view_id)
    return RedirectResponse("/console", status_code=303)


@router.post("/assign", dependencies=[OwnForm])
def assign(log: TheLog, number: Ticked = [], to: Text = "") -> Response:  # noqa: B006  # FastAPI copies it
    """Give the ticked complaints to one person, and say what became of each."""
    try:
        outcome = bulk.assign_many(log.session, log.me, number, username=to, now=log.now)
    except Problem as problem:
        return log.again(problem=problem)
    return log.again(done=("log.given", outcome))


@router.post("/acknowledge", dependencies=[OwnForm])
def acknowledge(log: TheLog, number: Ticked = [], seen: Ticked = []) -> Response:  # noqa: B006  # as above
    """Take note of every level of the ticked complaints as this page showed them; say what became of each."""
    try:
        wanted = {one: _version_in(seen, one) for one in number}
        outcome = steering.acknowledge_many(log.session, log.me, wanted, now=log.now)
    except Problem as problem:
        return log.again(problem=problem)
    return log.again(done=("log.acknowledged", outcome))


def _version_in(seen: list[str], number: str) -> int | None:
    """The version a page showed of a complaint, of its `number:version` pairs."""
    versions = (version for each, _, version in (pair.partition(":") for pair in seen) if each == number)
    return whole_number(next(versions, ""))


def _log_page(
    request: Request,
    session: Session,
    me: SignedIn,
    choice: Choice,
    table: Facts,
    *,
    now: datetime,
    cursor: str = "",
    problem: Problem | None = None,
    done: tuple[str, bulk.Outcome] | None = None,
) -> HTMLResponse:
    return page(
        request,
        "log.html",
        me=me,
        figures=log_figures(session, me, now=now),
        chosen=choice,
        more_open=any(getattr(choice, name) for name in MORE),
        query=choice.query(cursor=cursor),
        filter_query=choice.query(),
        states=[state.value for state in State],
        businesses=list(BUSINESSES),
        causes=[*CAUSES, NOT_SAID],
        channels=list(CHANNELS),
        sources=list(SOURCES),
        products=dict.fromkeys((*products(), NOT_SAID, *filter(None, [choice.product]))),
        branches=branches.choices(NOT_SAID, choice.branch),
        tiers=TIERS,
        timeliness=TIMELINESS,
        owners=(ME, NOBODY),
        saved=views.views_for(session, me),
        handlers=complaint_handlers(session) if _may_give(me) else (),
        may_give=_may_give(me),
        selectable=_may_tick(me),
        problem=problem,
        done=done,
        status=problem.status if problem else 200,
        **table,
    )


def _may_give(me: SignedIn) -> bool:
    return me.may(Permission.APPROVE)


def _may_tick(me: SignedIn) -> bool:
    return _may_give(me) or me.may(Permission.HANDLE_COMPLAINTS)


def _note_look(
    database: Database, me: SignedIn, choice: Choice, table: Facts, *, now: datetime, settings: Settings
) -> None:
    filters = choice.filters(me, zone=settings.zone)
    record_apart(database, list_read(me, filters, shown=len(table["rows"])), now=now)


def _table(
    session: Session, me: SignedIn, choice: Choice, *, now: datetime, settings: Settings, cursor: str
) -> Facts:
    filters = choice.filters(me, zone=settings.zone)
    found = queries.complaints_for(session, me, filters, now=now, cursor=cursor or None)
    following = f"/console?{choice.query(cursor=found.next_cursor)}" if found.next_cursor else None
    return {
        "rows": complaint_rows(session, found.items, now=now, zone=settings.zone),
        "next_link": following,
        "empty": "log.none",
    }
