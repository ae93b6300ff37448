"""Systemic issues: what is suggested, what is under way, and one issue from its cause to its end."""

import uuid
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from service_api.audit.queries import history_of
from service_api.complaints.people import member_named
from service_api.core.edge import Now, ReadSession, TheSettings, WriteSession
from service_api.core.problems import Malformed, Problem
from service_api.improvements import queries, service
from service_api.improvements.models import FOLLOWS, Stage, SystemicIssue
from service_api.improvements.service import Plan
from service_api.settings import Settings
from service_api.staff.api import Supervisor, who_may
from service_api.staff.models import StaffMember
from service_api.staff.queries import display_names, supervisors
from service_api.staff.roles import Permission
from service_api.staff.service import SignedIn
from service_api.web.complaint_rows import complaint_rows
from service_api.web.forms import OwnForm, Text
from service_api.web.rendering import page

router = APIRouter(prefix="/console/improvements", include_in_schema=False)
Title = Annotated[str, Form(max_length=120)]
Numbers = Annotated[list[str], Form(max_length=service.MOST)]
LONGEST_PART = 4000


Improver = Annotated[SignedIn, who_may(Permission.SUPERVISE, Permission.APPROVE)]


class IssueForm(BaseModel):
    """An issue as its page shows it and posts it."""

    version: int = Field(ge=1)
    stage: Stage
    title: str = Field("", max_length=120)
    cause: str = Field("", max_length=LONGEST_PART)
    action: str = Field("", max_length=LONGEST_PART)
    outcome: str = Field("", max_length=LONGEST_PART)
    owner: str = Field("", max_length=64)
    due_on: str = Field("", max_length=10)

    def plan(self) -> Plan:
        """Raises `Malformed` for a day that no calendar has."""
        try:
            due_on = date.fromisoformat(self.due_on) if self.due_on else None
        except ValueError:
            raise Malformed("no calendar has the day by which it is to be done") from None
        return Plan(self.title, self.cause, self.action, self.outcome, due_on)


def _form_of(issue: SystemicIssue, owner: StaffMember) -> IssueForm:
    return IssueForm(
        version=issue.version,
        stage=Stage(issue.stage),
        title=issue.title,
        cause=issue.cause,
        action=issue.action,
        outcome=issue.outcome,
        owner=owner.username,
        due_on=issue.due_on.isoformat() if issue.due_on else "",
    )


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


@router.post("", dependencies=[OwnForm])
def open_issue(
    request: Request,
    me: Improver,
    session: WriteSession,
    now: Now,
    settings: TheSettings,
    title: Title = "",
    owner: Text = "",
    number: Numbers = [],  # noqa: B006  # FastAPI copies it
) -> Response:
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


@router.post("/{issue_id}", dependencies=[OwnForm])
def change(
    issue_id: uuid.UUID,
    request: Request,
    me: Improver,
    session: WriteSession,
    now: Now,
    settings: TheSettings,
    typed: Annotated[IssueForm, Form()],
) -> Response:
    """Set plan and stage. After a refusal the page shows what was typed, so that nothing is written twice."""
    issue = queries.issue(session, issue_id, lock=True)
    try:
        to = member_named(session, typed.owner)
        with session.begin_nested():
            service.change(
                session, me, issue, typed.plan(), stage=typed.stage, owner=to, version=typed.version, now=now
            )
    except Problem as problem:
        return _issue_page(
            request, session, me, issue, now=now, settings=settings, typed=typed, problem=problem
        )
    return RedirectResponse(f"/console/improvements/{issue_id}", status_code=303)


@router.post("/{issue_id}/complaints", dependencies=[OwnForm])
def add_complaints(
    issue_id: uuid.UUID,
    request: Request,
    me: Improver,
    session: WriteSession,
    now: Now,
    settings: TheSettings,
    numbers: Text = "",
) -> Response:
    issue = queries.issue(session, issue_id, lock=True)
    wanted = numbers.replace(",", " ").replace("，", " ").replace("、", " ").split()
    try:
        with session.begin_nested():
            service.add_complaints(session, me, issue, wanted, now=now)
    except Problem as problem:
        return _issue_page(request, session, me, issue, now=now, settings=settings, problem=problem)
    return RedirectResponse(f"/console/improvements/{issue_id}", status_code=303)


@router.post("/{issue_id}/complaints/{number}/remove", dependencies=[OwnForm])
def remove_complaint(
    issue_id: uuid.UUID, number: str, me: Improver, session: WriteSession, now: Now
) -> Response:
    service.remove_complaint(session, me, queries.issue(session, issue_id, lock=True), number, now=now)
    return RedirectResponse(f"/console/improvements/{issue_id}", status_code=303)


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
        problem=problem,
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
    typed: IssueForm | None = None,
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
        fields=typed or _form_of(issue, owner),
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
        problem=problem,
        status=problem.status if problem else 200,
    )
