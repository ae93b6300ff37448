"""The texts of one article in one language, as they are indexed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    """Plain texts of the ways to ask and of the sentences of the answer. No phrasings: it is held out."""

    phrasings: tuple[str, ...]
    sentences: tuple[str, ...] = ()
