"""Bring what was said in a conversation to the customer's WeChat: joined, in order, within the limits.

What is to be sent is what stands in the transcript behind a cursor, so nothing is queued twice and nothing
is lost with a process. A message is leased before it is sent and the cursor moves after; only when a process
dies in between, or the platform's answer is lost, does the customer read a message twice.

A picture is uploaded first, then sent. When the platform will not take it, words with an address go instead.
"""

import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.channels.wechat import queries, windows
from service_api.channels.wechat.enclosures import Enclosures
from service_api.channels.wechat.models import WeChatSending, WeChatUser
from service_api.channels.wechat.platform import (
    BUSY,
    FILE_NOT_TAKEN,
    NOT_A_FOLLOWER,
    STALE_TOKEN,
    WINDOW_OVER,
    Refused,
    Unreachable,
)
from service_api.channels.wechat.sender import Sender
from service_api.channels.wechat.tokens import NoToken
from service_api.channels.wechat.wording import Chunk, Words, next_chunk, rendered
from service_api.conversations import queries as conversations
from service_api.core.clock import Clock
from service_api.core.database import Database
from service_api.core.files import FileLost
from service_api.core.i18n import say

log = structlog.get_logger(__name__)
LEASE = timedelta(seconds=60)
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=5)
NOT_FOLLOWING = "not_following"
AS_LINK = "as_link"  # how a picture went that was not taken as one
FILE_MISSING = "file_missing"


class Overtaken(Exception):
    """The lease ran out during an upload: the message is another process's now."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message on its way. `window` is what it was counted against."""

    user_id: uuid.UUID
    conversation_id: uuid.UUID
    openid: str
    chunk: Chunk
    window: str
    lease: str


