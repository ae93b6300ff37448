"""Questions about WeChat users and what was sent to them."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from service_api.channels.wechat.models import WeChatMedia, WeChatSending, WeChatUser
from service_api.conversations.models import Conversation, Message


def user_by_openid(session: Session, openid: str) -> WeChatUser | None:
    """Their row locked until the transaction ends."""
    return session.scalar(select(WeChatUser).where(WeChatUser.openid == openid).with_for_update())


def locked_user_of(session: Session, conversation_id: uuid.UUID) -> WeChatUser | None:
    """Who follows in this conversation; None for other channels and for those who left."""
    query = select(WeChatUser).where(WeChatUser.conversation_id == conversation_id)
    return session.scalar(query.with_for_update())


def user_of(session: Session, conversation_id: uuid.UUID) -> WeChatUser | None:
    return session.scalar(select(WeChatUser).where(WeChatUser.conversation_id == conversation_id))


def due(session: Session, *, machine_now: datetime, limit: int) -> Sequence[uuid.UUID]:
    """Conversations in which something waits that may be sent now, the longest waiting first."""
    waits = exists().where(
        Message.conversation_id == WeChatUser.conversation_id,
        Message.seq > WeChatUser.sent_seq,
        Message.author != "customer",
    )
    query = (
        select(WeChatUser.conversation_id)
        .join(Conversation, Conversation.id == WeChatUser.conversation_id)
        .where(
            WeChatUser.blocked_by == "",
            WeChatUser.next_try_at <= machine_now,
            or_(WeChatUser.lease_until.is_(None), WeChatUser.lease_until <= machine_now),
            Conversation.last_seq > WeChatUser.sent_seq,
            waits,
        )
        .order_by(WeChatUser.next_try_at, WeChatUser.id)
        .limit(limit)
    )
    return session.scalars(query).all()


def sendings_of(session: Session, conversation_id: uuid.UUID, *, limit: int = 100) -> Sequence[WeChatSending]:
    """What became of words in this conversation, the latest first."""
    query = select(WeChatSending).where(WeChatSending.conversation_id == conversation_id)
    return session.scalars(query.order_by(WeChatSending.id.desc()).limit(limit)).all()


def refusal_of(session: Session, conversation_id: uuid.UUID, *, seq: int, waits: Collection[str]) -> str:
    """Why the platform will never take a message that was passed over; empty when it took it.

    `waits` are the reasons for which a message is only held back.
    """
    passed = or_(WeChatSending.way == "wechat", WeChatSending.reason.not_in(waits))
    query = select(WeChatSending.way, WeChatSending.reason).where(
        WeChatSending.conversation_id == conversation_id,
        WeChatSending.key.is_(None),
        WeChatSending.through_seq >= seq,
        passed,
    )
    first = session.execute(query.order_by(WeChatSending.id).limit(1)).first()
    return first.reason if first is not None and first.way == "none" else ""


def media_of(session: Session, conversation_id: uuid.UUID) -> Sequence[WeChatMedia]:
    """Pictures, recordings and films, in the order of the conversation."""
    query = select(WeChatMedia).where(WeChatMedia.conversation_id == conversation_id)
    return session.scalars(query.order_by(WeChatMedia.seq).limit(200)).all()


def media_at(session: Session, conversation_id: uuid.UUID, seq: int) -> WeChatMedia | None:
    """What came with this message."""
    query = select(WeChatMedia).where(WeChatMedia.conversation_id == conversation_id, WeChatMedia.seq == seq)
    return session.scalar(query)
