"""Questions about complaints. What a person may not see is not in the answer."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Case, ColumnElement, Select, case, func, select, tuple_
from sqlalchemy.orm import Session

from service_api.complaints.lifecycle import State
from service_api.complaints.models import CLOCK_RUNS, Complaint
from service_api.complaints.schemas import CustomerLine
from service_api.complaints.search import speaks_of
from service_api.complaints.service import due_date
from service_api.complaints.visibility import of_customer, visible_to
from service_api.core.pagination import LARGEST_PAGE, BadCursor, Page, decode_cursor, encode_cursor
from service_api.core.problems import NotFound
from service_api.staff.service import SignedIn

SUMMARY_LENGTH = 60
MOST_WAITING = 5
NOT_SAID = "-"  # as a filter: branch, cause or product that nobody has said yet
TIMELINESS = ("in_time", "late", "running")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a supervisor narrows the list by; None and "" leave it open. `text` looks into descriptions,
    `timeliness` is one of `TIMELINESS`."""

    state: str | None = None
    level: int | None = None
    due_before: datetime | None = None
    overdue: bool = False
    business: str | None = None
    product: str | None = None
    cause: str | None = None
    branch: str | None = None
    owner_id: uuid.UUID | None = None
    unassigned: bool = False
    tier: str | None = None
    text: str = ""
    over: bool | None = None
    channel: str | None = None
    source: str | None = None
    received_from: datetime | None = None
    received_before: datetime | None = None
    timeliness: str | None = None
    repeated: bool = False


def complaints_for(
    session: Session, me: SignedIn, filters: Filters, *, now: datetime, cursor: str | None, limit: int = 50
) -> Page[Complaint]:
    """What this person may see: running clocks first, the longest overdue on top, then by due time."""
    query = select(Complaint).where(visible_to(me), *_conditions(filters, now=now))
    if cursor is not None:
        query = query.where(_after(cursor))
    size = min(max(limit, 1), LARGEST_PAGE)
    found = session.scalars(
        query.order_by(Complaint.desk_order, Complaint.due_at, Complaint.id).limit(size + 1)
    ).all()
    page = list(found[:size])
    return Page(page, _cursor(page[-1]) if len(found) > size else None)


def every_complaint_for(me: SignedIn, filters: Filters, *, now: datetime) -> Select[Complaint]:
    """The same list without pages, for exports that stream it."""
    query = select(Complaint).where(visible_to(me), *_conditions(filters, now=now))
    return query.order_by(Complaint.desk_order, Complaint.due_at, Complaint.id)


def complaint_for(session: Session, me: SignedIn, number: str, *, lock: bool = False) -> Complaint:
    """One complaint by its number. Raises `NotFound` also for what this person may not see."""
    query = select(Complaint).where(Complaint.number == number, visible_to(me))
    found = session.scalar(query.with_for_update(of=Complaint) if lock else query)
    if found is None:
        raise NotFound
    return found


def complaint(session: Session, complaint_id: uuid.UUID) -> Complaint:
    """Raises `NotFound`. For our own processes, which see everything."""
    found = session.get(Complaint, complaint_id)
    if found is None:
        raise NotFound
    return found


def complaints_of_conversation(
    session: Session,
    conversation_id: uuid.UUID,
    *,
    customer_id: uuid.UUID | None,
    zone: ZoneInfo = ZoneInfo("Asia/Shanghai"),
    number: str | None = None,
    limit: int = 20,
) -> list[CustomerLine]:
    """Those filed in this conversation and all of the verified customer, the newest first.

    Never another customer's: an unknown number and a forbidden one both give an empty list.
    """
    query = select(Complaint).where(of_customer(conversation_id, customer_id))
    if number is not None:
        query = query.where(Complaint.number == number)
    rows = session.scalars(
        query.order_by(Complaint.received_at.desc(), Complaint.id).limit(min(limit, LARGEST_PAGE))
    )
    return [customer_line(row, zone=zone) for row in rows]


@dataclass(frozen=True, slots=True)
class WaitingAnswer:
    """The answer to a complaint, given and neither accepted nor contested yet."""

    number: str
    answered_at: datetime


