"""A complaint as one line of a table, on every page that lists complaints."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from service_api.complaints.models import CLOCK_RUNS, Complaint
from service_api.complaints.queries import summary_of
from service_api.complaints.service import due_date
from service_api.core.text import mask_name
from service_api.customers.queries import customers_by_id

SOON = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class ComplaintRow:
    """`urgency` is `late`, `soon` (three days or less) or empty; `days_left` is None when no clock runs."""

    number: str
    state: str
    business: str
    level: int
    summary: str
    tier: str | None
    customer_name: str | None
    received_at: datetime
    due_date: date
    urgency: str
    days_left: int | None
    days_late: int


def complaint_rows(
    session: Session, found: Sequence[Complaint], *, now: datetime, zone: ZoneInfo
) -> list[ComplaintRow]:
    """The lines of a page of complaints; customers' names, masked, come in one query."""
    people = customers_by_id(session, {c.customer_id for c in found if c.customer_id is not None})
    names = {key: mask_name(person.name) for key, person in people.items()}
    return [
        _row(one, names.get(one.customer_id) if one.customer_id else None, now=now, zone=zone)
        for one in found
    ]


def _row(one: Complaint, customer_name: str | None, *, now: datetime, zone: ZoneInfo) -> ComplaintRow:
    runs = one.desk_order == CLOCK_RUNS
    late = runs and one.due_at <= now
    last_day = due_date(one.due_at, zone)
    today = now.astimezone(zone).date()
    return ComplaintRow(
        number=one.number,
        state=one.state,
        business=one.business,
        level=one.level,
        summary=summary_of(one),
        tier=one.tier if one.customer_id else None,
        customer_name=customer_name,
        received_at=one.received_at,
        due_date=last_day,
        urgency="late" if late else "soon" if runs and one.due_at - now <= SOON else "",
        days_left=(last_day - today).days if runs else None,
        days_late=(today - last_day).days if late else 0,
    )
