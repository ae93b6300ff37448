"""One's own account: the password and the authenticator app."""

from typing import Annotated

import segno
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from service_api.core.edge import Now, ReadSession, TheSettings, WriteSession
from service_api.core.problems import Problem
from service_api.staff import members, second_factor, service
from service_api.staff.api import CurrentStaff
from service_api.staff.models import StaffMember
from service_api.staff.second_factor import WrongSecondFactor
from service_api.staff.service import SignedIn, WrongPassword
from service_api.web.forms import OwnForm
from service_api.web.rendering import page

router = APIRouter(prefix="/desk/account", include_in_schema=False)
Password = Annotated[str, Form(max_length=200)]


@router.get("")
def account(request: Request, me: CurrentStaff, session: ReadSession) -> HTMLResponse:
    return _account_page(request, me, session)


@router.post("/password", dependencies=[OwnForm])
def change_password(
    request: Request,
    me: CurrentStaff,
    session: WriteSession,
    now: Now,
    current: Password = "",
    new: Password = "",
) -> Response:
    member = members.find(session, me.staff_id)
    try:
        done = service.set_own_password(session, member, current=current, new=new, me=me, now=now)
    except Problem as problem:
        return _account_page(request, me, session, problem=problem)
    if not done:
        return _account_page(request, me, session, problem=WrongPassword())
    return _account_page(request, me, session, done="account.password.changed")


@router.post("/second-factor", dependencies=[OwnForm])
def enrol(request: Request, me: CurrentStaff, session: WriteSession, settings: TheSettings) -> Response:
    member = members.find(session, me.staff_id)
    try:
        address = second_factor.enrol(session, member, pepper=settings.code_pepper.get_secret_value())
    except Problem as problem:
        return _account_page(request, me, session, problem=problem)
    return _account_page(request, me, session, address=address)


@router.post("/second-factor/confirm", dependencies=[OwnForm])
def confirm(
    request: Request,
    me: CurrentStaff,
    session: WriteSession,
    now: Now,
    settings: TheSettings,
    code: Annotated[str, Form(max_length=16)] = "",
) -> Response:
    member: StaffMember = members.find(session, me.staff_id)
    pepper = settings.code_pepper.get_secret_value()
    try:
        right = second_factor.confirm(session, member, code=code, now=now, pepper=pepper)
    except Problem as problem:
        return _account_page(request, me, session, problem=problem)
    if not right:
        return _account_page(request, me, session, problem=WrongSecondFactor())
    return _account_page(request, me, session, done="account.factor.on")


def _account_page(
    request: Request,
    me: SignedIn,
    session: ReadSession,
    *,
    problem: Problem | None = None,
    done: str = "",
    address: str = "",
) -> HTMLResponse:
    member = members.find(session, me.staff_id)
    picture = segno.make(address, micro=False).svg_inline(scale=5, border=3, light="#fff") if address else ""
    return page(
        request,
        "account.html",
        me=me,
        problem=problem,
        done=done,
        address=address,
        picture=Markup(picture),  # noqa: S704  # made by segno from our own address, no text of a person
        enrolled=second_factor.is_enrolled(session, member),
        status=problem.status if problem else 200,
    )
