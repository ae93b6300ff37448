"""Figures of an evaluation: ranks, decisions, separation, calibration, each with a bootstrap interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Outcome = str
RESAMPLES = 400


@dataclass(frozen=True)
class Asked:
    """One question of a test set and what came back. `rank` is 1 for the best, None when it was not found."""

    question: str
    expected: str | None
    language: str
    kind: str
    outcome: Outcome
    confidence: float
    about: float
    rank: int | None
    found: tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """A measured value, the 95 % bootstrap interval around it, and over how many questions."""

    value: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def figures_of(asked: Sequence[Asked]) -> dict[str, Figure]:
    """All figures that the questions allow; the out-of-scope ones need questions without an article."""
    inside = [one for one in asked if one.expected]
    answered = [one for one in asked if one.outcome == "answer"]
    suggested = [one for one in inside if one.outcome == "suggestions"]
    figures: dict[str, Figure] = {}
    if inside:
        figures["hit@1"] = share(inside, lambda one: one.rank == 1)
        figures["hit@3"] = share(inside, lambda one: one.rank is not None and one.rank <= 3)
        figures["MRR"] = mean([1 / one.rank if one.rank else 0.0 for one in inside])
        for outcome, name in (("answer", "answered"), ("suggestions", "suggested"), ("none", "refused")):
            figures[f"in scope {name}"] = mean([float(one.outcome == outcome) for one in inside])
    if suggested:
        figures["suggestions hold it"] = share(suggested, lambda one: one.rank is not None and one.rank <= 3)
    if answered:
        figures["precision of answers"] = share(answered, lambda one: bool(one.expected) and one.rank == 1)
    for kind in ("near", "far", "out"):
        outside = [one for one in asked if not one.expected and one.kind == kind]
        if outside:
            figures[f"{kind} answered"] = share(outside, lambda one: one.outcome == "answer")
            figures[f"{kind} suggested"] = share(outside, lambda one: one.outcome == "suggestions")
            if inside:
                figures[f"AUROC in/{kind}"] = separation(inside, outside)
                figures[f"AUROC in/{kind} (about)"] = separation(inside, outside, by="about")
    if asked:
        figures["calibration error"] = calibration_error(asked)
    return figures


def share(asked: Sequence[Asked], holds: Callable[[Asked], bool]) -> Figure:
    """Share of the questions of which it holds."""
    return mean([float(holds(one)) for one in asked])


def mean(values: Sequence[float]) -> Figure:
    """The mean and its bootstrap interval."""
    array = np.array(values, dtype=np.float64)
    draws = np.random.default_rng(0).integers(0, len(array), size=(RESAMPLES, len(array)))
    low, high = np.quantile(array[draws].mean(axis=1), [0.025, 0.975])
    return Figure(float(array.mean()), float(low), float(high), len(array))


def separation(
    inside: Sequence[Asked], outside: Sequence[Asked], *, by: Literal["confidence", "about"] = "confidence"
) -> Figure:
    """AUROC: how often a question with an article scores higher than one without."""
    high = np.array([getattr(one, by) for one in inside])
    low = np.array([getattr(one, by) for one in outside])
    dice = np.random.default_rng(0)
    draws = [_auroc(dice.choice(high, len(high)), dice.choice(low, len(low))) for _ in range(RESAMPLES // 4)]
    bounds = np.quantile(draws, [0.025, 0.975])
    return Figure(_auroc(high, low), float(bounds[0]), float(bounds[1]), len(high) + len(low))


def calibration_error(asked: Sequence[Asked], *, bins: int = 10) -> Figure:
    """Expected calibration error of the first place's confidence, over bins of equal count."""
    chance = np.array([one.confidence for one in asked])
    right = np.array([float(bool(one.expected) and one.rank == 1) for one in asked])
    value = _calibration(chance, right, bins)
    dice = np.random.default_rng(0)
    draws = []
    for _ in range(RESAMPLES // 4):
        picked = dice.integers(0, len(chance), len(chance))
        draws.append(_calibration(chance[picked], right[picked], bins))
    bounds = np.quantile(draws, [0.025, 0.975])
    return Figure(value, float(bounds[0]), float(bounds[1]), len(chance))


def _calibration(chance: NDArray[np.float64], right: NDArray[np.float64], bins: int) -> float:
    parts = np.array_split(np.argsort(chance), min(bins, len(chance)))
    return float(
        sum(abs(chance[part].mean() - right[part].mean()) * len(part) for part in parts) / len(chance)
    )


def _auroc(high: NDArray[np.float64], low: NDArray[np.float64]) -> float:
    ordered = np.sort(low)
    below = np.searchsorted(ordered, high, side="left")
    equal = np.searchsorted(ordered, high, side="right") - below
    return float((below + equal / 2).mean() / len(low))
