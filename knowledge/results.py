"""What a search says: an answer, three suggestions, or that it does not know.

All three have `outcome`, `confidence`, `language`, `matches`, `articles`, `first` (the chance that the best
one is right) and `about` (the chance that the question is about our articles at all, and not other talk).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from knowledge.article import Article, Language

Reason = Literal["empty", "no-words", "unknown-language", "nothing-fits"]


@dataclass(frozen=True)
class Match:
    """One article that may be meant; `confidence` is the calibrated chance that it is the one."""

    article: Article
    confidence: float


@dataclass(frozen=True)
class Answer:
    """Sure enough to say it. `confidence` is the calibrated chance that this article is right."""

    match: Match
    confidence: float
    language: Language
    about: float = 1.0
    outcome: ClassVar[Literal["answer"]] = "answer"

    @property
    def first(self) -> float:
        return self.confidence

    @property
    def matches(self) -> tuple[Match, ...]:
        return (self.match,)

    @property
    def articles(self) -> tuple[Article, ...]:
        return (self.match.article,)


@dataclass(frozen=True)
class Suggestions:
    """Ask which of up to three is meant. `confidence` is the chance that the right one is among them."""

    matches: tuple[Match, ...]
    confidence: float
    language: Language
    about: float = 1.0
    careful: bool = False
    outcome: ClassVar[Literal["suggestions"]] = "suggestions"

    @property
    def first(self) -> float:
        return self.matches[0].confidence

    @property
    def articles(self) -> tuple[Article, ...]:
        return tuple(match.article for match in self.matches)


@dataclass(frozen=True)
class NoAnswer:
    """No article fits. `language` is None for one we do not speak; `confidence` is that of the best."""

    reason: Reason
    confidence: float
    language: Language | None
    about: float = 0.0
    outcome: ClassVar[Literal["none"]] = "none"

    @property
    def first(self) -> float:
        return self.confidence

    @property
    def matches(self) -> tuple[Match, ...]:
        return ()

    @property
    def articles(self) -> tuple[Article, ...]:
        return ()


Result = Answer | Suggestions | NoAnswer
