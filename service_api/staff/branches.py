"""The bank's places: slugs with the names people know them by."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import yaml

_LISTED = Path(__file__).parent / "data" / "branches.yml"
Names = Mapping[str, str]  # by language


@cache
def branches() -> Mapping[str, Names]:
    """Read from data: it changes with the bank, not with this code."""
    listed: dict[str, Names] = yaml.safe_load(_LISTED.read_text(encoding="utf-8"))
    return listed


def choices(*also: str | None) -> Iterable[str]:
    """What to choose among: the list, and what is set already although the list does not know it."""
    return dict.fromkeys((*branches(), *(one for one in also if one)))
