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

MENTIONED, NEWS = "complaint.mentioned", "complaint.news"
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
        _tell(session, complaint, member.id, about=note.id, now=now)
    return note


def add_customer_words(
    session: Session, complaint: Complaint, *, text: str, by: Actor, now: datetime
) -> ComplaintNote:
    """Keep what the customer said to their complaint."""
    note = ComplaintNote(complaint_id=complaint.id, by_id=None, text=text, at=now)
    session.add(note)
    session.flush()
    record(session, by=by, action="complaint.added_to", subject=complaint.subject, now=now, note=note.id)
    return note


def tell_handlers(session: Session, complaint: Complaint, news: str, *, about: object, now: datetime) -> None:
    """Let those who answer for the complaint know what somebody else has done, once for what it is about; who
    they are, is decided when it is delivered."""
    outbox.write(
        session,
        topic=NEWS,
        key=f"{NEWS}:{complaint.id}:{news}:{about}",
        payload={"complaint_id": str(complaint.id), "news": news},
        now=now,
    )


def notes_of(session: Session, complaint_id: uuid.UUID) -> Sequence[ComplaintNote]:
    """The oldest first."""
    return session.scalars(
        select(ComplaintNote)
        .where(ComplaintNote.complaint_id == complaint_id)
        .order_by(ComplaintNote.at, ComplaintNote.id)
        .limit(500)
    ).all()


def _tell(
    session: Session, complaint: Complaint, staff_id: uuid.UUID, *, about: uuid.UUID, now: datetime
) -> None:
    outbox.write(
        session,
        topic=MENTIONED,
        key=f"{MENTIONED}:{about}:{staff_id}",
        payload={"complaint_id": str(complaint.id), "staff_id": str(staff_id)},
        now=now,
    )


def _mentioned(session: Session, text: str) -> Sequence[StaffMember]:
    names = set(_MENTION.findall(text))
    if not names:
        return []
    query = select(StaffMember).where(StaffMember.username.in_(names), StaffMember.active)
    return session.scalars(query.order_by(StaffMember.username).limit(MOST_MENTIONS)).all()
