"""Who is away, and to whom the ladder turns meanwhile."""

import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from service_api.core.edge import Now, ReadSession, TheSettings, WriteSession
from service_api.core.problems import Malformed
from service_api.notifications import queries, service
from service_api.notifications.service import BadAbsence
from service_api.staff.api import Supervisor
from service_api.staff.queries import active_people, display_names
from service_api.staff.roles import Permission
from service_api.staff.service import SignedIn
from service_api.web.forms import OwnForm
from service_api.web.rendering import Facts, page

router = APIRouter(prefix="/console/rules/stand-ins", include_in_schema=False)
Field = Annotated[str, Form(max_length=64)]


@router.get("")
def show(request: Request, me: Supervisor, session: ReadSession, now: Now) -> HTMLResponse:
    return page(request, "stand_ins.html", me=me, problem=None, **_facts(session, me, now=now))


@router.post("", dependencies=[OwnForm])
def add(
    request: Request,
    me: Supervisor,
    session: WriteSession,
    now: Now,
    settings: TheSettings,
    member: Field = "",
    stand_in: Field = "",
    first: Field = "",
    last: Field = "",
) -> Response:
    """Whole days in the bank's zone, both of them included."""
    me.must(Permission.APPROVE)
    try:
        service.set_stand_in(
            session,
            member_id=_person(member),
            stand_in_id=_person(stand_in),
            starts_at=max(_midnight(first, settings.zone), now),
            ends_at=_midnight(last, settings.zone, days=1),
            by=me.actor,
            now=now,
        )
    except Malformed as problem:
        facts = _facts(session, me, now=now)
        return page(request, "stand_ins.html", me=me, problem=problem, status=422, **facts)
    return RedirectResponse("/console/rules/stand-ins", status_code=303)


@router.post("/{absence_id}/end", dependencies=[OwnForm])
def end(
    absence_id: uuid.UUID,
    me: Supervisor,
    session: WriteSession,
    now: Now,
) -> Response:
    me.must(Permission.APPROVE)
    service.end_absence(session, absence_id, by=me.actor, now=now)
    return RedirectResponse("/console/rules/stand-ins", status_code=303)


def _facts(session: Session, me: SignedIn, *, now: datetime) -> Facts:
    absences = queries.absences(session, now=now)
    ids = {a.staff_id for a in absences} | {a.stand_in_id for a in absences}
    return {
        "absences": absences,
        "names": display_names(session, ids),
        "people": active_people(session),
        "may_change": me.may(Permission.APPROVE),
    }


def _person(written: str) -> uuid.UUID:
    try:
        return uuid.UUID(written)
    except ValueError:
        raise BadAbsence("choose two people") from None


def _midnight(written: str, zone: ZoneInfo, *, days: int = 0) -> datetime:
    try:
        day = date.fromisoformat(written) + timedelta(days=days)
    except (ValueError, OverflowError):
        raise BadAbsence("no such day") from None
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)
