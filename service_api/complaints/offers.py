"""What colleagues ask a person to take over."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.complaints.case_models import HandOver
from service_api.complaints.models import Complaint
from service_api.complaints.visibility import not_recused
from service_api.staff.models import StaffMember
from service_api.staff.service import SignedIn


@dataclass(frozen=True, slots=True)
class Offer:
    """A complaint that a colleague offers; the file itself may not be seen before it is taken."""

    number: str
    business: str
    by: str
    reason: str
    first_contact: bool
    at: datetime


def offers_to(session: Session, me: SignedIn) -> list[Offer]:
    """What is offered to this person and waits for their answer, the oldest first."""
    query = (
        select(HandOver, Complaint.number, Complaint.business, StaffMember.display_name)
        .join(Complaint, Complaint.id == HandOver.complaint_id)
        .join(StaffMember, StaffMember.id == HandOver.from_id)
        .where(
            HandOver.to_id == me.staff_id,
            HandOver.answered_at.is_(None),
            not_recused(me.staff_id, me.branch),
        )
        .order_by(HandOver.offered_at, HandOver.id)
        .limit(100)
    )
    return [
        Offer(number, business, name, wish.reason, wish.first_contact, wish.offered_at)
        for wish, number, business, name in session.execute(query)
    ]
