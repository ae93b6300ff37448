"""What follows from events: who hears of an escalation, and what the customer is told.

These are effects: they write to our own database in the transaction that ends the event, so that each happens
exactly once.
"""

import uuid
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from sqlalchemy.orm import Session

from service_api.audit.service import WORKER
from service_api.complaints import notes, people
from service_api.complaints.assignment import assign_by_skill
from service_api.complaints.models import Complaint
from service_api.complaints.service import due_date
from service_api.conversations.models import Conversation, Message
from service_api.conversations.plain_words import told
from service_api.conversations.service import add_message, locked
from service_api.notifications import queries
from service_api.notifications.recipients import (
    LAST_RESORT,
    LEADS,
    OWNER,
    Whom,
    fit_in_place_of,
    recipients_of,
    stand_in_for,
)
from service_api.notifications.service import add_to_digest, tell
from service_api.outbox import service as outbox
from service_api.outbox.service import Event
from service_api.staff.models import StaffMember
from service_api.staff.queries import active_members

MAIL, WEBHOOK, TOLD = "mail.send", "webhook.post", "customer.told"
COLLEAGUE = {people.ASSIGNED: "assigned", people.OFFERED: "hand_over", notes.MENTIONED: "mention"}


class Raised(BaseModel):
    """What the event of an escalation says: the level, whom it tells and how."""

    complaint_id: uuid.UUID
    level: int
    zh: str
    en: str
    reason: str
    late: bool
    fired_at: datetime
    notify: list[Whom]
    by: list[str]
    tell_customer: bool


