"""From scores to chances: a logistic model of what the scores look like, and its thresholds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from knowledge.keywords import Scores
from knowledge.scoring import Scored

Kind = Literal["in_scope", "near", "far"]

ASSUMED_MIX: dict[Kind, float] = {"in_scope": 0.80, "near": 0.08, "far": 0.12}
"""Shares of questions assumed to come: with an article, bank questions without one, other talk."""

MOST_LOST = 0.02

FEATURES = (
    "best",
    "margin_2",
    "margin_3",
    "margin_5",
    "share",
    "share_of_three",
    "best_phrasing",
    "nearest",
    "crowd",
    "known",
    "covered",
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

    def odds(self, features: NDArray[np.float64]) -> float:
        """The logarithm of the odds, kept within 30."""
        scaled = (features - np.array(self.mean)) / np.array(self.spread)
        return float(np.clip(scaled @ np.array(self.weights) + self.bias, -30, 30))

    def chance(self, features: NDArray[np.float64]) -> float:
        """The chance, between 0 and 1."""
        return 1.0 / (1.0 + math.exp(-self.odds(features)))


class Chances(NamedTuple):
    """What the scores mean: it is about our articles at all; the first is right; one of three is."""

    about: float
    first: float
    three: float


class Calibration(BaseModel):
    """Chances and thresholds of one language, fitted on cross-validated phrasings.

    `answer` and `careful` bound the chance of the first; below `about` or `suggest` nothing is shown.
    """

    model_config = ConfigDict(frozen=True)

    about_us: Logistic
    first_right: Logistic
    three_right: Logistic
    answer: float
    careful: float
    suggest: float
    about: float
    fitted_on: int

    def judge(self, features: NDArray[np.float64]) -> Chances:
        """The chances of one question; `features` are those of `features_of`."""
        more = np.append(features, self.about_us.odds(features))
        return Chances(
            self.about_us.chance(features), self.first_right.chance(more), self.three_right.chance(more)
        )


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
    agreement = np.mean(scored.parts.argmax(axis=1) == best)
    return np.array(
        [
            ranked[0],
            _gap(ranked, 1),
            _gap(ranked, 2),
            _gap(ranked, 4),
            shares[0],
            shares[:3].sum(),
            scored.best_phrasing,
            scored.nearest,
            scored.crowd,
            scored.known,
            scored.covered,
            np.log1p(scored.length),
            np.log1p(scored.parts[-2, best]),
            agreement,
        ],
        dtype=np.float64,
    )


def fit_calibration(
    observations: Sequence[Observation], *, precision: float = 0.95, careful_precision: float = 0.97
) -> Calibration:
    """Fit the chances, then take the lowest thresholds that keep the stated precision of answers.

    Nothing is shown where that costs at most `MOST_LOST` of the questions whose article is among the three.
    """
    if not _enough(observations):
        return UNCALIBRATED
    features = np.stack([one.features for one in observations])
    weights = _weights(observations)
    first = np.array([one.first_right for one in observations])
    three = np.array([one.three_right for one in observations])
    inside = np.array([one.kind == "in_scope" for one in observations])
    far = np.array([one.kind == "far" for one in observations])
    about_us = _about_us(features, inside, far, weights)
    more = np.column_stack([features, [about_us.odds(row) for row in features]])
    fitted = Calibration(
        about_us=about_us,
        first_right=_fit(more, first, weights),
        three_right=_fit(more, three, weights),
        answer=1.0,
        careful=1.0,
        suggest=0.0,
        about=0.0,
        fitted_on=len(observations),
    )
    chances = np.array([fitted.judge(row) for row in features])
    careful = np.array([one.careful for one in observations])
    answer = threshold_for(chances[:, 1], first, weights, precision)
    strict = threshold_for(chances[careful, 1], first[careful], weights[careful], careful_precision)
    return fitted.model_copy(
        update={
            "answer": answer,
            "careful": max(answer, strict),
            "suggest": min(float(np.quantile(chances[three, 2], MOST_LOST)), 0.5),
            "about": min(float(np.quantile(chances[three, 0], MOST_LOST)), 0.9) if far.any() else 0.0,
        }
    )


def _about_us(
    features: NDArray[np.float64],
    inside: NDArray[np.bool_],
    far: NDArray[np.bool_],
    weights: NDArray[np.float64],
) -> Logistic:
    if not far.any():
        width = features.shape[1]
        return Logistic(mean=(0.0,) * width, spread=(1.0,) * width, weights=(0.0,) * width, bias=5.0)
    told = inside | far
    return _fit(features[told], inside[told], weights[told])


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


def _rough(bias: float, *, and_odds: bool = False) -> Logistic:
    width = len(FEATURES) + and_odds
    weights = [0.0] * width
    weights[FEATURES.index("best_phrasing")] = 6.0
    weights[FEATURES.index("known")] = 2.0
    return Logistic(mean=(0.0,) * width, spread=(1.0,) * width, weights=tuple(weights), bias=bias)


UNCALIBRATED = Calibration(
    about_us=_rough(-3.5),
    first_right=_rough(-5.0, and_odds=True),
    three_right=_rough(-4.5, and_odds=True),
    answer=0.85,
    careful=0.92,
    suggest=0.3,
    about=0.3,
    fitted_on=0,
)
"""For a handful of articles, too few to fit anything on: closeness to one phrasing decides."""