class Delivery:
    """One per process. The methods block on the database and on the platform: call them in a thread."""

    def __init__(
        self, database: Database, sender: Sender, enclosures: Enclosures, *, clock: Clock, machine: Clock
    ) -> None:
        self._database = database
        self._sender = sender
        self._enclosures = enclosures
        self._clock = clock
        self._machine = machine

    def deliver(self, conversation_id: uuid.UUID) -> bool:
        """Send what waits, as far as it may be sent. False when the platform is not to be had."""
        while (parcel := self._claim(conversation_id)) is not None:
            try:
                how = self._send(parcel)
            except Refused as refusal:
                if refusal.code in BUSY | STALE_TOKEN:
                    self._try_later(parcel, why=str(refusal))
                    return False
                self._give_up(parcel, code=refusal.code)
            except FileLost:
                self._pass_over(parcel, reason=FILE_MISSING)
            except Overtaken:
                return True
            except (Unreachable, NoToken) as error:
                self._try_later(parcel, why=error.why)
                return False
            else:
                self._note_sent(parcel, how)
        return True

    def deliver_due(self, *, limit: int = 50) -> int:
        """Everyone for whom something waits, until the platform fails. How many were tried."""
        with self._database.reading() as session:
            due = queries.due(session, machine_now=self._machine.now(), limit=limit)
        for tried, conversation_id in enumerate(due, start=1):
            if not self.deliver(conversation_id):
                return tried
        return len(due)

    def _send(self, parcel: Parcel) -> str:
        """How it went, when not as usual."""
        text, picture = parcel.chunk.text, parcel.chunk.picture
        if picture is None:
            if text:
                self._sender.send(parcel.openid, text)
            return ""
        content = self._enclosures.content(picture)
        try:
            media_id = self._sender.upload(name=picture.name, media_type=picture.media_type, content=content)
            self._renew_lease(parcel)  # an upload may have taken long
            self._sender.send_picture(parcel.openid, media_id)
        except Refused as refusal:
            if refusal.code not in FILE_NOT_TAKEN or not text:
                raise
            log.warning("picture not taken", errcode=refusal.code)
            self._sender.send(parcel.openid, text)
            return AS_LINK
        return ""

    def _renew_lease(self, parcel: Parcel) -> None:
        """Raises `Overtaken`."""
        with self._database.writing() as session:
            user = self._leased(session, parcel)
            if user is None:
                raise Overtaken
            user.lease, user.lease_until = parcel.lease, self._machine.now() + LEASE

    def _claim(self, conversation_id: uuid.UUID) -> Parcel | None:
        now = self._machine.now()
        with self._database.writing() as session:
            user = queries.locked_user_of(session, conversation_id)
            if user is None or user.next_try_at > now or user.blocked_by:
                return None
            if user.lease_until is not None and user.lease_until > now:
                return None
            words = self._waiting(session, user)
            if not words:
                return None
            window = windows.take_one(session, user, now=now)
            if window is None:
                self._block(session, user, why=windows.CLOSED, through_seq=words[-1].seq)
                return None
            more = None
            if windows.messages_left(session, user, now=now) == 0:
                more = say(conversations.conversation(session, conversation_id).language, "wechat_more")
            chunk = next_chunk(words, skip=user.sent_characters, after_seq=user.sent_seq, more=more)
            user.lease, user.lease_until = secrets.token_hex(16), now + LEASE
            return Parcel(user.id, conversation_id, user.openid, chunk, window, user.lease)

    def _waiting(self, session: Session, user: WeChatUser) -> list[Words]:
        """What stands behind the cursor, which passes over the customer's own words."""
        talk = conversations.conversation(session, user.conversation_id)
        slot = str(talk.assistant_state.get("requested_slot") or "")
        while views := conversations.messages_after(session, talk.id, after=user.sent_seq):
            enclosed = self._enclosures.of(session, talk, views, now=self._machine.now())
            words = rendered(views, requested_slot=slot, enclosed=enclosed)
            if words:
                return words
            user.sent_seq, user.sent_characters = views[-1].seq, 0
        return []

    def _note_sent(self, parcel: Parcel, how: str) -> None:
        with self._database.writing() as session:
            user = self._leased(session, parcel)
            if user is not None:
                self._pass(user, parcel)
                user.attempts = 0
            self._record(session, parcel.conversation_id, parcel.chunk.through_seq, way="wechat", reason=how)

    def _give_up(self, parcel: Parcel, *, code: int) -> None:
        """Wait for the customer when the platform says so; pass over what it will never take."""
        log.warning("message refused", conversation_id=str(parcel.conversation_id), errcode=code)
        if code not in WINDOW_OVER | NOT_A_FOLLOWER:
            self._pass_over(parcel, reason=f"errcode_{code}")
            return
        why = windows.CLOSED if code in WINDOW_OVER else NOT_FOLLOWING
        with self._database.writing() as session:
            user = self._leased(session, parcel)
            if user is not None:
                self._block(session, user, why=why, through_seq=parcel.chunk.through_seq)

    def _pass_over(self, parcel: Parcel, *, reason: str) -> None:
        """It will never arrive: go on with what comes after it, and keep why."""
        with self._database.writing() as session:
            user = self._leased(session, parcel)
            if user is None:
                return
            windows.give_back(session, user, parcel.window)
            self._pass(user, parcel)
            self._record(session, user.conversation_id, parcel.chunk.through_seq, way="none", reason=reason)

    def _try_later(self, parcel: Parcel, *, why: str) -> None:
        log.warning("message not sent yet", conversation_id=str(parcel.conversation_id), why=why)
        with self._database.writing() as session:
            user = self._leased(session, parcel)
            if user is None:
                return
            # Given back although the platform may have counted it: then it says so itself.
            windows.give_back(session, user, parcel.window)
            wait = min(FIRST_WAIT * (1 << min(user.attempts, 10)), LONGEST_WAIT)
            user.attempts, user.next_try_at = user.attempts + 1, self._machine.now() + wait

    def _leased(self, session: Session, parcel: Parcel) -> WeChatUser | None:
        """The user with the lease ended; None when they left, or the lease is another's by now."""
        query = select(WeChatUser).where(WeChatUser.id == parcel.user_id, WeChatUser.lease == parcel.lease)
        user = session.scalar(query.with_for_update())
        if user is not None:
            user.lease, user.lease_until = None, None
        return user

    def _pass(self, user: WeChatUser, parcel: Parcel) -> None:
        user.sent_seq, user.sent_characters = parcel.chunk.through_seq, parcel.chunk.characters

    def _block(self, session: Session, user: WeChatUser, *, why: str, through_seq: int) -> None:
        windows.shut(session, user, why=why)
        self._record(session, user.conversation_id, through_seq, way="none", reason=why)

    def _record(
        self, session: Session, conversation_id: uuid.UUID, through_seq: int, *, way: str, reason: str = ""
    ) -> None:
        session.add(
            WeChatSending(
                conversation_id=conversation_id,
                through_seq=through_seq,
                way=way,
                reason=reason,
                at=self._clock.now(),
            )
        )
