"""That the handler has spoken with the customer: how, when, and what it does to the clocks."""

from datetime import datetime
from typing import Literal, get_args

from sqlalchemy.orm import Session

from service_api.complaints.deadlines import Deadlines
from service_api.complaints.handling import act
from service_api.complaints.lifecycle import Action
from service_api.complaints.models import Complaint
from service_api.core.problems import Malformed
from service_api.staff.service import SignedIn

How = Literal["phone", "message", "visit", "mail", "letter"]
HOW: tuple[How, ...] = get_args(How)


def note_contact(
    session: Session,
    deadlines: Deadlines,
    complaint: Complaint,
    *,
    how: How,
    at: datetime | None,
    me: SignedIn,
    now: datetime,
) -> None:
    """Note that the customer was spoken with, now or before. Raises `Malformed` for a moment that cannot be.

    The clock of the first contact stops when this is noted, not at `at`: what is noted late counts as late.
    """
    spoken_at = now if at is None else at
    if not complaint.received_at <= spoken_at <= now:
        message = "a moment after the complaint was received and not in the future"
        raise Malformed(errors=[{"field": "at", "message": message}])
    act(
        session,
        deadlines,
        complaint,
        Action.CONTACT_CUSTOMER,
        by=me.actor,
        role=me.role,
        now=now,
        how=how,
        spoken_at=spoken_at.isoformat(),
    )
