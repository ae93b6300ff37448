"""What an open page of the desk asks every second or two: has anything changed?"""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service_api.channels import signs
from service_api.conversations import desk_queries, presence, queries
from service_api.conversations.desk_models import ConversationLook, ConversationNote
from service_api.core.edge import MachineNow, TheDatabase
from service_api.desk.marks import head_mark, queues_mark
from service_api.desk.views import latest_arrivals
from service_api.staff.api import Agent

router = APIRouter(prefix="/desk", include_in_schema=False)


class TalkPulse(BaseModel):
    """How the open conversation stands; `typing` and `read_seq` are the customer's, `arrivals` what became of
    the last messages on their way to WeChat."""

    last_seq: int
    last_note: int
    head: str
    typing: bool
    read_seq: int
    arrivals: dict[int, str]


class Pulse(BaseModel):
    """`queues` changes when the left pane would show something else."""

    queues: str
    waiting: int
    mine: int
    talk: TalkPulse | None


@router.get("/live")
def live(
    me: Agent,
    database: TheDatabase,
    machine_now: MachineNow,
    open: uuid.UUID | None = None,
    read: Annotated[int, Query(ge=0, le=2**31)] = 0,
    typing: bool = False,
) -> Pulse:
    """Asking is a sign of life. It is written only when one is due: many open pages cost little."""
    with database.reading() as session:
        pulse = _pulse(session, me.staff_id, open, machine_now=machine_now)
        due = _sign_is_due(session, me.staff_id, open, read=read, typing=typing, machine_now=machine_now)
    if due:
        with database.writing() as session:
            presence.seen(session, me.staff_id, machine_now=machine_now)
            if open is not None:
                presence.look(
                    session, open, me.staff_id, read_seq=read, typing=typing, machine_now=machine_now
                )
    return pulse


def _pulse(
    session: Session, staff_id: uuid.UUID, open_id: uuid.UUID | None, *, machine_now: MachineNow
) -> Pulse:
    counts = desk_queries.counts(session, staff_id)
    return Pulse(
        queues=queues_mark(session, staff_id, counts),
        waiting=counts.waiting,
        mine=counts.mine,
        talk=_talk(session, staff_id, open_id, machine_now=machine_now) if open_id else None,
    )


def _talk(session: Session, staff_id: uuid.UUID, open_id: uuid.UUID, *, machine_now: MachineNow) -> TalkPulse:
    talk = queries.conversation(session, open_id)
    last_note = session.scalar(
        select(func.max(ConversationNote.id)).where(ConversationNote.conversation_id == open_id)
    )
    sign = signs.visitor_sign(session, open_id)
    return TalkPulse(
        last_seq=talk.last_seq,
        last_note=last_note or 0,
        head=head_mark(session, talk, staff_id, machine_now=machine_now),
        typing=bool(sign and sign.typing_until and sign.typing_until > machine_now),
        read_seq=sign.seen_seq if sign else 0,
        arrivals=latest_arrivals(session, talk),
    )


def _sign_is_due(
    session: Session,
    staff_id: uuid.UUID,
    open_id: uuid.UUID | None,
    *,
    read: int,
    typing: bool,
    machine_now: MachineNow,
) -> bool:
    stale = machine_now - presence.SEEN_EVERY
    own = presence.presence_or_none(session, staff_id)
    if own is None or own.seen_at < stale:
        return True
    if open_id is None:
        return False
    look = session.get(ConversationLook, (open_id, staff_id))
    if look is None or look.seen_at < stale or look.read_seq < read:
        return True
    types = look.typing_until is not None and look.typing_until > machine_now + presence.TYPING_FOR / 2
    return typing != types if typing else look.typing_until is not None
