"""Making the scorer of one language from its articles, and learning its constants by cross-validation."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from knowledge.article import Language
from knowledge.calibration import UNCALIBRATED, Calibration, Kind, Observation, features_of, fit_calibration
from knowledge.embedder import SELF_TRAINED, CharacterEmbedder, Embedder, Vectors
from knowledge.group import Group
from knowledge.head import fit_head, no_head
from knowledge.keywords import index_keywords
from knowledge.lexicon import Lexicon
from knowledge.scoring import Mixture, Scored, Scorer, View, fit_metric, fit_mixture, plain_mixture
from knowledge.spelling import mistyped
from knowledge.vectors import store_vectors

FOLDS = 8
FOLDS_MADE = 2
HELD_OUT = 0.12
LEAST_CALIBRATED = 20
LEAST_REVIEWED = 150
LARGEST_HEAD = 3000
TRUST_IN_ANSWERS = 0.4
MOST_OBSERVED = 6000


@dataclass(frozen=True)
class Fitting:
    """What is learnt from the phrasings besides the vectors."""

    mixture: Mixture
    calibration: Calibration
    observations: tuple[Observation, ...]


@dataclass(frozen=True)
class _Asked:
    text: str
    kind: Kind
    right: int
    scored: Scored
    mistyped: bool = False


class Remembering:
    """An embedder that does not embed the same text twice; for a model that folds share."""

    def __init__(self, embedder: Embedder, known: Mapping[str, Vectors] | None = None) -> None:
        self._embedder = embedder
        self._known: dict[str, Vectors] = dict(known or {})
        self.model_id = embedder.model_id

    def words(self) -> Iterable[str]:
        return self._embedder.words()

    def encode(self, texts: Sequence[str]) -> Vectors:
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        if missing:
            self._known.update(zip(missing, self._embedder.encode(missing), strict=True))
        return np.stack([self._known[text] for text in texts])


def make_embedders(
    settings: Sequence[str], groups: Sequence[Group], directory: Path, opened: Mapping[str, Embedder]
) -> tuple[Embedder, ...]:
    """The embedders of a language; a self-trained one is trained on `groups` and saved in `directory`."""
    return tuple(
        _self_trained(groups, directory) if setting == SELF_TRAINED else opened[setting]
        for setting in settings
    )


def _self_trained(groups: Sequence[Group], directory: Path) -> Embedder:
    from knowledge.training import save_model, train_characters

    texts = [group.phrasings + group.sentences for group in groups if group.phrasings]
    save_model(train_characters(texts), directory)
    return CharacterEmbedder(directory)


def embed(embedders: Sequence[Embedder], texts: Sequence[str]) -> list[tuple[Vectors, ...]]:
    """For every text its vector in each view."""
    return list(zip(*(embedder.encode(texts) for embedder in embedders), strict=True))


def fit_scorer(
    groups: Sequence[Group],
    embedders: Sequence[Embedder],
    lexicon: Lexicon,
    language: Language,
    *,
    mixture: Mixture | None = None,
) -> Scorer:
    """Index the phrasings of one language. Answers teach the heads and have keywords of their own."""
    _, owner = flat([group.phrasings for group in groups])
    return Scorer(
        views=tuple(_fit_view(groups, embedder) for embedder in embedders),
        owner=owner,
        size=len(groups),
        keywords=index_keywords([group.phrasings for group in groups], lexicon, language),
        answers=index_keywords(
            [group.sentences if group.phrasings else () for group in groups], lexicon, language
        ),
        mixture=mixture or plain_mixture(len(embedders)),
    )


def _fit_view(groups: Sequence[Group], embedder: Embedder) -> View:
    texts, owner = flat([group.phrasings for group in groups])
    sentences, sentence_owner = flat([group.sentences if group.phrasings else () for group in groups])
    vectors = embedder.encode(texts)
    metric = fit_metric(vectors, owner)
    if len(groups) <= LARGEST_HEAD:
        both = np.concatenate([vectors, embedder.encode(sentences)]) if sentences else vectors
        trust = np.repeat(np.array([1.0, TRUST_IN_ANSWERS], dtype=np.float32), [len(texts), len(sentences)])
        head = fit_head(both, np.concatenate([owner, sentence_owner]), len(groups), trust=trust)
    else:
        head = no_head(len(groups), vectors.shape[1])
    return View(store_vectors(metric.apply(vectors), range(len(texts))), vectors, metric, head)


def cross_validate(
    groups: Sequence[Group],
    far: Sequence[str],
    settings: Sequence[str],
    lexicon: Lexicon,
    language: Language,
    *,
    opened: Mapping[str, Embedder],
    precision: float,
    progress: Callable[[str], None],
    folds: int = FOLDS,
    made: int = FOLDS_MADE,
) -> Fitting:
    """Ask phrasings of indexes that were made without them; `made` of the `folds` are enough.

    In every fold some articles are left out whole: their questions are the near misses, which no indexed
    article answers.
    """
    if len(groups) < LEAST_CALIBRATED:
        return Fitting(plain_mixture(len(settings)), UNCALIBRATED, ())
    asked: list[_Asked] = []
    dice = np.random.default_rng(0)
    for fold in range(min(made, folds)):
        progress(f"{language}: cross-validation {fold + 1} of {min(made, folds)}")
        left_out = dice.random(len(groups)) < HELD_OUT
        asked += _ask_one_fold(groups, far, fold, folds, left_out, settings, lexicon, language, opened)
    inside = [one for one in asked if one.kind == "in_scope"]
    few = [inside[at] for at in dice.permutation(len(inside))[: max(1, 2_000_000 // max(len(groups), 1))]]
    mixture = (
        fit_mixture([one.scored.parts for one in few], [one.right for one in few])
        if few
        else plain_mixture(len(settings))
    )
    observations = [_observe(one, mixture, lexicon, language) for one in asked if not one.mistyped]
    return Fitting(mixture, fit_calibration(observations, precision=precision), tuple(observations))


def recalibrate(
    fitting: Fitting,
    scorer: Scorer,
    embedders: Sequence[Embedder],
    reviewed: Sequence[tuple[str, Kind, int]],
    lexicon: Lexicon,
    language: Language,
    *,
    precision: float,
) -> Calibration:
    """Chances and thresholds from real questions (plain text, kind, number of the article), none indexed.

    They take the place of the phrasings, which are harder than what customers ask, and join the questions
    without an article. Too few change nothing.
    """
    if sum(kind == "in_scope" for _, kind, _ in reviewed) < LEAST_REVIEWED:
        return fitting.calibration
    asked = _ask(reviewed, scorer, embedders)
    outside = [one for one in fitting.observations if one.kind != "in_scope"]
    real = [_observe(one, scorer.mixture, lexicon, language) for one in asked]
    return fit_calibration([*real, *outside], precision=precision)


def _ask_one_fold(
    groups: Sequence[Group],
    far: Sequence[str],
    fold: int,
    folds: int,
    left_out: np.ndarray,
    settings: Sequence[str],
    lexicon: Lexicon,
    language: Language,
    opened: Mapping[str, Embedder],
) -> list[_Asked]:
    kept = [
        Group(())
        if left_out[number]
        else replace(group, phrasings=_all_but(group.phrasings, number, fold, folds))
        for number, group in enumerate(groups)
    ]
    questions: list[tuple[str, Kind, int]] = [
        (text, "near" if left_out[number] else "in_scope", number)
        for number, group in enumerate(groups)
        for at, text in enumerate(group.phrasings)
        if (at + number) % folds == fold and (left_out[number] or kept[number].phrasings)
    ]
    if sum(bool(group.phrasings) for group in kept) < 2 or not questions:
        return []
    questions += [(text, "far", -1) for text in far]
    with TemporaryDirectory(prefix="ting-fold-") as directory:
        embedders = make_embedders(settings, kept, Path(directory), opened)
    scorer = fit_scorer(kept, embedders, lexicon, language)
    if len(questions) > MOST_OBSERVED:
        chosen = np.random.default_rng(fold).permutation(len(questions))[:MOST_OBSERVED]
        questions = [questions[at] for at in chosen]
    asked = _ask(questions, scorer, embedders)
    if language == "zh":  # an English word is put right before it is searched
        asked += [replace(one, mistyped=True) for one in _ask(_mistyped(questions, fold), scorer, embedders)]
    return asked


def _ask(
    questions: Sequence[tuple[str, Kind, int]], scorer: Scorer, embedders: Sequence[Embedder]
) -> list[_Asked]:
    if not questions:
        return []
    vectors = embed(embedders, [text for text, _, _ in questions])
    return [
        _Asked(text, kind, right, scorer.score(text, vector))
        for (text, kind, right), vector in zip(questions, vectors, strict=True)
    ]


def _mistyped(questions: Sequence[tuple[str, Kind, int]], seed: int) -> list[tuple[str, Kind, int]]:
    dice = random.Random(seed)  # noqa: S311 - disturbances, not security
    letters = "".join(text for text, _, _ in questions)
    return [
        (mistyped(text, letters, dice), kind, right) for text, kind, right in questions if kind == "in_scope"
    ]


def _observe(asked: _Asked, mixture: Mixture, lexicon: Lexicon, language: Language) -> Observation:
    total = mixture.total(asked.scored.parts)
    best = np.argsort(-total, kind="stable")[:3]
    inside = asked.kind == "in_scope"
    return Observation(
        kind=asked.kind,
        features=features_of(asked.scored, total),
        first_right=inside and int(best[0]) == asked.right,
        three_right=inside and asked.right in best,
        careful=lexicon.needs_care(asked.text, language),
    )


def _all_but(phrasings: tuple[str, ...], number: int, fold: int, folds: int) -> tuple[str, ...]:
    return tuple(text for at, text in enumerate(phrasings) if (at + number) % folds != fold)


def flat(groups: Sequence[Sequence[str]]) -> tuple[list[str], NDArray[np.int64]]:
    """All texts in one list, and the number of the group that each belongs to."""
    texts = [text for group in groups for text in group]
    owner = np.array([number for number, group in enumerate(groups) for _ in group], dtype=np.int64)
    return texts, owner
