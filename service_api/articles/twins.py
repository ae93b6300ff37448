"""Articles that say the same as one: found by the checks of the files, among those that come near it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from knowledge.article import LANGUAGES, Article
from service_api.articles.wording import bare

if TYPE_CHECKING:
    from knowledge.check import Finding

NEAR = 0.35
MOST_LOOKED_AT = 12
Fingerprint = tuple[frozenset[str], frozenset[str]]


def findings_about(article: Article, others: Iterable[Article]) -> list[Finding]:
    """What the check of the files says of this article beside the others, errors first.

    Only those that share a wording or look alike are compared: the check of all takes seconds.
    """
    # The check brings the search libraries along: no import of this module should wait for them.
    from knowledge.check import check_articles

    mine = fingerprint(article)
    near = []
    for other in others:
        if other.id != article.id and (likeness := _likeness(mine, fingerprint(other))) >= NEAR:
            near.append((likeness, other.id, other))
    near.sort(key=lambda one: (-one[0], one[1]))
    compared = [article, *(other for _, _, other in near[:MOST_LOOKED_AT])]
    return [one for one in check_articles(compared) if article.id in one.articles]


def fingerprint(article: Article) -> Fingerprint:
    """All wordings bare of punctuation, and the pairs of characters of both questions."""
    wordings = frozenset(bare(text) for language in LANGUAGES for text in article.wording(language).questions)
    pairs = frozenset(
        f"{language}{text[place : place + 2]}"
        for language in LANGUAGES
        for text in (bare(article.wording(language).question),)
        for place in range(max(len(text) - 1, 1))
    )
    return wordings, pairs


def _likeness(one: Fingerprint, other: Fingerprint) -> float:
    if one[0] & other[0]:
        return 1.0
    return len(one[1] & other[1]) / max(len(one[1] | other[1]), 1)
