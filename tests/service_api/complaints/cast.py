"""A few people who handle complaints, and what the customer was told."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.escalation.service import DeskClocks
from service_api.outbox.models import OutboxEvent
from service_api.staff.models import StaffMember
from service_api.staff.service import SignedIn
from tests.service_api.signed_in import a_member, signed_in

DESK = DeskClocks()


class People:
    """A few people, as rows and as signed in."""

    def __init__(self, session: Session) -> None:
        self.rows = {
            name: a_member(session, name, role=role)
            for name, role in (
                ("ann", "agent"),
                ("bob", "agent"),
                ("lead", "team_lead"),
                ("boss", "supervisor"),
            )
        }

    def __getitem__(self, name: str) -> SignedIn:
        return signed_in(self.rows[name])

    def row(self, name: str) -> StaffMember:
        return self.rows[name]


def topics(session: Session) -> list[str]:
    events = session.scalars(select(OutboxEvent).order_by(OutboxEvent.id))
    return [event.payload.get("sentence", event.topic) for event in events]
