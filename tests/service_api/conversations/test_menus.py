"""A menu may be answered by figure or by word, as people type it."""

import pytest

from service_api.conversations.menus import LAST, place_typed


@pytest.mark.parametrize(
    "text",
    [
        "2",
        "２",
        "2.",
        "2、",
        "②",
        "(2)",
        "2️⃣",
        "二",
        "第二个",
        "第2个",
        "选第二个吧",
        "选2",
        "我要第二项",
        "选项二",
        "第二个，谢谢",
        "the second one",
        "second",
        "The second option",
        "option 2",
        "number 2",
        "#2",
        "2nd",
        "2)",
        "I'll take the second one",
    ],
)
def test_the_second_button_in_many_words(text: str) -> None:
    assert place_typed(text) == 2


@pytest.mark.parametrize("text", ["最后一个", "最后那一个", "倒数第一个", "the last one", "last option"])
def test_the_last_button(text: str) -> None:
    assert place_typed(text) == LAST


@pytest.mark.parametrize(
    "text",
    [
        "第二天",
        "两个",
        "二百",
        "2000",
        "200",
        "2元",
        "我有两个投诉",
        "第二次了",
        "一",
        "last week",
        "2 days",
        "一点",
        "1.5",
    ],
)
def test_other_words_pick_no_second_button(text: str) -> None:
    assert place_typed(text) != 2
