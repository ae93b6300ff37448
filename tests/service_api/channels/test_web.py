"""The chat over HTTP: what customers write is stored once, in order, and answered."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service_api.core.i18n import say
from tests.service_api.stand_in import StandIn, answer
from tests.service_api.visitor import Visitor

ODD_TEXTS = (
    "👩‍👩‍👧 家庭账户😀",
    "<script>alert(1)</script><b>粗</b>",
    "'; DROP TABLE messages; --",
    "/restart",
    '/file_complaint{"complaint_amount": "1"}',
    "１２３ｆｕｌｌ－ｗｉｄｔｈ",
    "line one\nline two",
)


def test_a_message_is_answered_and_both_are_numbered(visitor: Visitor) -> None:
    assert visitor.say("你好") == ["回复：你好"]

    assert [(m["seq"], m["author"]) for m in visitor.messages] == [(1, "customer"), (2, "assistant")]


def test_the_assistant_is_told_who_asks_and_how(visitor: Visitor, assistant: StandIn) -> None:
    visitor.say("hello")

    turn = assistant.heard[0]
    assert turn["sender"] == f"{visitor.conversation_id}.1"
    assert turn["metadata"] == {
        "language": "zh",
        "channel": "web",
        "sent_at": "2026-11-21T04:00:00+00:00",
        "verified": False,
        "settled": "",
    }
    assert turn["message_id"] == f"{visitor.conversation_id}:1"


def test_the_same_message_sent_again_is_stored_and_answered_once(
    visitor: Visitor, assistant: StandIn
) -> None:
    client_id = str(uuid.uuid4())
    first = visitor.write("扣了我两次钱", client_id=client_id).json()
    visitor.wait_for_answers(1)

    again = visitor.write("扣了我两次钱", client_id=client_id)

    assert (again.status_code, again.json()) == (202, first)
    assert visitor.say("还在吗") == ["回复：还在吗"]
    assert assistant.texts == ["扣了我两次钱", "还在吗"]
    assert visitor.texts("customer") == ["扣了我两次钱", "还在吗"]


def test_the_same_message_sent_by_two_lines_at_once_is_stored_once(visitor: Visitor) -> None:
    client_id = str(uuid.uuid4())
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: visitor.write("你好", client_id=client_id), range(6)))

    assert {a.json()["seq"] for a in answers} == {1}
    visitor.wait_for_answers(1)
    assert visitor.texts() == ["你好", "回复：你好"]


def test_messages_at_once_get_numbers_without_gaps_and_are_answered_one_at_a_time(
    visitor: Visitor, assistant: StandIn
) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(visitor.write, [f"第{n}条" for n in range(12)]))
    visitor.wait_for_answers(12)

    assert [m["seq"] for m in visitor.messages] == list(range(1, 25))
    assert assistant.texts == visitor.texts("customer")
    assert assistant.most_at_once == {str(visitor.conversation_id): 1}


@pytest.mark.parametrize("text", ["", "   \n\t", "\x00\x07\x1b", "\u200b\u200d\ufeff"])
def test_a_message_nobody_could_see_is_refused(visitor: Visitor, text: str) -> None:
    refused = visitor.write(text)

    assert refused.status_code == 422
    assert refused.json()["type"] == "/problems/empty-message"
    assert visitor.messages == []


def test_ten_thousand_characters_are_refused_and_two_thousand_are_not(visitor: Visitor) -> None:
    refused = visitor.write("投" * 10_000)

    assert refused.status_code == 422
    assert refused.json()["type"] == "/problems/message-too-long"
    assert refused.json()["longest"] == 2000
    assert visitor.write("投" * 2000).status_code == 202


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_text_is_kept_as_it_was_typed(visitor: Visitor, assistant: StandIn, text: str) -> None:
    visitor.say(text)

    assert visitor.texts("customer") == [text]
    assert assistant.texts == [text]


def test_control_characters_and_overrides_are_dropped(visitor: Visitor) -> None:
    visitor.say("你\x00好\u202e吗\x1b[31m")

    assert visitor.texts("customer") == ["你好吗[31m"]


def test_a_megabyte_is_refused_before_it_is_read(visitor: Visitor) -> None:
    assert visitor.write("x" * 1_000_000).status_code == 413


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"text": "x"}', b'{"client_id": "7", "text": "x"}', b'"\\ud800"', b"\xff\xfe"],
)
def test_a_body_that_is_no_message_is_refused(visitor: Visitor, body: bytes) -> None:
    refused = visitor.client.post("/chat/messages", content=body, headers=visitor.headers)

    assert refused.status_code == 422
    assert refused.json()["type"] == "/problems/malformed"


@pytest.mark.parametrize("token", ["", "forged", "x" * 5000])
def test_without_a_token_of_ours_nothing_is_read_or_written(client: TestClient, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = {"client_id": str(uuid.uuid4()), "text": "你好"}

    assert client.get("/chat/messages", headers=headers).status_code == 401
    assert client.post("/chat/messages", headers=headers, json=body).status_code == 401


def test_one_visitor_never_sees_another(client: TestClient) -> None:
    one, other = Visitor(client), Visitor(client)
    one.say("我的卡尾号6688")

    assert other.messages == []
    assert other.say("你好") == ["回复：你好"]
    assert one.texts() == ["我的卡尾号6688", "回复：我的卡尾号6688"]


def test_reading_goes_on_after_the_number_last_seen(visitor: Visitor) -> None:
    visitor.say("一")
    visitor.say("二")

    assert [m["seq"] for m in visitor.look(after=2)["messages"]] == [3, 4]
    assert visitor.look(after=99)["messages"] == []


@pytest.mark.usefixtures("still_limits")
def test_a_visitor_who_writes_too_fast_is_told_when_to_go_on(visitor: Visitor) -> None:
    answers = (visitor.write(f"{n}") for n in range(200))
    refused = next(answer for answer in answers if answer.status_code != 202)

    assert refused.json()["type"] == "/problems/slow-down"
    assert int(refused.headers["retry-after"]) >= 1


def test_typing_shows_while_the_assistant_thinks(visitor: Visitor, assistant: StandIn) -> None:
    with assistant.held():
        visitor.write("你好")
        visitor.wait_until(lambda page: bool(page["state"]["typing"]))
    page = visitor.wait_until(lambda page: not page["state"]["typing"])
    assert len(page["messages"]) == 2


def test_a_typed_number_is_the_button_of_the_menu(visitor: Visitor, assistant: StandIn) -> None:
    assistant.always(answer("请选择", buttons=(("借记卡", "是借记卡"), ("信用卡", "是信用卡"))))
    visitor.say("我要投诉")
    visitor.say("2")
    visitor.say("９")

    assert assistant.texts == ["我要投诉", "是信用卡", "９"]
    assert visitor.texts("customer") == ["我要投诉", "2", "９"]


def test_a_typed_number_stays_a_number_when_an_amount_is_asked(visitor: Visitor, assistant: StandIn) -> None:
    assistant.always(answer("多少钱？", buttons=(("跳过", "跳过"),), requested_slot="complaint_amount"))
    visitor.say("我要投诉")
    visitor.say("1")

    assert assistant.texts == ["我要投诉", "1"]


def test_the_language_follows_the_assistant_and_first_the_browser(
    client: TestClient, assistant: StandIn
) -> None:
    opened = client.post("/chat/sessions", json={}, headers={"Accept-Language": "en-GB,en;q=0.9"}).json()
    assert opened["language"] == "en"

    assistant.always(answer("好的", language="zh"))
    visitor = Visitor(client, language="en")
    visitor.say("说中文")
    assert visitor.look()["state"]["language"] == "zh"


def in_plain_words(wish: str) -> dict[str, Any]:
    return answer("好的", slots={"elderly": wish})


def wish_shown(visitor: Visitor) -> Any:
    return visitor.look()["state"]["plain_words"]


def choose(visitor: Visitor, *, wish: bool) -> int:
    body = {"wish": wish}
    return visitor.client.post("/chat/plain-words", json=body, headers=visitor.headers).status_code


def test_the_large_view_of_the_page_switches_the_assistants_words(
    visitor: Visitor, assistant: StandIn
) -> None:
    assert wish_shown(visitor) is None
    assert choose(visitor, wish=True) == 202
    visitor.say("你好")
    assert choose(visitor, wish=False) == 202
    visitor.say("你好")
    assert [turn["metadata"]["elderly"] for turn in assistant.heard] == [True, False]


def test_plain_words_asked_of_the_assistant_switch_the_page(visitor: Visitor, assistant: StandIn) -> None:
    assistant.always(in_plain_words("on"))
    visitor.say("长辈模式")
    assert wish_shown(visitor) is True
    visitor.say("你好")
    assert wish_shown(visitor) is True
    assistant.always(in_plain_words("off"))
    visitor.say("退出长辈模式")
    assert wish_shown(visitor) is False


def test_what_the_page_chose_stays_when_the_assistant_says_nothing_of_it(
    visitor: Visitor, assistant: StandIn
) -> None:
    assistant.always(in_plain_words("on"))
    visitor.say("长辈模式")
    choose(visitor, wish=False)
    assistant.always(in_plain_words("off"))  # as the channel has set it from the metadata
    visitor.say("你好")
    assert wish_shown(visitor) is False


def test_what_the_service_itself_says_is_short_too(visitor: Visitor, assistant: StandIn) -> None:
    choose(visitor, wish=True)
    assistant.down = True
    assert visitor.say("你好") == [say("zh", "assistant_down", plainly=True)]


def test_a_stranger_changes_no_words(visitor: Visitor) -> None:
    wish = visitor.client.post(
        "/chat/plain-words", json={"wish": True}, headers={"Authorization": "Bearer x"}
    )
    assert wish.status_code == 401


@pytest.mark.usefixtures("still_limits")
def test_who_floods_takes_nothing_from_a_neighbour_at_the_same_address(
    visitor: Visitor, client: TestClient
) -> None:
    answers = [visitor.write(f"刷屏 {n}").status_code for n in range(260)]
    assert answers.count(429) > 200
    assert Visitor(client).write("卡丢了").status_code == 202
