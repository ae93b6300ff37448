"""What people at the desk hear of conversations: somebody waits, or was passed to them, or they are named.

Effects: they write to our own database in the transaction that ends the event.
"""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from service_api.complaints.teams import teams
from service_api.conversations import presence
from service_api.conversations.models import Conversation, HandOver
from service_api.core.clock import Clock
from service_api.notifications.recipients import stand_in_for
from service_api.notifications.service import tell
from service_api.outbox.service import Event
from service_api.staff import queries as staff
from service_api.staff.models import StaffMember

LEAD = "team_lead"


class DeskNotifier:
    """Who is at the desk is a matter of the machine's time."""

    def __init__(self, machine: Clock) -> None:
        self._machine = machine

    def somebody_waits(self, session: Session, event: Event, now: datetime) -> None:
        """The colleague it was passed to; those of its team who are online, or else everyone online; the team
        leads when nobody is."""
        passing = session.get_one(HandOver, event.payload["hand_over"])
        talk = session.get_one(Conversation, passing.conversation_id)
        if passing.claimed_at is not None or passing.ended_at is not None:
            return
        meant_for = session.get(StaffMember, talk.meant_for_id) if talk.meant_for_id else None
        if meant_for is not None:
            present = stand_in_for(session, meant_for, now=now) or meant_for
            self._tell(session, [present], "transfer", talk, event.key, {"reason": passing.reason}, now=now)
            return
        facts = {"reason": passing.reason, "rank": talk.queue_rank, "team": talk.team}
        self._tell(session, self._at_the_desk(session, talk.team), "waiting", talk, event.key, facts, now=now)

    def colleague_named(self, session: Session, event: Event, now: datetime) -> None:
        """One person is named in a note."""
        if event.payload["staff_id"] == event.payload["by"]:
            return
        member = session.get_one(StaffMember, uuid.UUID(event.payload["staff_id"]))
        talk = session.get_one(Conversation, uuid.UUID(event.payload["conversation_id"]))
        present = stand_in_for(session, member, now=now) or member
        self._tell(session, [present], "mention", talk, event.key, {}, now=now)

    def _at_the_desk(self, session: Session, team: str) -> Iterable[StaffMember]:
        people = presence.colleagues(session, machine_now=self._machine.now())
        online = [one.id for one in people if one.status == "online"]
        if not online:
            return staff.active_members(session, role=LEAD)
        members = {one.id for each, found in teams(session).items() if each == team for one in found}
        ours = [each for each in online if each in members]
        return [session.get_one(StaffMember, each) for each in ours or online]

    def _tell(
        self,
        session: Session,
        members: Iterable[StaffMember],
        kind: str,
        talk: Conversation,
        key: str,
        facts: Mapping[str, object],
        *,
        now: datetime,
    ) -> None:
        for member in members:
            where = {"conversation_id": str(talk.id)}
            tell(session, member, kind=kind, key=key, facts={**where, **facts}, now=now)
