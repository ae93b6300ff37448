"""Who handles which business lines and languages, how much at once, and in which teams that puts them."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from service_api.audit.models import AuditEntry
from service_api.audit.queries import history_of, times_done
from service_api.complaints import assignment
from service_api.complaints.assignment import Handler
from service_api.complaints.codes import BUSINESSES
from service_api.complaints.models import LANGUAGES
from service_api.complaints.schemas import Business
from service_api.complaints.teams import teams
from service_api.conversations import presence
from service_api.conversations.desk_models import USUAL_CAPACITY
from service_api.conversations.presence import Colleague
from service_api.core.edge import MachineNow, Now, ReadSession, WriteSession
from service_api.core.problems import NotFound, Problem
from service_api.core.text import whole_number
from service_api.core.versions import VersionNeeded, check_version
from service_api.staff.api import Approver, Organiser
from service_api.staff.models import StaffMember
from service_api.staff.queries import display_names
from service_api.staff.roles import Permission
from service_api.staff.service import SignedIn
from service_api.web.forms import OwnForm, Text
from service_api.web.rendering import page

router = APIRouter(prefix="/console/handlers", include_in_schema=False)
Language = Literal["zh", "en"]
DEEDS = ("staff.skills_changed", "staff.capacity")
MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A handler with what they do at the desk now; `at_desk` is None for who answers no customers."""

    handler: Handler
    at_desk: Colleague | None
    teams: Sequence[str]


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form shows: what is saved, or what was typed when it could not be."""

    skills: Mapping[str, Collection[str]]
    capacity: int


@router.get("")
def listed(
    request: Request, me: Approver, session: ReadSession, machine_now: MachineNow, done: str = ""
) -> HTMLResponse:
    lines = _lines(session, machine_now=machine_now)
    names = {line.handler.member.username: line.handler.member.display_name for line in lines}
    return page(
        request,
        "handlers.html",
        me=me,
        lines=lines,
        gaps=assignment.gaps([line.handler for line in lines]),
        named=names.get(done, ""),
        may_change=me.may(Permission.ORGANISE),
    )


@router.get("/{username}")
def one(
    username: str, request: Request, me: Approver, session: ReadSession, machine_now: MachineNow
) -> HTMLResponse:
    return _handler_page(request, session, me, username, machine_now=machine_now)


@router.post("/{username}", dependencies=[OwnForm])
def change(
    username: str,
    request: Request,
    me: Organiser,
    session: WriteSession,
    now: Now,
    machine_now: MachineNow,
    business: Annotated[list[Business], Form()] = [],  # noqa: B006  # FastAPI copies it
    language: Annotated[list[Language], Form()] = [],  # noqa: B006
    capacity: Annotated[int, Form()] = USUAL_CAPACITY,
    version: Text = "",
) -> Response:
    """Skills and capacity in one press; the next complaint and the next conversation go by them. Refused when
    somebody else changed them since the page was made; the page then shows what was typed."""
    line = _line(session, username, machine_now=machine_now)
    member = session.get_one(StaffMember, line.handler.member.id, with_for_update=True)
    skills: dict[str, Sequence[str]] = {"business": business, "language": language}
    seen = whole_number(version)
    try:
        if seen is None:
            raise VersionNeeded
        check_version(_version(session, member.id), expected=seen)
        with session.begin_nested():
            assignment.set_skills(session, member, skills, by=me.actor, now=now)
            if line.at_desk is not None:
                presence.set_capacity(
                    session, member.id, capacity, by=me.actor, now=now, machine_now=machine_now
                )
    except Problem as problem:
        typed = Typed(skills, capacity)
        return _handler_page(
            request, session, me, username, machine_now=machine_now, typed=typed, problem=problem
        )
    return RedirectResponse(f"/console/handlers?done={member.username}", status_code=303)


def _handler_page(
    request: Request,
    session: Session,
    me: SignedIn,
    username: str,
    *,
    machine_now: MachineNow,
    typed: Typed | None = None,
    problem: Problem | None = None,
) -> HTMLResponse:
    line = _line(session, username, machine_now=machine_now)
    saved = Typed(line.handler.skills, line.at_desk.capacity if line.at_desk else USUAL_CAPACITY)
    history = _history(session, line.handler.member.id)
    actors = {uuid.UUID(entry.actor_id) for entry in history if entry.actor_kind == "staff"}
    return page(
        request,
        "handler.html",
        me=me,
        line=line,
        shown=typed or saved,
        version=_version(session, line.handler.member.id),
        businesses=list(BUSINESSES),
        languages=LANGUAGES,
        most=presence.MOST_AT_ONCE,
        history=history,
        names={str(key): name for key, name in display_names(session, actors).items()},
        may_change=me.may(Permission.ORGANISE),
        problem=problem,
        status=problem.status if problem else 200,
    )


def _lines(session: Session, *, machine_now: MachineNow) -> list[Line]:
    at_desk = {one.id: one for one in presence.colleagues(session, machine_now=machine_now)}
    member_ids = {team: {one.id for one in found} for team, found in teams(session).items()}
    return [
        Line(
            handler=one,
            at_desk=at_desk.get(one.member.id),
            teams=[team for team, ids in member_ids.items() if one.member.id in ids],
        )
        for one in assignment.handlers(session)
    ]


def _line(session: Session, username: str, *, machine_now: MachineNow) -> Line:
    """Raises `NotFound` for who handles no complaints."""
    for line in _lines(session, machine_now=machine_now):
        if line.handler.member.username == username:
            return line
    raise NotFound


def _history(session: Session, staff_id: uuid.UUID) -> list[AuditEntry]:
    """The latest changes of what somebody handles, newest first."""
    subject = ("staff", str(staff_id))
    found = [entry for deed in DEEDS for entry in history_of(session, subject, only=deed, limit=MOST_SHOWN)]
    return sorted(found, key=lambda entry: entry.id, reverse=True)[:MOST_SHOWN]


def _version(session: Session, staff_id: uuid.UUID) -> int:
    """Of what somebody handles, wherever it was changed."""
    return times_done(session, ("staff", str(staff_id)), DEEDS)
