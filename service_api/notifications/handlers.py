"""What follows from events: who hears of an escalation, and what the customer is told.

These are effects: they write to our own database in the transaction that ends the event, so that each happens
exactly once.
"""

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from service_api.complaints.models import Complaint
from service_api.complaints.service import due_date
from service_api.conversations.service import add_message, locked
from service_api.core.i18n import say
from service_api.escalation.models import Escalation
from service_api.escalation.profiles import Ladder, Level, Recipients
from service_api.notifications import queries
from service_api.notifications.recipients import recipients_of
from service_api.notifications.service import add_to_digest, tell
from service_api.outbox import service as outbox
from service_api.outbox.service import Event

MAIL, WEBHOOK = "mail.send", "webhook.post"
OWNER = (Recipients(owner=True),)
LEADS = (Recipients(role="team_lead", at="own"),)


class Notifier:
    """The handlers that need the ladder and the bank's zone."""

    def __init__(self, ladder: Ladder, zone: ZoneInfo) -> None:
        self._ladder = ladder
        self._zone = zone

    def complaint_filed(self, session: Session, event: Event, now: datetime) -> None:
        """The owner hears of it, or the team leads when nobody has it yet."""
        complaint = session.get_one(Complaint, uuid.UUID(event.payload["complaint_id"]))
        for member in recipients_of(session, complaint, OWNER if complaint.owner_id else LEADS, now=now):
            tell(
                session,
                member,
                kind="filed",
                key=f"filed:{complaint.id}",
                facts={"number": complaint.number, "business": complaint.business},
                now=now,
                complaint_id=complaint.id,
            )

    def complaint_escalated(self, session: Session, event: Event, now: datetime) -> None:
        """Tell everyone of the level; catching up after a stand-still makes one line per person."""
        escalation = session.get_one(Escalation, uuid.UUID(event.payload["escalation_id"]))
        complaint = session.get_one(Complaint, escalation.complaint_id)
        level = self._ladder.level(escalation.level)
        for member in recipients_of(session, complaint, level.notify, now=now):
            by_mail = "mail" in level.by
            if escalation.late:
                key = f"caught-up:{escalation.fired_at:%Y%m%d%H%M}"
                add_to_digest(
                    session,
                    member,
                    key=key,
                    number=complaint.number,
                    level=level.level,
                    by_mail=by_mail,
                    now=now,
                )
                continue
            tell(
                session,
                member,
                kind="escalation",
                key=f"escalation:{escalation.id}",
                facts={"number": complaint.number, "level": level.level, "reason": escalation.reason},
                now=now,
                complaint_id=complaint.id,
                by_mail=by_mail,
            )
        if "webhook" in level.by:
            self._post(session, complaint, escalation, now=now)
        if level.tell_customer and not complaint.is_over:
            self._tell_customer_of(session, complaint, level, now=now)

    def customer_notice(self, session: Session, event: Event, now: datetime) -> None:
        """Say a fixed sentence to the customer, in their conversation and language.

        Who has no conversation is written to by the owner, whose inbox says so.
        """
        complaint = session.get_one(Complaint, uuid.UUID(event.payload["complaint_id"]))
        facts: dict[str, object] = dict(event.payload.get("facts", {}))
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
            text = say(complaint.language, sentence, number=complaint.number, **facts)
            talk = locked(session, complaint.conversation_id)
            add_message(session, talk, author="system", text=text, now=now)
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

    def _tell_customer_of(
        self, session: Session, complaint: Complaint, level: Level, *, now: datetime
    ) -> None:
        facts: dict[str, object] = {"level": level.name(complaint.language)}
        key = f"escalated:{complaint.id}:{level.level}"
        self.tell_customer(session, complaint, "complaint_escalated", facts, key=key, now=now)

    def _post(self, session: Session, complaint: Complaint, escalation: Escalation, *, now: datetime) -> None:
        for endpoint in queries.active_endpoints(session):
            outbox.write(
                session,
                topic=WEBHOOK,
                key=f"{WEBHOOK}:{escalation.id}:{endpoint.id}",
                payload={
                    "endpoint_id": str(endpoint.id),
                    "body": {
                        "type": "complaint.escalated",
                        "timestamp": escalation.fired_at.isoformat(),
                        "data": {
                            "number": complaint.number,
                            "level": escalation.level,
                            "reason": escalation.reason,
                            "due_date": due_date(complaint.due_at, self._zone).isoformat(),
                        },
                    },
                },
                now=now,
            )
