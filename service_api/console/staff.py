"""The bank's people: who may come in, as what. For those who may change settings."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import ValidationError
from sqlalchemy.orm import Session

from service_api.core.edge import Now, ReadSession, WriteSession
from service_api.core.problems import Malformed, Problem, faults_of
from service_api.staff import members
from service_api.staff.api import Manager
from service_api.staff.branches import choices
from service_api.staff.members_api import MemberChange, NewMember
from service_api.staff.models import ROLES
from service_api.staff.service import SignedIn
from service_api.web.forms import OwnForm
from service_api.web.rendering import page

router = APIRouter(prefix="/console/staff", include_in_schema=False)
Field = Annotated[str, Form(max_length=300)]
DEEDS = ("password", "second-factor", "identity", "sessions")


@router.get("")
def people(request: Request, me: Manager, session: ReadSession) -> HTMLResponse:
    return _people_page(request, me, session)


@router.post("", dependencies=[OwnForm])
def add(
    request: Request,
    me: Manager,
    session: WriteSession,
    now: Now,
    username: Field = "",
    display_name: Field = "",
    email: Field = "",
    role: Field = "",
    branch: Field = "",
) -> Response:
    given = {
        "username": username.strip().lower(),
        "display_name": display_name.strip(),
        "email": email.strip(),
        "role": role,
        "branch": branch.strip() or "head-office",
    }
    try:
        new = NewMember.model_validate(given)
        member, password = members.add(session, **new.model_dump(), by=me.actor, now=now)
    except ValidationError as error:
        return _people_page(request, me, session, problem=_malformed(error), given=given)
    except Problem as problem:
        return _people_page(request, me, session, problem=problem, given=given)
    return _people_page(request, me, session, password=password, named=member.username)


@router.post("/{staff_id}", dependencies=[OwnForm])
def change(
    staff_id: uuid.UUID,
    request: Request,
    me: Manager,
    session: WriteSession,
    now: Now,
    display_name: Field = "",
    email: Field = "",
    role: Field = "",
    branch: Field = "",
    active: Field = "",
) -> Response:
    member = members.find(session, staff_id)
    try:
        wanted = MemberChange.model_validate(
            {
                "display_name": display_name.strip(),
                "email": email.strip(),
                "role": role,
                "branch": branch.strip(),
                "active": active == "yes",
            }
        )
        members.change(session, member, wanted.model_dump(exclude_none=True), by=me, now=now)
    except ValidationError as error:
        return _people_page(request, me, session, problem=_malformed(error))
    except Problem as problem:
        return _people_page(request, me, session, problem=problem)
    return _people_page(request, me, session, done="people.changed", named=member.username)


@router.post("/{staff_id}/{deed}", dependencies=[OwnForm])
def act(
    staff_id: uuid.UUID, deed: str, request: Request, me: Manager, session: WriteSession, now: Now
) -> Response:
    """Reset a password, forget a lost telephone or a provider's account, or sign somebody out everywhere."""
    if deed not in DEEDS:
        raise Malformed("unknown deed")
    member = members.find(session, staff_id)
    password = ""
    if deed == "password":
        password = members.reset_password(session, member, by=me, now=now)
    elif deed == "second-factor":
        members.forget_second_factor(session, member, by=me, now=now)
    elif deed == "identity":
        members.unlink(session, member, by=me, now=now)
    else:
        members.sign_out_everywhere(session, member, by=me, now=now)
    return _people_page(
        request, me, session, password=password, named=member.username, done=f"people.{deed}.done"
    )


def _people_page(
    request: Request,
    me: SignedIn,
    session: Session,
    *,
    problem: Problem | None = None,
    done: str = "",
    password: str = "",
    named: str = "",
    given: dict[str, str] | None = None,
) -> HTMLResponse:
    return page(
        request,
        "people.html",
        me=me,
        people=members.everyone(session),
        enrolled=members.with_second_factor(session),
        roles=ROLES,
        branches=choices,
        problem=problem,
        done=done,
        password=password,
        named=named,
        given=given or {},
        status=problem.status if problem else 200,
    )


def _malformed(error: ValidationError) -> Malformed:
    return Malformed(errors=[fault | {"field": f"member.{fault['field']}"} for fault in faults_of(error)])
