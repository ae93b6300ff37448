"""One complaint as a page: the facts, the clocks, who was told, the history, and what may be done now."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from service_api.audit import queries as audit
from service_api.complaints.deadlines import ClockView, Deadlines, EscalationView
from service_api.complaints.lifecycle import Action, State, actions_from
from service_api.complaints.models import Complaint
from service_api.complaints.service import due_date
from service_api.core.text import mask_name, mask_phone
from service_api.customers import queries as customers
from service_api.staff import queries as staff
from service_api.staff.service import SignedIn

# Steps that need no words of their own; decisions and answers have their own form.
PLAIN_ACTIONS = (
    Action.ACKNOWLEDGE,
    Action.INVESTIGATE,
    Action.CUSTOMER_REPLIED,
    Action.ACCEPT,
    Action.REJECT,
    Action.CLOSE,
    Action.WITHDRAW,
    Action.REOPEN,
)


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """`who` is empty for a deed of the system; `step` is a lifecycle action, when the deed was one."""

    at: datetime
    actor_kind: str
    who: str
    action: str
    level: int | None


@dataclass(frozen=True, slots=True)
class ComplaintFile:
    number: str
    version: int
    state: str
    business: str
    cause: str | None
    description: str
    amount_minor: int | None
    currency: str | None
    incident_date: date | None
    contact: str
    customer_name: str | None
    tier: str | None
    branch: str | None
    level: int
    received_at: datetime
    due_date: date
    owner: str | None
    first_contact: str | None
    conversation_id: uuid.UUID | None
    clocks: tuple[ClockView, ...]
    escalations: tuple[EscalationView, ...]
    history: tuple[HistoryLine, ...]
    actions: tuple[str, ...]


def complaint_file(
    session: Session, deadlines: Deadlines, one: Complaint, me: SignedIn, *, language: str, zone: ZoneInfo
) -> ComplaintFile:
    """Everything the page shows, masked as the desk shows customers."""
    entries = audit.history_of(session, one.subject)
    people = {uuid.UUID(e.actor_id) for e in entries if e.actor_kind == "staff" and e.actor_id}
    people |= {person for person in (one.owner_id, one.first_contact_id) if person is not None}
    names = staff.display_names(session, people)
    who = customers.customer(session, one.customer_id) if one.customer_id else None
    allowed = actions_from(State(one.state), role=me.role)
    return ComplaintFile(
        number=one.number,
        version=one.version,
        state=one.state,
        business=one.business,
        cause=one.cause,
        description=one.description,
        amount_minor=one.amount_minor,
        currency=one.currency,
        incident_date=one.incident_date,
        contact=mask_phone(one.contact) if one.contact else "",
        customer_name=mask_name(who.name) if who else None,
        tier=who.tier if who else None,
        branch=one.branch,
        level=one.level,
        received_at=one.received_at,
        due_date=due_date(one.due_at, zone),
        owner=names.get(one.owner_id) if one.owner_id else None,
        first_contact=names.get(one.first_contact_id) if one.first_contact_id else None,
        conversation_id=one.conversation_id,
        clocks=tuple(deadlines.clocks_of(session, one.id)),
        escalations=tuple(deadlines.escalations_of(session, one.id, language=language)),
        history=tuple(
            HistoryLine(
                at=entry.at,
                actor_kind=entry.actor_kind,
                who=names.get(uuid.UUID(entry.actor_id), "") if entry.actor_kind == "staff" else "",
                action=entry.action,
                level=entry.facts.get("level"),
            )
            for entry in entries
        ),
        actions=tuple(action.value for action in PLAIN_ACTIONS if action.value in allowed),
    )
