"""Small models with labels of their own beside the intents, learnt from examples of their own. Pure."""

import re
from pathlib import Path
from typing import ClassVar, Iterable, List, Optional, Sequence, Text, Tuple, Type, TypeVar

import numpy as np
import yaml
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline

from bot.components.minilm import MiniLM
from bot.components.sentence import is_english
from bot.components.values.text import normalise
from bot.components.word_model import Probabilities

_PIECE = re.compile(r"[a-z]+(?:['*]+[a-z]+)*|[\u3400-\u4dbf\u4e00-\u9fff]")
_MARKS = re.compile(r"[!！?？]{2,}")
_PLEADS = re.compile(r"([\u4e00-\u9fff]{1,4})[，,!！]?\1")
Model = TypeVar("Model", bound="Labelled")


def read_examples(files: Iterable[Path]) -> List[Tuple[Text, Text]]:
    """(label, text) of every example of files that hold one list of labels and lines."""
    return [
        (str(block["label"]), line.strip().removeprefix("- "))
        for file in files
        for (blocks,) in [yaml.safe_load(file.read_text(encoding="utf-8")).values()]
        for block in blocks
        for line in block["examples"].splitlines()
        if line.strip()
    ]


class Labelled:
    """Linear models: of a message's words, and for English of its sentence vector too.

    A kind of them names its `LABELS`, sorted as scikit-learn sorts its classes, the `FOLDER` of its examples,
    and how far examples are trusted by words and by sentences (the inverse of regularisation).
    """

    LABELS: ClassVar[Tuple[Text, ...]]
    FOLDER: ClassVar[Path]
    WORDS_C: ClassVar[float]
    SENTENCES_C: ClassVar[float]

    def __init__(
        self, words: Pipeline, sentences: Optional[LogisticRegression], encoder: Optional[MiniLM]
    ) -> None:
        """Trained models; `sentences` reads the vectors of `encoder`."""
        self.words = words
        self.sentences = sentences
        self._encoder = encoder

    @classmethod
    def training_files(cls) -> List[Path]:
        """The files it learns from."""
        return sorted(cls.FOLDER.glob("*.yml"))

    @classmethod
    def fit(cls: Type[Model], examples: Sequence[Tuple[Text, Text]], encoder: Optional[MiniLM]) -> Model:
        """Learn from (label, text); without an encoder or every label in English from words alone."""
        labels = [label for label, _ in examples]
        words = build_model(cls.WORDS_C).fit([shape_of(text) for _, text in examples], labels)
        english = [(label, text) for label, text in examples if is_english(text)]
        if encoder is None or len({label for label, _ in english}) < len(cls.LABELS):
            return cls(words, None, None)
        sentences = LogisticRegression(C=cls.SENTENCES_C, class_weight="balanced", max_iter=500)
        vectors = encoder.encode([text for _, text in english]).astype(np.float64)
        return cls(words, sentences.fit(vectors, [label for label, _ in english]), encoder)

    def by_words(self, text: Text) -> Probabilities:
        """How likely each label is by the words."""
        found: Probabilities = self.words.predict_proba([shape_of(text)])[0]
        return found

    def by_sentence(self, text: Text) -> Optional[Probabilities]:
        """How likely each label is by the sentence; None where only the words can be read."""
        if self.sentences is None or self._encoder is None or not is_english(text):
            return None
        found: Probabilities = self.sentences.predict_proba(self._encoder.vector(text))[0]
        return found


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
