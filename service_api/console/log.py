"""The supervisor's complaint log: filters, the overdue first, figures on top."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from service_api.complaints import queries
from service_api.complaints.codes import BUSINESSES
from service_api.complaints.lifecycle import State
from service_api.complaints.queries import Filters
from service_api.core.edge import Now, ReadSession, TheSettings
from service_api.customers.models import TIERS
from service_api.reports.queries import log_figures
from service_api.settings import Settings
from service_api.staff.api import CurrentStaff
from service_api.staff.roles import Permission
from service_api.staff.service import SignedIn
from service_api.web.complaint_rows import complaint_rows
from service_api.web.rendering import Facts, page

router = APIRouter(prefix="/console", include_in_schema=False)


def _may_supervise(me: CurrentStaff) -> SignedIn:
    me.must(Permission.SUPERVISE)
    return me


Supervisor = Annotated[SignedIn, Depends(_may_supervise)]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The filters of the page; an empty string leaves one open, as an untouched form field sends it."""

    state: Annotated[str, Query(max_length=32)] = ""
    business: Annotated[str, Query(max_length=32)] = ""
    tier: Annotated[str, Query(max_length=16)] = ""
    level: Annotated[str, Query(pattern=r"^\d?$")] = ""
    text: Annotated[str, Query(max_length=100)] = ""
    overdue: bool = False
    cursor: Annotated[str, Query(max_length=300)] = ""

    @property
    def filters(self) -> Filters:
        return Filters(
            state=self.state or None,
            business=self.business or None,
            tier=self.tier or None,
            level=int(self.level) if self.level else None,
            text=self.text,
            overdue=self.overdue,
        )

    def query(self, *, cursor: str = "") -> str:
        named = {name: getattr(self, name) for name in ("state", "business", "tier", "level", "text")}
        if self.overdue:
            named["overdue"] = "true"
        named["cursor"] = cursor
        return urlencode({name: value for name, value in named.items() if value})


TheChoice = Annotated[Chosen, Depends()]


@router.get("")
def log(
    request: Request, me: Supervisor, chosen: TheChoice, session: ReadSession, now: Now, settings: TheSettings
) -> HTMLResponse:
    return page(
        request,
        "log.html",
        me=me,
        figures=log_figures(session, me, now=now),
        chosen=chosen,
        query=chosen.query(cursor=chosen.cursor),
        states=[state.value for state in State],
        businesses=list(BUSINESSES),
        tiers=TIERS,
        **_table(session, me, chosen, now=now, settings=settings),
    )


@router.get("/rows")
def rows(
    request: Request, me: Supervisor, chosen: TheChoice, session: ReadSession, now: Now, settings: TheSettings
) -> HTMLResponse:
    table = _table(session, me, chosen, now=now, settings=settings)
    return page(request, "complaint_table.html", me=me, **table)


@router.get("/figures")
def figures(request: Request, me: Supervisor, session: ReadSession, now: Now) -> HTMLResponse:
    return page(request, "figures.html", me=me, figures=log_figures(session, me, now=now))


def _table(session: Session, me: SignedIn, chosen: Chosen, *, now: datetime, settings: Settings) -> Facts:
    found = queries.complaints_for(session, me, chosen.filters, now=now, cursor=chosen.cursor or None)
    following = f"/console?{chosen.query(cursor=found.next_cursor)}" if found.next_cursor else None
    return {
        "rows": complaint_rows(session, found.items, now=now, zone=settings.zone),
        "next_link": following,
        "empty": "log.none",
    }
