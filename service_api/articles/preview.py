"""What a customer would read of a text that may be half-written: rates filled in, conditions marked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from knowledge.article import Article, article_from
from knowledge.rates import Rates
from knowledge.yaml_source import ArticleError
from service_api.articles.content import Content

PLACEHOLDER = "…"


@dataclass(frozen=True, slots=True)
class Preview:
    """One language; `conditions` are pairs of (when, what is added)."""

    language: str
    question: str
    answer: str
    conditions: tuple[tuple[str, str], ...]


def preview_of(content: Mapping[str, Any], rates: Rates) -> list[Preview]:
    """Both languages; an unknown rate is left as it was typed."""
    try:
        article: Article | None = article_from(_whole(content), rates)
    except ArticleError:
        article = None
    if article is None:
        wordings = ((one, content.get(one) or {}) for one in ("zh", "en"))
        return [Preview(one, said.get("question", ""), said.get("answer", ""), ()) for one, said in wordings]
    return [
        Preview(
            language,
            article.wording(language).question,
            article.wording(language).answer,
            tuple(
                (", ".join(f"{k}={v}" for k, v in one.when.items()), one.zh if language == "zh" else one.en)
                for one in article.conditions
            ),
        )
        for language in ("zh", "en")
    ]


def _whole(content: Mapping[str, Any]) -> Content:
    filled: Content = {
        "id": "preview",
        "topic": "preview",
        "owner": "-",
        "source": "-",
        "effective_from": "2026-01-01",
        "review_by": "2026-01-01",
        "conditions": content.get("conditions") or [],
    }
    for language in ("zh", "en"):
        said = content.get(language) or {}
        filled[language] = {part: said.get(part) or PLACEHOLDER for part in ("question", "answer")}
    return filled
