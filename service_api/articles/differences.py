"""What differs between two versions of an article, for people to read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from service_api.articles.content import FIELDS

_TOKENS = re.compile(r"[A-Za-z0-9.]+|\s+|.", re.DOTALL)
Kind = Literal["same", "gone", "new"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field and its text, piece by piece."""

    field: str
    pieces: tuple[tuple[Kind, str], ...]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Only fields that differ, in the order of the files; words of English, characters of Chinese."""
    old, new = _texts(before), _texts(after)
    return [
        Difference(name, pieces_of(old.get(name, ""), new.get(name, "")))
        for name in dict.fromkeys((*new, *old))
        if old.get(name, "") != new.get(name, "")
    ]


def pieces_of(before: str, after: str) -> tuple[tuple[Kind, str], ...]:
    """What stayed, what has gone, what is new."""
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    pieces: list[tuple[Kind, str]] = []
    for change, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if change == "equal":
            pieces.append(("same", "".join(old[i:j])))
            continue
        if i < j:
            pieces.append(("gone", "".join(old[i:j])))
        if k < m:
            pieces.append(("new", "".join(new[k:m])))
    return tuple(pieces)


def _texts(content: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in FIELDS:
        value = content.get(name)
        if name in {"zh", "en"} and isinstance(value, Mapping):
            found |= {
                f"{name}.{part}": _text(value.get(part)) for part in ("question", "phrasings", "answer")
            }
        elif name == "conditions" and isinstance(value, list):
            found[name] = "\n".join(_condition(one) for one in value)
        else:
            found[name] = _text(value)
    return found


def _text(value: Any) -> str:  # plain data
    if isinstance(value, list | tuple):
        return "\n".join(str(one) for one in value)
    return "" if value is None else str(value)


def _condition(one: Mapping[str, Any]) -> str:
    when = ", ".join(f"{key}={value}" for key, value in one.get("when", {}).items())
    return f"{when}: {one.get('zh', '')} / {one.get('en', '')}"
