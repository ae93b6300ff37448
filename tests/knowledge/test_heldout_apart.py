"""What the search is measured on: apart from what it learns from, and enough of it.

Texts are compared in NFKC, lower case and without punctuation. A failure names held-out questions only,
never an article's wording.
"""

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
HELDOUT = Path(__file__).parent / "heldout"

LEAST_IN_SCOPE = {"zh": 560, "en": 440}

Row = dict[str, str]


def heard(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())


def read_yaml(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def article_files() -> list[Path]:
    return [path for path in sorted((KNOWLEDGE / "faq").glob("*.yml")) if not path.name.startswith("_")]


def learned_texts() -> Iterator[str]:
    """Every text the search learns from, in both languages: wordings of articles, and far talk."""
    for path in article_files():
        for article in read_yaml(path):
            for language in LEAST_IN_SCOPE:
                yield article[language]["question"]
                yield from article[language]["phrasings"]
    for texts in read_yaml(KNOWLEDGE / "far.yml").values():
        yield from texts


@pytest.fixture(scope="module")
def is_learned() -> Callable[[str], bool]:
    """Whether the search learns from a text; a function, so that no failure prints the texts."""
    known = {heard(text) for text in learned_texts()} - {""}
    assert len(known) > 0
    return lambda text: heard(text) in known


@pytest.fixture(scope="module")
def heldout() -> dict[str, list[Row]]:
    rows = {}
    for language in LEAST_IN_SCOPE:
        with (HELDOUT / f"{language}.csv").open(encoding="utf-8", newline="") as file:
            rows[language] = list(csv.DictReader(file))
    return rows


@pytest.mark.parametrize("language", LEAST_IN_SCOPE)
def test_no_heldout_question_is_a_learned_text(
    language: str, heldout: dict[str, list[Row]], is_learned: Callable[[str], bool]
) -> None:
    assert [row["question"] for row in heldout[language] if is_learned(row["question"])] == []


def test_no_heldout_question_stands_twice(heldout: dict[str, list[Row]]) -> None:
    questions = [row["question"] for rows in heldout.values() for row in rows]
    times = Counter(heard(question) or question for question in questions)

    assert [question for question, count in times.items() if count > 1] == []


@pytest.mark.parametrize("language", LEAST_IN_SCOPE)
def test_heldout_questions_within_scope_are_enough(language: str, heldout: dict[str, list[Row]]) -> None:
    in_scope = [row for row in heldout[language] if row["kind"] == "in_scope"]

    assert len(in_scope) >= LEAST_IN_SCOPE[language]
    assert all(row["article_id"] for row in in_scope)
    assert all(row["language"] == language for row in heldout[language])
