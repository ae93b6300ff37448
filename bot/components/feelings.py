"""Strong negative emotion in a message: a small linear model on characters, words, shouting and marks."""

import re
from pathlib import Path
from typing import Dict, Iterable, List, Optional, Sequence, Text, Tuple

import numpy as np
import yaml
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline

from bot.components.minilm import MiniLM
from bot.components.sentence import is_english
from bot.components.values.text import normalise

STRONG = "strong"
LABELS = ("neutral", "negative", STRONG)
LABELS_SORTED = sorted(LABELS)  # as scikit-learn orders its classes
WORDS_C, SENTENCES_C = 30.0, 10.0
STRONG_FROM = 0.5
"""In Chinese by words; in English the mean with the sentence's: cross-validated precision and recall are
.87 / .86, by the sentence alone .87 / .82."""
HARDLY_BY_WORDS = 0.1
"""Spares two calm English messages of five the encoder's time."""
EXAMPLES = Path(__file__).resolve().parents[1] / "emotion"

_PIECE = re.compile(r"[a-z]+(?:['*]+[a-z]+)*|[\u3400-\u4dbf\u4e00-\u9fff]")
_MARKS = re.compile(r"[!！?？]{2,}")
_PLEADS = re.compile(r"([\u4e00-\u9fff]{1,4})[，,!！]?\1")


def read_examples(files: Iterable[Path]) -> List[Tuple[Text, Text]]:
    """(label, text) of every example of files with an `emotion` list of labels and lines."""
    found = []
    for file in files:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        for block in content["emotion"]:
            lines = block["examples"].splitlines()
            found += [
                (str(block["label"]), line.strip().removeprefix("- ")) for line in lines if line.strip()
            ]
    return found


def training_files() -> List[Path]:
    """The files the assistant learns emotion from."""
    return sorted(EXAMPLES.glob("*.yml"))


def shape_of(text: Text) -> Text:
    """The words of a text and how they are said: what the vectorizers read."""
    plain = normalise(text)
    marks = []
    if _MARKS.search(text):
        marks.append("xmarks")
    elif re.search("[!！]", text):
        marks.append("xmark")
    letters = [c for c in text if c.isascii() and c.isalpha()]
    if len(letters) >= 6 and sum(c.isupper() for c in letters) > 0.6 * len(letters):
        marks.append("xshout")
    if _PLEADS.search(plain):
        marks.append("xagain")
    return " ".join([*_PIECE.findall(plain), *marks])


def build_model(c: float) -> Pipeline:
    """Untrained; `c` is the regularisation, larger trusts the examples more."""
    words = TfidfVectorizer(
        tokenizer=str.split, token_pattern=None, ngram_range=(1, 3), sublinear_tf=True, dtype=np.float32
    )
    pieces = TfidfVectorizer(
        preprocessor=_joined, analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, dtype=np.float32
    )
    union = FeatureUnion([("words", words), ("pieces", pieces)])
    return Pipeline(
        [("features", union), ("regression", LogisticRegression(C=c, class_weight="balanced", max_iter=500))]
    )


def _joined(shape: Text) -> Text:
    """Only the Latin words: characters of Chinese are the words of the other vectorizer."""
    return " ".join(word for word in shape.split() if word.isascii())


class Feelings:
    """How strong the emotion of a message is: by its words, for English by its sentence vector."""

    def __init__(
        self, words: Pipeline, sentences: Optional[LogisticRegression], encoder: Optional[MiniLM]
    ) -> None:
        """Trained models; `sentences` reads the vectors of `encoder`."""
        self.words = words
        self.sentences = sentences
        self._encoder = encoder

    @classmethod
    def fit(cls, examples: Sequence[Tuple[Text, Text]], encoder: Optional[MiniLM]) -> "Feelings":
        """Learn from (label, text)."""
        labels = [label for label, _ in examples]
        words = build_model(WORDS_C).fit([shape_of(text) for _, text in examples], labels)
        english = [(label, text) for label, text in examples if is_english(text)]
        if encoder is None or len({label for label, _ in english}) < len(LABELS):
            return cls(words, None, None)
        sentences = LogisticRegression(C=SENTENCES_C, class_weight="balanced", max_iter=500)
        vectors = encoder.encode([text for _, text in english]).astype(np.float64)
        return cls(words, sentences.fit(vectors, [label for label, _ in english]), encoder)

    def is_strong(self, text: Text) -> bool:
        """Whether emotion is strong; the limits were chosen by cross-validation of the examples."""
        by_words = self.words.predict_proba([shape_of(text)])[0][LABELS_SORTED.index(STRONG)]
        if self.sentences is None or self._encoder is None or not is_english(text):
            return bool(by_words >= STRONG_FROM)
        if by_words < HARDLY_BY_WORDS:
            return False  # nothing in the words hints at it: the encoder's time is spared
        by_sentence = self.sentences.predict_proba(self._encoder.vector(text))[0][LABELS_SORTED.index(STRONG)]
        return bool((by_words + by_sentence) / 2 >= STRONG_FROM)


def measured(judgements: Iterable[Tuple[bool, bool]]) -> Dict[Text, float]:
    """Precision and recall of (meant strong, found strong)."""
    pairs = list(judgements)
    right = sum(meant and found for meant, found in pairs)
    found_all, meant_all = sum(found for _, found in pairs), sum(meant for meant, _ in pairs)
    return {"precision": right / max(found_all, 1), "recall": right / max(meant_all, 1)}
