"""One reading of a text for all finders: half-width, lower case, simplified characters, offsets unchanged."""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def simplified_forms() -> "dict[str, str]":
    """Traditional characters to their simplified forms, from `traditional.txt` (two equally long columns)."""
    lines = (Path(__file__).parent / "traditional.txt").read_text(encoding="utf-8").splitlines()
    forms: "dict[str, str]" = {}
    for line in lines:
        traditional, simplified = line.split()
        forms.update(zip(traditional, simplified, strict=True))
    return forms


def in_simplified(text: str) -> str:
    """The text with its traditional characters replaced, one for one, and nothing else changed."""
    forms = simplified_forms()
    return "".join(forms.get(character, character) for character in text)


def normalise(text: str) -> str:
    """The text with every character replaced one for one, so that offsets stay those of the original."""
    forms = simplified_forms()
    text = _FULL_WIDTH_THOUSANDS.sub(",", text)
    text = _BETWEEN_THOUSANDS.sub(lambda match: match[0].replace("，", ","), text)
    return "".join(_plain(character, forms) for character in text)


_FULL_WIDTH_THOUSANDS = re.compile(r"(?<=[０-９])，(?=[０-９]{3}(?![０-９]))")
# 3，500元 is one sum; 不是300，800元 are two.
_BETWEEN_THOUSANDS = re.compile(
    r"(?<![\d，,.])(?<!不是)(?<!并非)\d{1,3}(?:，\d{3})+(?=(?:\.\d{1,2})?\s?[元块圆])"
)


def _plain(character: str, forms: "dict[str, str]") -> str:
    if character in forms:
        return forms[character]
    if character == "，":
        return character  # a comma of the sentence, never one between thousands
    folded = unicodedata.normalize("NFKC", character).lower()
    return folded if len(folded) == 1 else character


def is_cjk(character: str) -> bool:
    """Whether the character is a Chinese ideograph."""
    return "\u4e00" <= character <= "\u9fff" or "\u3400" <= character <= "\u4dbf"
