"""Take in what the platform posts: once, in one transaction, and onward by the same way as every channel."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import CursorResult, delete
from sqlalchemy.orm import Session

from service_api.channels.gateway import Gateway
from service_api.channels.wechat import messages, queries, windows
from service_api.channels.wechat.messages import EVENT, MEDIA, Incoming
from service_api.channels.wechat.models import WeChatMedia, WeChatSeen, WeChatUser
from service_api.channels.wechat.windows import Allowances
from service_api.channels.wechat.wording import CHOICES, Heard, heard
from service_api.conversations import handover, service
from service_api.conversations.models import Conversation
from service_api.core.clock import Clock
from service_api.core.database import Database
from service_api.core.i18n import say
from service_api.core.security import token_hash
from service_api.core.upsert import insert_once

CHANNEL, FIRST_LANGUAGE = "wechat", "zh"
SUBSCRIBE, UNSUBSCRIBE, SCAN, CLICK = "subscribe", "unsubscribe", "scan", "click"
# Only these open a window; pressing a button that opens a page (VIEW) does not.
TOUCHES = frozenset({SUBSCRIBE, SCAN, CLICK, "scancode_push", "scancode_waitmsg"})
LONGEST_MEDIA_ID = 256
SEEN_KEPT = timedelta(days=7)

Then = Callable[[], None]


class Intake:
    """One per process. `take` blocks on the database: call it in a thread."""

    def __init__(
        self,
        database: Database,
        gateway: Gateway,
        *,
        clock: Clock,
        machine: Clock,
        allowances: Allowances,
        pepper: str,
        wake: Callable[[uuid.UUID], None],
    ) -> None:
        self._database = database
        self._gateway = gateway
        self._clock = clock
        self._machine = machine
        self._allowances = allowances
        self._pepper = pepper
        self._wake = wake

    def take(self, incoming: Incoming) -> None:
        """Store it and see that it is answered; a repeat does nothing. May be called again after an error."""
        with self._database.writing() as session:
            key_hash = token_hash(incoming.key, pepper=self._pepper)
            seen = {"key_hash": key_hash, "at": self._machine.now()}
            if not insert_once(session, WeChatSeen, seen, unique=["key_hash"]):
                return
            then = self._take(session, incoming, key_hash)
        for deed in then:
            deed()

    def _take(self, session: Session, incoming: Incoming, key_hash: str) -> list[Then]:
        if incoming.event == UNSUBSCRIBE:
            unlink(session, incoming.openid, now=self._clock.now())
            return []
        if incoming.kind == EVENT and incoming.event not in TOUCHES:
            return []
        user = self._user(session, incoming.openid)
        talk = service.locked(session, user.conversation_id)
        kind = windows.TOUCH if incoming.kind == EVENT else windows.WORD
        windows.open_window(session, user, kind, by=self._allowances, now=self._machine.now())
        look = partial(self._wake, talk.id)  # what was held back may go out now
        if incoming.event in {SUBSCRIBE, SCAN}:
            greet(session, talk, now=self._clock.now())
            return [look]
        words = heard(incoming, language=talk.language)
        if incoming.kind == EVENT and (incoming.event != CLICK or not words.text):
            return [look]
        return [self._receive(session, talk, incoming, words, key_hash), look]

    def _receive(
        self, session: Session, talk: Conversation, incoming: Incoming, words: Heard, key_hash: str
    ) -> Then:
        now = self._clock.now()
        message = service.receive(
            session, conversation_id=talk.id, external_id=key_hash, text=words.text, now=now
        )
        media_id = incoming.fields.get("MediaId", "")
        kept = incoming.kind in MEDIA and 0 < len(media_id) <= LONGEST_MEDIA_ID
        if kept:
            session.add(
                WeChatMedia(
                    conversation_id=talk.id,
                    seq=message.seq,
                    kind="video" if incoming.kind in messages.VIDEOS else incoming.kind,
                    media_id=media_id,
                    next_try_at=self._machine.now(),
                    received_at=now,
                )
            )
        if not words.understood:
            message.handled_at = now  # there is nothing in it that the assistant could take up
            if talk.answering != "agent":
                text = say(talk.language, "wechat_kept" if kept else "wechat_not_kept")
                service.add_message(session, talk, author="system", text=text, now=now)
        return self._gateway.received(session, talk)

    def _user(self, session: Session, openid: str) -> WeChatUser:
        user = queries.user_by_openid(session, openid)
        if user is not None:
            return user
        opened = service.open_conversation(
            session, channel=CHANNEL, language=FIRST_LANGUAGE, now=self._clock.now(), pepper=self._pepper
        )
        user = WeChatUser(
            openid=openid,
            conversation_id=opened.conversation.id,
            next_try_at=self._machine.now(),
            created_at=self._clock.now(),
        )
        session.add(user)
        session.flush()
        return user


def greet(session: Session, talk: Conversation, *, now: datetime) -> None:
    """Say hello, with the menu that most people want. Needs the row lock."""
    titles = [say(talk.language, f"wechat_choice_{choice}") for choice in CHOICES]
    buttons = [{"title": title, "payload": title} for title in titles]
    text = say(talk.language, "wechat_greeting")
    service.add_message(session, talk, author="assistant", text=text, buttons=buttons, now=now)


def unlink(session: Session, openid: str, *, now: datetime) -> bool:
    """Forget the openid of somebody who left; the conversation stays, since complaints may hang on it, but
    nobody is reached through it any more. False when nobody had that openid."""
    user = queries.user_by_openid(session, openid)
    if user is None:
        return False
    talk = service.locked(session, user.conversation_id)
    session.delete(user)
    handover.customer_left(session, talk, now=now)
    session.flush()
    return True


def forget_seen(session: Session, *, before: datetime) -> int:
    """Repeats come within seconds; what was seen long ago need not be known."""
    result = session.execute(delete(WeChatSeen).where(WeChatSeen.at < before))
    return result.rowcount if isinstance(result, CursorResult) else 0
