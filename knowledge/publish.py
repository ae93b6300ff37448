"""Publishing some articles into the serving index, in seconds: models and chances stay as they are."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import numpy as np

from knowledge.article import Article, Language, articles_hash
from knowledge.build import plain_groups
from knowledge.embedder import Embedder, Vectors
from knowledge.fitting import Remembering, flat
from knowledge.group import Group
from knowledge.head import Head, fit_row, no_head
from knowledge.index import Draft, LanguageEntry, Manifest, write_version
from knowledge.keywords import index_keywords
from knowledge.lexicon import Lexicon
from knowledge.scoring import Scorer
from knowledge.snapshot import LanguageIndex, Snapshot, load_groups, save_articles, save_language
from knowledge.vectors import store_vectors

PUBLISHED = "published onto "
"""How the recipe of such a version begins: the next full build does not take it for its own."""


def publish_articles(
    root: Path,
    base: Snapshot,
    changed: Sequence[Article],
    *,
    removed: Collection[str] = (),
    embedder_of: Callable[[LanguageIndex], Embedder],
) -> Manifest:
    """Write a version of `base` in which `changed` are added or replaced and the ids `removed` are gone.

    Customers find them at once, a little less well than after the next full build, which trains on them.
    """
    fresh = {article.id: article for article in changed}
    kept = tuple(
        fresh.pop(article.id, article) for article in base.articles if article.id not in removed
    ) + tuple(fresh.values())

    def fill(directory: Path) -> Draft:
        source = root / base.manifest.version
        shutil.copyfile(source / "lexicon.yml", directory / "lexicon.yml")
        save_articles(kept, directory / "articles.json")
        entries: dict[str, LanguageEntry] = {}
        for language, index in base.languages.items():
            entries[language] = _publish_language(
                base, kept, source / language, directory / language, language, index, embedder_of(index)
            )
        recipe = base.manifest.recipe_hash
        if not recipe.startswith(PUBLISHED):
            recipe = PUBLISHED + recipe
        return Draft(articles_hash(kept), recipe, len(kept), entries)

    return write_version(root, fill)


def _publish_language(
    base: Snapshot,
    articles: Sequence[Article],
    source: Path,
    directory: Path,
    language: Language,
    index: LanguageIndex,
    embedder: Embedder,
) -> LanguageEntry:
    directory.mkdir()
    if (source / "model").is_dir():
        shutil.copytree(source / "model", directory / "model")
    before = load_groups(source)
    groups = plain_groups(articles, language, base.lexicon)
    remembering = Remembering(embedder, _known(before, index.scorer.raw))
    scorer = _scorer(base, articles, before, groups, index.scorer, remembering, base.lexicon, language)
    save_language(directory, scorer, groups)
    return index.entry.model_copy(update={"phrasings": sum(len(group.phrasings) for group in groups)})


def _scorer(
    base: Snapshot,
    articles: Sequence[Article],
    before: Sequence[Group],
    groups: Sequence[Group],
    old: Scorer,
    embedder: Embedder,
    lexicon: Lexicon,
    language: Language,
) -> Scorer:
    texts, owner = flat([group.phrasings for group in groups])
    raw = embedder.encode(texts)
    places = {article.id: place for place, article in enumerate(base.articles)}
    head = no_head(len(groups), raw.shape[1])
    unchanged = []
    for number, article in enumerate(articles):
        place = places.get(article.id)
        if place is not None and before[place] == groups[number]:
            head.weights[number], head.bias[number] = old.head.weights[place], old.head.bias[place]
            unchanged.append(number)
    _fit_new_rows(head, set(unchanged), groups, raw, owner, embedder)
    return Scorer(
        store=store_vectors(old.metric.apply(raw), range(len(texts))),
        raw=raw,
        owner=owner,
        size=len(groups),
        keywords=index_keywords([group.phrasings for group in groups], lexicon, language),
        answers=index_keywords([group.sentences for group in groups], lexicon, language),
        metric=old.metric,
        head=head,
        mixture=old.mixture,
    )


def _fit_new_rows(
    head: Head,
    unchanged: set[int],
    groups: Sequence[Group],
    raw: Vectors,
    owner: np.ndarray,
    embedder: Embedder,
) -> None:
    for number, group in enumerate(groups):
        if number in unchanged or not group.phrasings:
            continue
        own = (
            np.concatenate([raw[owner == number], embedder.encode(group.sentences)])
            if group.sentences
            else raw[owner == number]
        )
        fit_row(head, number, own, raw[owner != number])


def _known(groups: Sequence[Group], raw: Vectors) -> dict[str, Vectors]:
    texts = (text for group in groups for text in group.phrasings)
    return dict(zip(texts, raw, strict=True))
