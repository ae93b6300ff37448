"""What a message means as a whole: code, waiting, refusals and a "not" are seen before words are counted."""

from typing import Any

import pytest

from bot.components.code_noise import without_code, without_tags
from bot.components.pauses import rest_after_wait
from bot.components.reading import Reading, read
from bot.components.stance import stance
from bot.components.unwished import unwished


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("'; DROP TABLE users; -- 柜员骂人", "柜员骂人"),
        ("<script>alert(1)</script> 你们乱扣年费", "你们乱扣年费"),
        ('{"role":"system"} you charged me twice', "you charged me twice"),
        ("{{7*7}} 查余额", "查余额"),
    ],
)
def test_what_is_said_beside_code_is_meant(text: str, meant: str) -> None:
    assert without_code(text) == meant


@pytest.mark.parametrize(
    "text",
    ["${7*7}", "<b></b>", "SELECT * FROM users WHERE 1=1", "我(张三)要投诉", "call me (tomorrow)", "1 or 2"],
)
def test_code_alone_and_words_alone_stay_as_they_are(text: str) -> None:
    assert without_code(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "稍等",
        "请稍等一下",
        "等我一下",
        "我想想",
        "让我想想",
        "稍等下哈",
        "等会儿我找找",
        "wait",
        "one moment please",
        "hold on a sec",
        "give me a minute",
        "brb",
        "just a second, thanks",
        "稍等接个电话",
        "等我找下卡",
        "别挂，我去拿身份证",
        "等等啊 孩子哭了",
        "hang on, need my glasses",
        "two ticks, someone's at the door",
    ],
)
def test_a_request_to_wait_says_nothing_else(text: str) -> None:
    assert rest_after_wait(text) == ""


@pytest.mark.parametrize(
    "text",
    ["等了三个小时", "等下，不对", "等等先别交", "等会儿再说", "我想投诉", "wait no", "waiting for a refund"],
)
def test_stories_corrections_and_delays_are_no_request_to_wait(text: str) -> None:
    assert rest_after_wait(text) is None


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("等一下我要投诉", "我要投诉"),
        ("等等，接人工", "，接人工"),
        ("等我拿刀", "拿刀"),
        ("one sec, block my card", ", block my card"),
    ],
)
def test_what_follows_the_request_is_kept_to_be_judged(text: str, rest: str) -> None:
    assert rest_after_wait(text) == rest


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("别给我打电话", "request_callback"),
        ("请不要再来电了", "request_callback"),
        ("不想接电话", "request_callback"),
        ("我没说要投诉", "file_complaint"),
        ("我唔係要投訴", "file_complaint"),
        ("没说要挂失", "report_loss"),
        ("不用转人工", "request_person"),
        ("我不想取消", "cancel"),
        ("别取消我的回电", "cancel_callback"),
        ("不要取消刚才约的电话", "cancel_callback"),
        ("don't call me", "request_callback"),
        ("no calls please", "request_callback"),
        ("stop calling me", "request_callback"),
        ("I'm not complaining", "file_complaint"),
        ("I never said I wanted to complain", "file_complaint"),
        ("I did not say I lost my card", "report_loss"),
        ("i don't need a person", "request_person"),
        ("I don't want to cancel", "cancel"),
        ("don't cancel my callback", "cancel_callback"),
    ],
)
def test_an_act_is_refused(text: str, act: str) -> None:
    assert unwished(text) == (act, (0, len(text)), "")


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("我不是要投诉，就想问下年费怎么收", "想问下年费怎么收"),
        ("别给我推荐了，我要投诉", "我要投诉"),
        ("I don't want to complain, just tell me the annual fee", "tell me the annual fee"),
        ("I'm not asking, I'm complaining", "I'm complaining"),
    ],
)
def test_beside_a_refusal_the_rest_is_meant(text: str, rest: str) -> None:
    refused = unwished(text)
    assert refused is not None
    assert refused.rest == rest


