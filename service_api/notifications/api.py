"""A person's inbox, stand-ins, webhook receivers, and events that could not be delivered."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from service_api.audit.service import Deed, record, record_apart
from service_api.complaints.people import member_named
from service_api.core.edge import Moment, Now, ReadSession, RowId, TheDatabase, WriteSession
from service_api.core.problems import NotFound
from service_api.notifications import queries, service, webhooks
from service_api.outbox import queries as outbox_queries
from service_api.outbox import service as outbox
from service_api.staff.api import CurrentStaff, FromOwnPage, Manager
from service_api.staff.roles import Permission

router = APIRouter(prefix="/api/v1", tags=["notifications"])


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class InboxLine(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    kind: str
    facts: dict[str, Any]  # what the line is made of, by kind
    created_at: datetime
    read_at: datetime | None


class Inbox(BaseModel):
    unread: int
    items: list[InboxLine]


class StandIn(Strict):
    username: str = Field(max_length=64)
    stand_in: str = Field(max_length=64)
    starts_at: Moment
    ends_at: Moment


class Receiver(Strict):
    url: str = Field(max_length=500)


class NewReceiver(BaseModel):
    """The secret is shown once, here."""

    id: uuid.UUID
    url: str
    secret: str


class DeadLetter(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    topic: str
    created_at: datetime
    attempts: int
    last_error: str


@router.get("/inbox")
def inbox(
    me: CurrentStaff,
    session: ReadSession,
    database: TheDatabase,
    now: Now,
    unread: bool = True,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Inbox:
    """Your own lines, the newest first. Each look is in the audit log."""
    items = queries.inbox_of(session, me.staff_id, unread=unread, limit=limit)
    lines = [InboxLine.model_validate(item) for item in items]
    look = Deed(me.actor, "inbox.read", ("staff", str(me.staff_id)), {"shown": len(lines)})
    record_apart(database, look, now=now)
    return Inbox(unread=queries.unread_count(session, me.staff_id), items=lines)


@router.post("/inbox/{item_id}/read", status_code=204, dependencies=[FromOwnPage])
def read(item_id: uuid.UUID, me: CurrentStaff, session: WriteSession, now: Now) -> None:
    service.mark_read(session, staff_id=me.staff_id, item_id=item_id, now=now)


@router.post("/stand-ins", status_code=204, dependencies=[FromOwnPage])
def stand_in(body: StandIn, me: CurrentStaff, session: WriteSession, now: Now) -> None:
    """Say who stands in while somebody is away; for yourself, or as a lead for anybody."""
    me.must(Permission.HANDLE_COMPLAINTS if body.username == me.username else Permission.APPROVE)
    service.set_stand_in(
        session,
        member_id=member_named(session, body.username).id,
        stand_in_id=member_named(session, body.stand_in).id,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        by=me.actor,
        now=now,
    )


@router.post("/webhooks", status_code=201, dependencies=[FromOwnPage])
def add_receiver(body: Receiver, me: Manager, session: WriteSession, now: Now) -> NewReceiver:
    """Have another system told; what it gets is signed with the secret of this answer."""
    endpoint = webhooks.add_endpoint(session, url=body.url, by=me.actor, now=now)
    return NewReceiver(id=endpoint.id, url=endpoint.url, secret=endpoint.secret)


@router.get("/dead-letters")
def dead_letters(_me: Manager, session: ReadSession) -> list[DeadLetter]:
    """Events that were given up after ten attempts."""
    return [DeadLetter.model_validate(event) for event in outbox_queries.dead_letters(session)]


@router.post("/dead-letters/{event_id}/replay", status_code=204, dependencies=[FromOwnPage])
def replay(event_id: RowId, me: Manager, session: WriteSession, now: Now) -> None:
    """Try one again."""
    if not outbox.replay(session, event_id=event_id, now=now):
        raise NotFound
    record(session, by=me.actor, action="outbox.replayed", subject=("outbox", str(event_id)), now=now)
