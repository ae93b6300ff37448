"""The synonyms of the domain: one word for many in keyword search, and a reading for mixed sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.yaml_source import ArticleError, parse_yaml, where

OWN_LEXICON = Path(__file__).with_name("lexicon.yml")

_CJK_RUN = re.compile(r"[\u3400-\u9fff]+")


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    zh: tuple[str, ...] = ()
    en: tuple[str, ...] = ()


class _Careful(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    zh: tuple[str, ...] = ()
    en: tuple[str, ...] = ()


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    groups: tuple[_Group, ...]
    careful: _Careful = _Careful()


@dataclass(frozen=True)
class _Rewriting:
    pattern: re.Pattern[str] | None
    words: dict[str, str]

    def apply(self, text: str) -> str:
        if self.pattern is None:
            return text
        return self.pattern.sub(lambda match: self.words[match.group(0)], text)


@dataclass(frozen=True)
class Lexicon:
    """Rewrites plain text (see `language.plain`)."""

    same: dict[Literal["zh", "en"], _Rewriting]
    foreign: dict[Literal["zh", "en"], _Rewriting]
    other: dict[Literal["zh", "en"], _Rewriting]
    careful: dict[Literal["zh", "en"], re.Pattern[str] | None]

    def one_language(self, text: str, language: Literal["zh", "en"]) -> str:
        """Terms of the other language read in this one; what stays Chinese in an English text is dropped."""
        text = self.foreign[language].apply(text)
        if language == "en":
            text = _CJK_RUN.sub(" ", text)
        return " ".join(text.split())

    def mixed(self, text: str, language: Literal["zh", "en"]) -> str:
        """The text with the terms of the domain in the other language, as bilingual customers write."""
        return self.other[language].apply(text)

    def canonical(self, text: str, language: Literal["zh", "en"]) -> str:
        """The text with every synonym replaced by the first word of its group; for keyword search only."""
        return self.same[language].apply(text)

    def needs_care(self, text: str, language: Literal["zh", "en"]) -> bool:
        """Whether it asks of the kind (fee, limit, fraud) where a wrong answer costs the customer money."""
        pattern = self.careful[language]
        return pattern is not None and pattern.search(text) is not None


def load_lexicon(path: Path = OWN_LEXICON) -> Lexicon:
    """Read a lexicon file. Raises ArticleError naming file and line."""
    root, data = parse_yaml(path)
    try:
        content = _File.model_validate(data)
    except ValidationError as error:
        detail = error.errors()[0]
        raise ArticleError(f"{path}:{where(root, detail['loc'])}: {detail['msg']}") from error
    same: dict[Literal["zh", "en"], dict[str, str]] = {"zh": {}, "en": {}}
    foreign: dict[Literal["zh", "en"], dict[str, str]] = {"zh": {}, "en": {}}
    for group in content.groups:
        for word in group.zh[1:]:
            same["zh"].setdefault(word, group.zh[0])
        for word in group.en[1:]:
            same["en"].setdefault(word, group.en[0])
        if group.zh and group.en:
            for word in filter(_CJK_RUN.fullmatch, group.zh):
                foreign["en"].setdefault(word, f" {group.en[0]} ")
            for word in group.en:
                if word not in group.zh:
                    foreign["zh"].setdefault(word, group.zh[0])
    return Lexicon(
        same={"zh": _rewriting(same["zh"]), "en": _rewriting(same["en"], whole_words=True)},
        foreign={"zh": _rewriting(foreign["zh"], latin_edges=True), "en": _rewriting(foreign["en"])},
        other={
            "zh": _rewriting(
                {group.zh[0]: f" {group.en[0]} " for group in content.groups if group.zh and group.en}
            ),
            "en": _rewriting(
                {group.en[0]: group.zh[0] for group in content.groups if group.zh and group.en},
                whole_words=True,
            ),
        },
        careful={
            "zh": _any_of(content.careful.zh, whole_words=False),
            "en": _any_of(content.careful.en, whole_words=True),
        },
    )


def _rewriting(words: dict[str, str], *, whole_words: bool = False, latin_edges: bool = False) -> _Rewriting:
    if not words:
        return _Rewriting(None, {})
    body = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    if latin_edges:
        body = rf"(?<![a-z])(?:{body})(?![a-z])"
    elif whole_words:
        body = rf"\b(?:{body})\b"
    return _Rewriting(re.compile(body), words)


def _any_of(words: tuple[str, ...], *, whole_words: bool) -> re.Pattern[str] | None:
    if not words:
        return None
    body = "|".join(map(re.escape, words))
    return re.compile(rf"\b(?:{body})\b" if whole_words else body)
