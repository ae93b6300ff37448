"""A customer in WeChat without the app around: a row, a window, and words that wait."""

import uuid
from typing import Literal

from sqlalchemy.orm import Session

from service_api.channels.wechat import windows
from service_api.channels.wechat.models import WeChatUser
from service_api.channels.wechat.windows import Allowances
from service_api.conversations import service
from service_api.conversations.models import Message
from service_api.core.clock import Clock
from service_api.core.database import Database
from service_api.settings import Settings
from tests.service_api.wechat.fake import FakeWeChat

OPENID = "oABC"


class Follower:
    """Known to us and to WeChat."""

    def __init__(self, database: Database, fake: FakeWeChat, clock: Clock, settings: Settings) -> None:
        self.database, self.fake, self.clock = database, fake, clock
        self.allowances = Allowances.of(settings)
        with database.writing() as session:
            opened = service.open_conversation(
                session, channel="wechat", language="zh", now=clock.now(), pepper="pepper-of-the-test"
            )
            self.conversation_id: uuid.UUID = opened.conversation.id
            user = WeChatUser(
                openid=OPENID,
                conversation_id=self.conversation_id,
                next_try_at=clock.now(),
                created_at=clock.now(),
            )
            session.add(user)
            session.flush()
            self.user_id = user.id

    def writes(self) -> None:
        self.fake.wrote(OPENID)
        self._open("word")

    def follows(self) -> None:
        self.fake.touched(OPENID)
        self._open("touch")

    def is_told(self, *texts: str, author: str = "assistant", titles: tuple[str, ...] = ()) -> Message:
        buttons = [{"title": title, "payload": title} for title in titles]
        with self.database.writing() as session:
            talk = service.locked(session, self.conversation_id)
            for text in texts:
                last = service.add_message(
                    session, talk, author=author, text=text, now=self.clock.now(), buttons=buttons
                )
            return last

    def row(self, session: Session) -> WeChatUser:
        return session.get_one(WeChatUser, self.user_id)

    @property
    def read(self) -> list[str]:
        return self.fake.texts(OPENID)

    def _open(self, kind: Literal["word", "touch"]) -> None:
        with self.database.writing() as session:
            windows.open_window(session, self.row(session), kind, by=self.allowances, now=self.clock.now())
