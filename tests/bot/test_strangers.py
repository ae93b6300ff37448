"""Names of others: a name that no example holds is read like those that some do."""

import re

import pytest

from bot.components.strangers import LONGEST_SAYING, name_strangers, names, strangers_of
from bot.components.values.text import normalise
from bot.components.word_model import WordModel
from tests.bot.test_word_model import CONFIG


def features_of_text(text: str) -> str:
    """As the tokenizer cuts it: a Chinese character each, Latin words whole."""
    return " ".join(re.findall(r"[a-z']+|[\u4e00-\u9fff]", normalise(text)))


def shapes(text: str) -> set[str]:
    return set(strangers_of(features_of_text(text)))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("支付宝转错了人", "wallet"),
        ("護照在哪裡換", "authority"),
        ("长沙银行怎么开户", "bank"),
        ("Bank of Elsewhere app is down", "bank"),
        ("my HSBC login", "bank"),
        ("the gas bill", "utility"),
    ],
)
def test_who_else_is_spoken_of_is_told_by_kind(text: str, kind: str) -> None:
    assert f"{kind} saying alone" in shapes(text)


@pytest.mark.parametrize(
    "text", ["支付宝绑你们的卡", "can I pay your card from PayPal", "微信怎么绑贵行的卡"]
)
def test_this_bank_beside_another_is_told_apart(text: str) -> None:
    assert "wallet saying ours" in shapes(text)


@pytest.mark.parametrize("text", ["手机银行打不开", "你们银行几点开门", "the uberous visas", "我要投诉"])
def test_words_that_only_hold_a_name_are_none(text: str) -> None:
    assert shapes(text) == set()


def test_in_a_story_a_name_counts_as_said_in_passing() -> None:
    assert "travel story alone" in shapes("昨天坐飞机" + "我" * LONGEST_SAYING)


def test_a_name_has_one_kind_and_is_written_as_it_is_read() -> None:
    assert all(normalise(name) == name for name in names())
    assert len(names()) > 500


def test_where_nobody_is_named_nothing_is_learnt_of_names() -> None:
    assert not name_strangers(["my card", "我 的 卡"])
    assert name_strangers(["my card", "支 付 宝"])


def test_a_name_never_taught_is_read_like_its_kind() -> None:
    examples = ["招行的卡", "建行的卡", "your card", "你们的卡"]
    features = [features_of_text(text) for text in examples]
    model = WordModel.fit(features, ["theirs", "theirs", "ours", "ours"], CONFIG)
    read = model.probabilities(features_of_text("浦发的卡"))
    assert model.intents[int(read.argmax())] == "theirs"
