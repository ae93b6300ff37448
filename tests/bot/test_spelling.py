"""Slips of the pen in English are mended, and only those."""

import pytest

from bot.components.spelling import Spelling, is_one_slip

TAUGHT = {"complaint": 90, "cancel": 40, "card": 200, "balance": 30, "branch": 20, "sent": 5, "send": 50}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("complant", "complaint"),
        ("compalint", "complaint"),
        ("complaintt", "complaint"),
        ("cancle", "cancel"),
        ("balence", "balance"),
        ("Balence", "balance"),
        ("sned", "send"),
    ],
)
def test_a_slip_is_mended(written: str, meant: str) -> None:
    assert Spelling(TAUGHT, ()).mend(f"my {written} please") == f"my {meant} please"


@pytest.mark.parametrize(
    "word", ["brunch", "cart", "lard", "xyzzy", "Complaint", "can't", "car", "合同card合同"]
)
def test_words_and_what_is_far_from_any_stay(word: str) -> None:
    assert Spelling(TAUGHT, {"brunch", "cart"}).mend(word) == word


def test_a_number_and_an_address_stay() -> None:
    assert Spelling(TAUGHT, ()).mend("number5 mailaddress 卡") == "number5 mailaddress 卡"


def test_words_are_learnt_when_they_stand_often_enough() -> None:
    texts = ["check my balance"] * 3 + ["cancle it"] * 3 + ["yanzheng"] * 8
    learnt = Spelling.learn(texts, {"balance", "check"})
    assert set(learnt.taught) == {"check", "balance", "yanzheng"}


@pytest.mark.parametrize(
    ("one", "other", "slip"),
    [("card", "cadr", True), ("card", "crd", True), ("card", "card", True), ("card", "crads", False)],
)
def test_one_slip_is_one_letter_or_two_neighbours(one: str, other: str, *, slip: bool) -> None:
    assert is_one_slip(one, other) is is_one_slip(other, one) is slip
