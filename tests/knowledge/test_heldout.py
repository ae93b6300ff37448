"""The figures that the search promises, on questions from another hand. Nothing is tuned on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.__main__ import ARTICLES
from knowledge.article import load_articles
from knowledge.build import build_if_changed
from knowledge.evaluate import Evaluation, evaluate
from knowledge.questions import read_questions
from knowledge.search import Engine
from tests.checks import JOURNEY_DATA

HELD_OUT = Path(__file__).with_name("heldout")
SHORT = Path(__file__).with_name("short.csv")

pytestmark = pytest.mark.timeout(1200)


@pytest.fixture(scope="module")
def engine() -> Engine:
    """The real articles, in the index that the journeys serve."""
    root = JOURNEY_DATA / "index"
    build_if_changed(load_articles(ARTICLES), root)
    return Engine.open(root)


@pytest.fixture(scope="module")
def found(engine: Engine) -> Evaluation:
    return evaluate(
        engine, [one for name in ("zh", "en") for one in read_questions(HELD_OUT / f"{name}.csv")]
    )


def test_chinese_questions_find_their_article(found: Evaluation) -> None:
    assert found.by_language["zh"]["hit@1"].value >= 0.87
    assert found.by_language["zh"]["hit@3"].value >= 0.95


def test_english_questions_find_their_article(found: Evaluation) -> None:
    assert found.by_language["en"]["hit@1"].value >= 0.84
    assert found.by_language["en"]["hit@3"].value >= 0.945


def test_what_is_answered_is_right(found: Evaluation) -> None:
    for figures in found.by_language.values():
        assert figures["precision of answers"].value >= 0.95
        assert figures["far answered"].value <= 0.05
        assert figures["near answered"].value <= 0.10


def test_more_than_half_of_what_has_an_article_is_answered(found: Evaluation) -> None:
    assert found.by_language["zh"]["in scope answered"].value >= 0.60
    assert found.by_language["en"]["in scope answered"].value >= 0.65


def test_a_confidence_is_the_share_that_is_right(found: Evaluation) -> None:
    for figures in found.by_language.values():
        assert figures["calibration error"].value <= 0.05


def test_questions_without_an_article_are_told_from_ours(found: Evaluation) -> None:
    for figures in found.by_language.values():
        assert figures["AUROC in/far (about)"].value >= 0.98
        assert figures["AUROC in/near"].value >= 0.82


def test_few_questions_that_have_an_article_are_turned_away(found: Evaluation) -> None:
    assert found.overall["in scope refused"].value <= 0.08
    assert found.overall["suggestions hold it"].value >= 0.90


def test_a_trouble_told_in_a_few_words_is_not_turned_away(engine: Engine) -> None:
    told = evaluate(engine, read_questions(SHORT)).by_language
    for figures in told.values():
        assert figures["in scope refused"].value <= 0.25
        assert figures["hit@3"].value >= 0.75
        assert figures["far answered"].value == 0.0
