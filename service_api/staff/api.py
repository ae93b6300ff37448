"""Staff sign-in for the API, and what other rooms' endpoints ask of the signed-in person."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.params import Depends as DependsOn
from fastapi.requests import HTTPConnection
from pydantic import BaseModel, Field

from service_api.core.edge import Now, ReadSession, TheSettings, WriteSession
from service_api.core.problems import Problem, Unauthenticated, problem_response
from service_api.settings import Settings
from service_api.staff import service
from service_api.staff.roles import Permission
from service_api.staff.service import SignedIn

COOKIE = "ting_staff"


class PasswordsOff(Problem):
    status = 403
    type = "passwords-off"
    title = "请使用统一身份认证登录"


router = APIRouter(prefix="/api/v1/staff", tags=["staff"])


class SignIn(BaseModel):
    username: str = Field(max_length=64)
    password: str = Field(max_length=200)
    code: str = Field("", max_length=16, description="Of the authenticator app, where there is one.")


class SignedInView(BaseModel):
    username: str
    display_name: str
    role: str
    branch: str
    csrf_token: str


def staff_token(connection: HTTPConnection) -> str:
    """From the cookie of the pages or the bearer token of an API client."""
    token = connection.cookies.get(COOKIE, "")
    scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
    return bearer.strip() if scheme.lower() == "bearer" else token


def _signed_in(connection: HTTPConnection, session: ReadSession, now: Now, settings: TheSettings) -> SignedIn:
    token = staff_token(connection)
    if not token:
        raise Unauthenticated
    return service.signed_in(session, token=token, now=now, pepper=settings.code_pepper.get_secret_value())


CurrentStaff = Annotated[SignedIn, Depends(_signed_in)]


def who_may(*permissions: Permission) -> DependsOn:
    """What a route asks first: a signed-in person with all of these. Others are answered 401 or 403."""

    def allowed(me: CurrentStaff) -> SignedIn:
        for permission in permissions:
            me.must(permission)
        return me

    return DependsOn(allowed)


Agent = Annotated[SignedIn, who_may(Permission.ANSWER_CUSTOMERS)]
CaseHandler = Annotated[SignedIn, who_may(Permission.HANDLE_COMPLAINTS)]
Approver = Annotated[SignedIn, who_may(Permission.APPROVE)]
Organiser = Annotated[SignedIn, who_may(Permission.ORGANISE)]
Supervisor = Annotated[SignedIn, who_may(Permission.SUPERVISE)]
Manager = Annotated[SignedIn, who_may(Permission.MANAGE_SETTINGS)]
AuditReader = Annotated[SignedIn, who_may(Permission.READ_AUDIT)]


def require_csrf(request: Request, me: CurrentStaff) -> None:
    """Every change that rides on the cookie must carry the session's CSRF token (header `X-CSRF-Token`).

    A bearer token cannot be sent by a foreign page, so API clients need none.
    """
    if "authorization" not in request.headers:
        me.check_csrf(request.headers.get("x-csrf-token", ""))


FromOwnPage = Depends(require_csrf)


def set_session_cookie(response: Response, token: str, settings: Settings) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=settings.session_hours * 3600,
        httponly=True,
        secure=settings.secure_cookies,
        samesite="lax",
        path="/",
    )


def open_session(
    session: WriteSession, body: SignIn, *, now: datetime, settings: Settings
) -> tuple[str, SignedIn] | Problem:
    if not settings.passwords:
        return PasswordsOff()
    pepper = settings.code_pepper.get_secret_value()
    outcome = service.sign_in(
        session,
        username=body.username,
        password=body.password,
        code=body.code,
        now=now,
        hours=settings.session_hours,
        pepper=pepper,
    )
    if isinstance(outcome, Problem):
        return outcome
    return outcome[0], service.signed_in(session, token=outcome[0], now=now, pepper=pepper)


@router.post("/session", status_code=201, response_model=SignedInView)
def sign_in(body: SignIn, session: WriteSession, now: Now, settings: TheSettings) -> Response:
    """Sign in. The answer sets the session cookie; its token also works as a bearer token.

    401 `second-factor-needed` asks for the same with `code`.
    """
    outcome = open_session(session, body, now=now, settings=settings)
    if isinstance(outcome, Problem):
        return problem_response(outcome)
    token, me = outcome
    view = SignedInView.model_validate(me, from_attributes=True)
    response = Response(view.model_dump_json(), status_code=201, media_type="application/json")
    set_session_cookie(response, token, settings)
    return response


@router.get("/session")
def who_am_i(me: CurrentStaff) -> SignedInView:
    return SignedInView.model_validate(me, from_attributes=True)


@router.delete("/session", status_code=204, dependencies=[FromOwnPage])
def sign_out(request: Request, session: WriteSession, settings: TheSettings) -> Response:
    service.sign_out(session, token=staff_token(request), pepper=settings.code_pepper.get_secret_value())
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/")
    return response
