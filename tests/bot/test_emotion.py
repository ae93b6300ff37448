"""Strong negative emotion: learnt from bot/emotion, measured on messages that stand apart from it."""

from collections import Counter
from pathlib import Path

import pytest

from bot.components.feelings import STRONG, Feelings, measured
from bot.components.labelled import read_examples
from bot.components.sentence import open_encoder
from tests.bot.test_heldout import NLU, heard, read_messages

HELDOUT = Path(__file__).parent / "heldout"
LANGUAGES = ("zh", "en")


@pytest.fixture(scope="module")
def feelings() -> Feelings:
    return Feelings.fit(read_examples(Feelings.training_files()), open_encoder())


@pytest.mark.parametrize(("language", "precision", "recall"), [("zh", 0.82, 0.82), ("en", 0.88, 0.85)])
def test_strong_emotion_is_recognised(
    language: str, precision: float, recall: float, feelings: Feelings
) -> None:
    messages = read_examples([HELDOUT / f"emotion_{language}.yml"])
    found = measured((label == STRONG, feelings.is_strong(text)) for label, text in messages)
    assert found["precision"] >= precision, found
    assert found["recall"] >= recall, found


def test_what_a_button_says_is_calm(feelings: Feelings) -> None:
    said = [text for _, text in read_messages(NLU.parent / "buttons.yml")]
    assert [text for text in said if feelings.is_strong(text)] == []


def test_without_the_encoder_english_is_judged_by_its_words() -> None:
    feelings = Feelings.fit(read_examples(Feelings.training_files()), None)
    assert feelings.is_strong("I am absolutely furious, you thieves!!")
    assert not feelings.is_strong("what is the annual fee")


def test_examples_are_enough_of_each_kind() -> None:
    learnt = Counter(label for label, _ in read_examples(Feelings.training_files()))
    held = Counter(label for label, _ in read_examples(HELDOUT.glob("emotion_*.yml")))
    assert set(learnt) == set(held) == set(Feelings.LABELS)
    assert sum(learnt.values()) >= 700
    assert sum(held.values()) >= 150


def test_no_heldout_message_is_learnt() -> None:
    learnt = {heard(text) for _, text in read_examples(Feelings.training_files())}
    held = [heard(text) for _, text in read_examples(HELDOUT.glob("emotion_*.yml"))]
    assert [text for text in held if text in learnt] == []
    assert len(set(held)) == len(held)


def test_nothing_of_the_other_heldout_messages_is_learnt() -> None:
    learnt = {heard(text) for _, text in read_examples(Feelings.training_files())}
    held = [text for language in LANGUAGES for _, text in read_messages(HELDOUT / f"nlu_{language}.yml")]
    neutral = {heard(text) for label, text in read_examples(Feelings.training_files()) if label == "neutral"}
    assert {heard(text) for text in held} & (learnt - neutral) == set()
