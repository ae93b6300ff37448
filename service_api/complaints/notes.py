"""Remarks for colleagues; who is mentioned hears of it."""

import re
import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.audit.service import Actor, record
from service_api.complaints.case_models import ComplaintNote
from service_api.complaints.models import Complaint
from service_api.complaints.people import Recused, check_fit
from service_api.core.problems import Malformed
from service_api.outbox import service as outbox
from service_api.staff.models import StaffMember
from service_api.staff.service import SignedIn

MENTIONED = "complaint.mentioned"
MOST_MENTIONS = 20
_MENTION = re.compile(r"(?<![\w@])@([a-z0-9._-]{1,64})")


def add_note(
    session: Session, complaint: Complaint, *, text: str, me: SignedIn, now: datetime
) -> ComplaintNote:
    """Keep a note. `@name` tells that colleague, unless they are recused from the case."""
    note = ComplaintNote(complaint_id=complaint.id, by_id=me.staff_id, text=text, at=now)
    session.add(note)
    session.flush()
    record(session, by=me.actor, action="complaint.noted", subject=complaint.subject, now=now, note=note.id)
    for member in _mentioned(session, text):
        try:
            check_fit(session, complaint, member)
        except Recused:
            continue
        except Malformed:  # an auditor handles nothing but may well be asked
            pass
        outbox.write(
            session,
            topic=MENTIONED,
            key=f"{MENTIONED}:{note.id}:{member.id}",
            payload={"complaint_id": str(complaint.id), "staff_id": str(member.id)},
            now=now,
        )
    return note


def add_customer_words(
    session: Session, complaint: Complaint, *, text: str, by: Actor, now: datetime
) -> ComplaintNote:
    """Keep what the customer added to their complaint; its owner hears of it."""
    note = ComplaintNote(complaint_id=complaint.id, by_id=None, text=text, at=now)
    session.add(note)
    session.flush()
    record(session, by=by, action="complaint.added_to", subject=complaint.subject, now=now, note=note.id)
    if complaint.owner_id is not None:
        outbox.write(
            session,
            topic=MENTIONED,
            key=f"{MENTIONED}:{note.id}:{complaint.owner_id}",
            payload={"complaint_id": str(complaint.id), "staff_id": str(complaint.owner_id)},
            now=now,
        )
    return note


def notes_of(session: Session, complaint_id: uuid.UUID) -> Sequence[ComplaintNote]:
    """The oldest first."""
    return session.scalars(
        select(ComplaintNote)
        .where(ComplaintNote.complaint_id == complaint_id)
        .order_by(ComplaintNote.at, ComplaintNote.id)
        .limit(500)
    ).all()


def _mentioned(session: Session, text: str) -> Sequence[StaffMember]:
    names = set(_MENTION.findall(text))
    if not names:
        return []
    query = select(StaffMember).where(StaffMember.username.in_(names), StaffMember.active)
    return session.scalars(query.order_by(StaffMember.username).limit(MOST_MENTIONS)).all()
