"""Which language a customer writes, and the plain form in which a question is searched."""

from __future__ import annotations

import functools
import html
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import yaml

Detected = Literal["zh", "en", "other", "none"]

LONGEST = 500
"""Characters of a question that are searched; of a longer one, the first and the last half of this."""

_CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_KANA_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af\u1100-\u11ff]")
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+(?:['’][A-Za-z]+)?")
_TAG = re.compile(r"<[^<>]{0,200}>")
_NOT_WORDS = re.compile(r"[^0-9a-z\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]+")
_LONG_NUMBER = re.compile(r"\d{4,}")

_GAP = r"[\s,.!?;:~，。！？；：、～…\-]*"


@dataclass(frozen=True)
class _Words:
    edges: dict[str, tuple[re.Pattern[str], re.Pattern[str]]]
    foreign: frozenset[str]
    english: frozenset[str]


@functools.cache
def _words() -> _Words:
    content = yaml.safe_load(Path(__file__).with_name("words.yml").read_text(encoding="utf-8"))
    edges = {}
    for language, boundary in (("zh", ""), ("en", r"\b")):
        start, end = (_longest_first(content[side][language]) for side in ("start", "end"))
        edges[language] = (
            re.compile(rf"^{_GAP}(?:{start}){boundary}{_GAP}"),
            re.compile(rf"{_GAP}{boundary}(?:{end}){_GAP}$"),
        )
    return _Words(edges, frozenset(content["foreign"].split()), frozenset(content["english"].split()))


def _longest_first(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


@functools.cache
def _to_simplified() -> _Converter:
    import opencc

    converter: _Converter = opencc.OpenCC("t2s")
    return converter


def detect(text: str, *, expected: Literal["zh", "en"] | None = None) -> Detected:
    """The language of a message; "other" is one we do not speak, "none" holds no letter at all.

    `expected`, the language of the talk, decides only where the text itself leaves it open.
    """
    sample = text[: LONGEST * 4]
    cjk = len(_CJK.findall(sample))
    if len(_KANA_HANGUL.findall(sample)) > cjk * 0.15:
        return "other"
    words = _LATIN_WORD.findall(sample)
    letters = sum(character.isalpha() for character in sample)
    if letters == 0:
        return "none"
    latin = sum(map(len, words))
    if (letters - cjk - latin) * 2 > letters:
        return "other"
    if cjk and words:
        weight_zh, weight_en = cjk / 1.5, len(words)
        if expected and 0.4 < weight_zh / weight_en < 2.5:
            return expected
        return "zh" if weight_zh >= weight_en else "en"
    if cjk:
        return "zh"
    return "other" if _is_foreign(words) else "en"


def _is_foreign(words: list[str]) -> bool:
    lowered = [word.lower() for word in words]
    foreign = sum(word in _words().foreign for word in lowered) + sum(not word.isascii() for word in lowered)
    english = sum(word in _words().english for word in lowered)
    return foreign >= 2 and foreign > english


# Characters that are slips in a bank's questions: whoever types them means the other one.
_SLIPS = str.maketrans({"嚒": "么", "咔": "卡", "咭": "卡"})


def plain(text: str, language: Literal["zh", "en"]) -> str:
    """The text as it is searched: NFKC, simplified characters, lower case, no tags, greetings or punctuation.

    Numbers of four digits and more, which name a person's own things, become "0000".
    """
    text = _TAG.sub(" ", html.unescape(text)) if "<" in text or "&" in text else text
    text = unicodedata.normalize("NFKC", text[: LONGEST * 8])
    text = "".join(" " if unicodedata.category(character)[0] == "C" else character for character in text)
    if language == "zh" or _CJK.search(text):
        text = _to_simplified().convert(text).translate(_SLIPS)
    text = text.lower().replace("’", "'").strip()
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} {text[-LONGEST // 2 :]}"
    text = _without_fillers(text, language)
    if language == "en":
        text = text.replace("'", "")
    text = _NOT_WORDS.sub(" ", text)
    return _LONG_NUMBER.sub("0000", text).strip()


def _without_fillers(text: str, language: Literal["zh", "en"]) -> str:
    start, end = _words().edges[language]
    least = 2 if language == "zh" else 3
    for _ in range(4):
        shorter = end.sub("", start.sub("", text, count=1), count=1)
        if shorter == text or len(_NOT_WORDS.sub("", shorter)) < least:
            break
        text = shorter
    return text
