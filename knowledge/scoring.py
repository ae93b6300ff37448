"""How well each FAQ fits a question: closeness of vectors, a linear head and keywords, added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from knowledge.embedder import Vectors, unit_rows
from knowledge.keywords import Keywords, Scores
from knowledge.vectors import VectorStore

NEIGHBOURS = 256


@dataclass(frozen=True)
class Metric:
    """A linear map in which differences inside one FAQ count little (within-class covariance whitening)."""

    centre: Vectors
    map: Vectors

    def apply(self, vectors: Vectors) -> Vectors:
        """Rows in the new space, at unit length."""
        return unit_rows(np.asarray((vectors - self.centre) @ self.map, dtype=np.float32))


@dataclass(frozen=True)
class Head:
    """A linear classifier over the vectors: one row of weights and one bias per FAQ."""

    weights: Vectors
    bias: Vectors

    def scores(self, vector: Vectors) -> Scores:
        found: Scores = self.weights @ vector + self.bias
        return found


@dataclass(frozen=True)
class Mixture:
    """Fixed constants of the sum. They hold for every question: normalising per question destroys refusal."""

    sharpness: float = 10.0
    close: tuple[float, float] = (0.0, 1.0)
    head: tuple[float, float] = (0.0, 1.0)
    keywords: tuple[float, float] = (0.0, 1.0)
    head_weight: float = 1.0
    keywords_weight: float = 0.4


@dataclass(frozen=True)
class Scored:
    """All parts for one question; every array has one entry per FAQ."""

    total: Scores
    close: Scores
    head: Scores
    keywords: Scores
    best_phrasing: float
    known: float
    length: int


@dataclass(frozen=True)
class Scorer:
    """Everything of one language that scoring needs. Immutable, so it is shared by threads."""

    store: VectorStore
    owner: NDArray[np.int64]
    size: int
    keywords: Keywords
    metric: Metric
    head: Head
    mixture: Mixture = field(default_factory=Mixture)

    def score(self, text: str, vector: Vectors) -> Scored:
        """Score every FAQ for one plain text and its vector (unit length, as the embedder gave it)."""
        mixture = self.mixture
        similarities, numbers = self.store.nearest(self.metric.apply(vector.reshape(1, -1))[0], NEIGHBOURS)
        close = close_scores(similarities, self.owner[numbers], self.size, sharpness=mixture.sharpness)
        head = self.head.scores(vector)
        words = self.keywords.scores(text)
        total = (
            _standard(close, mixture.close)
            + mixture.head_weight * _standard(head, mixture.head)
            + mixture.keywords_weight * _standard(words, mixture.keywords)
        )
        return Scored(
            total=total,
            close=close,
            head=head,
            keywords=words,
            best_phrasing=float(similarities[0]) if len(similarities) else 0.0,
            known=self.keywords.known_share(text),
            length=len(text),
        )


def close_scores(similarities: Scores, owners: NDArray[np.int64], size: int, *, sharpness: float) -> Scores:
    """Log-sum-exp over each FAQ's phrasings; an FAQ with none among the nearest gets the farthest one's."""
    floor = float(similarities[-1]) if len(similarities) else 0.0
    sums = np.bincount(owners, weights=np.exp(sharpness * similarities), minlength=size)
    with np.errstate(divide="ignore"):
        close = np.log(sums) / sharpness
    scores: Scores = np.where(sums > 0, close, floor).astype(np.float32)
    return scores


def fit_metric(vectors: Vectors, owner: NDArray[np.int64], *, softness: float = 3.0) -> Metric:
    """Whiten what varies inside the FAQs, softened so that few phrasings do not decide it."""
    dimension = vectors.shape[1]
    centre: Vectors = vectors.mean(axis=0)
    size = int(owner.max()) + 1
    counts = np.maximum(np.bincount(owner, minlength=size), 1)
    means = np.zeros((size, dimension))
    np.add.at(means, owner, vectors)
    inside = vectors - (means / counts[:, None])[owner]
    covariance = inside.T @ inside / len(vectors)
    values, directions = np.linalg.eigh(covariance)
    ridge = softness * float(values.clip(0).mean()) + 1e-6
    whitening = directions @ np.diag((values.clip(0) + ridge) ** -0.5) @ directions.T
    return Metric(centre.astype(np.float32), whitening.astype(np.float32))


def fit_head(vectors: Vectors, owner: NDArray[np.int64], size: int, *, strength: float = 10.0) -> Head:
    """Multinomial logistic regression of the FAQ on the vector."""
    from sklearn.linear_model import LogisticRegression

    weights = np.zeros((size, vectors.shape[1]), dtype=np.float32)
    bias = np.zeros(size, dtype=np.float32)
    if len(np.unique(owner)) < 3:
        return Head(weights, bias)
    fitted = LogisticRegression(C=strength, max_iter=300, tol=1e-5).fit(vectors, owner)
    weights[fitted.classes_] = fitted.coef_
    bias[fitted.classes_] = fitted.intercept_
    return Head(weights, bias)


def fit_mixture(scorer: Scorer, questions: Sequence[str], vectors: Vectors) -> Mixture:
    """Mean and spread of each part over questions that the scorer has not indexed."""
    parts: dict[str, list[Scores]] = {"close": [], "head": [], "keywords": []}
    for text, vector in zip(questions, vectors, strict=True):
        scored = scorer.score(text, vector)
        parts["close"].append(scored.close)
        parts["head"].append(scored.head)
        parts["keywords"].append(scored.keywords)
    close, head, keywords = (_spread(parts[name]) for name in ("close", "head", "keywords"))
    return Mixture(
        sharpness=scorer.mixture.sharpness,
        close=close,
        head=head,
        keywords=keywords,
        head_weight=scorer.mixture.head_weight,
        keywords_weight=scorer.mixture.keywords_weight,
    )


def _standard(scores: Scores, moments: tuple[float, float]) -> Scores:
    mean, spread = moments
    standard: Scores = (scores - mean) / spread
    return standard


def _spread(rows: list[Scores]) -> tuple[float, float]:
    values = np.concatenate(rows)
    return float(values.mean()), max(float(values.std()), 1e-6)
