"""Remarks and tags of people at the desk: the customer never sees them."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service_api.audit.service import Actor, record
from service_api.conversations import service
from service_api.conversations.desk_models import ConversationNote, ConversationTag
from service_api.conversations.models import Conversation
from service_api.core.problems import Malformed
from service_api.core.text import clean, is_blank
from service_api.core.upsert import insert_once
from service_api.outbox import service as outbox
from service_api.staff.models import StaffMember

MENTIONED = "conversation.mentioned"
LONGEST_NOTE = 2000
LONGEST_TAG = 32
MOST_TAGS = 20
MOST_MENTIONS = 20
_MENTION = re.compile(r"(?<![\w@])@([a-z0-9._-]{1,64})")


class BadNote(Malformed):
    type = "bad-note"
    title = f"备注为空或超过 {LONGEST_NOTE} 字"


class BadTag(Malformed):
    type = "bad-tag"
    title = f"标签为 1 到 {LONGEST_TAG} 字，最多 {MOST_TAGS} 个"


@dataclass(frozen=True, slots=True)
class NoteView:
    id: int
    after_seq: int
    by: str
    text: str
    at: datetime


def add_note(
    session: Session, conversation: Conversation, *, text: str, staff_id: uuid.UUID, now: datetime
) -> ConversationNote:
    """Keep a remark at this place of the talk; `@name` tells that colleague. Raises `BadNote`."""
    words = clean(text)
    if is_blank(words) or len(words) > LONGEST_NOTE:
        raise BadNote
    note = ConversationNote(
        conversation_id=conversation.id,
        after_seq=conversation.last_seq,
        by_id=staff_id,
        text=words,
        at=now,
    )
    session.add(note)
    session.flush()
    record(
        session,
        by=Actor("staff", str(staff_id)),
        action="conversation.noted",
        subject=service.subject(conversation),
        now=now,
        note=note.id,
    )
    for member_id in _mentioned(session, words):
        outbox.write(
            session,
            topic=MENTIONED,
            key=f"{MENTIONED}:{note.id}:{member_id}",
            payload={
                "conversation_id": str(conversation.id),
                "staff_id": str(member_id),
                "by": str(staff_id),
            },
            now=now,
        )
    return note


def notes_of(session: Session, conversation_id: uuid.UUID, *, after_id: int = 0) -> list[NoteView]:
    """The oldest first, from the one after `after_id`."""
    rows = session.execute(
        select(ConversationNote, StaffMember.display_name)
        .join(StaffMember, StaffMember.id == ConversationNote.by_id)
        .where(ConversationNote.conversation_id == conversation_id, ConversationNote.id > after_id)
        .order_by(ConversationNote.id)
        .limit(200)
    )
    return [NoteView(note.id, note.after_seq, name, note.text, note.at) for note, name in rows]


def add_tag(
    session: Session, conversation: Conversation, *, tag: str, staff_id: uuid.UUID, now: datetime
) -> bool:
    """False when it has the tag already. Raises `BadTag`. Needs the row lock."""
    word = " ".join(clean(tag).lstrip("#").split())
    if is_blank(word) or len(word) > LONGEST_TAG:
        raise BadTag
    had = tags_of(session, conversation.id)
    if word in had:
        return False
    if len(had) >= MOST_TAGS:
        raise BadTag
    row = {"conversation_id": conversation.id, "tag": word, "by_id": staff_id, "at": now}
    return insert_once(session, ConversationTag, row, unique=["conversation_id", "tag"])


def drop_tag(session: Session, conversation: Conversation, *, tag: str) -> None:
    """A tag that is not there is dropped already."""
    session.execute(
        delete(ConversationTag).where(
            ConversationTag.conversation_id == conversation.id, ConversationTag.tag == tag
        )
    )


def tags_of(session: Session, conversation_id: uuid.UUID) -> Sequence[str]:
    query = select(ConversationTag.tag).where(ConversationTag.conversation_id == conversation_id)
    return session.scalars(query.order_by(ConversationTag.tag).limit(MOST_TAGS)).all()


def _mentioned(session: Session, text: str) -> Sequence[uuid.UUID]:
    names = set(_MENTION.findall(text))
    if not names:
        return []
    query = select(StaffMember.id).where(StaffMember.username.in_(names), StaffMember.active)
    return session.scalars(query.order_by(StaffMember.username).limit(MOST_MENTIONS)).all()
