"""What this room asks of the one that keeps the clocks; `escalation` answers, the composition root joins."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import Depends
from fastapi.requests import HTTPConnection
from sqlalchemy.orm import Session

from service_api.audit.service import Actor
from service_api.complaints.lifecycle import Action
from service_api.complaints.models import Complaint


@dataclass(frozen=True, slots=True)
class ClockView:
    """One running or stopped clock of a complaint. `estimated`: counted over days no calendar confirms."""

    id: uuid.UUID
    kind: str
    profile: str
    statutory: bool
    state: str
    started_at: datetime
    due_at: datetime
    breached_at: datetime | None
    stopped_at: datetime | None
    extensions: int
    estimated: bool


@dataclass(frozen=True, slots=True)
class EscalationView:
    """One level that fired. `clock` names what fired it: a clock, the facts of the case, or silence."""

    id: uuid.UUID
    level: int
    name: str
    clock: str
    reason: str
    fired_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: uuid.UUID | None


class Deadlines(Protocol):
    """The clocks and the ladder of a complaint, kept in the caller's transaction."""

    def opened(self, session: Session, complaint: Complaint, *, by: Actor, now: datetime) -> None:
        """Start every clock that applies and set `complaint.due_at`; fire what its facts demand."""
        ...

    def moved(
        self, session: Session, complaint: Complaint, *, action: Action, by: Actor, now: datetime
    ) -> None:
        """Stop, pause, resume or start clocks as their profiles say for this step."""
        ...

    def facts_changed(self, session: Session, complaint: Complaint, *, by: Actor, now: datetime) -> None:
        """Fire the levels that the facts demand now (a flag set, one more repeat)."""
        ...

    def restarted(
        self, session: Session, complaint: Complaint, *, reason: str, by: Actor, now: datetime
    ) -> None:
        """New facts: the clocks begin again."""
        ...

    def clocks_of(self, session: Session, complaint_id: uuid.UUID) -> Sequence[ClockView]: ...

    def escalations_of(
        self, session: Session, complaint_id: uuid.UUID, *, language: str
    ) -> Sequence[EscalationView]: ...


def _deadlines(connection: HTTPConnection) -> Deadlines:
    deadlines: Deadlines = connection.app.state.deadlines
    return deadlines


TheDeadlines = Annotated[Deadlines, Depends(_deadlines)]
