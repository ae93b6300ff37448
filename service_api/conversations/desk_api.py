"""What a bank's own desk software asks for its agents: the queue, and every deed of the agents' pages."""

import uuid
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from service_api.conversations import desk_queries, handover, notes, presence, queries, service, transfer
from service_api.conversations.hours import OfficeHours
from service_api.conversations.schemas import MessageView
from service_api.core.edge import MachineNow, Now, ReadSession, WriteSession
from service_api.core.problems import NotFound
from service_api.staff.api import Agent, FromOwnPage
from service_api.staff.queries import is_signed_in
from service_api.staff.service import SignedIn

router = APIRouter(prefix="/api/v1/desk", tags=["desk"])
changes = APIRouter(dependencies=[FromOwnPage])


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EntryView(BaseModel):
    """A conversation of a list. `due_at`: when a person should have answered."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    channel: str
    language: str
    answering: str
    customer_name: str | None
    tier: str | None
    reason: str | None
    queued_at: datetime | None
    due_at: datetime | None
    last_message_at: datetime
    last_text: str
    agent_name: str | None
    team: str
    unread: int


class ListView(BaseModel):
    total: int | None
    items: list[EntryView]


class PassingView(BaseModel):
    """One passing to people: why, with what they should know, and what was settled at its end."""

    model_config = ConfigDict(from_attributes=True)

    reason: str
    note: str
    packet: dict[str, object]
    asked_at: datetime
    claimed_at: datetime | None
    ended_at: datetime | None
    settled: str


class NoteView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    after_seq: int
    by: str
    text: str
    at: datetime


class TalkView(BaseModel):
    """A conversation as an agent reads it."""

    id: uuid.UUID
    channel: str
    language: str
    answering: str
    agent_id: uuid.UUID | None
    messages: list[MessageView]
    notes: list[NoteView]
    tags: list[str]
    passings: list[PassingView]


class Words(Strict):
    text: str = Field(max_length=4000)


class Said(BaseModel):
    seq: int


class HandBack(Strict):
    """`settled` is told to the customer and the assistant; `resume` lets it go on where it stopped."""

    settled: str = Field("", max_length=handover.NOTE_LENGTH)
    resume: bool = False


class PassOn(Strict):
    """To one colleague, by username, or to one team."""

    to: str = Field("", max_length=64)
    team: transfer.Team | Literal[""] = ""
    note: str = Field("", max_length=handover.NOTE_LENGTH)


class Tag(Strict):
    tag: str = Field(max_length=64)


class Presence(Strict):
    status: presence.Status
    capacity: int | None = None


class ColleagueView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    username: str
    name: str
    status: presence.Status
    load: int
    capacity: int


Talk = Annotated[uuid.UUID, Path()]


@router.get("/queues/{name}")
def queue(
    name: desk_queries.List,
    me: Agent,
    session: ReadSession,
    limit: Annotated[int, Query(ge=1, le=200)] = desk_queries.PAGE,
    skip: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> ListView:
    """`waiting` is in the order of the queue: rank by reason and tier, then waiting time."""
    found = desk_queries.entries(session, name, me.staff_id, limit=limit, skip=skip)
    total = desk_queries.counts(session, me.staff_id).of(name)
    return ListView(total=total, items=[EntryView.model_validate(entry) for entry in found])


@router.get("/colleagues")
def colleagues(_me: Agent, session: ReadSession, machine_now: MachineNow) -> list[ColleagueView]:
    found = presence.colleagues(session, machine_now=machine_now)
    return [ColleagueView.model_validate(one) for one in found]


@changes.put("/presence", status_code=204)
def set_presence(
    body: Presence, request: Request, me: Agent, session: WriteSession, now: Now, machine_now: MachineNow
) -> None:
    """Online, away or offline. Offline gives every conversation back to the queue; say `online` or `away`
    again at least every five minutes, or the same happens."""
    if body.capacity is not None:
        presence.set_capacity(
            session, me.staff_id, body.capacity, by=me.actor, now=now, machine_now=machine_now
        )
    presence.set_status(session, me.staff_id, body.status, by=me.actor, now=now, machine_now=machine_now)
    if body.status == "offline":
        leave_desk(request, session, me, now=now)


@router.get("/conversations/{conversation_id}")
def read(conversation_id: Talk, me: Agent, session: WriteSession, now: Now) -> TalkView:
    """The transcript's last hundred messages with all that stands beside it; reading it is audited."""
    talk = queries.conversation(session, conversation_id)
    service.note_reading(session, talk, by=me.actor, now=now)
    first = max(talk.last_seq - queries.PAGE, 0)
    passings = queries.hand_overs_of(session, conversation_id)
    return TalkView(
        id=talk.id,
        channel=talk.channel,
        language=talk.language,
        answering=talk.answering,
        agent_id=talk.agent_id,
        messages=queries.messages_after(session, conversation_id, after=first),
        notes=[NoteView.model_validate(note) for note in notes.notes_of(session, conversation_id)],
        tags=list(notes.tags_of(session, conversation_id)),
        passings=[PassingView.model_validate(passing) for passing in passings],
    )


