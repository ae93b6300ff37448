"""FAQ articles: the YAML format, its validation, and the wording a customer sees."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from knowledge.rates import Rates, load_rates
from knowledge.yaml_source import ArticleError, parse_yaml, where

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

Action = Literal[
    "report_loss",
    "file_complaint",
    "request_person",
    "view_accounts",
    "complaint_status",
    "find_branch",
    "dispute_transaction",
    "request_callback",
    "verify_identity",
]

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]

_RATE = re.compile(r"\{rate\.([A-Za-z0-9_-]+)\}")
_NEXT_STEP = re.compile(r"(?<=[：；。？:;.?])\s*(?=[①-⑳])")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Wording(_Strict):
    """One language of an article: the question, how customers really put it, and the approved answer."""

    question: Sentence
    phrasings: tuple[Sentence, ...] = ()
    answer: Sentence

    @property
    def questions(self) -> tuple[str, ...]:
        """Every way to ask, the approved question first, without repeats."""
        return tuple(dict.fromkeys((self.question, *self.phrasings)))


class Condition(_Strict):
    """A sentence added to the answer for some customers, e.g. when {tier: platinum}."""

    when: Mapping[Literal["tier", "product", "channel"], str] = Field(min_length=1)
    zh: Sentence
    en: Sentence


class Article(_Strict):
    """One approved FAQ. Rate placeholders are already filled when it comes from `load_articles`."""

    id: Slug
    topic: Slug
    owner: str = Field(min_length=1)
    source: str = Field(min_length=1)
    effective_from: date
    effective_to: date | None = None
    review_by: date
    actions: tuple[Action, ...] = ()
    conditions: tuple[Condition, ...] = ()
    zh: Wording
    en: Wording

    def wording(self, language: Language) -> Wording:
        """The wording in one language."""
        return self.zh if language == "zh" else self.en

    def answer(self, language: Language, **facts: str) -> str:
        """The answer, with each condition sentence whose keys all equal the facts given (tier="platinum").

        Numbered steps stand on lines of their own: most customers read them on a phone, some in a hurry.
        """
        parts = [_NEXT_STEP.sub("\n", self.wording(language).answer)]
        for condition in self.conditions:
            if all(facts.get(key) == value for key, value in condition.when.items()):
                parts.append(condition.zh if language == "zh" else condition.en)
        return "\n\n".join(parts)

    def in_force(self, today: date) -> bool:
        """Whether customers may be told this on that day; both dates are included."""
        return self.effective_from <= today and (self.effective_to is None or today <= self.effective_to)

    @property
    def content_hash(self) -> str:
        """sha256 of everything in the article; equal content has an equal hash in every process."""
        return hashlib.sha256(json.dumps(self.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()


def load_articles(directory: Path) -> list[Article]:
    """The articles of `placed_articles`."""
    return [article for article, _ in placed_articles(directory)]


def placed_articles(directory: Path) -> list[tuple[Article, str]]:
    """Every article with the file and line where it stands.

    Reads every `*.yml` that does not start with "_", in order of file name. Raises ArticleError naming file
    and line for broken YAML, an unknown key, a wrong value, an unknown rate, or an id that is used twice.
    """
    if not directory.is_dir():
        raise ArticleError(f"{directory}: no such folder of articles")
    rates = load_rates(directory)
    articles: list[tuple[Article, str]] = []
    seen: dict[str, str] = {}
    for path in sorted(directory.glob("*.yml")):
        if path.name.startswith("_"):
            continue
        for article, place in _read_file(path, rates):
            if article.id in seen:
                raise ArticleError(f"{place}: id {article.id!r} is already used at {seen[article.id]}")
            seen[article.id] = place
            articles.append((article, place))
    if not articles:
        raise ArticleError(f"{directory}: holds no article")
    return articles


def article_from(data: Mapping[str, Any], rates: Rates) -> Article:
    """One article from plain data, as the desk's database holds it. Raises ArticleError naming the field."""
    try:
        return Article.model_validate(_filled(data, rates))
    except ValidationError as error:
        raise ArticleError(f"article {data.get('id', '?')!r}: {_first(error)[1]}") from error
    except KeyError as error:
        raise ArticleError(f"article {data.get('id', '?')!r}: no rate is named {error.args[0]!r}") from error


def articles_hash(articles: Iterable[Article]) -> str:
    """sha256 over the content of all articles, independent of their order."""
    digest = hashlib.sha256()
    for article in sorted(articles, key=lambda one: one.id):
        digest.update(article.content_hash.encode())
    return digest.hexdigest()


def _read_file(path: Path, rates: Rates) -> list[tuple[Article, str]]:
    root, data = parse_yaml(path)
    if not isinstance(data, list) or not isinstance(root, yaml.SequenceNode):
        raise ArticleError(f"{path}:1: a file of articles is a list, each item starting with '- id: …'")
    found: list[tuple[Article, str]] = []
    for node, item in zip(root.value, data, strict=True):
        place = f"{path}:{node.start_mark.line + 1}"
        if not isinstance(item, dict):
            raise ArticleError(f"{place}: an article is a mapping with id, topic, zh, en …")
        try:
            found.append((Article.model_validate(_filled(item, rates)), place))
        except ValidationError as error:
            location, message = _first(error)
            raise ArticleError(f"{path}:{where(node, location)}: {message}") from error
        except KeyError as error:
            name = error.args[0]
            raise ArticleError(
                f"{path}:{where(node, (), text=f'rate.{name}')}: no rate is named {name!r}"
            ) from error
    return found


def _filled(data: Mapping[str, Any], rates: Rates) -> dict[str, Any]:  # data: raw YAML, any shape
    filled = dict(data)
    for language in LANGUAGES:
        if language in filled:
            filled[language] = _fill(filled[language], rates, language)
    conditions = filled.get("conditions")
    if isinstance(conditions, list):
        filled["conditions"] = [
            {key: _fill(value, rates, "en" if key == "en" else "zh") for key, value in one.items()}
            if isinstance(one, dict)
            else one
            for one in conditions
        ]
    return filled


def _fill(value: Any, rates: Rates, language: Language) -> Any:  # value: raw YAML, any shape
    if isinstance(value, str):
        return _RATE.sub(lambda match: rates[match.group(1)].text(language), value)
    if isinstance(value, list):
        return [_fill(item, rates, language) for item in value]
    if isinstance(value, dict):
        return {key: _fill(item, rates, language) for key, item in value.items()}
    return value


def _first(error: ValidationError) -> tuple[tuple[int | str, ...], str]:
    details = error.errors()
    detail = next((one for one in details if one["type"] == "extra_forbidden"), details[0])
    field = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        return detail["loc"], f"unknown key {field!r}"
    return detail["loc"], f"{field}: {detail['msg']}"
