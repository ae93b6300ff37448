"""What became of each message for a customer in WeChat, as the people at the desk may know it."""

import uuid
from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from service_api.channels.wechat import queries
from service_api.channels.wechat.delivery import AS_LINK, NOT_FOLLOWING
from service_api.channels.wechat.models import WeChatSending, WeChatUser

SENT, SENDING, DELAYED, FAILED = "sent", "sending", "delayed", "failed"
ARRIVALS = (SENT, AS_LINK, SENDING, DELAYED, FAILED, "window_closed", NOT_FOLLOWING)


def arrivals(session: Session, conversation_id: uuid.UUID, seqs: Sequence[int]) -> dict[int, str]:
    """For each of these messages one of `ARRIVALS`."""
    user = queries.user_of(session, conversation_id)
    passed = user.sent_seq if user is not None else 0
    dealt_with = _dealt_with(session, conversation_id, from_seq=min(seqs, default=0))
    return {
        seq: _of(next((each for each in dealt_with if each.through_seq >= seq), None))
        if seq <= passed or user is None
        else _waiting(user)
        for seq in seqs
    }


def _dealt_with(session: Session, conversation_id: uuid.UUID, *, from_seq: int) -> Sequence[WeChatSending]:
    """Records after which the cursor had moved on, in order; not those of a closed window or of notices."""
    moved_on = or_(
        WeChatSending.way == "wechat",
        WeChatSending.reason.like("errcode%"),
        WeChatSending.reason.like("file%"),
    )
    query = select(WeChatSending).where(
        WeChatSending.conversation_id == conversation_id,
        WeChatSending.through_seq >= from_seq,
        WeChatSending.key.is_(None),
        moved_on,
    )
    return session.scalars(query.order_by(WeChatSending.id).limit(1000)).all()


def _of(record: WeChatSending | None) -> str:
    if record is None:
        return NOT_FOLLOWING
    if record.way != "wechat":
        return FAILED
    return record.reason or SENT


def _waiting(user: WeChatUser) -> str:
    return user.blocked_by or (DELAYED if user.attempts else SENDING)