@changes.post("/next")
def take_next(me: Agent, session: WriteSession, now: Now, machine_now: MachineNow) -> dict[str, uuid.UUID]:
    """Take who should be answered next. 404 when nobody waits."""
    return {"id": claim_next(session, me, now=now, machine_now=machine_now)}


@changes.post("/conversations/{conversation_id}/claim", status_code=204)
def claim(conversation_id: Talk, me: Agent, session: WriteSession, now: Now, machine_now: MachineNow) -> None:
    """Take it. 409 `taken-by-colleague` or `at-capacity`."""
    presence.seen(session, me.staff_id, machine_now=machine_now)
    talk = service.locked(session, conversation_id)
    handover.claim(session, talk, staff_id=me.staff_id, name=me.display_name, now=now)


@changes.post("/conversations/{conversation_id}/messages", status_code=201)
def answer(
    conversation_id: Talk, body: Words, me: Agent, session: WriteSession, now: Now, machine_now: MachineNow
) -> Said:
    """Say something to the customer. 409 `not-your-conversation`."""
    presence.seen(session, me.staff_id, machine_now=machine_now)
    talk = service.locked(session, conversation_id)
    return Said(seq=handover.answer(session, talk, staff_id=me.staff_id, text=body.text, now=now))


@changes.post("/conversations/{conversation_id}/hand-back", status_code=204)
def hand_back(conversation_id: Talk, body: HandBack, me: Agent, session: WriteSession, now: Now) -> None:
    talk = service.locked(session, conversation_id)
    handover.hand_back(session, talk, staff_id=me.staff_id, now=now, settled=body.settled, resume=body.resume)


@changes.post("/conversations/{conversation_id}/transfer", status_code=204)
def pass_on(conversation_id: Talk, body: PassOn, me: Agent, session: WriteSession, now: Now) -> None:
    talk = service.locked(session, conversation_id)
    transfer.pass_on(session, talk, to=body.to, team=body.team, note=body.note, staff_id=me.staff_id, now=now)


@changes.post("/conversations/{conversation_id}/close", status_code=204)
def close(conversation_id: Talk, me: Agent, session: WriteSession, now: Now) -> None:
    talk = service.locked(session, conversation_id)
    handover.close(session, talk, staff_id=me.staff_id, now=now)


@changes.post("/conversations/{conversation_id}/notes", status_code=201)
def note(conversation_id: Talk, body: Words, me: Agent, session: WriteSession, now: Now) -> dict[str, int]:
    """A remark for colleagues; `@name` tells that one."""
    talk = service.locked(session, conversation_id)
    return {"id": notes.add_note(session, talk, text=body.text, staff_id=me.staff_id, now=now).id}


@changes.post("/conversations/{conversation_id}/tags", status_code=204)
def add_tag(conversation_id: Talk, body: Tag, me: Agent, session: WriteSession, now: Now) -> None:
    talk = service.locked(session, conversation_id)
    notes.add_tag(session, talk, tag=body.tag, staff_id=me.staff_id, now=now)


def claim_next(session: WriteSession, me: SignedIn, *, now: datetime, machine_now: datetime) -> uuid.UUID:
    """Take the first that waits. Raises `NotFound` when nobody does, `AtCapacity` when there is no room."""
    presence.seen(session, me.staff_id, machine_now=machine_now)
    while (found := desk_queries.first_waiting(session, me.staff_id)) is not None:
        talk = service.locked(session, found)
        if talk.agent_id is None and talk.queued_at is not None:
            handover.claim(session, talk, staff_id=me.staff_id, name=me.display_name, now=now)
            return talk.id
        session.expire_all()
    raise NotFound("nobody waits")


def leave_desk(request: Request, session: WriteSession, me: SignedIn, *, now: datetime) -> None:
    """Give back what this person answers, as when they go offline."""
    hours: OfficeHours = request.app.state.office_hours
    transfer.leave(
        session, me.staff_id, by=me.actor, now=now, hours=hours, working_day=request.app.state.working_day
    )


def sign_off(
    request: Request, session: WriteSession, me: SignedIn, *, now: datetime, machine_now: datetime
) -> None:
    """Who signs out and is signed in nowhere else has left the desk."""
    if presence.presence_or_none(session, me.staff_id) is None or is_signed_in(session, me.staff_id, now=now):
        return
    presence.set_status(session, me.staff_id, "offline", by=me.actor, now=now, machine_now=machine_now)
    leave_desk(request, session, me, now=now)


router.include_router(changes)
