"""File a complaint: once per key; number, deadlines, audit entry and event in one commit."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from service_api.audit.service import Actor, record
from service_api.complaints.codes import REGULATORY_SOURCES
from service_api.complaints.deadlines import Deadlines
from service_api.complaints.duplicates import likely_duplicates
from service_api.complaints.handling import tell_customer
from service_api.complaints.lifecycle import State
from service_api.complaints.models import Complaint, ComplaintCounter, FilingKey, Recusal
from service_api.complaints.schemas import ComplaintFiling, FiledView, PossibleDuplicate
from service_api.complaints.visibility import not_recused, of_customer
from service_api.conversations.models import Conversation
from service_api.conversations.service import verified_customer_id
from service_api.core.problems import Conflict, Malformed
from service_api.core.upsert import count_up, insert_once
from service_api.customers.models import Customer
from service_api.outbox import service as outbox
from service_api.staff.models import StaffMember

FILED = "complaint.filed"
LONGEST_KEY = 255
OLDEST_INCIDENT = timedelta(days=366 * 60)
KEYS_KEPT = timedelta(days=30)


class BadFiling(Malformed):
    type = "bad-filing"
    title = "投诉内容有误"


class IdempotencyConflict(Conflict):
    type = "idempotency-conflict"
    title = "同一请求编号对应了不同的内容"


@dataclass(frozen=True, slots=True)
class Filed:
    """The outcome of filing; `again` when the same key had filed it before."""

    view: FiledView
    complaint_id: uuid.UUID
    again: bool


def file_complaint(
    session: Session,
    deadlines: Deadlines,
    filing: ComplaintFiling,
    *,
    key: str,
    by: Actor,
    now: datetime,
    zone: ZoneInfo,
) -> Filed:
    """File a complaint once per idempotency key. The statutory clock starts the day after `now`.

    The same key with the same filing answers the first result. Raises `IdempotencyConflict` for the same key
    with another filing, `BadFiling` for an unknown conversation or customer or an impossible date.
    """
    body_hash = hashlib.sha256(f"{by.kind}:{by.id}:{filing.model_dump_json()}".encode()).hexdigest()
    claim = {"key": key, "body_hash": body_hash, "answer": {}, "created_at": now}
    if not insert_once(session, FilingKey, claim, unique=["key"]):
        return _filed_before(session, key, body_hash)
    _check_incident(filing.incident_date, today=now.astimezone(zone).date())
    complaint = _complaint(session, filing, by=by, now=now, zone=zone)
    session.add(complaint)
    session.flush()
    _recuse(session, complaint, filing, now=now)
    deadlines.opened(session, complaint, by=by, now=now)
    session.flush()
    record(
        session,
        by=by,
        action=FILED,
        subject=complaint.subject,
        now=now,
        number=complaint.number,
        business=complaint.business,
        channel=complaint.channel,
        source=complaint.source,
        due_at=complaint.due_at.isoformat(),
    )
    outbox.write(
        session,
        topic=FILED,
        key=f"{FILED}:{complaint.id}",
        payload={"complaint_id": str(complaint.id)},
        now=now,
    )
    if by.kind == "staff":  # the assistant says it itself
        facts = {"due_date": due_date(complaint.due_at, zone).isoformat()}
        tell_customer(session, complaint, "complaint_filed", key="filed", now=now, **facts)
    view = FiledView(
        number=complaint.number,
        state=complaint.state,
        received_at=complaint.received_at,
        due_at=complaint.due_at,
        due_date=due_date(complaint.due_at, zone),
        possible_duplicates=_possible_duplicates(session, complaint, by=by, now=now),
    )
    used = session.get_one(FilingKey, key)
    used.complaint_id, used.answer = complaint.id, view.model_dump(mode="json")
    session.flush()
    return Filed(view, complaint.id, again=False)


def forget_keys(session: Session, *, before: datetime) -> int:
    """Delete keys of filings older than the given moment: nobody repeats a request for so long."""
    result = session.execute(delete(FilingKey).where(FilingKey.created_at < before))
    return result.rowcount if isinstance(result, CursorResult) else 0


def due_date(due_at: datetime, zone: ZoneInfo) -> date:
    """The last day on which there is still time: a deadline at 24:00 belongs to the day that ends then."""
    return (due_at.astimezone(zone) - timedelta(microseconds=1)).date()


def next_number(session: Session, *, day: date) -> str:
    """`C-20261121-0042`: the day and a count from the day's row, so that two filings never share one."""
    last = count_up(session, ComplaintCounter, {"day": day}, ComplaintCounter.last)
    return f"C-{day:%Y%m%d}-{last:04d}"


