"""What language understanding is measured on: apart from what it learns from, and enough of it.

Texts are compared in NFKC, lower case and without punctuation. A failure names held-out messages only,
never a training example.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

NLU = Path(__file__).parents[2] / "bot" / "nlu"
HELDOUT = Path(__file__).parent / "heldout"

LEAST = {"zh": 830, "en": 530}
LEAST_PER_INTENT = {"zh": 12, "en": 9}
LEAST_OUT_OF_SCOPE = 200

Messages = list[tuple[str, str]]


def heard(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())


def read_messages(path: Path) -> Messages:
    blocks = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["nlu"]
    return [
        (block["intent"], line.removeprefix("- "))
        for block in blocks
        if "intent" in block
        for line in block["examples"].splitlines()
    ]


@pytest.fixture(scope="module")
def heldout() -> dict[str, Messages]:
    return {language: read_messages(HELDOUT / f"nlu_{language}.yml") for language in LEAST}


@pytest.fixture(scope="module")
def taught_intents() -> set[str]:
    return {intent for path in NLU.rglob("*.yml") for intent, _ in read_messages(path)}


@pytest.fixture(scope="module")
def is_taught() -> Callable[[str], bool]:
    """Whether a text is a training example; a function, so that no failure prints the examples."""
    known = {heard(text) for path in NLU.rglob("*.yml") for _, text in read_messages(path)} - {""}
    assert len(known) > 0
    return lambda text: heard(text) in known


@pytest.mark.parametrize("language", LEAST)
def test_no_heldout_message_is_a_training_example(
    language: str, heldout: dict[str, Messages], is_taught: Callable[[str], bool]
) -> None:
    assert [message for message in heldout[language] if is_taught(message[1])] == []


def test_no_heldout_message_stands_twice(heldout: dict[str, Messages]) -> None:
    messages = [text for language in LEAST for _, text in heldout[language]]
    times = Counter(heard(text) or text for text in messages)

    assert [text for text, count in times.items() if count > 1] == []


@pytest.mark.parametrize("language", LEAST)
def test_heldout_messages_are_enough(language: str, heldout: dict[str, Messages]) -> None:
    assert len(heldout[language]) >= LEAST[language]


@pytest.mark.parametrize("language", LEAST)
def test_every_taught_intent_is_measured_often_enough(
    language: str, heldout: dict[str, Messages], taught_intents: set[str]
) -> None:
    measured = Counter(intent for intent, _ in heldout[language])

    assert set(measured) == taught_intents
    assert {i: n for i, n in measured.items() if n < LEAST_PER_INTENT[language]} == {}


def test_enough_heldout_messages_are_out_of_scope(heldout: dict[str, Messages]) -> None:
    outside = [text for language in LEAST for intent, text in heldout[language] if intent == "out_of_scope"]

    assert len(outside) >= LEAST_OUT_OF_SCOPE


def test_answers_to_complaints_are_measured_often_and_apart(is_taught: Callable[[str], bool]) -> None:
    answers = read_messages(HELDOUT / "answers.yml")
    times = Counter((intent, text.isascii()) for intent, text in answers)

    assert set(times) == {(i, ascii_) for i in ("accept_answer", "reject_answer") for ascii_ in (True, False)}
    assert min(times.values()) >= 30
    assert [message for message in answers if is_taught(message[1])] == []
