"""Files of a conversation: the rules of attachments; seen by its visitor and by staff only."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service_api.channels.web_models import ChatFile
from service_api.conversations import service
from service_api.conversations.models import Message
from service_api.core.files import CheckedFile, keep_file
from service_api.core.i18n import say
from service_api.core.problems import NotFound, TooManyRequests

FOLDER = "chat-files"
MOST_A_DAY = 30
A_DAY = timedelta(days=1)


class TooManyFiles(TooManyRequests):
    type = "too-many-files"
    title = "今天发送的文件过多"


def receive_file(
    session: Session,
    folder: Path,
    *,
    conversation_id: uuid.UUID,
    external_id: str,
    file: CheckedFile,
    now: datetime,
) -> Message:
    """Keep what the customer sent, once per `external_id`, as a message that names it.

    The assistant cannot look at it, so it is not asked; the customer is told so. Raises `TooManyFiles`.
    """
    talk = service.locked(session, conversation_id)
    known = select(Message).where(
        Message.conversation_id == conversation_id, Message.external_id == external_id
    )
    first = session.scalar(known)
    if first is not None:
        return first
    count = select(func.count()).where(ChatFile.conversation_id == conversation_id, ChatFile.at > now - A_DAY)
    if (session.scalar(count) or 0) >= MOST_A_DAY:
        raise TooManyFiles(most=MOST_A_DAY)
    sentence = "chat_picture" if file.media_type.startswith("image/") else "chat_file"
    message = service.receive(
        session,
        conversation_id=conversation_id,
        external_id=external_id,
        text=say(talk.language, sentence, name=file.name),
        now=now,
    )
    message.text, message.raw_text, message.handled_at = (
        say(talk.language, sentence, name=file.name),
        None,
        now,
    )
    row = ChatFile(
        id=uuid.uuid4(),
        conversation_id=conversation_id,
        seq=message.seq,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        at=now,
    )
    session.add(row)
    session.flush()
    keep_file(folder, row.id, file.content)
    if talk.answering == "assistant":
        service.add_message(
            session, talk, author="system", text=say(talk.language, "chat_file_kept"), now=now
        )
    return message


def files_at(session: Session, conversation_id: uuid.UUID, seqs: Sequence[int]) -> dict[int, ChatFile]:
    """Files of the given messages, by the message's number."""
    query = select(ChatFile).where(ChatFile.conversation_id == conversation_id, ChatFile.seq.in_(seqs))
    return {file.seq: file for file in session.scalars(query.order_by(ChatFile.seq))}


def files_of(session: Session, conversation_id: uuid.UUID, *, limit: int = 200) -> Sequence[ChatFile]:
    """The latest files of a conversation, in order."""
    query = select(ChatFile).where(ChatFile.conversation_id == conversation_id)
    latest = session.scalars(query.order_by(ChatFile.seq.desc()).limit(limit)).all()
    return latest[::-1]


def file_of(session: Session, conversation_id: uuid.UUID, file_id: uuid.UUID) -> ChatFile:
    """Raises `NotFound` also when it is another conversation's."""
    found = session.get(ChatFile, file_id)
    if found is None or found.conversation_id != conversation_id:
        raise NotFound
    return found
