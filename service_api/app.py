"""The composition root of the web process: settings, database, clock, rooms, pages."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

import structlog
from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import SQLAlchemyError

from service_api.core.clock import Clock, DemoClock, SystemClock
from service_api.core.database import Database
from service_api.core.logging import set_up_logging
from service_api.core.migrate import is_current
from service_api.core.problems import install_problem_handlers
from service_api.settings import Settings, load_settings
from service_api.staff import api as staff

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'self'"
    ),
}
DOCS = ("/docs", "/redoc", "/openapi.json")


def create_app(
    settings: Settings | None = None, *, database: Database | None = None, clock: Clock | None = None
) -> FastAPI:
    """Build the app. Tests hand in a database and a frozen clock; the launcher hands in nothing."""
    own = settings or load_settings()
    db = database or Database(own.database_address)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        set_up_logging(level=own.log_level, process="web")
        yield
        if database is None:
            db.close()

    app = FastAPI(title="Ting 听", version=_version(), lifespan=lifespan)
    app.state.settings = own
    app.state.database = db
    app.state.clock = clock or (DemoClock(db) if own.demo else SystemClock())
    install_problem_handlers(app)
    app.middleware("http")(_frame)
    app.include_router(staff.router)
    return app


def _version() -> str:
    try:
        return version("ting")
    except PackageNotFoundError:
        return "0.1.0"


async def _frame(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    structlog.contextvars.bind_contextvars(request_id=uuid.uuid4().hex[:12])
    response = await call_next(request)
    for name, value in SECURITY_HEADERS.items():
        if name != "Content-Security-Policy" or not request.url.path.startswith(DOCS):
            response.headers.setdefault(name, value)
    return response


def readiness(app: FastAPI) -> dict[str, str]:
    """What keeps this process from serving, by part; empty when nothing does."""
    database: Database = app.state.database
    try:
        database.ping()
        return {} if is_current(database) else {"database": "migrations are missing"}
    except SQLAlchemyError as error:
        return {"database": type(error).__name__}
