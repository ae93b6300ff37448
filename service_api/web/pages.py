"""The front door: home, the full-page chat, staff sign-in, language, and the demo's controls."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import structlog
from fastapi import APIRouter, FastAPI, Form, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.core.clock import DemoClock
from service_api.core.database import NO_ANSWER, does_not_answer
from service_api.core.edge import ReadSession, TheSettings, WriteSession
from service_api.core.problems import (
    NotFound,
    Problem,
    Unauthenticated,
    Unavailable,
    problem_response,
    unreadable,
)
from service_api.customers.models import Customer, CustomerPhone, DemoMessage
from service_api.web.forms import Text
from service_api.web.refusals import refusal_of
from service_api.web.rendering import (
    LANGUAGE_COOKIE,
    LANGUAGES,
    THEME_COOKIE,
    THEMES,
    Facts,
    language_of,
    page,
    words,
)

log = structlog.get_logger(__name__)
STATIC = Path(__file__).parent / "static"
PAGE_ROOTS = ("/desk", "/console")
RETRY_SECONDS = 5
router = APIRouter(include_in_schema=False)


def install_pages(app: FastAPI) -> None:
    """Serve the assets, and show people a page instead of a problem document."""
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.include_router(router)
    app.add_exception_handler(Problem, _problem_page)  # type: ignore[arg-type]  # Starlette's handlers take Exception
    app.add_exception_handler(RequestValidationError, _unreadable_page)  # type: ignore[arg-type]  # as above
    for failure in NO_ANSWER:
        app.add_exception_handler(failure, _no_database_page)


async def _problem_page(request: Request, problem: Problem) -> Response:
    if not _wants_page(request):
        response: Response = problem_response(problem, title=_title(request, problem))
        if isinstance(problem, Unauthenticated) and "HX-Request" in request.headers:
            response.headers["HX-Redirect"] = "/login"
        return response
    if isinstance(problem, Unauthenticated):
        return RedirectResponse(f"/login?next={quote(request.url.path)}", status_code=303)
    return page(request, "problem.html", problem=problem, status=problem.status)


async def _unreadable_page(request: Request, error: RequestValidationError) -> Response:
    return await _problem_page(request, unreadable(error))


async def _no_database_page(request: Request, error: Exception) -> Response:
    """Nothing was written, and the same may be asked again: that is no fault of the program."""
    if not does_not_answer(error):
        raise error
    log.error("the database does not answer", path=request.url.path, error=type(error).__name__)
    return await _problem_page(request, Unavailable(retry_after=RETRY_SECONDS))


def _title(request: Request, problem: Problem) -> str:
    """The scripts of staff pages show it; everybody else knows a problem by its type."""
    if not request.url.path.startswith(PAGE_ROOTS):
        return problem.title
    return refusal_of(problem, words(language_of(request))).says


def _wants_page(request: Request) -> bool:
    return request.url.path.startswith(PAGE_ROOTS) and "HX-Request" not in request.headers


@router.get("/")
def home(request: Request, session: ReadSession) -> HTMLResponse:
    return page(request, "home.html", **_demo_facts(request, session))


@router.get("/chat")
def chat(request: Request) -> HTMLResponse:
    return page(request, "chat.html")


@router.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """The API for a bank's engineers, with assets of our own: their network may reach no other host."""
    return page(request, "docs.html")


@router.post("/language")
def choose_language(language: Text, back: Text = "/") -> Response:
    response = RedirectResponse(own_path(back), status_code=303)
    if language in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=31_536_000, samesite="lax", httponly=True)
    return response


@router.post("/theme")
def choose_theme(theme: Text = "", back: Text = "/") -> Response:
    """Dark or light; anything else follows the system again."""
    response = RedirectResponse(own_path(back), status_code=303)
    if theme in THEMES:
        response.set_cookie(THEME_COOKIE, theme, max_age=31_536_000, samesite="lax", httponly=True)
    else:
        response.delete_cookie(THEME_COOKIE)
    return response


@router.get("/demo/codes")
def demo_codes(request: Request, session: ReadSession, settings: TheSettings) -> HTMLResponse:
    """The text messages the demo would have sent, as a fragment."""
    if not settings.demo:
        raise NotFound
    return page(request, "demo_codes.html", demo_messages=_demo_messages(session))


@router.post("/demo/clock/forward")
def move_demo_clock(
    request: Request,
    session: WriteSession,
    settings: TheSettings,
    days: Annotated[int, Form(ge=1, le=400)],
) -> Response:
    """Move the demo's clock forward; absent outside the demo."""
    clock = request.app.state.clock
    if not settings.demo or not isinstance(clock, DemoClock):
        raise NotFound
    clock.move(session, by=timedelta(days=days))
    return RedirectResponse("/", status_code=303)


def own_path(target: str) -> str:
    """Only a path of this site: a sign-in must not send people elsewhere."""
    is_path = target.startswith("/") and not target.startswith("//") and "\\" not in target
    return target if is_path and target.isprintable() else "/desk"


def _demo_facts(request: Request, session: Session) -> Facts:
    if not request.app.state.settings.demo:
        return {}
    customers = session.execute(
        select(Customer.name, Customer.tier, CustomerPhone.number)
        .join(CustomerPhone, CustomerPhone.customer_id == Customer.id)
        .order_by(Customer.created_at, Customer.name, CustomerPhone.number)
        .limit(10)
    ).all()
    return {
        "sign_ins": _sign_ins(request),
        "demo_messages": _demo_messages(session),
        "customers": [
            {"name": c.name, "tier": c.tier, "phone": c.number.removeprefix("+86")} for c in customers
        ],
    }


def _demo_messages(session: Session) -> list[dict[str, object]]:
    rows = session.scalars(select(DemoMessage).order_by(DemoMessage.id.desc()).limit(5)).all()
    return [{"to": row.phone, "text": row.text, "at": row.created_at} for row in rows]


def _sign_ins(request: Request) -> Sequence[object]:
    """Published sign-ins, set by the composition root from the seed; none outside the demo."""
    published: Sequence[object] = request.app.state.demo_sign_ins
    return published
