"""Files of a conversation, sent by its customer or its agent, by the rules of attachments."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service_api.channels.web_models import ChatFile
from service_api.conversations import handover, service
from service_api.conversations.models import Conversation, Message
from service_api.core.files import CheckedFile, discard_if_undone, keep_file
from service_api.core.i18n import say
from service_api.core.problems import Conflict, NotFound, TooManyRequests

FOLDER = "chat-files"
MOST_A_DAY = 30
WECHAT_PICTURES = frozenset({"image/jpeg", "image/png", "image/gif"})
A_DAY = timedelta(days=1)


class TooManyFiles(TooManyRequests):
    type = "too-many-files"
    title = "今天发送的文件过多"


class OnlyPictures(Conflict):
    type = "only-pictures-in-wechat"
    title = "微信会话只能发送 JPG、PNG、GIF 图片"


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
    _check_number(session, conversation_id, "customer", now=now)
    words = _words_for(talk, file)
    message = service.receive(
        session, conversation_id=conversation_id, external_id=external_id, text=words, now=now
    )
    message.text, message.raw_text, message.handled_at = words, None, now
    _keep(session, folder, conversation_id, message.seq, file, now=now)
    if talk.answering == "assistant":
        service.add_message(
            session, talk, author="system", text=say(talk.language, "chat_file_kept"), now=now
        )
    return message


def send_file(
    session: Session,
    folder: Path,
    talk: Conversation,
    *,
    staff_id: uuid.UUID,
    file: CheckedFile,
    by_link: bool,
    now: datetime,
) -> int:
    """Send the customer a file as an answer that names it; gives the message's number. Needs the row lock.

    `by_link`: what WeChat does not show as a picture can be had by an address of ours. Raises `NotYours`,
    `TooManyFiles`, and `OnlyPictures` when it would reach nobody.
    """
    if talk.channel == "wechat" and not by_link and file.media_type not in WECHAT_PICTURES:
        raise OnlyPictures
    _check_number(session, talk.id, "agent", now=now)
    seq = handover.answer(session, talk, staff_id=staff_id, text=_words_for(talk, file), now=now)
    _keep(session, folder, talk.id, seq, file, now=now)
    return seq


def _check_number(session: Session, conversation_id: uuid.UUID, author: str, *, now: datetime) -> None:
    count = (
        select(func.count())
        .select_from(ChatFile)
        .join(Message, (Message.conversation_id == ChatFile.conversation_id) & (Message.seq == ChatFile.seq))
        .where(
            ChatFile.conversation_id == conversation_id, ChatFile.at > now - A_DAY, Message.author == author
        )
    )
    if (session.scalar(count) or 0) >= MOST_A_DAY:
        raise TooManyFiles(most=MOST_A_DAY)


def _words_for(talk: Conversation, file: CheckedFile) -> str:
    is_picture = file.media_type.startswith("image/")
    return say(talk.language, "chat_picture" if is_picture else "chat_file", name=file.name)


def _keep(
    session: Session,
    folder: Path,
    conversation_id: uuid.UUID,
    seq: int,
    file: CheckedFile,
    *,
    now: datetime,
) -> None:
    row = ChatFile(
        id=uuid.uuid4(),
        conversation_id=conversation_id,
        seq=seq,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        at=now,
    )
    session.add(row)
    session.flush()
    keep_file(folder, row.id, file.content)
    discard_if_undone(session, folder, row.id)


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
