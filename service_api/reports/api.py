"""The supervisor's figures, the list as a file that is never whole in memory, and the regulator's ledger."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from service_api.audit.service import record
from service_api.complaints.models import Complaint
from service_api.complaints.queries import Filters
from service_api.complaints.service import due_date
from service_api.core.database import Database
from service_api.core.edge import Now, ReadSession, TheDatabase, TheSettings
from service_api.reports import files, queries
from service_api.reports.choice import TheChoice, ThePeriod
from service_api.reports.figures import Report, report
from service_api.reports.ledger import LedgerRow, ledger, lines
from service_api.staff.api import Supervisor
from service_api.staff.service import SignedIn

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])
COLUMNS = (
    "number",
    "received_at",
    "due_date",
    "state",
    "level",
    "business",
    "product",
    "cause",
    "channel",
    "source",
    "branch",
    "tier",
    "amount",
    "currency",
    "repeat_count",
    "answered_at",
    "closed_at",
    "description",
)
Ending = Literal["csv", "xlsx"]


class Figures(BaseModel):
    open: int
    overdue: int
    due_soon: int
    unassigned: int
    by_level: dict[int, int]
    by_business: dict[str, int]
    by_state: dict[str, int]


@router.get("/complaints")
def figures(me: Supervisor, session: ReadSession, now: Now) -> Figures:
    """Counts of what is not over: overdue, due within three days, by level, business and state."""
    return Figures.model_validate(asdict(queries.log_figures(session, me, now=now)))


@router.get("/period")
def period_figures(
    me: Supervisor, session: ReadSession, now: Now, settings: TheSettings, period: ThePeriod
) -> Report:
    """Volume, timeliness, what about, from where, and satisfaction, of what was received in a period."""
    return report(session, me, period, now=now, zone=settings.zone)


@router.get("/complaints.{ending}", response_class=StreamingResponse)
def export(
    ending: Ending,
    me: Supervisor,
    database: TheDatabase,
    now: Now,
    settings: TheSettings,
    choice: TheChoice,
) -> StreamingResponse:
    """The list as a file, by the filters of the log. The audit log has it before its first line leaves."""
    filters = choice.filters(me, zone=settings.zone)
    _note(database, me, "complaints.exported", now=now, filters=sorted(choice.given), format=ending)
    rows = _rows(database, me, filters, now=now, zone=settings.zone)
    return _file(rows, ending, name=f"complaints-{now:%Y%m%d}")


@router.get("/ledger")
def ledger_rows(
    me: Supervisor, session: ReadSession, now: Now, settings: TheSettings, period: ThePeriod
) -> list[LedgerRow]:
    """Complaints received in the period by branch, business and cause."""
    return ledger(session, me, period, now=now, zone=settings.zone)


@router.get("/ledger.{ending}", response_class=StreamingResponse)
def ledger_file(
    ending: Ending,
    me: Supervisor,
    database: TheDatabase,
    now: Now,
    settings: TheSettings,
    period: ThePeriod,
) -> StreamingResponse:
    _note(database, me, "ledger.exported", now=now, first=period.first, last=period.last, format=ending)
    with database.reading() as session:
        rows = ledger(session, me, period, now=now, zone=settings.zone)
    return _file(lines(rows), ending, name=f"ledger-{period.first:%Y%m%d}-{period.last:%Y%m%d}")


def _note(database: Database, me: SignedIn, action: str, *, now: datetime, **facts: object) -> None:
    with database.writing() as session:
        record(session, by=me.actor, action=action, subject=("export", "complaints"), now=now, **facts)


def _file(rows: Iterable[Iterable[object]], ending: Ending, *, name: str) -> StreamingResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}
    if ending == "csv":
        return StreamingResponse(files.csv_lines(rows), media_type="text/csv; charset=utf-8", headers=headers)
    return StreamingResponse(files.workbook(rows, sheet=name[:31]), media_type=files.XLSX, headers=headers)


def _rows(
    database: Database, me: SignedIn, filters: Filters, *, now: datetime, zone: ZoneInfo
) -> Iterator[tuple[object, ...]]:
    yield COLUMNS
    with database.reading() as session:
        for row in queries.stream_complaints(session, me, filters, now=now):
            yield _values(row, zone)


def _values(row: Complaint, zone: ZoneInfo) -> tuple[object, ...]:
    counted: dict[str, object] = {
        "due_date": due_date(row.due_at, zone),
        "amount": f"{row.amount.amount:f}" if row.amount is not None else None,
    }
    return tuple(counted[name] if name in counted else getattr(row, name) for name in COLUMNS)
