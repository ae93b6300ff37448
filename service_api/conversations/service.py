"""What happens to a conversation: it opens, the customer writes, people join and leave, it closes."""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service_api.audit.service import Actor, record
from service_api.conversations.models import WAITING, Conversation, Message, VisitorToken
from service_api.conversations.plain_words import told
from service_api.core.i18n import say
from service_api.core.problems import NotFound, Problem, Unauthenticated
from service_api.core.security import new_token, token_hash
from service_api.core.text import clean, hide_numbers, is_blank
from service_api.customers import verification

LONGEST_TEXT = 2000
TOKEN_LIFE = timedelta(days=90)
PROOF_LASTS = timedelta(hours=12)
TOUCHED = "touched_conversations"
# Six digits by themselves, also full-width or grouped: a one-time code, when one is awaited.
_DIGIT = r"[\d零〇一二三四五六七八九幺]"
CODE = re.compile(rf"(?<!{_DIGIT}){_DIGIT}(?:[ 、，–—-]?{_DIGIT}){{5}}(?!{_DIGIT})")


class EmptyMessage(Problem):
    status = 422
    type = "empty-message"
    title = "消息为空"


class MessageTooLong(Problem):
    status = 422
    type = "message-too-long"
    title = f"消息过长，最多 {LONGEST_TEXT} 字"


class VerificationRequired(Problem):
    status = 403
    type = "verification-required"
    title = "需要先验证身份"


@dataclass(frozen=True, slots=True)
class Opened:
    """A new conversation and the only copy of its token."""

    conversation: Conversation
    token: str


def open_conversation(session: Session, *, channel: str, language: str, now: datetime, pepper: str) -> Opened:
    conversation = Conversation(channel=channel, language=language, created_at=now, last_message_at=now)
    session.add(conversation)
    session.flush()
    token = new_token()
    session.add(
        VisitorToken(
            token_hash=token_hash(token, pepper=pepper),
            conversation_id=conversation.id,
            created_at=now,
            expires_at=now + TOKEN_LIFE,
        )
    )
    session.flush()
    return Opened(conversation, token)


def visitor_conversation_id(session: Session, *, token: str, now: datetime, pepper: str) -> uuid.UUID:
    """Whose token this is. Raises `Unauthenticated` for an unknown or expired one."""
    found = session.scalar(
        select(VisitorToken.conversation_id).where(
            VisitorToken.token_hash == token_hash(token, pepper=pepper), VisitorToken.expires_at > now
        )
    )
    if found is None:
        raise Unauthenticated
    return found


def locked(session: Session, conversation_id: uuid.UUID) -> Conversation:
    """The conversation, its row locked until the transaction ends. Raises `NotFound`."""
    query = select(Conversation).where(Conversation.id == conversation_id).with_for_update()
    # What was read before the lock was held may be old.
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def add_message(
    session: Session,
    conversation: Conversation,
    *,
    author: str,
    text: str,
    now: datetime,
    buttons: list[dict[str, str]] | None = None,
    agent_id: uuid.UUID | None = None,
    external_id: str | None = None,
    raw_text: str | None = None,
    handled_at: datetime | None = None,
) -> Message:
    """Append with the next number. The caller holds the conversation's row lock (`locked`)."""
    conversation.last_seq += 1
    conversation.last_message_at = now
    message = Message(
        conversation_id=conversation.id,
        seq=conversation.last_seq,
        author=author,
        agent_id=agent_id,
        text=text,
        raw_text=raw_text,
        buttons=buttons or [],
        external_id=external_id,
        created_at=now,
        handled_at=handled_at,
    )
    session.add(message)
    touch(session, conversation)
    return message


def message_under(session: Session, conversation: Conversation, external_id: str) -> Message | None:
    """The message that its sender gave this id to."""
    query = select(Message).where(
        Message.conversation_id == conversation.id, Message.external_id == external_id
    )
    return session.scalar(query)


def receive(
    session: Session, *, conversation_id: uuid.UUID, external_id: str, text: str, now: datetime
) -> Message:
    """Store what the customer wrote, once per `external_id`; the same again gives the first message back.

    Card and resident ID numbers are masked for everybody, a one-time code in the transcript.
    Raises `EmptyMessage`, `MessageTooLong`, `NotFound`.
    """
    cleaned = hide_numbers(checked(text))
    conversation = locked(session, conversation_id)
    known = message_under(session, conversation, external_id)
    if known is not None:
        return known
    if conversation.closed_at is not None:
        conversation.closed_at = None
        conversation.session_number, conversation.turn_count = conversation.session_number + 1, 0
    shown = CODE.sub(say(conversation.language, "masked_code"), cleaned)
    if shown != cleaned and not verification.awaits_code(session, conversation_id=conversation_id, now=now):
        shown = cleaned
    person = conversation.answering != "assistant"
    if conversation.answering == "agent" and conversation.unanswered_since is None:
        conversation.unanswered_since = now
    return add_message(
        session,
        conversation,
        author="customer",
        text=shown,
        raw_text=cleaned if shown != cleaned and not person else None,
        external_id=external_id,
        now=now,
        handled_at=now if person else None,
    )


def checked(text: str) -> str:
    """The text without what nobody can see. Raises `EmptyMessage` and `MessageTooLong`."""
    cleaned = clean(text)
    if is_blank(cleaned):
        raise EmptyMessage
    if len(cleaned) > LONGEST_TEXT:
        raise MessageTooLong(longest=LONGEST_TEXT)
    return cleaned


def verified_customer_id(conversation: Conversation, *, now: datetime) -> uuid.UUID | None:
    """Who writes here, as proved within the last twelve hours; None when nobody was, or it wore off."""
    return conversation.customer_id if lasts(conversation.verified_at, now=now) else None


def lasts(proved_at: datetime | None, *, now: datetime) -> bool:
    """Whether a proof of that moment still holds."""
    return proved_at is not None and now < proved_at + PROOF_LASTS


def hand_to_people(session: Session, conversation: Conversation, *, now: datetime) -> None:
    """Customers' messages still waiting for the assistant are a person's from now on."""
    session.execute(
        update(Message)
        .where(Message.conversation_id == conversation.id, *WAITING)
        .values(handled_at=now, raw_text=None)
    )


def close(session: Session, conversation: Conversation, *, by: Actor, now: datetime) -> None:
    """End it; the customer may simply write again, which opens it anew."""
    conversation.answering, conversation.agent_id = "assistant", None
    conversation.queued_at = None
    conversation.closed_at = now
    hand_to_people(session, conversation, now=now)
    text = told(conversation, "conversation_closed")
    add_message(session, conversation, author="system", text=text, now=now)
    record(session, by=by, action="conversation.closed", subject=subject(conversation), now=now)


def note_reading(session: Session, conversation: Conversation, *, by: Actor, now: datetime) -> None:
    """Somebody of the staff reads it: a deed too."""
    record(session, by=by, action="conversation.read", subject=subject(conversation), now=now)


def subject(conversation: Conversation) -> tuple[str, str]:
    """How the audit log names it."""
    return ("conversation", str(conversation.id))


def touch(session: Session, conversation: Conversation) -> None:
    """Say that readers should look, once the transaction has committed."""
    session.info.setdefault(TOUCHED, set()).add(conversation.id)