def _filed_before(session: Session, key: str, body_hash: str) -> Filed:
    used = session.scalars(select(FilingKey).where(FilingKey.key == key)).one()
    if used.body_hash != body_hash or used.complaint_id is None:
        raise IdempotencyConflict
    return Filed(FiledView.model_validate(used.answer), used.complaint_id, again=True)


def _possible_duplicates(
    session: Session, complaint: Complaint, *, by: Actor, now: datetime
) -> list[PossibleDuplicate]:
    """What the filer may know of: staff whatever they are not recused from, a customer only their own."""
    if by.kind == "staff":
        member = session.get_one(StaffMember, uuid.UUID(by.id))
        seen = not_recused(member.id, member.branch)
    elif complaint.conversation_id is not None:
        talk = session.get_one(Conversation, complaint.conversation_id)
        seen = of_customer(talk.id, verified_customer_id(talk, now=now))
    else:
        return []
    found = likely_duplicates(session, complaint, seen=seen)
    return [PossibleDuplicate.model_validate(row, from_attributes=True) for row in found]


def _check_incident(incident: date | None, *, today: date) -> None:
    if incident is None:
        return
    if incident > today:
        raise BadFiling(errors=[{"field": "incident_date", "message": "the date lies in the future"}])
    if incident < today - OLDEST_INCIDENT:
        raise BadFiling(errors=[{"field": "incident_date", "message": "the date lies too far back"}])


def _complaint(
    session: Session, filing: ComplaintFiling, *, by: Actor, now: datetime, zone: ZoneInfo
) -> Complaint:
    customer = _customer(session, filing, by=by, now=now)
    money = filing.money
    staff_id = uuid.UUID(by.id) if by.kind == "staff" else None
    return Complaint(
        number=next_number(session, day=now.astimezone(zone).date()),
        conversation_id=filing.conversation_id,
        customer_id=customer.id if customer else None,
        tier=customer.tier if customer else "ordinary",
        language=filing.language,
        complainant=filing.complainant,
        complainant_name=filing.complainant_name,
        authority=filing.authority,
        business=filing.business,
        cause=filing.cause,
        product=filing.product or "",
        channel=filing.channel,
        source=filing.source,
        branch=filing.branch,
        description=filing.description,
        demand=filing.demand,
        incident_date=filing.incident_date,
        amount_minor=money.minor if money else None,
        currency=money.currency if money else None,
        contact=filing.contact or "",
        group_size=filing.group_size,
        media=filing.media or filing.source == "media",
        regulatory=filing.source in REGULATORY_SOURCES,
        legal=filing.legal,
        strong_emotion=filing.strong_emotion,
        state=State.RECEIVED.value,
        owner_id=staff_id,
        first_contact_id=staff_id,
        received_at=now,
        due_at=now,
    )


def _recuse(session: Session, complaint: Complaint, filing: ComplaintFiling, *, now: datetime) -> None:
    names = filing.complained_of_staff
    found = session.execute(
        select(StaffMember.username, StaffMember.id)
        .where(StaffMember.username.in_(names))
        .order_by(StaffMember.username)
    ).all()
    if unknown := set(names) - {row.username for row in found}:
        raise BadFiling(
            errors=[{"field": "complained_of_staff", "message": "unknown name"} for _ in sorted(unknown)]
        )
    away: list[dict[str, uuid.UUID | str]] = [{"staff_id": row.id} for row in found]
    if filing.complained_of_branch is not None:
        away.append({"branch": filing.complained_of_branch})
    for whom in away:
        session.add(Recusal(complaint_id=complaint.id, reason="complained of", created_at=now, **whom))
    if any(whom.get("staff_id") == complaint.owner_id for whom in away):
        complaint.owner_id = complaint.first_contact_id = None
    session.flush()


def _customer(session: Session, filing: ComplaintFiling, *, by: Actor, now: datetime) -> Customer | None:
    if filing.conversation_id is not None:
        conversation = session.get(Conversation, filing.conversation_id)
        if conversation is None:
            raise BadFiling(errors=[{"field": "conversation_id", "message": "unknown conversation"}])
        proved = verified_customer_id(conversation, now=now)
        if proved is not None:
            return session.get(Customer, proved)
    if filing.customer_id is None:
        return None
    customer = session.get(Customer, filing.customer_id) if by.kind == "staff" else None
    if customer is None:
        raise BadFiling(errors=[{"field": "customer_id", "message": "unknown customer"}])
    return customer
