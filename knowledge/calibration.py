"""From scores to chances: a logistic model of what the scores look like, and its thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from knowledge.keywords import Scores
from knowledge.scoring import Scored

Kind = Literal["in_scope", "near", "far"]

ASSUMED_MIX: dict[Kind, float] = {"in_scope": 0.80, "near": 0.08, "far": 0.12}
"""Shares of questions assumed to come: with an article, bank questions without one, other talk."""

FEATURES = (
    "best",
    "margin_2",
    "margin_3",
    "margin_5",
    "share",
    "share_of_three",
    "best_phrasing",
    "known",
    "length",
    "keywords",
    "agreement",
)


class Logistic(BaseModel):
    """A logistic model on standardised features."""

    model_config = ConfigDict(frozen=True)

    mean: tuple[float, ...]
    spread: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float

    def chance(self, features: NDArray[np.float64]) -> float:
        """The chance, between 0 and 1."""
        value = float(
            ((features - np.array(self.mean)) / np.array(self.spread)) @ np.array(self.weights) + self.bias
        )
        return float(1.0 / (1.0 + np.exp(-np.clip(value, -30, 30))))


class Calibration(BaseModel):
    """Chances and thresholds of one language, fitted on cross-validated phrasings."""

    model_config = ConfigDict(frozen=True)

    first: Logistic
    among_three: Logistic
    answer: float
    careful: float
    suggest: float
    fitted_on: int


@dataclass(frozen=True)
class Observation:
    """One question whose right article is known, scored by an index that does not hold it."""

    kind: Kind
    features: NDArray[np.float64]
    first_right: bool
    three_right: bool
    careful: bool


def features_of(scored: Scored, total: Scores) -> NDArray[np.float64]:
    """What the chance is judged by, in the order of FEATURES. `total` is the mixture of the scored parts."""
    ranked = np.sort(total)[::-1]
    best = int(np.argmax(total))
    shares = np.exp(ranked - ranked[0])
    shares /= shares.sum()
    agreement = sum(int(np.argmax(part)) == best for part in scored.parts)
    return np.array(
        [
            ranked[0],
            _gap(ranked, 1),
            _gap(ranked, 2),
            _gap(ranked, 4),
            shares[0],
            shares[:3].sum(),
            scored.best_phrasing,
            scored.known,
            np.log1p(scored.length),
            np.log1p(scored.parts[2, best]),
            agreement,
        ],
        dtype=np.float64,
    )


def fit_calibration(
    observations: Sequence[Observation], *, precision: float = 0.95, careful_precision: float = 0.98
) -> Calibration:
    """Fit the chances, then take the lowest thresholds that keep the stated precision.

    Of questions outside every article about nine in ten of the far ones fall below `suggest`.
    """
    if not _enough(observations):
        return UNCALIBRATED
    features = np.stack([one.features for one in observations])
    weights = _weights(observations)
    first = _fit(features, np.array([one.first_right for one in observations]), weights)
    three = _fit(features, np.array([one.three_right for one in observations]), weights)
    chance = np.array([first.chance(row) for row in features])
    right = np.array([one.first_right for one in observations])
    careful = np.array([one.careful for one in observations])
    answer = threshold_for(chance, right, weights, precision)
    far = np.array([three.chance(one.features) for one in observations if one.kind == "far"])
    suggest = float(np.clip(np.quantile(far, 0.9), 0.05, 0.45)) if len(far) else 0.25
    return Calibration(
        first=first,
        among_three=three,
        answer=answer,
        careful=max(
            answer, threshold_for(chance[careful], right[careful], weights[careful], careful_precision)
        ),
        suggest=suggest,
        fitted_on=len(observations),
    )


def threshold_for(
    chance: NDArray[np.float64], right: NDArray[np.bool_], weights: NDArray[np.float64], precision: float
) -> float:
    """The lowest chance from which on at least `precision` are right; .99 when there is none."""
    if not len(chance):
        return 0.99
    order = np.argsort(-chance)
    so_far = np.cumsum((weights * right)[order]) / np.cumsum(weights[order])
    enough = np.flatnonzero((so_far >= precision) & (np.arange(len(order)) >= min(20, len(order) - 1)))
    return float(np.clip(chance[order][enough[-1]], 0.5, 0.99)) if len(enough) else 0.99


def _gap(ranked: Scores, place: int) -> float:
    return float(ranked[0] - ranked[min(place, len(ranked) - 1)])


def _enough(observations: Sequence[Observation]) -> bool:
    right = sum(one.first_right for one in observations)
    return len(observations) >= 60 and 10 <= right <= len(observations) - 10


def _weights(observations: Sequence[Observation]) -> NDArray[np.float64]:
    counts = {kind: sum(one.kind == kind for one in observations) for kind in ASSUMED_MIX}
    raw = np.array([ASSUMED_MIX[one.kind] / counts[one.kind] for one in observations])
    weights: NDArray[np.float64] = raw / raw.mean()
    return weights


def _fit(features: NDArray[np.float64], right: NDArray[np.bool_], weights: NDArray[np.float64]) -> Logistic:
    from sklearn.linear_model import LogisticRegression

    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    fitted = LogisticRegression(C=1.0, max_iter=500).fit(
        (features - mean) / spread, right, sample_weight=weights
    )
    return Logistic(
        mean=tuple(mean.tolist()),
        spread=tuple(spread.tolist()),
        weights=tuple(fitted.coef_[0].tolist()),
        bias=float(fitted.intercept_[0]),
    )


def _rough(bias: float) -> Logistic:
    weights = [0.0] * len(FEATURES)
    weights[FEATURES.index("best_phrasing")] = 6.0
    weights[FEATURES.index("known")] = 2.0
    return Logistic(
        mean=(0.0,) * len(FEATURES), spread=(1.0,) * len(FEATURES), weights=tuple(weights), bias=bias
    )


UNCALIBRATED = Calibration(
    first=_rough(-5.0), among_three=_rough(-4.5), answer=0.85, careful=0.92, suggest=0.3, fitted_on=0
)
"""For a handful of articles, too few to fit anything on: closeness to one phrasing decides."""
