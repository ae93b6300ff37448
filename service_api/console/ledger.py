"""The regulator's ledger as a page; each row opens its cases."""

from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from service_api.complaints.queries import NOT_SAID
from service_api.console.report import presets
from service_api.core.edge import Now, ReadSession, TheSettings
from service_api.reports.choice import Period, ThePeriod
from service_api.reports.ledger import COLUMNS, LedgerRow, ledger, totals
from service_api.staff.api import Supervisor
from service_api.web.rendering import page

router = APIRouter(prefix="/console/ledger", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Line:
    row: LedgerRow
    link: str


@router.get("")
def the_ledger(
    request: Request,
    me: Supervisor,
    session: ReadSession,
    now: Now,
    settings: TheSettings,
    period: ThePeriod,
) -> HTMLResponse:
    rows = ledger(session, me, period, now=now, zone=settings.zone)
    return page(
        request,
        "ledger.html",
        me=me,
        period=period,
        presets=presets(now.astimezone(settings.zone).date()),
        columns=COLUMNS,
        lines=[Line(row, _link(row, period)) for row in rows],
        totals=totals(rows),
        file_query=urlencode({"first": str(period.first), "last": str(period.last)}),
    )


def _link(row: LedgerRow, period: Period) -> str:
    chosen = {
        "branch": row.branch or NOT_SAID,
        "business": row.business,
        "cause": row.cause or NOT_SAID,
        "received_from": str(period.first),
        "received_to": str(period.last),
    }
    return f"/console?{urlencode(chosen)}"
