"""A complaint half told on one channel is offered and finished on another, and only to its own customer."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import Select, select

from service_api.channels.wechat.models import WeChatUser
from service_api.complaints.models import Complaint
from service_api.conversations.models import Conversation, Message
from service_api.core.database import Database
from service_api.customers.models import Customer
from tests.journeys.__main__ import database_address, domain_responses
from tests.journeys.checks import Wordings
from tests.journeys.desk import Chat, Desk
from tests.running import RunningTing
from tests.service_api.wechat.fake import FakeWeChat
from tests.service_api.wechat.poster import Poster

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
WORDINGS = Wordings(domain_responses())
ANSWER_WITHIN_SECONDS = 40.0
STORY = "我的信用卡被多扣了年费，打了三次电话都没人处理"
WHO = "欧阳娜"


@dataclass
class InWeChat:
    """Somebody who follows the bank's official account."""

    poster: Poster
    database: Database

    def say(self, text: str) -> str:
        """Write; what comes back, all messages together."""
        before, last = len(self._read()), self._last_seq()
        self.poster.says(text)
        end = time.monotonic() + ANSWER_WITHIN_SECONDS
        while not self._is_answered(beyond=last):
            assert time.monotonic() < end, f"no answer to {text!r}"
            time.sleep(0.1)
        return "\n".join(self._read()[before:])

    def _read(self) -> list[str]:
        return self.poster.fake.texts(self.poster.openid)

    def _last_seq(self) -> int:
        with self.database.reading() as session:
            return session.scalar(self._in_my_talk(Conversation.last_seq)) or 0

    def _is_answered(self, *, beyond: int) -> bool:
        """Whether the assistant has said all of its answer, and all of it has been sent."""
        look = self._in_my_talk(
            Conversation.last_seq, Conversation.turn_token, WeChatUser.sent_seq, Message.author
        )
        is_last = (Message.conversation_id == Conversation.id) & (Message.seq == Conversation.last_seq)
        with self.database.reading() as session:
            found = session.execute(look.join(Message, is_last)).one_or_none()
        if found is None:
            return False
        last_seq, turn_token, sent_seq, author = found
        return turn_token is None and author != "customer" and sent_seq == last_seq > beyond

    def _in_my_talk(self, *columns: Any) -> Select[Any]:  # of several tables, so of several types
        mine = select(*columns).join(WeChatUser, WeChatUser.conversation_id == Conversation.id)
        return mine.where(WeChatUser.openid == self.poster.openid)


@pytest.fixture
def database(ting: RunningTing) -> Iterator[Database]:
    database = Database(database_address(ting.data_dir))
    yield database
    database.close()


@pytest.fixture(autouse=True)
def an_hour_later(desk: Desk) -> None:
    """Phones may be sent codes again."""
    desk.pass_an_hour()


@pytest.fixture
def somebody(ting: RunningTing, wechat: FakeWeChat, database: Database) -> Iterator[Callable[[], InWeChat]]:
    """Gives people who have begun to follow the account just now."""
    with httpx.Client(base_url=ting.web, timeout=20, trust_env=False) as line:
        yield lambda: InWeChat(Poster(line, wechat, openid=f"o{time.time_ns()}"), database)


@pytest.fixture
def in_wechat(somebody: Callable[[], InWeChat], desk: Desk) -> InWeChat:
    """The customer, tied to their WeChat account by a code."""
    customer = somebody()
    prove(desk, customer.say)
    return customer


@pytest.fixture
def on_the_page(desk: Desk, in_wechat: InWeChat) -> Chat:
    """The same customer in the web chat, proved by another code, which a phone gets after a minute."""
    desk.move_clock(minutes=2)
    chat = Chat(desk.http, language="zh")
    prove(desk, lambda text: chat.say([text], silent=False).text)
    return chat


def prove(desk: Desk, say: Callable[[str], str]) -> None:
    phone = desk.demo_customers()[WHO]
    say("验证身份")
    say(phone)
    assert "验证通过" in say(desk.newest_code(phone))


def says(said: str, response: str) -> bool:
    """Whether a response was said, whatever fills its places and whatever menu follows it."""
    texts = [str(one["text"]) for one in WORDINGS.responses[response] if not one.get("condition")]
    return any(all(piece in said for piece in re.split(r"\{\w+\}", text)) for text in texts)


def latest_complaint(database: Database) -> tuple[str, str]:
    """Description and channel of the customer's complaint."""
    with database.reading() as session:
        query = (
            select(Complaint.description, Complaint.channel)
            .join(Customer, Customer.id == Complaint.customer_id)
            .where(Customer.name == WHO)
            .order_by(Complaint.received_at.desc(), Complaint.number.desc())
            .limit(1)
        )
        found = session.execute(query).one()
    return found.description, found.channel


def test_begun_on_the_page_and_finished_in_wechat(
    database: Database, desk: Desk, on_the_page: Chat, in_wechat: InWeChat
) -> None:
    on_the_page.say(["我要投诉"], silent=False)
    assert says(on_the_page.say([STORY], silent=False).text, "utter_ask_complaint_amount")

    asked = in_wechat.say("我要投诉")
    assert says(asked, "utter_ask_resume")
    assert STORY in asked
    assert says(in_wechat.say("1"), "utter_complaint_resume")
    in_wechat.say("300元")
    in_wechat.say("昨天")
    assert "300.00元" in in_wechat.say("跳过")
    assert says(in_wechat.say("确认"), "utter_complaint_filed")
    assert latest_complaint(database) == (STORY, "wechat")
    assert desk.facts(on_the_page.conversation_id).draft == ""


def test_begun_in_wechat_and_finished_on_the_page(
    database: Database, on_the_page: Chat, in_wechat: InWeChat
) -> None:
    in_wechat.say("我要投诉")
    assert says(in_wechat.say(STORY), "utter_ask_complaint_amount")

    asked = on_the_page.say(["我要投诉"], silent=False)
    assert says(asked.text, "utter_ask_resume")
    assert STORY in asked.text
    for text in ("继续", "300元", "昨天", "跳过"):
        summary = on_the_page.say([text], silent=False)
    assert "300.00元" in summary.text
    assert says(on_the_page.say(["确认"], silent=False).text, "utter_complaint_filed")
    assert latest_complaint(database)[0] == STORY


def test_who_comes_back_in_wechat_is_told_of_what_was_begun_on_the_page(
    desk: Desk, on_the_page: Chat, in_wechat: InWeChat
) -> None:
    on_the_page.say(["我要投诉"], silent=False)
    on_the_page.say([STORY], silent=False)
    desk.move_clock(minutes=45)  # the talk in WeChat has ended meanwhile

    offered = in_wechat.say("你好")
    assert says(offered, "utter_offer_resume_complaint")
    assert STORY in offered
    assert says(in_wechat.say("1"), "utter_ask_complaint_amount")
    assert says(in_wechat.say("取消"), "utter_complaint_cancelled")


def test_a_stranger_in_wechat_hears_nothing_of_it(
    on_the_page: Chat, somebody: Callable[[], InWeChat]
) -> None:
    on_the_page.say(["我要投诉"], silent=False)
    on_the_page.say([STORY], silent=False)

    begun = somebody().say("我要投诉")
    assert says(begun, "utter_complaint_start")
    assert STORY not in begun


def test_plain_words_are_for_wechat_too(somebody: Callable[[], InWeChat]) -> None:
    customer = somebody()
    customer.say("长辈模式")
    assert says(customer.say("你好"), "utter_greet_elderly")
