"""Building a version of the index from articles, whole or one article at a time."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import yaml

from knowledge.article import LANGUAGES, Article, Language, articles_hash
from knowledge.calibration import Kind
from knowledge.embedder import (
    PACKAGED_MINILM,
    SELF_TRAINED,
    Embedder,
    UnusableModel,
    file_hash,
    open_embedder,
)
from knowledge.fitting import Remembering, cross_validate, fit_scorer, make_embedders, recalibrate
from knowledge.group import Group
from knowledge.index import (
    KEEP,
    DamagedIndex,
    Draft,
    LanguageEntry,
    Manifest,
    alone,
    current_version,
    recipe_hash,
    verify,
    write_version,
)
from knowledge.language import plain
from knowledge.lexicon import OWN_LEXICON, Lexicon, load_lexicon
from knowledge.questions import read_questions
from knowledge.reranker import CrossEncoderReranker
from knowledge.snapshot import save_articles, save_language
from knowledge.spelling import spelling_of

log = logging.getLogger(__name__)

DEFAULT_EMBEDDERS: Mapping[Language, str] = {"zh": SELF_TRAINED, "en": PACKAGED_MINILM}
_SENTENCE_END = re.compile(r"[。；;！!？?\n]|(?<=[a-z0-9])\.\s")
FAR_TALK = Path(__file__).with_name("far.yml")
REVIEWED = Path(__file__).with_name("reviewed.csv")
"""Real questions with the article that answers them, if there are any: the best ground for thresholds."""


# Of answers, a little above the .95 that is promised: near misses are rarer among the questions on which
# thresholds are fitted than among customers', and in English they look more like questions in scope.
PRECISION: dict[Language, float] = {"zh": 0.96, "en": 0.965}


@dataclass(frozen=True)
class BuildSettings:
    """How an index is built.

    An embedder is "self-trained", "packaged-minilm", a directory or a hub name, or several joined by "+",
    whose scores are added; the first tells other talk from ours. A re-ranker, a directory or a hub name of a
    cross-encoder, orders the first ten anew; what it brings to the front is suggested, not answered.
    """

    embedders: Mapping[Language, str] = field(default_factory=lambda: dict(DEFAULT_EMBEDDERS))
    precision: Mapping[Language, float] = field(default_factory=lambda: dict(PRECISION))
    reviewed: Path = REVIEWED
    reranker: str | None = None
    keep: int = KEEP


def silent(_line: str) -> None:
    """No progress lines."""


def build_index(
    articles: Sequence[Article],
    root: Path,
    *,
    settings: BuildSettings | None = None,
    progress: Callable[[str], None] = silent,
) -> Manifest:
    """Train, index, calibrate and publish. Readers go over to the new version by themselves.

    Raises UnusableModel when a configured embedder or re-ranker cannot be had. Only the packaged English
    one is replaced by a self-trained one, with a warning.
    """
    chosen = settings or BuildSettings()
    kept = tuple(articles)
    if chosen.reranker is not None:
        CrossEncoderReranker(chosen.reranker)

    def fill(directory: Path) -> Draft:
        shutil.copyfile(OWN_LEXICON, directory / "lexicon.yml")
        lexicon = load_lexicon(directory / "lexicon.yml")
        save_articles(kept, directory / "articles.json")
        entries: dict[str, LanguageEntry] = {
            language: _build_language(kept, directory / language, language, lexicon, chosen, progress)
            for language in LANGUAGES
        }
        return Draft(articles_hash(kept), recipe(chosen), len(kept), entries, chosen.reranker)

    return write_version(root, fill, keep=chosen.keep)


def build_if_changed(
    articles: Sequence[Article],
    root: Path,
    *,
    settings: BuildSettings | None = None,
    progress: Callable[[str], None] = silent,
) -> Manifest | None:
    """`build_index`, or None when it is up to date. Asked by several processes at once, the first builds."""
    with alone(root, "building"):
        if is_up_to_date(articles, root, settings=settings):
            return None
        return build_index(articles, root, settings=settings, progress=progress)


def is_up_to_date(articles: Sequence[Article], root: Path, *, settings: BuildSettings | None = None) -> bool:
    """Whether the current version is whole and was made of these articles by this recipe."""
    try:
        manifest = verify(current_version(root))
    except DamagedIndex:
        return False
    same = manifest.content_hash == articles_hash(articles)
    return same and manifest.recipe_hash == recipe(settings or BuildSettings())


def recipe(settings: BuildSettings) -> str:
    """Names code, word lists and settings of a build."""
    chosen = ",".join(f"{language}={settings.embedders[language]}" for language in LANGUAGES)
    reviewed = file_hash(settings.reviewed)[:16] if settings.reviewed.is_file() else "none"
    precision = ",".join(f"{language}={settings.precision[language]}" for language in LANGUAGES)
    return f"{recipe_hash()[:32]}:{chosen}:{precision}:{reviewed}:{settings.reranker or ''}"


def plain_groups(articles: Sequence[Article], language: Language, lexicon: Lexicon) -> list[Group]:
    """The distinct plain phrasings, and the plain sentences of the answer, of every article."""

    def distinct(texts: Sequence[str]) -> tuple[str, ...]:
        searched = (as_searched(text, language, lexicon) for text in texts)
        return tuple(dict.fromkeys(text for text in searched if text))

    return [
        Group(distinct(wording.questions), distinct(_SENTENCE_END.split(wording.answer)))
        for wording in (one.wording(language) for one in articles)
    ]


def as_searched(text: str, language: Language, lexicon: Lexicon) -> str:
    """A question as the index knows it: plain, and in one language."""
    return lexicon.one_language(plain(text, language), language)


def far_talk(language: Language, lexicon: Lexicon) -> list[str]:
    """The small set of other talk that comes with the program."""
    lines: dict[str, list[str]] = yaml.safe_load(FAR_TALK.read_text(encoding="utf-8"))
    return [text for line in lines[language] if (text := as_searched(line, language, lexicon))]


def _build_language(
    articles: Sequence[Article],
    directory: Path,
    language: Language,
    lexicon: Lexicon,
    settings: BuildSettings,
    progress: Callable[[str], None],
) -> LanguageEntry:
    directory.mkdir()
    groups = plain_groups(articles, language, lexicon)
    phrasings = sum(len(group.phrasings) for group in groups)
    names, opened = open_embedders(settings.embedders[language], progress)
    fitting = cross_validate(
        groups,
        far_talk(language, lexicon),
        names,
        lexicon,
        language,
        opened=opened,
        precision=settings.precision[language],
        progress=progress,
    )
    progress(f"{language}: indexing {phrasings} phrasings of {len(groups)} articles")
    embedders = make_embedders(names, groups, directory / "model", opened)
    scorer = fit_scorer(groups, embedders, lexicon, language, mixture=fitting.mixture)
    spelling = spelling_of(groups, language, known=[word for one in embedders for word in one.words()])
    save_language(directory, scorer, groups, spelling)
    reviewed = _reviewed(settings.reviewed, articles, groups, language, lexicon)
    calibration = recalibrate(
        fitting,
        scorer,
        embedders,
        [(spelling.corrected(text), kind, right) for text, kind, right in reviewed],
        lexicon,
        language,
        precision=settings.precision[language],
    )
    inside = [one for one in fitting.observations if one.kind == "in_scope"]
    return LanguageEntry(
        embedders=names,
        model_ids=tuple(embedder.model_id for embedder in embedders),
        phrasings=phrasings,
        mixture=fitting.mixture,
        calibration=calibration,
        evaluation={
            "cross_validated_hit_1": float(np.mean([one.first_right for one in inside])) if inside else 0.0,
            "cross_validated_hit_3": float(np.mean([one.three_right for one in inside])) if inside else 0.0,
        },
    )


def _reviewed(
    path: Path, articles: Sequence[Article], groups: Sequence[Group], language: Language, lexicon: Lexicon
) -> list[tuple[str, Kind, int]]:
    if not path.is_file():
        return []
    places = {article.id: place for place, article in enumerate(articles)}
    indexed = {text for group in groups for text in group.phrasings}
    found: list[tuple[str, Kind, int]] = []
    for question in read_questions(path):
        text = as_searched(question.text, language, lexicon)
        if question.language != language or not text or text in indexed:
            continue
        if question.article_id in places:
            found.append((text, "in_scope", places[question.article_id]))
        elif question.article_id is None:
            found.append((text, "far" if question.kind == "far" else "near", -1))
    return found


def open_embedders(
    setting: str, progress: Callable[[str], None]
) -> tuple[tuple[str, ...], dict[str, Embedder]]:
    """The names in a setting, and the embedders that are opened, not trained here. Raises UnusableModel."""
    names: list[str] = []
    opened: dict[str, Embedder] = {}
    for name in setting.split("+"):
        try:
            if name != SELF_TRAINED:
                opened[name] = Remembering(open_embedder(name))
            names.append(name)
        except UnusableModel as error:
            if name != PACKAGED_MINILM:
                raise
            log.warning("packaged model unusable, training one instead", extra={"reason": str(error)})
            progress(f"{error}; training a small model instead")
            names.append(SELF_TRAINED)
    return tuple(dict.fromkeys(names)), opened
