"""Making the scorer of one language from its articles, and learning its constants by cross-validation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from knowledge.article import Language
from knowledge.calibration import Calibration, Kind, Observation, features_of, fit_calibration
from knowledge.embedder import SELF_TRAINED, CharacterEmbedder, Embedder
from knowledge.keywords import index_keywords
from knowledge.lexicon import Lexicon
from knowledge.scoring import Head, Mixture, Scorer, fit_head, fit_metric, fit_mixture
from knowledge.vectors import store_vectors

Groups = Sequence[Sequence[str]]
"""Plain texts of all phrasings, one group per article; a group may be empty (the article is held out)."""

FOLDS = 3
HELD_OUT = 0.12
LARGEST_HEAD = 3000


@dataclass(frozen=True)
class Fitting:
    """What is learnt from the phrasings besides the vectors."""

    mixture: Mixture
    calibration: Calibration
    observations: tuple[Observation, ...]


def make_embedder(setting: str, groups: Groups, directory: Path, opened: Embedder | None) -> Embedder:
    """The embedder of a setting; the self-trained one is trained on `groups` and saved in `directory`."""
    if setting != SELF_TRAINED:
        if opened is None:
            raise ValueError("an embedder that is not self-trained must be opened first")
        return opened
    from knowledge.training import save_model, train_characters

    save_model(train_characters([group for group in groups if group]), directory)
    return CharacterEmbedder(directory)


def fit_scorer(
    groups: Groups,
    embedder: Embedder,
    lexicon: Lexicon,
    language: Language,
    *,
    mixture: Mixture | None = None,
) -> Scorer:
    """Index the phrasings of one language."""
    texts = [text for group in groups for text in group]
    owner = np.array([number for number, group in enumerate(groups) for _ in group], dtype=np.int64)
    vectors = embedder.encode(texts)
    metric = fit_metric(vectors, owner)
    if len(groups) <= LARGEST_HEAD:
        head = fit_head(vectors, owner, len(groups))
    else:
        head = Head(np.zeros((len(groups), vectors.shape[1]), np.float32), np.zeros(len(groups), np.float32))
    return Scorer(
        store=store_vectors(metric.apply(vectors), range(len(texts))),
        owner=owner,
        size=len(groups),
        keywords=index_keywords(groups, lexicon, language),
        metric=metric,
        head=head,
        mixture=mixture or Mixture(),
    )


def cross_validate(
    groups: Groups,
    far: Sequence[str],
    setting: str,
    lexicon: Lexicon,
    language: Language,
    *,
    opened: Embedder | None,
    precision: float,
    progress: Callable[[str], None],
    folds: int = FOLDS,
) -> Fitting:
    """Ask each phrasing of an index that was made without it.

    In every fold some articles are left out whole: their questions are the near misses, which no indexed
    article answers.
    """
    observations: list[Observation] = []
    mixtures: list[Mixture] = []
    dice = np.random.default_rng(0)
    for fold in range(folds):
        progress(f"{language}: cross-validation {fold + 1} of {folds}")
        left_out = dice.random(len(groups)) < HELD_OUT
        kept = [
            []
            if left_out[number]
            else [text for at, text in enumerate(group) if (at + number) % folds != fold]
            for number, group in enumerate(groups)
        ]
        asked = [
            (text, number)
            for number, group in enumerate(groups)
            for at, text in enumerate(group)
            if (at + number) % folds == fold and (left_out[number] or kept[number])
        ]
        if sum(bool(group) for group in kept) < 2 or not asked:
            continue
        with TemporaryDirectory(prefix="ting-fold-") as directory:
            embedder = make_embedder(setting, kept, Path(directory), opened)
        scorer = fit_scorer(kept, embedder, lexicon, language)
        texts = [text for text, _ in asked]
        vectors = embedder.encode(texts)
        scorer = replace(scorer, mixture=fit_mixture(scorer, texts, vectors))
        mixtures.append(scorer.mixture)
        for (text, number), vector in zip(asked, vectors, strict=True):
            kind: Kind = "near" if left_out[number] else "in_scope"
            observations.append(_observe(scorer, text, vector, lexicon, language, kind, number))
        for text, vector in zip(far, embedder.encode(list(far)), strict=True):
            observations.append(_observe(scorer, text, vector, lexicon, language, "far", -1))
    return Fitting(
        mixture=_mean_mixture(mixtures),
        calibration=fit_calibration(observations, precision=precision),
        observations=tuple(observations),
    )


def _observe(
    scorer: Scorer,
    text: str,
    vector: np.ndarray,
    lexicon: Lexicon,
    language: Language,
    kind: Kind,
    number: int,
) -> Observation:
    scored = scorer.score(text, vector)
    best = np.argsort(-scored.total, kind="stable")[:3]
    return Observation(
        kind=kind,
        features=features_of(scored),
        first_right=kind == "in_scope" and int(best[0]) == number,
        three_right=kind == "in_scope" and number in best,
        careful=lexicon.needs_care(text, language),
    )


def _mean_mixture(mixtures: Sequence[Mixture]) -> Mixture:
    if not mixtures:
        return Mixture(close=(0.0, 0.2), head=(0.0, 1.0), keywords=(0.0, 4.0))

    def moments(name: str) -> tuple[float, float]:
        both = np.mean([getattr(one, name) for one in mixtures], axis=0)
        return float(both[0]), float(both[1])

    return replace(mixtures[0], close=moments("close"), head=moments("head"), keywords=moments("keywords"))