class Notifier:
    """The handlers that need the bank's zone."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def complaint_filed(self, session: Session, event: Event, now: datetime) -> None:
        """It is given to the fittest agent, who hears of that; the team leads hear when nobody fits."""
        complaint = session.get_one(Complaint, uuid.UUID(event.payload["complaint_id"]), with_for_update=True)
        away = queries.away_now(session, now=now)
        assign_by_skill(session, complaint, by=WORKER, now=now, away=away)
        if complaint.owner_id is not None:
            return
        for member in recipients_of(session, complaint, LEADS, now=now):
            tell(
                session,
                member,
                kind="filed",
                key=f"filed:{complaint.id}",
                facts={"number": complaint.number, "business": complaint.business},
                now=now,
                complaint_id=complaint.id,
            )

    def handlers_told(self, session: Session, event: Event, now: datetime) -> None:
        """Something was done by somebody else: the owner is told, or the team leads of what nobody has."""
        complaint = session.get_one(Complaint, uuid.UUID(event.payload["complaint_id"]))
        handled = complaint.owner_id is not None or complaint.first_contact_id is not None
        for member in recipients_of(session, complaint, OWNER if handled else LEADS, now=now):
            tell(
                session,
                member,
                kind="mention",
                key=event.key,
                facts={"number": complaint.number, "news": event.payload["news"]},
                now=now,
                complaint_id=complaint.id,
            )

    def colleague_told(self, session: Session, event: Event, now: datetime) -> None:
        """One person, or who stands in, is told of a case: given to them, offered, or mentioned in a note.

        Whoever is kept away from the case hears nothing of it, in whosever place they stand.
        """
        complaint = session.get_one(Complaint, uuid.UUID(event.payload["complaint_id"]))
        member = session.get_one(StaffMember, uuid.UUID(event.payload["staff_id"]))
        if event.payload.get("by") == str(member.id):
            return
        present = fit_in_place_of(session, complaint, member, now=now)
        if present is not None:
            tell(
                session,
                present,
                kind=COLLEAGUE[event.topic],
                key=event.key,
                facts={"number": complaint.number},
                now=now,
                complaint_id=complaint.id,
            )

    def complaint_escalated(self, session: Session, event: Event, now: datetime) -> None:
        """Tell everyone of the level; catching up after a stand-still makes one line per person."""
        raised = Raised.model_validate(event.payload)
        complaint = session.get_one(Complaint, raised.complaint_id)
        for member in recipients_of(session, complaint, raised.notify, now=now):
            by_mail = "mail" in raised.by
            if raised.late:
                add_to_digest(
                    session,
                    member,
                    key=f"caught-up:{raised.fired_at:%Y%m%d%H%M}",
                    number=complaint.number,
                    level=raised.level,
                    by_mail=by_mail,
                    now=now,
                )
                continue
            tell(
                session,
                member,
                kind="escalation",
                key=event.key,
                facts={"number": complaint.number, "level": raised.level, "reason": raised.reason},
                now=now,
                complaint_id=complaint.id,
                by_mail=by_mail,
            )
        if "webhook" in raised.by:
            self._post(session, complaint, raised, key=event.key, now=now)
        if raised.tell_customer and not complaint.is_over:
            name = raised.en if _language_of(session, complaint) == "en" else raised.zh
            self.tell_customer(
                session, complaint, "complaint_escalated", {"level": name}, key=event.key, now=now
            )

    def year_unconfirmed(self, session: Session, event: Event, now: datetime) -> None:
        """The supervisors are asked to lay down the days of a year that no library knows."""
        for member in active_members(session, role=LAST_RESORT):
            present = stand_in_for(session, member, now=now) or member
            facts = {"calendar": event.payload["calendar"], "year": event.payload["year"]}
            tell(session, present, kind="calendar", key=event.key, facts=facts, now=now, by_mail=True)

    def customer_notice(self, session: Session, event: Event, now: datetime) -> None:
        """Say a fixed sentence to the customer, in their conversation and language.

        Who has no conversation is written to by the owner, whose inbox says so.
        """
        complaint = session.get_one(Complaint, uuid.UUID(event.payload["complaint_id"]))
        facts: dict[str, Any] = dict(event.payload.get("facts", {}))
        due_at = datetime.fromisoformat(facts.pop("due_at")) if "due_at" in facts else complaint.due_at
        facts.setdefault("due_date", due_date(due_at, self._zone).isoformat())
        self.tell_customer(session, complaint, event.payload["sentence"], facts, key=event.key, now=now)

    def tell_customer(
        self,
        session: Session,
        complaint: Complaint,
        sentence: str,
        facts: dict[str, object],
        *,
        key: str,
        now: datetime,
    ) -> None:
        if complaint.conversation_id is not None:
            talk = locked(session, complaint.conversation_id)
            text = told(talk, sentence, number=complaint.number, **facts)
            message = add_message(session, talk, author="system", text=text, now=now)
            if talk.channel != "web":
                self._see_that_it_arrives(session, complaint, message, now=now)
            return
        for member in recipients_of(session, complaint, OWNER, now=now):
            tell(
                session,
                member,
                kind="letter",
                key=f"letter:{key}",
                facts={"number": complaint.number, "sentence": sentence, **facts},
                now=now,
                complaint_id=complaint.id,
            )

    def _see_that_it_arrives(
        self, session: Session, complaint: Complaint, message: Message, *, now: datetime
    ) -> None:
        """On a channel with limits of its own it may have to go another way."""
        outbox.write(
            session,
            topic=TOLD,
            key=f"{TOLD}:{message.conversation_id}:{message.seq}",
            payload={
                "conversation_id": str(message.conversation_id),
                "seq": message.seq,
                "complaint_id": str(complaint.id),
            },
            now=now,
        )

    def _post(
        self, session: Session, complaint: Complaint, raised: Raised, *, key: str, now: datetime
    ) -> None:
        for endpoint in queries.active_endpoints(session):
            outbox.write(
                session,
                topic=WEBHOOK,
                key=f"{WEBHOOK}:{key}:{endpoint.id}",
                payload={
                    "endpoint_id": str(endpoint.id),
                    "body": {
                        "type": "complaint.escalated",
                        "timestamp": raised.fired_at.isoformat(),
                        "data": {
                            "number": complaint.number,
                            "level": raised.level,
                            "reason": raised.reason,
                            "due_date": due_date(complaint.due_at, self._zone).isoformat(),
                        },
                    },
                },
                now=now,
            )


def _language_of(session: Session, complaint: Complaint) -> str:
    """The one in which the customer speaks now, else the one of the complaint."""
    if complaint.conversation_id is None:
        return complaint.language
    return session.get_one(Conversation, complaint.conversation_id).language
