"""What the desk says of itself: alive, and ready with every part it needs."""

from datetime import timedelta

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from service_api.articles.index import LiveIndex
from service_api.channels.rasa import Rasa
from service_api.core import heartbeat
from service_api.core.clock import SystemClock
from service_api.core.database import Database
from service_api.core.migrate import is_current

router = APIRouter(tags=["health"])
HEARTBEAT_IS_FRESH = timedelta(seconds=60)


@router.get("/healthz")
async def alive() -> dict[str, str]:
    """This process answers; says nothing of the others."""
    return {"status": "ok"}


@router.get("/readyz", response_model=None)
async def ready(request: Request) -> Response:
    """200 when database, search, assistant and worker do their part; otherwise 503 and what is missing."""
    missing = await run_in_threadpool(readiness, request.app)
    rasa: Rasa = request.app.state.rasa
    if (problem := await rasa.problem()) is not None:
        missing["assistant"] = problem
    status = "unavailable" if missing else "ok"
    return JSONResponse({"status": status, "missing": missing}, status_code=503 if missing else 200)


def readiness(app: FastAPI) -> dict[str, str]:
    """What of database, search and worker is missing, by part; empty when nothing is."""
    index: LiveIndex = app.state.index
    missing = {} if index.problem is None else {"search": index.problem}
    database: Database = app.state.database
    try:
        if is_current(database):
            return missing | _worker(database)
        return missing | {"database": "migrations are missing"}
    except SQLAlchemyError as error:
        return missing | {"database": type(error).__name__}


def _worker(database: Database) -> dict[str, str]:
    # Machine time on both sides: the demo's clock may jump.
    with database.reading() as session:
        beat = heartbeat.last_beat(session, process=heartbeat.WORKER)
    if beat is None:
        return {"worker": "has never run"}
    silent = SystemClock().now() - beat
    return {"worker": f"silent for {int(silent.total_seconds())} s"} if silent > HEARTBEAT_IS_FRESH else {}
