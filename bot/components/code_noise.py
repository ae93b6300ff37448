"""Pieces of programs in a message: what a customer says beside them is what is meant. Pure."""

import re

from bot.components.values.text import is_cjk

_CODE = re.compile(
    r"</?[a-z][^<>]*>(?:[^<>一-鿿]*</[a-z]+>)?"  # <script>alert(1)</script>
    r"|\{\{.*?\}\}|\$\{.*?\}|\{%.*?%\}|<%.*?%>"
    r"|\{\s*[\"'][^{}]*\}|\[\[.*?\]\]"  # {"role": "system"}
    r"|['\"]?\s*;?\s*\b(?:drop|truncate|alter|create)\s+(?:table|database|schema)\s+\w+"
    r"|\b(?:select\s+(?:\*|[\w, ]+?)\s+from|delete\s+from|insert\s+into|union\s+(?:all\s+)?select)\s+[\w*.]+"
    r"|['\"]?\s*\bor\s+['\"]?\d['\"]?\s*=\s*['\"]?\d['\"]?"
    r"|--+(?=\s|$|[一-鿿])|/\*.*?\*/|\b\w+\([^()一-鿿 ]*\)|(?:&&|\|\|)\s*\w+ -\w+|\.\./[\w./]*"
    r"|```.*?```|%0[0-9a-d]|\\[nrtx]\w{0,2}",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?>", re.IGNORECASE)
_MARKS = re.compile(r"[;'\"`<>{}\[\]()|\\=*#\s-]+")
LEAST = {"zh": 3, "en": 3}


def without_code(text: str) -> str:
    """The text without pieces of code when enough words are left to mean something; else as it stands."""
    left = _CODE.sub(" ", text)
    if left == text:
        return text
    words = _MARKS.sub(" ", left).strip()
    chinese = sum(is_cjk(character) for character in words)
    latin = sum(len(word) > 1 and word.isalpha() for word in words.split())
    return words if chinese >= LEAST["zh"] or latin >= LEAST["en"] else text


def without_tags(text: str) -> tuple[str, list[int]]:
    """The text without <b> and the like, so that 200</i>元 is a sum, and where its characters stood."""
    places = list(range(len(text)))
    for tag in reversed(list(_TAG.finditer(text))):
        del places[tag.start() : tag.end()]
    return "".join(text[place] for place in places), places
