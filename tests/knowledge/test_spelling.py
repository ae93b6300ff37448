"""Mistyped English words are put right by the articles' own words, and nothing else is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.group import Group
from knowledge.spelling import Spelling, learn_spelling, load_spelling, spelling_of

TEXTS = [
    "transfer limit",
    "raise my transfer limit",
    "transfer to my account",
    *["account limit"] * 5,
    "acount",
]


@pytest.fixture
def spelling() -> Spelling:
    return learn_spelling(TEXTS, known=["limits", "translator"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("transfr limit", "transfer limit"),
        ("trasnfer", "transfer"),
        ("my acocunt", "my account"),
        ("my acount", "my account"),
        ("limt", "limit"),
    ],
)
def test_a_mistyped_word_becomes_the_word_of_the_articles(spelling: Spelling, typed: str, meant: str) -> None:
    assert spelling.corrected(typed) == meant


@pytest.mark.parametrize("text", ["limits", "accounts", "", "1234", "translator", "lim", "unrelated words"])
def test_a_word_that_may_be_right_stays(spelling: Spelling, text: str) -> None:
    assert spelling.corrected(text) == text


def test_chinese_is_left_as_it_is() -> None:
    assert spelling_of([Group(("银行卡丢了",))], "zh").corrected("银行卞丢了") == "银行卞丢了"


def test_what_is_saved_is_read_again(spelling: Spelling, tmp_path: Path) -> None:
    spelling.save(tmp_path / "words.json")
    assert load_spelling(tmp_path / "words.json") == spelling
