"""From the transcript to WeChat: in order, in few messages, inside the limits, whatever breaks."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from service_api.channels.wechat.delivery import Delivery
from service_api.channels.wechat.models import WeChatSending
from service_api.channels.wechat.wording import MOST_BYTES, Words, next_chunk
from service_api.conversations import service
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.settings import Settings
from tests.service_api.wechat.fake import FakeWeChat
from tests.service_api.wechat.people import Follower

LONG = "这是一段很长的说明。" * 150  # 4 500 bytes


@pytest.fixture
def follower(database: Database, frozen_fake: FakeWeChat, clock: FrozenClock, settings: Settings) -> Follower:
    return Follower(database, frozen_fake, clock, settings)


def records(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        rows = session.scalars(select(WeChatSending).order_by(WeChatSending.id)).all()
        return [(row.way, row.reason) for row in rows]


def test_what_is_said_at_once_arrives_as_one_message(delivery: Delivery, follower: Follower) -> None:
    follower.writes()
    follower.is_told("您好。", "请问怎么称呼？")
    delivery.deliver(follower.conversation_id)
    delivery.deliver(follower.conversation_id)
    assert follower.read == ["您好。\n\n请问怎么称呼？"]


def test_buttons_become_a_numbered_menu(delivery: Delivery, follower: Follower) -> None:
    follower.writes()
    follower.is_told("请选择：", titles=("挂失", "投诉"))
    delivery.deliver(follower.conversation_id)
    assert follower.read == ["请选择：\n\n1. 挂失\n2. 投诉"]


def test_only_the_last_menu_has_numbers_since_only_that_is_understood(
    delivery: Delivery, follower: Follower
) -> None:
    follower.writes()
    follower.is_told("第一问", titles=("是",))
    follower.is_told("第二问", titles=("好", "不好"))
    delivery.deliver(follower.conversation_id)
    assert follower.read == ["第一问\n\n· 是\n\n第二问\n\n1. 好\n2. 不好"]


def test_no_numbers_where_a_number_is_asked_for(
    delivery: Delivery, follower: Follower, database: Database
) -> None:
    follower.writes()
    follower.is_told("金额是多少？", titles=("跳过",))
    with database.writing() as session:
        talk = service.locked(session, follower.conversation_id)
        talk.assistant_state = {"requested_slot": "complaint_amount"}
    delivery.deliver(follower.conversation_id)
    assert follower.read == ["金额是多少？\n\n· 跳过"]


def test_markup_is_shown_as_text(delivery: Delivery, follower: Follower) -> None:
    follower.writes()
    follower.is_told('<a href="https://evil.example">领奖</a> 1 < 2 <b>', author="agent")
    delivery.deliver(follower.conversation_id)
    assert follower.read == ['＜a href="https://evil.example">领奖＜/a> 1 < 2 <b>']


def test_the_customers_own_words_are_not_sent_back(
    delivery: Delivery, follower: Follower, database: Database
) -> None:
    follower.writes()
    follower.is_told("我的卡丢了", author="customer")
    delivery.deliver(follower.conversation_id)
    follower.is_told("别担心。")
    delivery.deliver(follower.conversation_id)
    assert follower.read == ["别担心。"]


def test_a_long_answer_is_cut_after_a_sentence_and_arrives_whole(
    delivery: Delivery, follower: Follower
) -> None:
    follower.writes()
    follower.is_told(LONG)
    delivery.deliver(follower.conversation_id)
    assert "".join(follower.read) == LONG
    assert len(follower.read) == 3
    assert all(text.endswith("。") and len(text.encode()) <= MOST_BYTES for text in follower.read)


def test_five_messages_after_a_word_then_the_rest_when_the_customer_writes_again(
    delivery: Delivery, follower: Follower, database: Database
) -> None:
    follower.writes()
    for number in range(7):
        follower.is_told(f"第{number}条")
        delivery.deliver(follower.conversation_id)
    assert len(follower.read) == 5
    assert records(database)[-1] == ("none", "window_closed")

    follower.writes()
    delivery.deliver(follower.conversation_id)
    assert follower.read[5:] == ["第5条\n\n第6条"]


def test_the_last_message_allowed_says_that_there_is_more(delivery: Delivery, follower: Follower) -> None:
    follower.follows()
    follower.is_told(LONG * 2)
    delivery.deliver(follower.conversation_id)
    assert len(follower.read) == 3
    assert follower.read[-1].endswith("（还有内容，回复任意文字继续查看）")
    follower.writes()
    delivery.deliver(follower.conversation_id)
    whole = "".join(follower.read).replace("\n\n（还有内容，回复任意文字继续查看）", "")
    assert whole == LONG * 2


def test_the_windows_end_with_their_time(
    delivery: Delivery, follower: Follower, clock: FrozenClock, frozen_fake: FakeWeChat
) -> None:
    follower.follows()
    follower.is_told("一")
    delivery.deliver(follower.conversation_id)
    clock.move(timedelta(seconds=61))
    follower.is_told("二")
    delivery.deliver(follower.conversation_id)
    assert follower.read == ["一"]
    assert frozen_fake.tries == 1

    follower.writes()
    delivery.deliver(follower.conversation_id)
    clock.move(timedelta(hours=48))
    follower.is_told("三")
    delivery.deliver(follower.conversation_id)
    assert follower.read == ["一", "二"]


@pytest.mark.parametrize(
    ("code", "why"), [(45015, "window_closed"), (45047, "window_closed"), (43004, "not_following")]
)
def test_what_wechat_refuses_for_now_waits_for_the_customers_next_word(
    delivery: Delivery, follower: Follower, database: Database, frozen_fake: FakeWeChat, code: int, why: str
) -> None:
    follower.writes()
    follower.is_told("一")
    frozen_fake.next_codes = [code]
    delivery.deliver(follower.conversation_id)
    delivery.deliver(follower.conversation_id)
    assert delivery.deliver_due() == 0
    assert frozen_fake.tries == 1
    assert records(database) == [("none", why)]

    follower.writes()
    assert delivery.deliver_due() == 1
    assert follower.read == ["一"]


def test_what_wechat_will_never_take_is_passed_over_and_recorded(
    delivery: Delivery, follower: Follower, database: Database, frozen_fake: FakeWeChat
) -> None:
    follower.writes()
    follower.is_told("一")
    frozen_fake.next_codes = [45002]
    delivery.deliver(follower.conversation_id)
    follower.is_told("二")
    delivery.deliver(follower.conversation_id)
    assert follower.read == ["二"]
    assert records(database) == [("none", "errcode_45002"), ("wechat", "")]


@pytest.mark.parametrize("busy", [-1, 45009, 45011])
def test_a_busy_platform_is_tried_again_later_and_nothing_is_counted(
    delivery: Delivery, follower: Follower, clock: FrozenClock, frozen_fake: FakeWeChat, busy: int
) -> None:
    follower.writes()
    follower.is_told("一")
    frozen_fake.next_codes = [busy] * 4
    for _ in range(5):
        delivery.deliver_due()
        assert delivery.deliver_due() == 0
        clock.move(timedelta(minutes=6))
    assert follower.read == ["一"]


def test_a_platform_that_is_down_loses_nothing(
    delivery: Delivery, follower: Follower, clock: FrozenClock, frozen_fake: FakeWeChat
) -> None:
    follower.writes()
    follower.is_told("一")
    frozen_fake.http_status = 503
    assert not delivery.deliver(follower.conversation_id)
    frozen_fake.http_status = 200
    clock.move(timedelta(seconds=15))
    assert delivery.deliver_due() == 1
    assert follower.read == ["一"]


def test_a_process_that_died_while_sending_leaves_its_message_to_others(
    delivery: Delivery, follower: Follower, clock: FrozenClock
) -> None:
    follower.writes()
    follower.is_told("一")
    assert delivery._claim(follower.conversation_id) is not None
    delivery.deliver(follower.conversation_id)
    assert follower.read == []
    clock.move(timedelta(seconds=61))
    assert delivery.deliver_due() == 1
    assert follower.read == ["一"]


def test_two_processes_at_once_send_it_once(delivery: Delivery, follower: Follower) -> None:
    follower.writes()
    follower.is_told("一", "二")
    others = [threading.Thread(target=delivery.deliver, args=(follower.conversation_id,)) for _ in range(6)]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert follower.read == ["一\n\n二"]


def test_other_channels_are_left_alone(
    delivery: Delivery, database: Database, clock: FrozenClock, frozen_fake: FakeWeChat
) -> None:
    with database.writing() as session:
        opened = service.open_conversation(
            session, channel="web", language="zh", now=clock.now(), pepper="pepper-of-the-test"
        )
        service.add_message(session, opened.conversation, author="assistant", text="一", now=clock.now())
    assert delivery.deliver(opened.conversation.id)
    assert delivery.deliver_due() == 0
    assert frozen_fake.tries == 0


@pytest.mark.parametrize("size", [1, 665, 666, 667, 1999, 2000, 2001, 4000])
@pytest.mark.parametrize("letter", ["字", "a", "😀"])
def test_no_message_is_too_long_and_no_character_is_lost(letter: str, size: int) -> None:
    words, skip, got = [Words(7, letter * size)], 0, ""
    while True:
        chunk = next_chunk(words, skip=skip, after_seq=6, more=None)
        assert len(chunk.text.encode()) <= MOST_BYTES
        got += chunk.text
        skip = chunk.characters
        if chunk.through_seq == 7:
            break
    assert got == letter * size
