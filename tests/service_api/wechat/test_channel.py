"""A customer in WeChat, from the platform's post to the words on their phone, through the whole service."""

import threading
import uuid
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.app import furnish
from service_api.channels.wechat import reception
from service_api.channels.wechat.crypto import check_signature
from service_api.channels.wechat.messages import read_fields
from service_api.channels.wechat.models import WeChatMedia, WeChatUser, WeChatWindow
from service_api.conversations import handover, queries, service
from service_api.conversations.models import Conversation
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.seed import add_customers
from service_api.settings import Settings
from tests.service_api.conversations.test_identity import Actions, sent_code
from tests.service_api.signed_in import a_member
from tests.service_api.stand_in import StandIn, answer
from tests.service_api.wechat.conftest import wait_until, with_account
from tests.service_api.wechat.fake import FakeWeChat
from tests.service_api.wechat.poster import AES_KEY, SEAL, SIGNING_TOKEN, Poster
from tests.service_api.wechat.test_messages import BOMB


def conversation_id(database: Database) -> uuid.UUID:
    with database.reading() as session:
        return session.scalars(select(WeChatUser.conversation_id)).one()


def transcript(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        ids = session.scalars(select(Conversation.id).order_by(Conversation.created_at)).all()
        return [(m.author, m.text) for each in ids for m in queries.messages_after(session, each, after=0)]


def expect(customer: Poster, *texts: str) -> None:
    """What the customer has read, in all. Answers that wait together would come as one: wait for each."""
    wait_until(lambda: len(customer.fake.texts(customer.openid)) >= len(texts))
    assert customer.fake.texts(customer.openid) == list(texts)


def test_a_question_is_taken_at_once_and_answered_in_wechat(
    customer: Poster, database: Database, assistant: StandIn
) -> None:
    answered = customer.says("我的卡丢了")
    assert (answered.status_code, answered.text) == (200, "success")
    expect(customer, "回复：我的卡丢了")
    assert transcript(database) == [("customer", "我的卡丢了"), ("assistant", "回复：我的卡丢了")]
    assert assistant.heard[0]["metadata"]["channel"] == "wechat"


def test_a_number_typed_back_is_the_button_of_the_menu(customer: Poster, assistant: StandIn) -> None:
    assistant.always(answer("请选择：", buttons=(("挂失", "我要挂失"), ("投诉", "我要投诉"))))
    customer.says("你好")
    expect(customer, "请选择：\n\n1. 挂失\n2. 投诉")
    assistant.always(answer("好的"))
    customer.says("2")
    expect(customer, "请选择：\n\n1. 挂失\n2. 投诉", "好的")
    assert assistant.texts == ["你好", "我要投诉"]


def test_the_platforms_repeats_do_nothing(customer: Poster, assistant: StandIn, database: Database) -> None:
    for _ in range(3):
        assert customer.says("一次", message_id=77).text == "success"
    expect(customer, "回复：一次")
    customer.says("二次", message_id=78)
    expect(customer, "回复：一次", "回复：二次")
    assert assistant.texts == ["一次", "二次"]


def test_success_is_said_while_the_assistant_still_thinks(customer: Poster, assistant: StandIn) -> None:
    with assistant.held():
        assert customer.says("慢慢想").text == "success"
        assert customer.fake.texts(customer.openid) == []
    expect(customer, "回复：慢慢想")


def test_success_is_said_while_the_database_is_busy_and_the_message_is_kept(
    customer: Poster, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reception, "ANSWER_WITHIN_SECONDS", 0.05)
    if not database.is_sqlite:
        return
    with database.writing():
        assert customer.says("等一等").text == "success"
    expect(customer, "回复：等一等")


def test_a_new_follower_is_greeted_with_a_menu_that_works(
    customer: Poster, assistant: StandIn, database: Database
) -> None:
    customer.does("subscribe")
    wait_until(lambda: len(customer.fake.sent) == 1)
    assert customer.fake.sent[0][1].endswith("1. 我要挂失银行卡\n2. 我要投诉\n3. 查询投诉进度\n4. 转人工")
    customer.says("4")
    wait_until(lambda: assistant.texts == ["转人工"])


def test_menu_buttons_speak_for_the_customer_and_pages_do_not(
    customer: Poster, assistant: StandIn, database: Database
) -> None:
    customer.does("CLICK", key="complaint", at=5)
    customer.does("CLICK", key="complaint", at=5)
    expect(customer, "回复：我要投诉")
    assert customer.does("VIEW", key="https://bank.example").text == "success"
    assert customer.does("kf_create_session").text == "success"
    assert assistant.texts == ["我要投诉"]
    with database.reading() as session:
        assert session.scalars(select(WeChatWindow.kind)).all() == ["touch"]


def test_who_leaves_is_forgotten_and_the_words_stay(
    customer: Poster, database: Database, assistant: StandIn
) -> None:
    customer.says("你好")
    expect(customer, "回复：你好")
    before = conversation_id(database)
    customer.does("unsubscribe")
    with database.reading() as session:
        assert session.scalars(select(WeChatUser)).all() == []
        assert session.scalars(select(WeChatWindow)).all() == []
        talk = session.get_one(Conversation, before)
        assert (talk.closed_at is not None, talk.verified_at) == (True, None)
    customer.does("unsubscribe")
    customer.does("subscribe")
    wait_until(lambda: len(customer.fake.sent) == 2)
    assert conversation_id(database) != before


def test_who_leaves_the_queue_is_not_waited_for(
    customer: Poster, database: Database, clock: FrozenClock, app: FastAPI
) -> None:
    customer.says("你好")
    expect(customer, "回复：你好")
    with database.writing() as session:
        talk = service.locked(session, conversation_id(database))
        handover.hand_over(
            session, talk, reason="requested", by=service.Actor("assistant"), now=clock.now(),
            hours=app.state.office_hours, working_day=lambda _day: True,
        )  # fmt: skip
    customer.does("unsubscribe")
    with database.reading() as session:
        assert queries.waiting_for_a_person(session) == []


@pytest.mark.parametrize("kind", ["image", "voice", "video", "shortvideo"])
def test_pictures_and_recordings_are_kept_for_people_not_for_the_assistant(
    customer: Poster, assistant: StandIn, database: Database, kind: str
) -> None:
    customer.sends(kind, MediaId="media-1", PicUrl="http://127.0.0.1:9/evil", Format="amr", Recognition="")
    wait_until(lambda: len(customer.fake.sent) == 1)
    assert customer.fake.sent[0][1].startswith("已收到并随本次会话保存")
    assert assistant.texts == []
    with database.reading() as session:
        kept = session.scalars(select(WeChatMedia)).one()
    assert (kept.media_id, kept.seq, kept.file) == ("media-1", 1, "")


def test_a_recognised_recording_is_words(customer: Poster, assistant: StandIn, database: Database) -> None:
    customer.sends("voice", MediaId="media-2", Format="amr", Recognition="我要挂失")
    expect(customer, "回复：我要挂失")
    with database.reading() as session:
        assert session.scalars(select(WeChatMedia.kind)).all() == ["voice"]


def test_a_kind_we_do_not_know_is_answered_honestly(customer: Poster, assistant: StandIn) -> None:
    customer.sends("hologram")
    wait_until(lambda: len(customer.fake.sent) == 1)
    assert customer.fake.sent[0][1].startswith("暂时无法识别")
    assert assistant.texts == []


@pytest.mark.parametrize(
    "event", ["user_pay_from_pay_cell", "masssendjobfinish", "../../etc", "😀", "<b>", "x" * 5000, ""]
)
def test_events_we_do_not_know_are_taken_and_do_nothing(
    customer: Poster, assistant: StandIn, database: Database, event: str
) -> None:
    assert customer.post("event", Event=event, EventKey="投诉").text == "success"
    assert transcript(database) == []
    assert assistant.texts == []


@pytest.mark.parametrize(
    "text",
    ["😀😀", "<script>alert(1)</script>", "{{7*7}} ${7*7} %s", "/intent", "'; DROP TABLE messages; --"],
)
def test_odd_words_are_words(customer: Poster, text: str) -> None:
    assert customer.says(text).text == "success"
    expect(customer, f"回复：{text}")


def test_a_person_takes_over_and_their_words_arrive_with_their_name(
    customer: Poster, database: Database, clock: FrozenClock, assistant: StandIn
) -> None:
    customer.says("你好")
    expect(customer, "回复：你好")
    with database.writing() as session:
        agent = a_member(session, "lin")
        talk = service.locked(session, conversation_id(database))
        handover.claim(session, talk, staff_id=agent.id, name="Lin", now=clock.now())
        handover.answer(session, talk, staff_id=agent.id, text="我来帮您。", now=clock.now())
    expect(customer, "回复：你好", "客服 Lin 已接入，为您服务。\n\nLin：我来帮您。")
    customer.says("谢谢")
    customer.sends("image", MediaId="media-3")
    assert assistant.texts == ["你好"]
    assert len(customer.fake.sent) == 2


def test_the_same_proof_as_everywhere_binds_the_customer(
    customer: Poster, client: TestClient, database: Database, clock: FrozenClock, settings: Settings
) -> None:
    with database.writing() as session:
        add_customers(session, now=clock.now(), pepper=settings.code_pepper.get_secret_value())
    customer.says("验证身份")
    actions = Actions(client, conversation_id(database))
    actions.ask_code("13800138000")
    code = sent_code(client)
    customer.says(code)
    assert actions.confirm(code).status_code == 200
    assert actions.profile().json()["name"] == "张*"
    assert [text for author, text in transcript(database) if author == "customer"] == ["验证身份", "••••••"]


@pytest.mark.usefixtures("still_limits")
def test_who_writes_too_fast_is_told_so_without_costing_a_message(
    customer: Poster, assistant: StandIn, app: FastAPI
) -> None:
    with assistant.held():
        answers = [customer.says(f"第{n}条").text for n in range(25)]
    assert answers[:20] == ["success"] * 20
    assert any("发送得太快" in said for said in answers[20:])
    assert "<FromUserName><![CDATA[gh_bank]]></FromUserName>" in answers[-1]


def test_words_too_long_and_words_of_nothing_do_no_harm(customer: Poster, database: Database) -> None:
    assert "太长" in customer.says("字" * 2001).text
    assert customer.says("\u200b").text == "success"
    assert transcript(database) == []


def test_two_customers_do_not_mix(client: TestClient, fake: FakeWeChat) -> None:
    one, other = Poster(client, fake, openid="oA"), Poster(client, fake, openid="oB")
    one.says("甲")
    other.says("乙")
    expect(one, "回复：甲")
    expect(other, "回复：乙")


def test_many_first_messages_at_once_open_one_conversation(
    client: TestClient, fake: FakeWeChat, database: Database
) -> None:
    posters = [Poster(client, fake) for _ in range(6)]
    threads = [threading.Thread(target=p.says, args=(f"{n}",)) for n, p in enumerate(posters)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait_until(lambda: sum(author == "assistant" for author, _ in transcript(database)) == 6)
    assert conversation_id(database)


@pytest.fixture
def sealed_settings(settings: Settings, fake: FakeWeChat) -> Settings:
    return with_account(settings, fake.url, wechat_aes_key="B" * 43, wechat_aes_key_previous=AES_KEY)


@pytest.fixture
def sealed_customer(
    house: FastAPI,
    sealed_settings: Settings,
    database: Database,
    clock: FrozenClock,
    assistant: StandIn,
    fake: FakeWeChat,
) -> Iterator[Poster]:
    furnish(house, sealed_settings, database, clock, assistant=assistant.transport)
    with TestClient(house, raise_server_exceptions=False) as client:
        yield Poster(client, fake, seal=SEAL)


def test_encrypted_messages_are_taken_also_under_the_previous_key(sealed_customer: Poster) -> None:
    assert sealed_customer.says("密").text == "success"
    expect(sealed_customer, "回复：密")


def test_the_answer_to_an_encrypted_message_is_sealed_with_the_same_key(sealed_customer: Poster) -> None:
    said = sealed_customer.says("字" * 2001)
    fields = read_fields(said.content)
    signed = (SIGNING_TOKEN, fields["TimeStamp"], fields["Nonce"], fields["Encrypt"])
    check_signature(fields["MsgSignature"], *signed)
    assert "太长" in read_fields(SEAL.open(fields["Encrypt"]))["Content"]


def test_in_encrypted_mode_plain_messages_are_refused(sealed_customer: Poster, database: Database) -> None:
    plain = Poster(sealed_customer.client, sealed_customer.fake)
    refused = plain.says("明文")
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/encryption-required")
    assert transcript(database) == []


def test_ciphertexts_cut_short_are_refused_though_well_signed(sealed_customer: Poster) -> None:
    whole = SEAL.close(b"<xml></xml>")
    for length in range(0, len(whole), 29):
        assert sealed_customer.post_sealed(whole[:length]).status_code in {403, 422}


def test_a_sealed_bomb_is_a_bomb(sealed_customer: Poster) -> None:
    refused = sealed_customer.post_sealed(SEAL.close(BOMB.encode()))
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/bad-message")
