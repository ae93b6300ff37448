"""WeChat users of the official account, what may be sent to them and until when, and what became of it."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service_api.core.database import Base, UtcDateTime
from service_api.customers.models import BIG_ID

WINDOWS = ("word", "touch")
WAYS = ("wechat", "sms", "mail", "none")


class WeChatUser(Base):
    """Ties an openid to a conversation, as long as the person follows the account.

    Every message up to `sent_seq` is dealt with; of the next one that goes to the customer `sent_characters`
    are. `lease` names the process that is sending; all times are the machine's, since the platform's limits
    do not know the demo's clock. `blocked_by` says why nothing can be sent until the customer does something.
    """

    __tablename__ = "wechat_users"
    __table_args__ = (
        CheckConstraint("sent_seq >= 0 AND sent_characters >= 0 AND attempts >= 0", name="counts"),
        Index("ix_wechat_users_due", "blocked_by", "next_try_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    openid: Mapped[str] = mapped_column(String(64), unique=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="RESTRICT"), unique=True
    )
    sent_seq: Mapped[int] = mapped_column(Integer, default=0)
    sent_characters: Mapped[int] = mapped_column(Integer, default=0)
    blocked_by: Mapped[str] = mapped_column(String(32), default="")
    lease: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WeChatWindow(Base):
    """How many messages may still be sent, and until when, because of what the customer last did.

    `word`: they wrote; `touch`: they followed, scanned or pressed a menu button that reports.
    """

    __tablename__ = "wechat_windows"
    __table_args__ = (
        CheckConstraint(f"kind IN {WINDOWS}", name="kind"),
        CheckConstraint("messages_left >= 0", name="messages_left"),
    )

    user_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("wechat_users.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    messages_left: Mapped[int] = mapped_column(Integer)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WeChatSeen(Base):
    """The keyed hash of each message and event taken in, so that the platform's repeats do nothing."""

    __tablename__ = "wechat_seen"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class WeChatMedia(Base):
    """A picture, recording or film of a message: named by its media id until it is fetched from the platform,
    which keeps it for three days. `file` is its name in the data folder; `problem` why there is none."""

    __tablename__ = "wechat_media"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        Index("ix_wechat_media_waiting", "file", "problem", "next_try_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversations.id", ondelete="RESTRICT"))
    seq: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(16))
    media_id: Mapped[str] = mapped_column(String(256))
    content_type: Mapped[str] = mapped_column(String(64), default="")
    size: Mapped[int | None] = mapped_column(Integer)
    file: Mapped[str] = mapped_column(String(64), default="")
    problem: Mapped[str] = mapped_column(String(64), default="")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def fetched(self) -> bool:
        return self.file != ""


class WeChatSending(Base):
    """What became of words for a customer: by which way they went, or why they did not.

    `through_seq` is the last message concerned; `key` is set for notices, each of which goes out once.
    """

    __tablename__ = "wechat_sendings"
    __table_args__ = (
        CheckConstraint(f"way IN {WAYS}", name="way"),
        CheckConstraint("way <> 'none' OR reason <> ''", name="reason"),
        Index("ix_wechat_sendings_conversation", "conversation_id", "id"),
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversations.id", ondelete="RESTRICT"))
    through_seq: Mapped[int] = mapped_column(Integer)
    way: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(64), default="")
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class WeChatToken(Base):
    """The account's access token, shared by all processes; one of them at a time renews it.

    `forced_on` and `forced_count` count the forced renewals of a day, of which the platform allows twenty.
    """

    __tablename__ = "wechat_tokens"

    appid: Mapped[str] = mapped_column(String(64), primary_key=True)
    token: Mapped[str] = mapped_column(Text, default="")
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    forced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    forced_on: Mapped[str] = mapped_column(String(10), default="")
    forced_count: Mapped[int] = mapped_column(Integer, default=0)
