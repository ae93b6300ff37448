"""Systemic issues: what is suggested, what is under way, and one issue from its cause to its end."""

import uuid
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from service_api.audit.queries import history_of
from service_api.complaints.people import member_named
from service_api.console.log import Supervisor
from service_api.core.edge import Now, ReadSession, TheSettings, WriteSession
from service_api.core.problems import Problem
from service_api.improvements import queries, service
from service_api.improvements.models import FOLLOWS, Stage, SystemicIssue
from service_api.improvements.service import Plan
from service_api.settings import Settings
from service_api.staff.models import StaffMember
from service_api.staff.queries import display_names, supervisors
from service_api.staff.roles import Permission
from service_api.staff.service import SignedIn
from service_api.web.complaint_rows import complaint_rows
from service_api.web.pages import Text, from_form
from service_api.web.rendering import page

router = APIRouter(prefix="/console/improvements", include_in_schema=False)
Title = Annotated[str, Form(max_length=120)]
Numbers = Annotated[list[str], Form(max_length=service.MOST)]
DueDay = Annotated[str, Form(pattern=r"^$|^\d{4}-\d{2}-\d{2}$")]


@router.get("")
def overview(
    request: Request,
    me: Supervisor,
    session: ReadSession,
    now: Now,
    settings: TheSettings,
    closed: bool = False,
) -> HTMLResponse:
    return _overview(request, session, me, now=now, settings=settings, closed=closed)


@router.post("")
def open_issue(
    request: Request,
    me: Supervisor,
    session: WriteSession,
    now: Now,
    settings: TheSettings,
    title: Title = "",
    owner: Text = "",
    number: Numbers = [],  # noqa: B006  # FastAPI copies it
    csrf_token: Text = "",
) -> Response:
    _may_change(request, me, csrf_token)
    try:
        to = member_named(session, owner)
        issue = service.open_issue(session, me, Plan(title), owner=to, numbers=number, now=now)
    except Problem as problem:
        return _overview(request, session, me, now=now, settings=settings, problem=problem)
    return RedirectResponse(f"/console/improvements/{issue.id}", status_code=303)


@router.get("/{issue_id}")
def one(
    issue_id: uuid.UUID,
    request: Request,
    me: Supervisor,
    session: ReadSession,
    now: Now,
    settings: TheSettings,
) -> HTMLResponse:
    return _issue_page(request, session, me, queries.issue(session, issue_id), now=now, settings=settings)


@router.post("/{issue_id}")
def change(
    issue_id: uuid.UUID,
    request: Request,
    me: Supervisor,
    session: WriteSession,
    now: Now,
    settings: TheSettings,
    version: Annotated[int, Form(ge=1)],
    stage: Annotated[Stage, Form()],
    title: Title = "",
    cause: Text = "",
    action: Text = "",
    outcome: Text = "",
    owner: Text = "",
    due_on: DueDay = "",
    csrf_token: Text = "",
) -> Response:
    _may_change(request, me, csrf_token)
    issue = queries.issue(session, issue_id, lock=True)
    try:
        plan = Plan(title, cause, action, outcome, date.fromisoformat(due_on) if due_on else None)
        to = member_named(session, owner)
        with session.begin_nested():
            service.change(session, me, issue, plan, stage=stage, owner=to, version=version, now=now)
    except Problem as problem:
        return _issue_page(request, session, me, issue, now=now, settings=settings, problem=problem)
    except ValueError:  # a day that no calendar has
        return RedirectResponse(f"/console/improvements/{issue_id}", status_code=303)
    return RedirectResponse(f"/console/improvements/{issue_id}", status_code=303)


@router.post("/{issue_id}/complaints")
def add_complaints(
    issue_id: uuid.UUID,
    request: Request,
    me: Supervisor,
    session: WriteSession,
    now: Now,
    settings: TheSettings,
    numbers: Text = "",
    csrf_token: Text = "",
) -> Response:
    _may_change(request, me, csrf_token)
    issue = queries.issue(session, issue_id, lock=True)
    wanted = numbers.replace(",", " ").replace("，", " ").replace("、", " ").split()
    try:
        with session.begin_nested():
            service.add_complaints(session, me, issue, wanted, now=now)
    except Problem as problem:
        return _issue_page(request, session, me, issue, now=now, settings=settings, problem=problem)
    return RedirectResponse(f"/console/improvements/{issue_id}", status_code=303)


@router.post("/{issue_id}/complaints/{number}/remove")
def remove_complaint(
    issue_id: uuid.UUID,
    number: str,
    request: Request,
    me: Supervisor,
    session: WriteSession,
    now: Now,
    csrf_token: Text = "",
) -> Response:
    _may_change(request, me, csrf_token)
    service.remove_complaint(session, me, queries.issue(session, issue_id, lock=True), number, now=now)
    return RedirectResponse(f"/console/improvements/{issue_id}", status_code=303)


def _may_change(request: Request, me: SignedIn, csrf_token: str) -> None:
    from_form(me, csrf_token, request)
    me.must(Permission.APPROVE)


def _overview(
    request: Request,
    session: Session,
    me: SignedIn,
    *,
    now: Now,
    settings: Settings,
    closed: bool = False,
    problem: Problem | None = None,
) -> HTMLResponse:
    return page(
        request,
        "improvements.html",
        me=me,
        lines=queries.issues(session, me, closed=closed),
        closed=closed,
        clusters=[] if closed else queries.suggestions(session, me, now=now),
        today=now.astimezone(settings.zone).date(),
        may_change=me.may(Permission.APPROVE),
        handlers=supervisors(session),
        problem=problem.title if problem else "",
        hint=problem.detail if problem else "",
        status=problem.status if problem else 200,
    )


def _issue_page(
    request: Request,
    session: Session,
    me: SignedIn,
    issue: SystemicIssue,
    *,
    now: Now,
    settings: Settings,
    problem: Problem | None = None,
) -> HTMLResponse:
    history = history_of(session, service.subject(issue.id))
    actors = {uuid.UUID(entry.actor_id) for entry in history if entry.actor_kind == "staff"}
    owner = session.get_one(StaffMember, issue.owner_id)
    found = queries.complaints_of(session, me, issue.id)
    stage = Stage(issue.stage)
    return page(
        request,
        "improvement.html",
        me=me,
        issue=issue,
        owner=owner,
        stages=[one for one in Stage if one == stage or one in FOLLOWS[stage]],
        rows=complaint_rows(session, found, now=now, zone=settings.zone),
        since_action=sum(
            1 for one in found if issue.acted_at is not None and one.received_at > issue.acted_at
        ),
        history=history,
        names={str(key): name for key, name in display_names(session, actors).items()},
        today=now.astimezone(settings.zone).date(),
        may_change=me.may(Permission.APPROVE),
        handlers=supervisors(session),
        problem=problem.title if problem else "",
        hint=problem.detail if problem else "",
        status=problem.status if problem else 200,
    )