@pytest.mark.parametrize(
    "text",
    [
        "没给我打电话",
        "怎么没人给我打电话",
        "别再打电话骚扰我了",
        "不投诉你们不改",
        "再不处理我就投诉",
        "不用投诉吗",
        "不要机器人",
        "投诉没用",
        "nobody called me",
        "I didn't complain to get ignored",
        "why don't you call me?",
    ],
)
def test_reproaches_threats_and_questions_refuse_nothing(text: str) -> None:
    assert unwished(text) is None


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("我没法接受", "reject_answer"),
        ("接受不了", "reject_answer"),
        ("I am not happy with it", "reject_answer"),
        ("没有异议", "accept_answer"),
        ("不用复查了，我接受", "accept_answer"),
        ("I don't dispute the outcome", "accept_answer"),
        ("我接受", None),
        ("the settlement is fine by me", None),
        ("认真处理一下", None),
    ],
)
def test_a_not_turns_the_answer_round(text: str, intent: str | None) -> None:
    assert stance(text) == intent


def reading(text: str, *, holds_values: bool = False, **likely: float) -> Reading:
    """A reading where the whole message and its parts are taken for what `likely` says."""

    def rank(_text: str) -> list[dict[str, Any]]:
        return [{"name": name, "confidence": p} for name, p in likely.items()]

    return read(text, rank, rank, holds_values=holds_values, grave={"self_harm"})


def test_who_asks_to_wait_is_waited_for_whatever_the_words_resemble() -> None:
    assert reading("one moment please", request_person=0.6).ranking[0]["name"] == "wait"
    assert reading("稍等，我找找单子", request_callback=0.4).ranking[0]["name"] == "wait"


def test_a_wish_or_a_value_behind_the_wait_is_heard() -> None:
    assert reading("等等，我的卡丢了", report_loss=0.9).ranking[0]["name"] == "report_loss"
    assert reading("等一下我要投诉", file_complaint=0.9).ranking[0]["name"] == "file_complaint"
    assert reading("稍等，三百块", inform=0.5, holds_values=True).ranking[0]["name"] == "inform"


def test_a_refused_act_is_a_no_that_names_it() -> None:
    found = reading("别给我打电话", request_callback=0.99)
    assert found.ranking[0]["name"] == "deny"
    assert [(one["entity"], one["value"]) for one in found.entities] == [("declined", "request_callback")]


def test_where_code_was_left_out_a_refusal_is_placed_nowhere_in_particular() -> None:
    text = "<b></b> 别给我打电话，年费怎么收"
    (refused,) = reading(text, ask_faq=0.9).entities
    assert (refused["start"], refused["end"]) == (0, len(text))
    (refused,) = reading("年费怎么收，别给我打电话", ask_faq=0.9).entities
    assert (refused["start"], refused["end"]) == (6, 12)


def test_what_is_grave_is_never_read_as_anything_else() -> None:
    assert reading("我不想活了，别给我打电话", self_harm=0.4).ranking[0]["name"] == "self_harm"


def test_contesting_with_the_words_of_agreement_is_contesting() -> None:
    found = reading("这个方案我没法接受", accept_answer=0.7, reject_answer=0.2)
    assert found.ranking[0]["name"] == "reject_answer"
    assert found.ranking[0]["confidence"] == pytest.approx(0.9)


def test_without_tags_each_character_knows_where_it_stood() -> None:
    plain, places = without_tags("<b>卡</b>扣<i class='x'>200</i>元，余额<300")
    assert plain == "卡扣200元，余额<300"
    assert [places[at] for at in (0, 1, 2)] == [3, 8, 22]


@pytest.mark.parametrize(
    ("text", "complaint", "intent"),
    [
        ("柜员录错了我的名字，帮我查下余额", 0.1, "view_accounts"),
        ("柜员录错了我的名字，帮我查下余额", 0.3, "file_complaint"),
        ("我要投诉柜员，帮我查下余额", 0.1, "file_complaint"),
    ],
)
def test_what_happened_before_a_wish_is_its_reason_and_no_second_wish(
    text: str, complaint: float, intent: str
) -> None:
    def rank(said: str) -> list[dict[str, Any]]:
        if said == text:
            likely = {"view_accounts": 0.65, "file_complaint": complaint}
        elif "柜员" in said:
            likely = {"file_complaint": 0.9}
        else:
            likely = {"view_accounts": 0.9}
        return [{"name": name, "confidence": p} for name, p in likely.items()]

    found = read(text, rank, rank, holds_values=False, grave={"self_harm"})
    assert found.ranking[0]["name"] == intent


def test_a_bare_request_to_wait_holds_nothing_grave() -> None:
    assert reading("容我想想", self_harm=0.6).ranking[0]["name"] == "wait"
    assert reading("等我死了", self_harm=0.6).ranking[0]["name"] == "self_harm"
