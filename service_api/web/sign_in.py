"""Staff come in and leave: by password (and second factor), or by the bank's OpenID provider."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from service_api.conversations.desk_api import sign_off
from service_api.core.edge import MachineNow, Now, TheDatabase, TheSettings, WriteSession
from service_api.core.problems import NotFound, Problem, Unauthenticated
from service_api.core.security import new_token
from service_api.settings import Settings
from service_api.staff import attempts, members, oidc, service
from service_api.staff.api import COOKIE, CurrentStaff, PasswordsOff, set_session_cookie, staff_token
from service_api.staff.models import StaffMember
from service_api.staff.oidc import NotLetIn, Provider
from service_api.staff.second_factor import CodeNeeded
from service_api.web.forms import OwnForm
from service_api.web.pages import own_path
from service_api.web.rendering import page

router = APIRouter(include_in_schema=False)
ATTEMPT_COOKIE = "ting_sign_in"
Next = Annotated[str, Form(max_length=300)]


@router.get("/login")
def sign_in_page(request: Request, next: str = "/desk") -> HTMLResponse:
    return _sign_in_page(request, next=next)


@router.post("/login")
def sign_in(
    request: Request,
    session: WriteSession,
    now: Now,
    settings: TheSettings,
    username: Annotated[str, Form(max_length=64)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
    next: Next = "/desk",
) -> Response:
    if not settings.passwords:
        return _sign_in_page(request, next=next, problem=PasswordsOff())
    pepper = settings.code_pepper.get_secret_value()
    member = service.check_password(session, username=username, password=password, now=now)
    if isinstance(member, Problem):
        return _sign_in_page(request, next=next, username=username, problem=member)
    due = service.check_second_factor(session, member, code="", now=now, pepper=pepper)
    if due is None:
        return _let_in(session, member, how="password", next=next, now=now, settings=settings)
    if not isinstance(due, CodeNeeded):
        return _sign_in_page(request, next=next, username=username, problem=due)
    token = attempts.begin(session, member=member, next_path=own_path(next), now=now, pepper=pepper)
    response = page(request, "sign_in_code.html", problem=None)
    _remember(response, token, settings)
    return response


@router.post("/login/code")
def second_factor(
    request: Request,
    session: WriteSession,
    now: Now,
    settings: TheSettings,
    code: Annotated[str, Form(max_length=16)] = "",
) -> Response:
    pepper = settings.code_pepper.get_secret_value()
    attempt = attempts.find(session, request.cookies.get(ATTEMPT_COOKIE, ""), now=now, pepper=pepper)
    if attempt is None or attempt.staff_id is None:
        return _sign_in_page(request, next="/desk", problem=Unauthenticated())
    member = members.find(session, attempt.staff_id)
    refused = service.check_second_factor(session, member, code=code or "-", now=now, pepper=pepper)
    if refused is not None:
        return page(request, "sign_in_code.html", problem=refused, status=refused.status)
    next_path = attempt.next_path
    if not member.active or not attempts.spend(session, attempt):
        return _sign_in_page(request, next="/desk", problem=Unauthenticated())
    return _let_in(
        session, member, how="password and second factor", next=next_path, now=now, settings=settings
    )


@router.get("/login/oidc")
def ask_provider(
    request: Request,
    database: TheDatabase,
    now: Now,
    settings: TheSettings,
    next: Annotated[str, Query(max_length=300)] = "/desk",
) -> Response:
    """Send the browser to the bank's provider. No transaction is open while the provider is asked."""
    provider = _provider(request)
    pepper = settings.code_pepper.get_secret_value()
    state = new_token()
    try:
        question = provider.question(state)
    except Problem as problem:
        return _sign_in_page(request, next=next, problem=problem)
    with database.writing() as session:
        attempts.begin(
            session,
            token=state,
            nonce=question.nonce,
            code_verifier=question.code_verifier,
            next_path=own_path(next),
            now=now,
            pepper=pepper,
        )
    response = RedirectResponse(question.address, status_code=303)
    _remember(response, state, settings)
    return response


@router.get(oidc.CALLBACK)
def provider_answered(
    request: Request,
    database: TheDatabase,
    now: Now,
    settings: TheSettings,
    code: Annotated[str, Query(max_length=4000)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """The browser comes back. An answer without code (somebody pressed Cancel) leads to the sign-in page."""
    provider = _provider(request)
    pepper = settings.code_pepper.get_secret_value()
    if not code or not oidc.same_browser(request.cookies.get(ATTEMPT_COOKIE, ""), state):
        return _sign_in_page(request, next="/desk", problem=NotLetIn())
    with database.writing() as session:
        attempt = attempts.find(session, state, now=now, pepper=pepper)
        if attempt is None or not attempt.nonce or not attempts.spend(session, attempt):
            return _sign_in_page(request, next="/desk", problem=NotLetIn())
    try:
        identity = provider.identity(code=code, nonce=attempt.nonce, code_verifier=attempt.code_verifier)
    except Problem as problem:
        return _sign_in_page(request, next=attempt.next_path, problem=problem)
    with database.writing() as session:
        member = oidc.member_for(session, identity, now=now, settings=settings)
        if member is None:
            return _sign_in_page(request, next="/desk", problem=NotLetIn())
        return _let_in(session, member, how="oidc", next=attempt.next_path, now=now, settings=settings)


@router.post("/logout", dependencies=[OwnForm])
def sign_out(
    request: Request,
    me: CurrentStaff,
    session: WriteSession,
    now: Now,
    machine_now: MachineNow,
    settings: TheSettings,
) -> Response:
    """End the session; what this person was answering goes back to the queue."""
    service.sign_out(session, token=staff_token(request), pepper=settings.code_pepper.get_secret_value())
    sign_off(request, session, me, now=now, machine_now=machine_now)
    response = RedirectResponse("/login", status_code=303)
    response.delete_cookie(COOKIE, path="/")
    return response


def _let_in(
    session: WriteSession, member: StaffMember, *, how: str, next: str, now: Now, settings: Settings
) -> Response:
    pepper = settings.code_pepper.get_secret_value()
    token = service.open_session(
        session, member, how=how, now=now, hours=settings.session_hours, pepper=pepper
    )
    response = RedirectResponse(own_path(next), status_code=303)
    set_session_cookie(response, token, settings)
    response.delete_cookie(ATTEMPT_COOKIE, path="/login")
    return response


def _remember(response: Response, token: str, settings: Settings) -> None:
    response.set_cookie(
        ATTEMPT_COOKIE,
        token,
        max_age=int(attempts.LIFE.total_seconds()),
        httponly=True,
        secure=settings.secure_cookies,
        samesite="lax",  # the provider's answer is a navigation from another site
        path="/login",
    )


def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise NotFound
    return provider


def _sign_in_page(
    request: Request, *, next: str, username: str = "", problem: Problem | None = None
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    return page(
        request,
        "sign_in.html",
        next=own_path(next),
        username=username,
        problem=problem,
        passwords=settings.passwords,
        provider=request.app.state.provider is not None,
        sign_ins=request.app.state.demo_sign_ins,
        status=problem.status if problem else 200,
    )
