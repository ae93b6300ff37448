"""The supervisor's figures, and the list as a CSV file that is never whole in memory."""

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from service_api.audit.service import record
from service_api.complaints.lifecycle import State
from service_api.complaints.models import Complaint
from service_api.complaints.queries import Filters
from service_api.complaints.schemas import Business, Cause, ProductCode, Slug
from service_api.complaints.service import due_date
from service_api.core.database import Database
from service_api.core.edge import Now, ReadSession, TheDatabase, TheSettings
from service_api.reports import queries
from service_api.staff.api import CurrentStaff
from service_api.staff.roles import Permission
from service_api.staff.service import SignedIn

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])
BOM = "\ufeff"  # spreadsheets take the file for UTF-8 only with it
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
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Figures(BaseModel):
    open: int
    overdue: int
    due_soon: int
    unassigned: int
    by_level: dict[int, int]
    by_business: dict[str, int]
    by_state: dict[str, int]


@router.get("/complaints")
def figures(me: CurrentStaff, session: ReadSession, now: Now) -> Figures:
    """Counts of what is not over: overdue, due within three days, by level, business and state."""
    me.must(Permission.SUPERVISE)
    return Figures.model_validate(asdict(queries.log_figures(session, me, now=now)))


@router.get("/complaints.csv", response_class=StreamingResponse)
def export(
    me: CurrentStaff,
    database: TheDatabase,
    now: Now,
    settings: TheSettings,
    state: State | None = None,
    level: Annotated[int | None, Query(ge=0, le=9)] = None,
    overdue: bool = False,
    business: Business | None = None,
    product: ProductCode | None = None,
    cause: Cause | None = None,
    branch: Slug | None = None,
    tier: Annotated[str | None, Query(max_length=16)] = None,
    text: Annotated[str, Query(max_length=100)] = "",
) -> StreamingResponse:
    """The list as a file. The export is in the audit log before its first line leaves."""
    me.must(Permission.SUPERVISE)
    filters = Filters(
        state=state.value if state else None,
        level=level,
        overdue=overdue,
        business=business,
        product=product,
        cause=cause,
        branch=branch,
        tier=tier,
        text=text,
    )
    with database.writing() as session:
        record(
            session,
            by=me.actor,
            action="complaints.exported",
            subject=("export", "complaints"),
            now=now,
            filters=[name for name, value in asdict(filters).items() if value],
        )
    lines = _lines(database, me, filters, now=now, zone=settings.zone)
    headers = {"Content-Disposition": f'attachment; filename="complaints-{now:%Y%m%d}.csv"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


def _lines(
    database: Database, me: SignedIn, filters: Filters, *, now: datetime, zone: ZoneInfo
) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    yield BOM + _taken(buffer)
    with database.reading() as session:
        for row in queries.stream_complaints(session, me, filters, now=now):
            writer.writerow([_cell(value) for value in _values(row, zone)])
            if buffer.tell() > 32_768:
                yield _taken(buffer)
    yield _taken(buffer)


def _values(row: Complaint, zone: ZoneInfo) -> list[object]:
    counted: dict[str, object] = {
        "due_date": due_date(row.due_at, zone),
        "amount": f"{row.amount.amount:f}" if row.amount is not None else None,
    }
    return [counted[name] if name in counted else getattr(row, name) for name in COLUMNS]


def _cell(value: object) -> str:
    """As text; what a spreadsheet would run as a formula gets a quote before it."""
    if value is None:
        return ""
    text = value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
