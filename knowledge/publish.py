"""Publishing some articles into the serving index, in seconds: models and chances stay as they are."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.article import Article, Language, articles_hash
from knowledge.build import plain_groups
from knowledge.embedder import Embedder, Vectors
from knowledge.fitting import Remembering, flat
from knowledge.group import Group
from knowledge.head import fit_row, no_head
from knowledge.index import Draft, LanguageEntry, Manifest, write_version
from knowledge.keywords import index_keywords
from knowledge.scoring import Scorer, View
from knowledge.snapshot import LanguageIndex, Snapshot, load_groups, save_articles, save_language
from knowledge.spelling import spelling_of
from knowledge.vectors import store_vectors

PUBLISHED = "published onto "
"""How the recipe of such a version begins: the next full build does not take it for its own."""


def publish_articles(
    root: Path,
    base: Snapshot,
    changed: Sequence[Article],
    *,
    removed: Collection[str] = (),
    embedders_of: Callable[[LanguageIndex], tuple[Embedder, ...]],
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
                base, kept, source / language, directory / language, language, index, embedders_of(index)
            )
        recipe = base.manifest.recipe_hash
        if not recipe.startswith(PUBLISHED):
            recipe = PUBLISHED + recipe
        return Draft(articles_hash(kept), recipe, len(kept), entries, base.manifest.reranker)

    return write_version(root, fill)


def _publish_language(
    base: Snapshot,
    articles: Sequence[Article],
    source: Path,
    directory: Path,
    language: Language,
    index: LanguageIndex,
    embedders: Sequence[Embedder],
) -> LanguageEntry:
    directory.mkdir()
    if (source / "model").is_dir():
        shutil.copytree(source / "model", directory / "model")
    before = load_groups(source)
    groups = plain_groups(articles, language, base.lexicon)
    texts, owner = flat([group.phrasings for group in groups])
    same = _unchanged(base.articles, articles, before, groups)
    scorer = Scorer(
        views=tuple(
            _publish_view(view, Remembering(embedder, _known(before, view.raw)), groups, owner, same)
            for view, embedder in zip(index.scorer.views, embedders, strict=True)
        ),
        owner=owner,
        size=len(groups),
        keywords=index_keywords([group.phrasings for group in groups], base.lexicon, language),
        answers=index_keywords([group.sentences for group in groups], base.lexicon, language),
        mixture=index.scorer.mixture,
    )
    spelling = spelling_of(groups, language, known=index.spelling.known)
    save_language(directory, scorer, groups, spelling)
    return index.entry.model_copy(update={"phrasings": len(texts)})


def _unchanged(
    old: Sequence[Article], new: Sequence[Article], before: Sequence[Group], groups: Sequence[Group]
) -> dict[int, int]:
    places = {article.id: place for place, article in enumerate(old)}
    return {
        number: places[article.id]
        for number, article in enumerate(new)
        if article.id in places and before[places[article.id]] == groups[number]
    }


def _publish_view(
    old: View, embedder: Embedder, groups: Sequence[Group], owner: NDArray[np.int64], same: dict[int, int]
) -> View:
    texts, _ = flat([group.phrasings for group in groups])
    raw = embedder.encode(texts)
    head = no_head(len(groups), raw.shape[1])
    for number, place in same.items():
        head.weights[number], head.bias[number] = old.head.weights[place], old.head.bias[place]
    for number, group in enumerate(groups):
        if number not in same and group.phrasings:
            fit_row(head, number, embedder.encode(group.phrasings + group.sentences), raw[owner != number])
    return View(store_vectors(old.metric.apply(raw), range(len(texts))), raw, old.metric, head)


def _known(groups: Sequence[Group], raw: Vectors) -> dict[str, Vectors]:
    texts = (text for group in groups for text in group.phrasings)
    return dict(zip(texts, raw, strict=True))
