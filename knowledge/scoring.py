"""How well each FAQ fits a question: closeness of vectors, a linear head and keywords, added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from knowledge.embedder import Vectors, unit_rows
from knowledge.head import Head
from knowledge.keywords import Keywords, Scores
from knowledge.vectors import VectorStore

Parts = NDArray[np.float32]

NEIGHBOURS = 256
LOOKED_AT = 32
SHARPNESS = 10.0


@dataclass(frozen=True)
class Metric:
    """A linear map in which differences inside one FAQ count little (within-class covariance whitening)."""

    centre: Vectors
    map: Vectors

    def apply(self, vectors: Vectors) -> Vectors:
        """Rows in the new space, at unit length."""
        return unit_rows(np.asarray((vectors - self.centre) @ self.map, dtype=np.float32))


class Mixture(BaseModel):
    """Fixed constants of the sum, one per part: close and head of every view, keywords, answer keywords.

    They hold for every question: normalising per question would destroy the score that refusal needs.
    """

    model_config = ConfigDict(frozen=True)

    mean: tuple[float, ...]
    spread: tuple[float, ...]
    weight: tuple[float, ...]

    def total(self, parts: Parts) -> Scores:
        """The weighted sum of the standardised parts: one value per FAQ."""
        scale = np.array(self.weight) / np.array(self.spread)
        total: Scores = scale @ (parts - np.array(self.mean)[:, None])
        return total


def plain_mixture(views: int) -> Mixture:
    """Constants that do where nothing could be learnt."""
    return Mixture(
        mean=(*(0.1, 0.0) * views, 2.0, 2.0),
        spread=(*(0.13, 1.0) * views, 3.0, 3.0),
        weight=(*(1.0 / views, 1.0 / views) * views, 0.4, 0.2),
    )


@dataclass(frozen=True)
class Scored:
    """All parts for one question: one row per part, one column per FAQ."""

    parts: Parts
    best_phrasing: float
    nearest: float
    crowd: float
    known: float


@dataclass(frozen=True)
class View:
    """All phrasings as one embedder sees them.

    `raw` holds the vectors as the embedder gave them; how near they are tells other talk from ours, for which
    the metric has no sense.
    """

    store: VectorStore
    raw: Vectors
    metric: Metric
    head: Head


@dataclass(frozen=True)
class Scorer:
    """Everything of one language that scoring needs. Immutable, so it is shared by threads."""

    views: tuple[View, ...]
    owner: NDArray[np.int64]
    size: int
    keywords: Keywords
    answers: Keywords
    mixture: Mixture

    def score(self, text: str, vectors: Sequence[Vectors]) -> Scored:
        """Score every FAQ for one plain text and its vector in each view (unit length, as embedded)."""
        parts: list[Scores] = []
        similarities = []
        for view, vector in zip(self.views, vectors, strict=True):
            near, numbers = view.store.nearest(view.metric.apply(vector.reshape(1, -1))[0], NEIGHBOURS)
            parts += [close_scores(near, self.owner[numbers], self.size), view.head.scores(vector)]
            similarities.append((near, np.sort(view.raw[numbers[:LOOKED_AT]] @ vector)[::-1]))
        parts += [self.keywords.scores(text), self.answers.scores(text)]
        near, plainly = similarities[0]
        return Scored(
            parts=np.stack(parts).astype(np.float32),
            best_phrasing=float(near[0]) if len(near) else 0.0,
            nearest=float(plainly[0]) if len(plainly) else 0.0,
            crowd=float(plainly[:5].mean()) if len(plainly) else 0.0,
            known=self.keywords.known_share(text),
        )


def close_scores(similarities: Scores, owners: NDArray[np.int64], size: int) -> Scores:
    """Log-sum-exp over each FAQ's phrasings; an FAQ with none among the nearest gets the farthest one's."""
    floor = float(similarities[-1]) if len(similarities) else 0.0
    sums = np.bincount(owners, weights=np.exp(SHARPNESS * similarities), minlength=size)
    with np.errstate(divide="ignore"):
        close = np.log(sums) / SHARPNESS
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


def fit_mixture(parts: Sequence[Parts], right: Sequence[int]) -> Mixture:
    """Mean and spread of each part, and the weights that make the right FAQ most likely (conditional logit).

    The questions must be ones that the scorer had not indexed.
    """
    from scipy.optimize import minimize

    stacked = np.stack(parts).astype(np.float64)
    mean = stacked.mean(axis=(0, 2))
    spread = np.maximum(stacked.std(axis=(0, 2)), 1e-6)
    standard = (stacked - mean[:, None]) / spread[:, None]
    rows, wanted = np.arange(len(stacked)), np.array(right)

    def loss(weight: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total = np.einsum("p,qpn->qn", weight, standard)
        total -= total.max(axis=1, keepdims=True)
        chance = np.exp(total)
        chance /= chance.sum(axis=1, keepdims=True)
        picked = standard[rows, :, wanted]
        slope = np.einsum("qn,qpn->qp", chance, standard) - picked
        value = -np.log(chance[rows, wanted] + 1e-12).mean() + 1e-3 * float(weight @ weight)
        return float(value), slope.mean(axis=0) + 2e-3 * weight

    start = np.full(len(mean), 0.5)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * len(start))
    return Mixture(mean=tuple(mean.tolist()), spread=tuple(spread.tolist()), weight=tuple(found.x.tolist()))
