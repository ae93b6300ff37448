"""The audit log for those who may read it. Reading it is a deed, too, and is written there."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.audit.proof import first_flaw
from service_api.audit.queries import Sought, entries
from service_api.audit.service import record
from service_api.complaints.models import Complaint
from service_api.console.audit_lines import lines_of
from service_api.core.edge import Now, RowId, TheSettings, WriteSession
from service_api.reports.choice import Day, beginning
from service_api.staff.api import AuditReader
from service_api.staff.models import StaffMember
from service_api.web.rendering import language_of, page

router = APIRouter(prefix="/console/audit", include_in_schema=False)
PAGE = 100
_Word = Annotated[str, Query(max_length=80)]


@dataclass(frozen=True, slots=True)
class Asked:
    """The fields of the page. `who` is a user name or an id, `about` a complaint's number or an id."""

    who: _Word = ""
    action: _Word = ""
    about: _Word = ""
    since: Day = None
    until: Day = None

    @property
    def given(self) -> dict[str, str]:
        named = {"who": self.who, "action": self.action, "about": self.about}
        days = {"since": self.since, "until": self.until}
        return {name: str(value) for name, value in (named | days).items() if value}


@router.get("")
def read(
    request: Request,
    me: AuditReader,
    asked: Annotated[Asked, Depends()],
    session: WriteSession,
    now: Now,
    settings: TheSettings,
    older_than: RowId | None = None,
) -> HTMLResponse:
    sought = Sought(
        actor=_actor(session, asked.who.strip()),
        action=asked.action.strip(),
        subject=_subject(session, asked.about.strip()),
        since=beginning(asked.since, settings.zone) if asked.since else None,
        before=beginning(asked.until + timedelta(days=1), settings.zone) if asked.until else None,
    )
    found = entries(session, sought, older_than=older_than, limit=PAGE + 1)
    shown = found[:PAGE]
    following = {**asked.given, "older_than": str(shown[-1].id)} if len(found) > PAGE else None
    facts = page(
        request,
        "audit.html",
        me=me,
        asked=asked,
        lines=lines_of(session, me, shown, language=language_of(request), zone=settings.zone),
        next_link=f"/console/audit?{urlencode(following)}" if following else "",
    )
    record(
        session, by=me.actor, action="audit.read", subject=("audit", ""), now=now, filters=sorted(asked.given)
    )
    return facts


@router.get("/proof")
def prove(request: Request, me: AuditReader, session: WriteSession, now: Now) -> HTMLResponse:
    """Check the whole chain now, as `python -m service_api audit verify` does."""
    flaw = first_flaw(session)
    record(session, by=me.actor, action="audit.verified", subject=("audit", ""), now=now, whole=flaw is None)
    template = "audit_proof.html" if "HX-Request" in request.headers else "audit_proved.html"
    return page(request, template, me=me, flaw=flaw)


def _actor(session: Session, who: str) -> str:
    """The id behind a user name; anything else is taken as an id."""
    found = session.scalar(select(StaffMember.id).where(StaffMember.username == who)) if who else None
    return str(found) if found is not None else who


def _subject(session: Session, about: str) -> str:
    """The id behind a complaint's number; anything else is taken as an id."""
    found = session.scalar(select(Complaint.id).where(Complaint.number == about.upper())) if about else None
    return str(found) if found is not None else about
