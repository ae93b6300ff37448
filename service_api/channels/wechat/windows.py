"""How many messages the platform lets us send, for how long, after what the customer did.

Each kind of deed has a window of its own; the one that ends first is used up first.
"""

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service_api.channels.wechat.models import WeChatUser, WeChatWindow
from service_api.settings import Settings

WORD: Literal["word"] = "word"
TOUCH: Literal["touch"] = "touch"
CLOSED = "window_closed"


class Allowance(NamedTuple):
    messages: int
    lasts: timedelta


class Allowances(NamedTuple):
    """The platform's limits, which it has changed before: `word` after a message, `touch` after a follow, a
    scan or a menu button."""

    word: Allowance
    touch: Allowance

    @classmethod
    def of(cls, settings: Settings) -> "Allowances":
        return cls(
            Allowance(settings.wechat_messages_after_word, timedelta(hours=settings.wechat_word_hours)),
            Allowance(settings.wechat_messages_after_touch, timedelta(seconds=settings.wechat_touch_seconds)),
        )


def open_window(
    session: Session, user: WeChatUser, kind: Literal["word", "touch"], *, by: Allowances, now: datetime
) -> None:
    """The customer did something: what was held back may go out."""
    allowance = by.word if kind == WORD else by.touch
    session.merge(
        WeChatWindow(
            user_id=user.id, kind=kind, messages_left=allowance.messages, ends_at=now + allowance.lasts
        )
    )
    user.blocked_by, user.attempts, user.next_try_at = "", 0, now
    session.flush()


def messages_left(session: Session, user: WeChatUser, *, now: datetime) -> int:
    return sum(window.messages_left for window in _open(session, user, now=now))


def take_one(session: Session, user: WeChatUser, *, now: datetime) -> str | None:
    """Use up one message, and say of which window; None when none is left. Needs the user's row lock."""
    for window in _open(session, user, now=now):
        window.messages_left -= 1
        session.flush()
        return window.kind
    return None


def give_back(session: Session, user: WeChatUser, kind: str) -> None:
    """The message was not sent after all."""
    session.execute(
        update(WeChatWindow)
        .where(WeChatWindow.user_id == user.id, WeChatWindow.kind == kind)
        .values(messages_left=WeChatWindow.messages_left + 1)
    )


def shut(session: Session, user: WeChatUser, *, why: str) -> None:
    """Nothing goes out before the customer's next deed, whatever we counted."""
    session.execute(update(WeChatWindow).where(WeChatWindow.user_id == user.id).values(messages_left=0))
    user.blocked_by = why
    session.flush()


def _open(session: Session, user: WeChatUser, *, now: datetime) -> list[WeChatWindow]:
    query = select(WeChatWindow).where(
        WeChatWindow.user_id == user.id, WeChatWindow.ends_at > now, WeChatWindow.messages_left > 0
    )
    return list(session.scalars(query.order_by(WeChatWindow.ends_at, WeChatWindow.kind).limit(2)))
