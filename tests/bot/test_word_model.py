"""The classifier's first opinion: what its parts add up to."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.naive_bayes import MultinomialNB

from bot.components.word_model import NaiveBayes, WordModel, sharpened, weighted_mean

ROWS = csr_matrix(np.array([[1.0, 0.5, 0.0], [0.0, 1.0, 0.2], [0.0, 0.0, 1.0], [0.3, 0.0, 0.9]]))
INTENTS = ["greet", "greet", "thanks", "thanks"]
CONFIG = {
    "c": 20.0,
    "bayes_share": 0.2,
    "bayes_smoothing": 0.03,
    "word_ngrams": [1, 2],
    "character_ngrams": [1, 4],
}


def test_naive_bayes_is_that_of_scikit_learn() -> None:
    theirs = MultinomialNB(alpha=0.1).fit(ROWS, INTENTS)
    ours = NaiveBayes.fit(ROWS, INTENTS, smoothing=0.1)
    for row in ROWS:
        assert ours.probabilities(row) == pytest.approx(theirs.predict_proba(row)[0], rel=1e-5)


def test_two_opinions_are_sure_only_where_both_are() -> None:
    sure, doubtful = np.array([0.9, 0.1]), np.array([0.5, 0.5])
    assert weighted_mean(sure, doubtful, 0.0) == pytest.approx(sure)
    assert weighted_mean(sure, doubtful, 1.0) == pytest.approx(doubtful)
    assert 0.5 < weighted_mean(sure, doubtful, 0.5)[0] < 0.9


def test_no_opinion_rules_an_intent_out_alone() -> None:
    mean = weighted_mean(np.array([1.0, 0.0]), np.array([0.0, 1.0]), 0.5)
    assert mean == pytest.approx([0.5, 0.5])


def test_sharpening_keeps_the_sum() -> None:
    modest = np.array([0.4, 0.2])
    sharp = sharpened(modest, 1.5)
    assert sharp.sum() == pytest.approx(0.6)
    assert sharp[0] > 0.4


def test_what_was_never_seen_is_likely_nothing() -> None:
    model = WordModel.fit(["你 好", "你 早", "谢 谢", "多 谢"], INTENTS, CONFIG)
    assert model.probabilities("龘") == pytest.approx([0.5, 0.5])
    assert model.probabilities("你 好")[0] > 0.8
