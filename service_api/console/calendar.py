"""The working calendar as a page: a year at a glance, the bank's own days, import, and who changed what."""

import calendar as months
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile

from service_api.audit.queries import history_of
from service_api.core.edge import Now, ReadSession, TheSettings, WriteSession
from service_api.core.problems import Malformed, NotFound, Problem
from service_api.escalation import calendars
from service_api.escalation.api import LARGEST_CALENDAR, TheDesk
from service_api.escalation.calendar import WorkingCalendar
from service_api.escalation.calendars import BadCalendar
from service_api.escalation.models import CalendarDay
from service_api.escalation.preview import Preview, preview_calendar
from service_api.escalation.service import DeskClocks
from service_api.staff.api import Manager, Supervisor
from service_api.staff.queries import display_names
from service_api.staff.roles import Permission
from service_api.staff.service import SignedIn
from service_api.web.forms import PostedForm
from service_api.web.rendering import Facts, page

router = APIRouter(prefix="/console/rules/calendar", include_in_schema=False)
FIRST_YEAR, LAST_YEAR = 2020, 2100
Year = Annotated[int | None, Query(ge=FIRST_YEAR, le=LAST_YEAR)]


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the year's picture. `look`: work, off, own-work, own-off or unknown."""

    day: date
    look: str
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """Which calendar and year the page shows; refused when there is no such calendar."""

    name: str
    year: int


def _place(
    desk: TheDesk,
    now: Now,
    settings: TheSettings,
    name: Annotated[str, Query(max_length=32)] = "cn",
    year: Year = None,
) -> Place:
    if name not in desk.profiles.calendars:
        raise NotFound
    return Place(name, year or now.astimezone(settings.zone).year)


ThePlace = Annotated[Place, Depends(_place)]


@router.get("")
def show(
    request: Request,
    me: Supervisor,
    place: ThePlace,
    session: ReadSession,
    desk: TheDesk,
    now: Now,
    done: Annotated[str, Query(pattern="^(day|unset|year|import)?$")] = "",
) -> HTMLResponse:
    return page(request, "calendar.html", me=me, done=done, **_facts(session, desk, place, me, now=now))


@router.post("/preview")
def try_out(
    request: Request,
    me: Manager,
    place: ThePlace,
    form: PostedForm,
    session: ReadSession,
    desk: TheDesk,
    now: Now,
) -> HTMLResponse:
    """What the day or the file would do to running targets; nothing is changed."""
    found, problem = _tried(session, desk, place, form, now=now)
    if "HX-Request" in request.headers:
        return page(request, "rules_preview.html", me=me, preview=found, problem=problem)
    facts = _facts(session, desk, place, me, now=now) | {"preview": found, "problem": problem}
    return page(request, "calendar.html", me=me, done="", **facts)


@router.post("/{step}")
def change(
    step: str,
    request: Request,
    me: Manager,
    place: ThePlace,
    form: PostedForm,
    session: WriteSession,
    desk: TheDesk,
    now: Now,
) -> Response:
    """Lay down a day or take it back, vouch for the year, or take the days of a file."""
    if step not in _STEPS:
        raise NotFound
    try:
        _STEPS[step](session, place, form, me, now)
    except Malformed as problem:
        facts = _facts(session, desk, place, me, now=now) | {"problem": problem}
        return page(request, "calendar.html", me=me, done="", status=422, **facts)
    calendars.recount(session, desk, place.name, by=me.actor, now=now)
    back = f"/console/rules/calendar?name={place.name}&year={place.year}&done={step}"
    return RedirectResponse(back, status_code=303)


def _set_day(session: Session, place: Place, form: FormData, me: SignedIn, now: datetime) -> None:
    day, working = _day(form)
    label = str(form.get("label", ""))
    calendars.set_day(session, place.name, day, working=working, label=label, by=me.actor, now=now)


def _unset_day(session: Session, place: Place, form: FormData, me: SignedIn, now: datetime) -> None:
    calendars.unset_day(session, place.name, _day(form)[0], by=me.actor, now=now)


def _confirm(session: Session, place: Place, _form: FormData, me: SignedIn, now: datetime) -> None:
    calendars.confirm_year(session, place.name, place.year, by=me.actor, now=now)


def _import(session: Session, place: Place, form: FormData, me: SignedIn, now: datetime) -> None:
    calendars.import_ical(session, place.name, _file(form), by=me.actor, now=now)


_STEPS = {"day": _set_day, "unset": _unset_day, "year": _confirm, "import": _import}


def _tried(
    session: Session, desk: DeskClocks, place: Place, form: FormData, *, now: datetime
) -> tuple[Preview | None, Problem | None]:
    try:
        if form.get("day"):
            day, working = _day(form)
            days = {day: working}
        else:
            days = {day: working for day, (working, _) in calendars.read_ical(_file(form)).items()}
    except Malformed as problem:
        return None, problem
    return preview_calendar(session, desk, place.name, days, now=now), None


def _day(form: FormData) -> tuple[date, bool]:
    try:
        return date.fromisoformat(str(form.get("day", ""))), form.get("working") == "yes"
    except ValueError:
        raise BadCalendar(errors=[{"field": "day", "message": "no such day"}]) from None


def _file(form: FormData) -> bytes:
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise BadCalendar("choose a file")
    content = file.file.read(LARGEST_CALENDAR + 1)
    if len(content) > LARGEST_CALENDAR:
        raise BadCalendar("the file is too large")
    return content


def _facts(session: Session, desk: DeskClocks, place: Place, me: SignedIn, *, now: datetime) -> Facts:
    terms = desk.profiles.calendars[place.name]
    first, last = date(place.year, 1, 1), date(place.year, 12, 31)
    calendar = calendars.calendar_between(session, place.name, terms, first, last)
    own = calendars.days_of_year(session, place.name, place.year)
    entries = history_of(session, ("calendar", place.name), limit=50)
    staff_ids = {row.set_by_id for row in own if row.set_by_id is not None}
    return {
        "place": place,
        "names": list(desk.profiles.calendars),
        "terms": terms,
        "months": _months(calendar, own, place.year),
        "own": own,
        "unconfirmed": calendars.unconfirmed_years(session, place.name, terms, now=now),
        "year_is_known": all(calendar.confirms(day) for day in (first, last)),
        "history": entries,
        "people": display_names(session, staff_ids | calendars.people_of(entries)),
        "may_change": me.may(Permission.MANAGE_SETTINGS),
        "preview": None,
        "problem": None,
    }


def _months(
    calendar: WorkingCalendar, own: Sequence[CalendarDay], year: int
) -> list[list[list[Cell | None]]]:
    """Twelve months of weeks from Monday; None where a week reaches into another month."""
    laid_down = {row.day: row for row in own}
    return [
        [
            [_cell(calendar, laid_down, date(year, month, n)) if n else None for n in week]
            for week in months.Calendar().monthdayscalendar(year, month)
        ]
        for month in range(1, 13)
    ]


def _cell(calendar: WorkingCalendar, own: Mapping[date, CalendarDay], day: date) -> Cell:
    if row := own.get(day):
        return Cell(day, "own-work" if row.working else "own-off", row.name)
    if not calendar.confirms(day):
        return Cell(day, "unknown", "")
    works = calendar.is_working(day)
    usual = works == (day.weekday() < 5)
    return Cell(day, ("work" if works else "off") + ("" if usual else " unusual"), "")
