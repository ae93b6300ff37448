"""One version of the index in memory: read once, never changed, shared by every thread that searches."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knowledge.article import LANGUAGES, Article, Language
from knowledge.calibration import Calibration
from knowledge.embedder import SELF_TRAINED, CharacterEmbedder, Embedder
from knowledge.group import Group
from knowledge.head import Head
from knowledge.index import DamagedIndex, LanguageEntry, Manifest, verify
from knowledge.keywords import load_keywords
from knowledge.lexicon import Lexicon, load_lexicon
from knowledge.scoring import Metric, Scorer, View
from knowledge.spelling import Spelling, load_spelling
from knowledge.vectors import load_vectors


@dataclass(frozen=True)
class LanguageIndex:
    """One language: its scorer, its chances, and the model inside the index, if it has one."""

    scorer: Scorer
    calibration: Calibration
    entry: LanguageEntry
    own_embedder: Embedder | None
    exact: Mapping[str, int]
    spelling: Spelling


@dataclass(frozen=True)
class Snapshot:
    """A whole index version."""

    manifest: Manifest
    articles: tuple[Article, ...]
    lexicon: Lexicon
    languages: Mapping[Language, LanguageIndex]


def save_articles(articles: tuple[Article, ...], path: Path) -> None:
    """Write the articles as they were indexed, rates filled."""
    path.write_text(
        json.dumps([one.model_dump(mode="json") for one in articles], ensure_ascii=False), encoding="utf-8"
    )


def exact_key(text: str) -> str:
    """What two plain texts share when they are word for word the same question."""
    return text.replace(" ", "").removesuffix("吗")


def save_language(directory: Path, scorer: Scorer, groups: Sequence[Group], spelling: Spelling) -> None:
    """Write the scorer of one language; the model is already there if it has one of its own."""
    directory.mkdir(exist_ok=True)
    (directory / "phrasings.json").write_text(
        json.dumps([[group.phrasings, group.sentences] for group in groups], ensure_ascii=False),
        encoding="utf-8",
    )
    spelling.save(directory / "words.json")
    scorer.keywords.save(directory / "keywords")
    scorer.answers.save(directory / "answers")
    np.save(directory / "owner.npy", scorer.owner)
    for number, view in enumerate(scorer.views):
        folder = directory / f"view-{number}"
        folder.mkdir()
        view.store.save(folder / "vectors.faiss")
        np.save(folder / "raw.npy", view.raw)
        np.savez(
            folder / "learnt.npz",
            centre=view.metric.centre,
            map=view.metric.map,
            weights=view.head.weights,
            bias=view.head.bias,
        )


def load_snapshot(directory: Path) -> Snapshot:
    """Verify and read a version. Raises DamagedIndex, whatever is wrong with it."""
    manifest = verify(directory)
    try:
        articles = tuple(
            Article.model_validate(one) for one in json.loads((directory / "articles.json").read_bytes())
        )
        lexicon = load_lexicon(directory / "lexicon.yml")
        languages = {
            language: _load_language(
                directory / language, manifest.languages[language], lexicon, language, len(articles)
            )
            for language in LANGUAGES
            if language in manifest.languages
        }
    except DamagedIndex:
        raise
    except Exception as error:  # readers of five libraries: whatever they raise, this version is not usable
        raise DamagedIndex(f"{directory}: cannot be read ({error})") from error
    return Snapshot(manifest, articles, lexicon, languages)


def _load_language(
    directory: Path, entry: LanguageEntry, lexicon: Lexicon, language: Language, size: int
) -> LanguageIndex:
    scorer = Scorer(
        views=tuple(_load_view(directory / f"view-{number}") for number in range(len(entry.embedders))),
        owner=np.load(directory / "owner.npy", allow_pickle=False),
        size=size,
        keywords=load_keywords(directory / "keywords", lexicon, language),
        answers=load_keywords(directory / "answers", lexicon, language),
        mixture=entry.mixture,
    )
    sizes = {scorer.keywords.size, scorer.answers.size, *(len(view.head.bias) for view in scorer.views)}
    if sizes != {size} or len(entry.model_ids) != len(scorer.views):
        raise DamagedIndex(f"{directory}: its parts do not belong together")
    own = CharacterEmbedder(directory / "model") if SELF_TRAINED in entry.embedders else None
    if own is not None and own.model_id not in entry.model_ids:
        raise DamagedIndex(f"{directory}: the model is not the one the vectors were made with")
    return LanguageIndex(
        scorer,
        entry.calibration,
        entry,
        own,
        _exact(load_groups(directory)),
        load_spelling(directory / "words.json"),
    )


def _load_view(directory: Path) -> View:
    with np.load(directory / "learnt.npz", allow_pickle=False) as arrays:
        return View(
            store=load_vectors(directory / "vectors.faiss"),
            raw=np.load(directory / "raw.npy", mmap_mode="r", allow_pickle=False),
            metric=Metric(arrays["centre"], arrays["map"]),
            head=Head(arrays["weights"], arrays["bias"]),
        )


def load_groups(directory: Path) -> list[Group]:
    """The plain texts that a language was indexed with."""
    rows = json.loads((directory / "phrasings.json").read_bytes())
    return [Group(tuple(phrasings), tuple(sentences)) for phrasings, sentences in rows]


def _exact(groups: Sequence[Group]) -> dict[str, int]:
    holders: dict[str, set[int]] = {}
    for number, group in enumerate(groups):
        for text in group.phrasings:
            holders.setdefault(exact_key(text), set()).add(number)
    return {key: numbers.pop() for key, numbers in holders.items() if len(numbers) == 1}