def answers_waiting(
    session: Session, conversation_id: uuid.UUID, *, customer_id: uuid.UUID | None
) -> list[WaitingAnswer]:
    """Of the complaints this conversation may speak of those whose answer waits for the customer's word."""
    rows = session.execute(
        select(Complaint.number, Complaint.answered_at)
        .where(of_customer(conversation_id, customer_id), Complaint.state == State.ANSWERED.value)
        .order_by(Complaint.answered_at.desc(), Complaint.id)
        .limit(MOST_WAITING)
    )
    return [WaitingAnswer(number, at) for number, at in rows if at is not None]


def complaint_of_customer(
    session: Session, conversation_id: uuid.UUID, number: str, *, customer_id: uuid.UUID | None
) -> Complaint:
    """One of the customer's own, locked. Raises `NotFound` for an unknown number and for another's."""
    found = session.scalar(
        select(Complaint)
        .where(Complaint.number == number, of_customer(conversation_id, customer_id))
        .with_for_update()
    )
    if found is None:
        raise NotFound
    return found


def customer_line(row: Complaint, *, zone: ZoneInfo) -> CustomerLine:
    return CustomerLine(
        number=row.number,
        state=row.state,
        received_at=row.received_at,
        due_date=due_date(row.due_at, zone),
        summary=summary_of(row),
        level=row.level,
    )


def summary_of(row: Complaint) -> str:
    """The first words of the description, on one line."""
    line = " ".join(row.description.split())
    return line if len(line) <= SUMMARY_LENGTH else f"{line[:SUMMARY_LENGTH]}…"


def is_overdue(row: Complaint, *, now: datetime) -> bool:
    return row.desk_order == CLOCK_RUNS and row.due_at <= now


def answered_before(session: Session, moment: datetime, *, limit: int = 200) -> Sequence[uuid.UUID]:
    """Complaints answered before the moment that neither side has taken further."""
    return session.scalars(
        select(Complaint.id)
        .where(Complaint.state == State.ANSWERED.value, Complaint.answered_at < moment)
        .order_by(Complaint.answered_at, Complaint.id)
        .limit(limit)
    ).all()


def timeliness(now: datetime) -> Case[str]:
    """`in_time` or `late` once answered or closed; before that `late` after the due time, else `running`."""
    finished = func.coalesce(Complaint.answered_at, Complaint.closed_at)
    return case(
        (Complaint.answered_late, "late"),
        (finished <= Complaint.due_at, "in_time"),
        (finished > Complaint.due_at, "late"),
        (Complaint.due_at <= now, "late"),
        else_="running",
    )


def _conditions(filters: Filters, *, now: datetime) -> list[ColumnElement[bool]]:
    exact = {
        Complaint.state: filters.state or None,
        Complaint.level: filters.level,
        Complaint.business: filters.business or None,
        Complaint.product: filters.product or None,
        Complaint.cause: filters.cause or None,
        Complaint.branch: filters.branch or None,
        Complaint.owner_id: filters.owner_id,
        Complaint.tier: filters.tier or None,
        Complaint.is_over: filters.over,
        Complaint.channel: filters.channel or None,
        Complaint.source: filters.source or None,
    }
    conditions: list[ColumnElement[bool]] = [
        func.coalesce(c, "") == "" if value == NOT_SAID else c == value
        for c, value in exact.items()
        if value is not None
    ]
    if filters.overdue:
        conditions += [Complaint.desk_order == CLOCK_RUNS, Complaint.due_at <= now]
    if filters.due_before is not None:
        conditions += [Complaint.desk_order == CLOCK_RUNS, Complaint.due_at < filters.due_before]
    if filters.received_from is not None:
        conditions.append(Complaint.received_at >= filters.received_from)
    if filters.received_before is not None:
        conditions.append(Complaint.received_at < filters.received_before)
    if filters.timeliness:
        conditions.append(timeliness(now) == filters.timeliness)
    if filters.repeated:
        conditions.append(Complaint.repeat_count > 0)
    if filters.unassigned:
        conditions.append(Complaint.owner_id.is_(None))
    if (found := speaks_of(filters.text)) is not None:
        conditions.append(found)
    return conditions


def _cursor(row: Complaint) -> str:
    return encode_cursor(row.desk_order, row.due_at.isoformat(), str(row.id))


def _after(cursor: str) -> ColumnElement[bool]:
    order, due, id_ = decode_cursor(cursor, length=3)
    try:
        keys = (int(order), datetime.fromisoformat(str(due)), uuid.UUID(str(id_)))
    except ValueError:
        raise BadCursor from None
    if keys[1].tzinfo is None:
        raise BadCursor
    return tuple_(Complaint.desk_order, Complaint.due_at, Complaint.id) > keys
