"""Small signs between the two sides: typing now, read so far. Losing one loses nothing that was said."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service_api.channels.web_models import VisitorSign
from service_api.conversations import service
from service_api.conversations.desk_models import ConversationLook
from service_api.conversations.models import Conversation
from service_api.conversations.queries import Pulse
from service_api.core.upsert import insert_once

TYPING_LASTS = timedelta(seconds=6)


@dataclass(frozen=True, slots=True)
class PeopleSigns:
    """What the people at the desk do in a conversation, as its customer may know it."""

    read_seq: int = 0
    typing: bool = False


class Look(NamedTuple):
    """Everything that a reader of a conversation would see change."""

    pulse: Pulse
    people: PeopleSigns


def note_visitor(
    session: Session,
    conversation_id: uuid.UUID,
    *,
    seen: int | None = None,
    typing: bool | None = None,
    machine_now: datetime,
) -> None:
    """Keep what the visitor does; a number of messages that there are not is cut to the last one."""
    first = {"conversation_id": conversation_id, "seen_seq": 0, "seen_at": machine_now}
    insert_once(session, VisitorSign, first, unique=["conversation_id"])
    sign = session.get_one(VisitorSign, conversation_id, with_for_update=True)
    talk = session.get_one(Conversation, conversation_id)
    if seen is not None:
        sign.seen_seq = max(sign.seen_seq, min(seen, talk.last_seq))
    if typing is not None:
        sign.typing_until = machine_now + TYPING_LASTS if typing else None
    sign.seen_at = machine_now
    session.flush()
    service.touch(session, talk)


def visitor_sign(session: Session, conversation_id: uuid.UUID) -> VisitorSign | None:
    """For the people at the desk: how far the visitor has read, and until when they count as typing."""
    return session.get(VisitorSign, conversation_id)


def visitor_types(session: Session, conversation_id: uuid.UUID, *, machine_now: datetime) -> bool:
    sign = visitor_sign(session, conversation_id)
    return sign is not None and sign.typing_until is not None and sign.typing_until > machine_now


def people_signs(
    session: Session, ids: Sequence[uuid.UUID], *, machine_now: datetime
) -> dict[uuid.UUID, PeopleSigns]:
    """Of those who answer in the given conversations; colleagues who only look are left out."""
    rows = session.execute(
        select(
            ConversationLook.conversation_id,
            func.max(ConversationLook.read_seq),
            func.max(ConversationLook.typing_until),
        )
        .join(Conversation, Conversation.id == ConversationLook.conversation_id)
        .where(ConversationLook.conversation_id.in_(ids), ConversationLook.staff_id == Conversation.agent_id)
        .group_by(ConversationLook.conversation_id)
        .order_by(ConversationLook.conversation_id)
    ).all()
    return {key: PeopleSigns(read, until is not None and until > machine_now) for key, read, until in rows}
