"""Who may see which complaint, as conditions that every question carries in its WHERE."""

import uuid

from sqlalchemy import ColumnElement, and_, exists, false, or_

from service_api.complaints.models import Complaint, Recusal
from service_api.staff.roles import Permission
from service_api.staff.service import SignedIn


def visible_to(me: SignedIn) -> ColumnElement[bool]:
    """The condition that a person may see a complaint: by role and part in it, and not recused from it."""
    away = not_recused(me.staff_id, me.branch)
    if me.may(Permission.SEE_ALL_COMPLAINTS):
        return away
    if not me.may(Permission.HANDLE_COMPLAINTS):
        return false()
    mine = or_(Complaint.owner_id == me.staff_id, Complaint.first_contact_id == me.staff_id)
    unclaimed = and_(Complaint.owner_id.is_(None), ~Complaint.is_over)
    return and_(or_(mine, unclaimed), away)


def not_recused(staff_id: uuid.UUID, branch: str) -> ColumnElement[bool]:
    """Neither the person nor the branch they work at is kept away from the complaint."""
    return ~exists().where(
        Recusal.complaint_id == Complaint.id,
        or_(Recusal.staff_id == staff_id, Recusal.branch == branch),
    )


def of_customer(conversation_id: uuid.UUID, customer_id: uuid.UUID | None) -> ColumnElement[bool]:
    """Those filed in this conversation, and all of the customer who is verified in it."""
    own = Complaint.conversation_id == conversation_id
    if customer_id is None:
        return own
    # The talk may have been another customer's before.
    return or_(and_(own, Complaint.customer_id.is_(None)), Complaint.customer_id == customer_id)
