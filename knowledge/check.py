"""Finding articles that repeat or contradict each other before a customer does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from knowledge.article import LANGUAGES, Article, Language
from knowledge.build import as_searched
from knowledge.keywords import terms_of
from knowledge.lexicon import Lexicon, load_lexicon

NEARLY_EQUAL = 0.75
SHORT_OF_PHRASINGS = 8


@dataclass(frozen=True)
class Finding:
    """Something to put right ("error") or to look at ("warning")."""

    severity: Literal["error", "warning"]
    articles: tuple[str, ...]
    message: str

    def text(self, places: Mapping[str, str]) -> str:
        """One line for a person; `places` says in which file and line an article stands."""
        named = (f"{id} ({places[id]})" if id in places else id for id in self.articles)
        return f"{self.severity}: {', '.join(named)}: {self.message}"


def check_articles(articles: Sequence[Article], lexicon: Lexicon | None = None) -> list[Finding]:
    """All findings, errors first.

    An error is a phrasing that stands in two articles: the customer could be told either. A warning is a
    pair of nearly equal questions, one answer in two articles, too few phrasings, or an odd date.
    """
    words = lexicon or load_lexicon()
    found: list[Finding] = []
    for language in LANGUAGES:
        found += _same_phrasing(articles, language, words)
        found += _nearly_equal(articles, language, words)
        found += _same_answer(articles, language)
        found += _few_phrasings(articles, language)
    found += _odd_dates(articles)
    return sorted(found, key=lambda one: (one.severity != "error", one.articles))


def _same_phrasing(articles: Sequence[Article], language: Language, lexicon: Lexicon) -> list[Finding]:
    holders: dict[str, dict[str, str]] = defaultdict(dict)
    for article in articles:
        for asked in article.wording(language).questions:
            if key := as_searched(asked, language, lexicon):
                holders[key].setdefault(article.id, asked)
    return [
        Finding("error", tuple(ids), f"{language}: the same phrasing {next(iter(ids.values()))!r}")
        for ids in holders.values()
        if len(ids) > 1
    ]


def _nearly_equal(articles: Sequence[Article], language: Language, lexicon: Lexicon) -> list[Finding]:
    terms: list[frozenset[str]] = []
    holders: dict[str, list[int]] = defaultdict(list)
    found = []
    for place, article in enumerate(articles):
        question = as_searched(article.wording(language).question, language, lexicon)
        mine = frozenset(terms_of(question, language))
        others = {other for term in mine for other in holders[term]}
        for other in sorted(others):
            likeness = len(mine & terms[other]) / len(mine | terms[other])
            if likeness >= NEARLY_EQUAL:
                message = f"{language}: nearly equal questions ({likeness:.2f})"
                found.append(Finding("warning", (articles[other].id, article.id), message))
        terms.append(mine)
        for term in mine:
            holders[term].append(place)
    return found


def _same_answer(articles: Sequence[Article], language: Language) -> list[Finding]:
    holders: dict[str, list[str]] = defaultdict(list)
    for article in articles:
        holders["".join(article.wording(language).answer.split())].append(article.id)
    return [
        Finding("warning", tuple(ids), f"{language}: one answer in {len(ids)} articles")
        for ids in holders.values()
        if len(ids) > 1
    ]


def _few_phrasings(articles: Sequence[Article], language: Language) -> list[Finding]:
    return [
        Finding(
            "warning", (article.id,), f"{language}: {count} phrasings, {SHORT_OF_PHRASINGS} are asked for"
        )
        for article in articles
        if (count := len(article.wording(language).phrasings)) < SHORT_OF_PHRASINGS
    ]


def _odd_dates(articles: Sequence[Article]) -> list[Finding]:
    found = []
    for article in articles:
        if article.effective_to is not None and article.effective_to < article.effective_from:
            found.append(Finding("error", (article.id,), "effective_to is before effective_from"))
        if article.review_by < article.effective_from:
            found.append(Finding("warning", (article.id,), "review_by is before effective_from"))
    return found
