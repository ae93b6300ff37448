"""What staff decide about clocks and levels, and the bank's calendar."""

import uuid
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, File, UploadFile
from fastapi.requests import HTTPConnection
from pydantic import BaseModel, ConfigDict, Field

from service_api.complaints.case_file import Number, ToChange
from service_api.complaints.schemas import ShortText
from service_api.core.edge import Now, ReadSession, TheSettings, WriteSession
from service_api.core.problems import Malformed, NotFound
from service_api.escalation import calendars, steering
from service_api.escalation.models import ComplaintClock
from service_api.escalation.service import DeskClocks
from service_api.staff.api import CurrentStaff, FromOwnPage, Manager, Supervisor

router = APIRouter(prefix="/api/v1", tags=["clocks"])
LARGEST_CALENDAR = 1024 * 1024


def _desk(connection: HTTPConnection) -> DeskClocks:
    desk: DeskClocks = connection.app.state.deadlines
    return desk


TheDesk = Annotated[DeskClocks, Depends(_desk)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Reason(Strict):
    reason: ShortText


class DueView(BaseModel):
    id: uuid.UUID
    kind: str
    state: str
    due_at: str
    extensions: int


class DayEntry(Strict):
    day: date
    working: bool
    name: Annotated[str, Field(max_length=calendars.LONGEST_LABEL)] = ""


class CalendarView(BaseModel):
    """The bank's own days of a year, and the years nobody vouches for."""

    days: list[DayEntry]
    unconfirmed_years: list[int]


@router.post("/complaints/{number}/clocks/{clock_id}/{step}", dependencies=[FromOwnPage])
def steer(
    clock_id: uuid.UUID,
    step: Literal["extend", "pause", "resume"],
    body: Reason,
    complaint: ToChange,
    me: CurrentStaff,
    session: WriteSession,
    desk: TheDesk,
    now: Now,
    settings: TheSettings,
) -> DueView:
    """Extend a clock (the customer is told), pause it for an external appraisal, or let it go on."""
    if step == "extend":
        zone, reason = settings.zone, body.reason
        row = steering.extend(session, desk, complaint, clock_id, reason=reason, me=me, now=now, zone=zone)
    elif step == "pause":
        row = steering.pause_for_appraisal(
            session, desk, complaint, clock_id, reason=body.reason, me=me, now=now
        )
    else:
        row = steering.resume(session, desk, complaint, clock_id, me=me, now=now)
    return _due(row)


@router.post("/complaints/{number}/complex", status_code=204, dependencies=[FromOwnPage])
def set_complex(
    complaint: ToChange,
    me: CurrentStaff,
    session: WriteSession,
    desk: TheDesk,
    now: Now,
) -> None:
    """The matter is complex: the longer legal period applies, and the customer is told."""
    steering.set_complex(session, desk, complaint, me=me, now=now)


@router.post(
    "/complaints/{number}/escalations/{escalation_id}/acknowledge",
    status_code=204,
    dependencies=[FromOwnPage],
)
def acknowledge(
    number: Number, escalation_id: uuid.UUID, me: CurrentStaff, session: WriteSession, now: Now
) -> None:
    """Take note of a level, so that the next one does not fire."""
    complaint = steering.complaint_of(session, me, number)
    steering.acknowledge(session, complaint, escalation_id, me=me, now=now)


@router.get("/calendars/{name}/{year}")
def calendar(
    name: str, year: int, _me: Supervisor, session: ReadSession, desk: TheDesk, now: Now
) -> CalendarView:
    """What the bank has laid down for the year, and which of this and the next year nobody has confirmed."""
    terms = desk.profiles.calendars.get(name)
    if terms is None:
        raise NotFound
    days = [
        DayEntry(day=row.day, working=row.working, name=row.name)
        for row in calendars.days_of_year(session, name, year)
    ]
    return CalendarView(
        days=days, unconfirmed_years=calendars.unconfirmed_years(session, name, terms, now=now)
    )


@router.put("/calendars/{name}/days", status_code=204, dependencies=[FromOwnPage])
def set_day(name: str, body: DayEntry, me: Manager, session: WriteSession, desk: TheDesk, now: Now) -> None:
    """Say whether a day is worked; running clocks of working time are counted again."""
    _known(desk, name)
    calendars.set_day(session, name, body.day, working=body.working, label=body.name, by=me.actor, now=now)
    calendars.recount(session, desk, name, by=me.actor, now=now)


@router.delete("/calendars/{name}/days/{day}", status_code=204, dependencies=[FromOwnPage])
def unset_day(name: str, day: date, me: Manager, session: WriteSession, desk: TheDesk, now: Now) -> None:
    """Take the bank's own word on a day back; running clocks of working time are counted again."""
    _known(desk, name)
    calendars.unset_day(session, name, day, by=me.actor, now=now)
    calendars.recount(session, desk, name, by=me.actor, now=now)


@router.put("/calendars/{name}/years/{year}", status_code=204, dependencies=[FromOwnPage])
def confirm_year(name: str, year: int, me: Manager, session: WriteSession, desk: TheDesk, now: Now) -> None:
    """Vouch for a year: its days off are complete in the table."""
    _known(desk, name)
    calendars.confirm_year(session, name, year, by=me.actor, now=now)
    calendars.recount(session, desk, name, by=me.actor, now=now)


@router.post("/calendars/{name}/import", dependencies=[FromOwnPage])
def import_calendar(
    name: str,
    file: Annotated[UploadFile, File()],
    me: Manager,
    session: WriteSession,
    desk: TheDesk,
    now: Now,
) -> dict[str, int]:
    """Take the all-day events of an iCalendar file as days off, or as worked days where they say so."""
    _known(desk, name)
    content = file.file.read(LARGEST_CALENDAR + 1)
    if len(content) > LARGEST_CALENDAR:
        raise Malformed("the file is too large")
    days = calendars.import_ical(session, name, content, by=me.actor, now=now)
    calendars.recount(session, desk, name, by=me.actor, now=now)
    return {"days": days}


def _known(desk: DeskClocks, name: str) -> None:
    if name not in desk.profiles.calendars:
        raise NotFound


def _due(row: ComplaintClock) -> DueView:
    return DueView(
        id=row.id, kind=row.kind, state=row.status, due_at=row.due_at.isoformat(), extensions=row.extensions
    )
