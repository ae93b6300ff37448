"""The reviewed questions that set chances and thresholds: enough, with real articles, apart from the rest."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from knowledge.__main__ import ARTICLES
from knowledge.article import load_articles
from knowledge.build import REVIEWED
from knowledge.fitting import LEAST_REVIEWED
from knowledge.questions import read_questions
from tests.knowledge.test_heldout_apart import HELDOUT, heard, learned_texts


def test_there_are_enough_of_every_kind() -> None:
    kinds = Counter((one.language, one.kind) for one in read_questions(REVIEWED))
    for language in ("zh", "en"):
        assert kinds[language, "in_scope"] >= LEAST_REVIEWED
        assert kinds[language, "near"] >= 100
        assert kinds[language, "far"] >= 30


def test_each_names_an_article_or_is_out_of_scope() -> None:
    known = {article.id for article in load_articles(ARTICLES)}
    for one in read_questions(REVIEWED):
        assert (one.article_id in known) == (one.kind == "in_scope"), one.text


def test_none_is_learned_or_held_out() -> None:
    apart = {heard(text) for text in learned_texts()}
    for path in sorted(Path(HELDOUT).glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            apart |= {heard(row["question"]) for row in csv.DictReader(file)}
    shared = [one.text for one in read_questions(REVIEWED) if heard(one.text) in apart]
    assert len(shared) == 0, "take these out of reviewed.csv: " + "; ".join(shared)
