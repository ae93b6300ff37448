"""Languages are told apart, and a question is brought to its plain form."""

from __future__ import annotations

from typing import Literal

import pytest

from knowledge.language import detect, plain
from knowledge.lexicon import load_lexicon


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("银行卡丢了", "zh"),
        ("銀行卡丟了怎麼辦", "zh"),
        ("I lost my card", "en"),
        ("我的credit card丢了", "zh"),
        ("ATM吞卡", "zh"),
        ("my 信用卡 is lost, what shall I do", "en"),
        ("カードをなくしました", "other"),
        ("카드를 잃어버렸어요", "other"),
        ("Я потерял карту", "other"),
        ("فقدت بطاقتي", "other"),
        ("ทำบัตรหาย", "other"),
        ("he perdido mi tarjeta, qué puedo hacer", "other"),
        ("j'ai perdu ma carte, que faire pour mon compte", "other"),
        ("", "none"),
        ("   \n", "none"),
        ("😀😀", "none"),
        ("？！。", "none"),
        ("123456", "none"),
    ],
)
def test_the_language_of_a_message(text: str, language: str) -> None:
    assert detect(text) == language


def test_the_language_of_the_talk_decides_only_what_the_text_leaves_open() -> None:
    assert detect("app 登录", expected="en") == "en"
    assert detect("app 登录", expected="zh") == "zh"
    assert detect("我的银行卡昨天丢了", expected="en") == "zh"


@pytest.mark.parametrize(
    ("text", "language", "same"),
    [
        ("您好，請問銀行卡丟了怎麼辦？謝謝", "zh", "银行卡丢了怎么办"),
        ("ＡＴＭ　吞卡！", "zh", "atm 吞卡"),
        ("尾号６６８８被盗刷", "zh", "尾号0000被盗刷"),
        ("<b>年费</b>多少", "zh", "年费 多少"),
        ("你好", "zh", "你好"),
        ("Hi, could you please tell me what's the ANNUAL fee? Thanks!", "en", "whats the annual fee"),
        ("Please", "en", "please"),
    ],
)
def test_the_plain_form(text: str, language: Literal["zh", "en"], same: str) -> None:
    assert plain(text, language) == same


def test_a_very_long_text_keeps_its_ends() -> None:
    found = plain("年费" + "啦" * 20_000 + "怎么退", "zh")
    assert found.startswith("年费") and len(found) < 600


def test_terms_of_the_other_language_are_read_in_this_one() -> None:
    lexicon = load_lexicon()
    assert lexicon.one_language("我的credit card不能用", "zh") == "我的信用卡不能用"
    assert lexicon.one_language("my 信用卡 is 坏 now", "en") == "my credit card is now"
    assert lexicon.one_language("it does not appear", "en") == "it does not appear"


def test_questions_of_money_at_risk_need_care() -> None:
    lexicon = load_lexicon()
    assert lexicon.needs_care("转账限额", "zh") and lexicon.needs_care("is there a fee", "en")
    assert not lexicon.needs_care("网点在哪", "zh") and not lexicon.needs_care("feel free", "en")
