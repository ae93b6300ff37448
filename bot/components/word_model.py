"""The first opinion on both languages: linear models on words and characters. No Rasa."""

from functools import partial
from typing import Any, Dict, List, Sequence, Text, Tuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import FeatureUnion

from bot.components.sounds import share_a_sound, sounds_of
from bot.components.strangers import name_strangers, strangers_of
from bot.components.values.text import is_cjk

Probabilities = NDArray[np.float64]

LEAST_PROBABILITY = 1e-6
"""What an opinion grants any intent, so that none can be ruled out by one opinion alone."""
FAMILIAR = 0.7
"""Of the Chinese characters of a message, the share that must have been seen for it to be judged at all."""


class NaiveBayes:
    """How usual each feature is in each intent: a second view of what the regression tells apart.

    Kept as one array per feature, so that a message costs no more than the features it has.
    """

    def __init__(self, usual: NDArray[np.float32], prior: NDArray[np.float64]) -> None:
        """Logarithms: of features (rows) in intents (columns), and of the intents."""
        self._usual = usual
        self._prior = prior

    @classmethod
    def fit(cls, rows: csr_matrix, intents: Sequence[Text], *, smoothing: float) -> "NaiveBayes":
        """Learn from the features of texts; `smoothing` is what an unseen feature counts."""
        learnt = MultinomialNB(alpha=smoothing).fit(rows, intents)
        usual = np.ascontiguousarray(learnt.feature_log_prob_.T, dtype=np.float32)
        return cls(usual, learnt.class_log_prior_)

    def probabilities(self, row: csr_matrix) -> Probabilities:
        """Of the intents, in the order of their names."""
        scores = self._prior + row.data @ self._usual[row.indices]
        powers = np.exp(scores - scores.max())
        made: Probabilities = powers / powers.sum()
        return made


class WordModel:
    """Probabilities of intents by the words and characters of a text."""

    def __init__(
        self, features: FeatureUnion, regression: LogisticRegression, bayes: NaiveBayes, bayes_share: float
    ) -> None:
        """Trained parts; `bayes_share` is the weight of naive Bayes beside the regression."""
        self._features = features
        self._regression = regression
        self._bayes = bayes
        self._bayes_share = bayes_share
        parts = dict(features.transformer_list)
        self._words: Dict[Text, int] = parts["words"].vocabulary_
        blank = parts["characters"].vocabulary_.get(" ")  # around every word, even one never seen
        self._blank = len(self._words) + blank if blank is not None else -1

    @classmethod
    def fit(cls, features: Sequence[Text], intents: Sequence[Text], config: Dict[Text, Any]) -> "WordModel":
        """Learn from the features of texts.

        liblinear: as accurate here as the multinomial model, at an eighth of its training time. Balanced, as
        one intent has thirty times the examples of another: fewer messages end as complaints.
        """
        union = build_features(
            config, with_sounds=share_a_sound(features), with_strangers=name_strangers(features)
        )
        rows = union.fit_transform(features)
        regression = LogisticRegression(C=config["c"], solver="liblinear", class_weight="balanced")
        bayes = NaiveBayes.fit(rows, intents, smoothing=config["bayes_smoothing"])
        return cls(union, regression.fit(rows, intents), bayes, config["bayes_share"])

    @property
    def intents(self) -> List[Text]:
        """The intents, in the order of the probabilities."""
        return [str(name) for name in self._regression.classes_]

    def probabilities(self, features: Text) -> Probabilities:
        """Of every intent; all alike when nothing of the text was ever seen, less sure when much was not."""
        row, familiar = self._features.transform([features]).tocsr(), self._familiarity(features)
        if familiar == 0 or all(column == self._blank for column in row.indices):
            return np.full(len(self.intents), 1.0 / len(self.intents))
        judged = self._regression.predict_proba(row)[0]
        usual = self._bayes.probabilities(row)
        return weighted_mean(judged, usual, self._bayes_share) * familiar

    def _familiarity(self, features: Text) -> float:
        chinese = [piece for piece in features.split() if is_cjk(piece[0])]
        share = sum(piece in self._words for piece in chinese) / len(chinese) if chinese else 1.0
        return 1.0 if share >= FAMILIAR else share


def weighted_mean(first: Probabilities, second: Probabilities, share: float) -> Probabilities:
    """The geometric mean of two opinions, sure only where both are; `share` is the weight of the second."""
    joint = (
        np.maximum(first, LEAST_PROBABILITY) ** (1 - share) * np.maximum(second, LEAST_PROBABILITY) ** share
    )
    made: Probabilities = joint / joint.sum()
    return made


def sharpened(probabilities: Probabilities, sharpness: float) -> Probabilities:
    """Probabilities to a power, with the sum they had: above 1 the model trusts itself more.

    One model against the rest for each intent is too modest when there are many of them.
    """
    total = probabilities.sum()
    powers = np.power(probabilities, sharpness)
    made: Probabilities = powers * (total / powers.sum())
    return made


def build_features(config: Dict[Text, Any], *, with_sounds: bool, with_strangers: bool) -> FeatureUnion:
    """Untrained: TF-IDF of words, of characters, of Chinese sounds and of others' names side by side."""
    lengths: Tuple[int, int] = tuple(config["word_ngrams"])
    characters: Tuple[int, int] = tuple(config["character_ngrams"])
    words = TfidfVectorizer(analyzer=partial(words_of, lengths=lengths), sublinear_tf=True, dtype=np.float32)
    pieces = TfidfVectorizer(
        preprocessor=join_chinese,
        analyzer="char_wb",
        ngram_range=characters,
        sublinear_tf=True,
        dtype=np.float32,
        min_df=2,
    )
    parts = [("words", words), ("characters", pieces)]
    if with_sounds:
        sounds = TfidfVectorizer(analyzer=sounds_of, sublinear_tf=True, dtype=np.float32, min_df=2)
        parts.append(("sounds", sounds))
    if with_strangers:
        parts.append(("strangers", TfidfVectorizer(analyzer=strangers_of, dtype=np.float32)))
    return FeatureUnion(parts)


def words_of(features: Text, *, lengths: Tuple[int, int]) -> List[Text]:
    """Words, and runs of Latin words next to one another.

    Runs of Chinese characters are left to the character n-grams, which have them already.
    """
    pieces = features.split()
    found = pieces if lengths[0] == 1 else []
    for length in range(max(2, lengths[0]), lengths[1] + 1):
        runs = (pieces[start : start + length] for start in range(len(pieces) - length + 1))
        found = found + [" ".join(run) for run in runs if all(piece.isascii() for piece in run)]
    return found


def join_chinese(features: Text) -> Text:
    """Chinese characters next to one another again, so that character n-grams span them."""
    joined: List[Text] = []
    for piece in features.split(" "):
        chinese = len(piece) == 1 and not piece.isascii()
        if joined and chinese and not joined[-1][-1].isascii():
            joined[-1] += piece
        else:
            joined.append(piece)
    return " ".join(joined)
