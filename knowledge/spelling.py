"""Putting a mistyped English word right, by the words that the articles use.

Chinese has no such step: replacing single characters by what usually stands between their neighbours, or
leaving them out, was measured and spoils as many questions as it mends; there the weights of the parts are
learnt on mistyped phrasings too.
"""

from __future__ import annotations

import json
import random
import re
import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.article import Language
from knowledge.group import Group

SHORTEST = 4
RARE = 3
"""Uses below which a word of the articles may itself be a typing error that a phrasing shows."""

PLAINLY_COMMONER = 5

_WORD = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class Spelling:
    """How often each word stands in the articles, and further words that are right. Immutable."""

    counts: Mapping[str, int]
    known: frozenset[str]

    def corrected(self, text: str) -> str:
        """The plain text with what is plainly mistyped put right; anything doubtful stays."""
        return _WORD.sub(lambda match: self._word(match.group(0)), text) if self.counts else text

    def save(self, path: Path) -> None:
        """Write what `load_spelling` reads."""
        path.write_text(json.dumps({"counts": self.counts, "known": sorted(self.known)}), encoding="utf-8")

    def _word(self, word: str) -> str:
        uses = self.counts.get(word, 0)
        if len(word) < SHORTEST or word in self.known or uses >= RARE:
            return word
        if word.endswith("s") and (word[:-1] in self.known or self.counts.get(word[:-1], 0) >= RARE):
            return word
        best = max(_one_edit_away(word), key=lambda other: self.counts.get(other, 0))
        return best if self.counts.get(best, 0) >= max(RARE, PLAINLY_COMMONER * uses) else word


NO_SPELLING = Spelling({}, frozenset())


def learn_spelling(texts: Iterable[str], *, known: Iterable[str] = ()) -> Spelling:
    """From the plain texts of the articles. `known` are right words that the articles need not use."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(_WORD.findall(text))
    return Spelling(counts, frozenset(word for word in known if _WORD.fullmatch(word)))


def spelling_of(groups: Sequence[Group], language: Language, *, known: Iterable[str] = ()) -> Spelling:
    """The spelling of all texts of an index; none for Chinese."""
    if language != "en":
        return NO_SPELLING
    return learn_spelling(
        (text for group in groups for text in group.phrasings + group.sentences), known=known
    )


def load_spelling(path: Path) -> Spelling:
    """Read a saved one; raises OSError, ValueError or KeyError when it is not one."""
    content = json.loads(path.read_bytes())
    return Spelling(content["counts"], frozenset(content["known"]))


def mistyped(text: str, letters: str, dice: random.Random) -> str:
    """The text with one of its letters replaced by one of `letters`."""
    places = [at for at, one in enumerate(text) if one.isalpha()]
    if not places:
        return text
    at = dice.choice(places)
    return text[:at] + dice.choice(letters) + text[at + 1 :]


def _one_edit_away(word: str) -> Sequence[str]:
    halves = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    found = [left + right[1:] for left, right in halves if right]
    found += [left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1]
    for letter in string.ascii_lowercase:
        found += [left + letter + right[1:] for left, right in halves if right]
        found += [left + letter + right for left, right in halves]
    return found
