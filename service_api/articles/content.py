"""The content of an article: the same shape and the same checks as the files, with every mistake named."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import ValidationError

from knowledge.article import LANGUAGES, Action, Article, article_from
from knowledge.rates import Rates
from knowledge.yaml_source import ArticleError
from service_api.core.problems import Malformed
from service_api.core.text import clean

Content = dict[str, Any]  # an article as a file holds it: plain data
ACTIONS: tuple[str, ...] = get_args(Action)
FIELDS = (
    "id",
    "topic",
    "owner",
    "source",
    "effective_from",
    "effective_to",
    "review_by",
    "actions",
    "conditions",
    "zh",
    "en",
)
MOST_PHRASINGS = 200
# What an unfinished draft may lack; anything else is a mistake at once.
_LACKING = frozenset({"missing", "string_too_short"})


class InvalidArticle(Malformed):
    """`errors` names each field that is not as it must be."""

    type = "invalid-article"
    title = "文章内容无效"


@dataclass(frozen=True, slots=True)
class Mistake:
    """`lacking`: nothing stands there yet, which a draft may leave so."""

    field: str
    message: str
    lacking: bool = False

    @property
    def view(self) -> dict[str, str]:
        return {"field": self.field, "message": self.message}


def mistakes_in(content: Mapping[str, Any], rates: Rates) -> list[Mistake]:  # content: data from outside
    """Everything that keeps this content from being published, by field."""
    found: list[Mistake] = []
    try:
        article = Article.model_validate(content)
    except ValidationError as error:
        for one in error.errors():
            field = ".".join(str(part) for part in one["loc"]) or "article"
            # A null where a sentence belongs is an empty field, not a wrong one.
            lacking = one["type"] in _LACKING or one.get("input") is None
            message = "nothing stands here yet" if lacking else one["msg"]
            found.append(Mistake(field, message, lacking))
        return found
    if article.effective_to is not None and article.effective_to < article.effective_from:
        found.append(Mistake("effective_to", "lies before effective_from"))
    for language in LANGUAGES:
        if len(article.wording(language).phrasings) > MOST_PHRASINGS:
            found.append(Mistake(f"{language}.phrasings", f"more than {MOST_PHRASINGS}"))
    found += _unknown_rates(content, rates)
    return found


def must_be_a_draft(content: Mapping[str, Any], rates: Rates) -> None:
    """Raises `InvalidArticle` for what is wrong; what is only lacking may come later."""
    wrong = [one for one in mistakes_in(content, rates) if not one.lacking]
    if wrong:
        raise InvalidArticle(errors=[one.view for one in wrong])


def finished(content: Mapping[str, Any], rates: Rates) -> Article:
    """The article as customers see it, rates filled in. Raises `InvalidArticle` unless it is whole."""
    found = mistakes_in(content, rates)
    if found:
        raise InvalidArticle(errors=[one.view for one in found])
    return article_from(content, rates)


def tidied(content: Mapping[str, Any]) -> Content:
    """Without what no reader sees, in the order of the files, blank and repeated phrasings gone."""
    plain = {
        key: _tidy(content[key]) for key in (*FIELDS, *sorted(set(content) - set(FIELDS))) if key in content
    }
    for language in LANGUAGES:
        wording = plain.get(language)
        if isinstance(wording, dict) and isinstance(wording.get("phrasings"), list):
            phrasings = [one for one in wording["phrasings"] if one != ""]
            if all(isinstance(one, str) for one in phrasings):
                wording["phrasings"] = list(dict.fromkeys(phrasings))
    return plain


def empty_content(*, id: str, topic: str) -> Content:
    """The skeleton of a new article."""
    wording = {"question": "", "phrasings": list[str](), "answer": ""}
    return {
        "id": id,
        "topic": topic,
        "owner": "",
        "source": "",
        "effective_from": None,
        "effective_to": None,
        "review_by": None,
        "actions": [],
        "conditions": [],
        "zh": dict(wording),
        "en": dict(wording, phrasings=[]),
    }


def question_in(content: Mapping[str, Any], language: str) -> str:
    """The question as far as it is written."""
    wording = content.get(language)
    asked = wording.get("question") if isinstance(wording, Mapping) else None
    return asked if isinstance(asked, str) else ""


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Names of the fields that differ, those of a language by their own names."""
    names: list[str] = []
    for key in FIELDS:
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            names += [
                f"{key}.{part}" for part in (*new, *(set(old) - set(new))) if old.get(part) != new.get(part)
            ]
        else:
            names.append(key)
    return names


def _unknown_rates(content: Mapping[str, Any], rates: Rates) -> list[Mistake]:
    try:
        article_from(content, rates)
    except ArticleError as error:
        named = next((key for key in ("zh", "en", "conditions") if _fails(content, key, rates)), "article")
        return [Mistake(named, str(error).partition(": ")[2] or str(error))]
    return []


def _fails(content: Mapping[str, Any], key: str, rates: Rates) -> bool:
    others = {"zh", "en", "conditions"} - {key}
    plain = {"question": "?", "answer": "!"}
    alone = {**content, **{other: [] if other == "conditions" else plain for other in others}}
    try:
        article_from(alone, rates)
    except ArticleError:
        return True
    return False


def _tidy(value: Any) -> Any:  # plain data of any shape
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list | tuple):
        return [_tidy(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): _tidy(one) for key, one in value.items()}
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value
