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
from service_api.escalation.queries import unacknowledged
from service_api.staff.queries import display_names

SOON = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class ComplaintRow:
    """`urgency` is `late`, `soon` (three days or less) or empty; `days_left` is None when no clock runs.
    `unacknowledged` counts the levels that nobody has acknowledged, of an open complaint."""

    number: str
    version: int
    state: str
    business: str
    level: int
    unacknowledged: int
    owner_name: str | None
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
    """The lines of a page of complaints: three queries, however long it is. Customers' names are masked."""
    people = customers_by_id(session, {c.customer_id for c in found if c.customer_id is not None})
    owners = display_names(session, {c.owner_id for c in found if c.owner_id is not None})
    unheard = unacknowledged(session, [c.id for c in found if not c.is_over])
    customers = {key: mask_name(person.name) for key, person in people.items()}
    return [
        _row(
            one,
            customer_name=customers.get(one.customer_id) if one.customer_id else None,
            owner_name=owners.get(one.owner_id) if one.owner_id else None,
            unheard=unheard.get(one.id, 0),
            now=now,
            zone=zone,
        )
        for one in found
    ]


def _row(
    one: Complaint,
    *,
    customer_name: str | None,
    owner_name: str | None,
    unheard: int,
    now: datetime,
    zone: ZoneInfo,
) -> ComplaintRow:
    runs = one.desk_order == CLOCK_RUNS
    late = runs and one.due_at <= now
    last_day = due_date(one.due_at, zone)
    today = now.astimezone(zone).date()
    return ComplaintRow(
        number=one.number,
        version=one.version,
        state=one.state,
        business=one.business,
        level=one.level,
        unacknowledged=unheard,
        owner_name=owner_name,
        summary=summary_of(one),
        tier=one.tier if one.customer_id else None,
        customer_name=customer_name,
        received_at=one.received_at,
        due_date=last_day,
        urgency="late" if late else "soon" if runs and one.due_at - now <= SOON else "",
        days_left=(last_day - today).days if runs else None,
        days_late=(today - last_day).days if late else 0,
    )
