"""From scores to chances: a logistic model of what the scores look like, and its thresholds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
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

ABOUT_MIX: dict[Kind, float] = {"in_scope": 0.50, "near": 0.30, "far": 0.20}
"""The same for the first model, which shall know those without an article, however rare they are."""

MOST_LOST = 0.02
SPLITS = 5

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
    "close",
    "head",
    "answers",
    "agreement",
)
"""None of these may stand for the length of a question: those who write test questions write longer ones in
scope, and "card lost" would be refused for being short."""


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
    """Chances and thresholds of one language, fitted on questions that the index did not hold.

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
            scored.parts[0, best],
            scored.parts[1, best],
            np.log1p(scored.parts[-1, best]),
            agreement,
        ],
        dtype=np.float64,
    )


def fit_calibration(
    observations: Sequence[Observation], *, precision: float = 0.95, careful_precision: float | None = None
) -> Calibration:
    """Fit the chances, then take the lowest thresholds that keep the stated precision of answers.

    What is asked of fees, limits and fraud needs `careful_precision`: two points more unless it is given.

    Nothing is shown where that costs at most `MOST_LOST` of the questions whose article is among the three.
    """
    if not _enough(observations):
        return UNCALIBRATED
    weights = _weights(observations, ASSUMED_MIX)
    first = np.array([one.first_right for one in observations])
    three = np.array([one.three_right for one in observations])
    chances = _chances_out_of_fold(observations)
    careful = np.array([one.careful for one in observations])
    answer = threshold_for(chances[:, 1], first, weights, precision)
    wanted = careful_precision or precision + 0.02
    strict = threshold_for(chances[careful, 1], first[careful], weights[careful], wanted)
    outside = any(one.kind != "in_scope" for one in observations)
    return _fit_chances(observations).model_copy(
        update={
            "answer": answer,
            "careful": max(answer, strict),
            "suggest": min(float(np.quantile(chances[three, 2], MOST_LOST)), 0.5),
            "about": min(float(np.quantile(chances[three, 0], MOST_LOST)), 0.9) if outside else 0.0,
        }
    )


def _chances_out_of_fold(observations: Sequence[Observation]) -> NDArray[np.float64]:
    """Chances of every observation by a fit on the others: what a fit has seen looks better than it is."""
    part = np.random.default_rng(0).permutation(len(observations)) % SPLITS
    chances = np.zeros((len(observations), 3))
    for number in range(SPLITS):
        fitted = _fit_chances([one for one, at in zip(observations, part, strict=True) if at != number])
        for place in np.flatnonzero(part == number).tolist():
            chances[place] = fitted.judge(observations[place].features)
    return chances


def _fit_chances(observations: Sequence[Observation]) -> Calibration:
    features = np.stack([one.features for one in observations])
    weights = _weights(observations, ASSUMED_MIX)
    inside = np.array([one.kind == "in_scope" for one in observations])
    about_us = _always(features.shape[1])
    if not inside.all():
        about_us = _fit(features, inside, _weights(observations, ABOUT_MIX))
    more = np.column_stack([features, [about_us.odds(row) for row in features]])
    return Calibration(
        about_us=about_us,
        first_right=_fit(more, np.array([one.first_right for one in observations]), weights),
        three_right=_fit(more, np.array([one.three_right for one in observations]), weights),
        answer=1.0,
        careful=1.0,
        suggest=0.0,
        about=0.0,
        fitted_on=len(observations),
    )


def _always(width: int) -> Logistic:
    return Logistic(mean=(0.0,) * width, spread=(1.0,) * width, weights=(0.0,) * width, bias=5.0)


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


def _weights(observations: Sequence[Observation], mix: Mapping[Kind, float]) -> NDArray[np.float64]:
    counts = {kind: sum(one.kind == kind for one in observations) for kind in mix}
    raw = np.array([mix[one.kind] / counts[one.kind] for one in observations])
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
