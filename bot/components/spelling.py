"""Mends English words that are no words: "complant" is read as "complaint", one slip at a time. Pure."""

import re
from collections import Counter, defaultdict
from typing import Collection, Dict, Iterable, Iterator, List, Mapping, Text

_WORD = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)?")
SHORTEST = 4
TAUGHT_OFTEN, TAUGHT_AS_A_WORD = 3, 8
"""How often examples must have an English word, and any other, for unknown words to be mended to it."""


class Spelling:
    """Knows words, and of an unknown one the likeliest that was meant."""

    def __init__(self, taught: Mapping[Text, int], english: Collection[Text]) -> None:
        """`taught`: how often the examples have each word. `english`: more words, left as they are."""
        self.taught = dict(taught)
        self._english = english
        self._near: Dict[Text, List[Text]] = defaultdict(list)
        for word in self.taught:
            for form in {word, *_one_letter_less(word)}:
                self._near[form].append(word)

    @classmethod
    def learn(cls, texts: Iterable[Text], english: Collection[Text]) -> "Spelling":
        """From the examples."""
        counted = Counter(word for text in texts for word in _WORD.findall(text.lower()))
        taught = {
            word: times
            for word, times in counted.items()
            if len(word) >= SHORTEST and times >= (TAUGHT_OFTEN if word in english else TAUGHT_AS_A_WORD)
        }
        return cls(taught, english)

    def mend(self, text: Text) -> Text:
        """The text with unknown Latin words replaced where a taught one is a single slip away."""
        return _WORD.sub(lambda found: self._mended(found[0]), text)

    def _mended(self, written: Text) -> Text:
        word = written.lower()
        if len(word) < SHORTEST or "'" in word or word in self.taught or word in self._english:
            return written
        near = {one for form in (word, *_one_letter_less(word)) for one in self._near.get(form, ())}
        meant = [one for one in near if one[0] == word[0] and is_one_slip(word, one)]
        # Letters in the wrong order are the commonest slip; among equals the commoner word is meant.
        return max(
            meant, key=lambda one: (sorted(one) == sorted(word), self.taught[one], one), default=written
        )


def is_one_slip(written: Text, meant: Text) -> bool:
    """Whether one letter too many, too few or wrong, or two neighbours swapped, tell the words apart."""
    if abs(len(written) - len(meant)) > 1:
        return False
    same = next(
        (place for place, pair in enumerate(zip(written, meant, strict=False)) if pair[0] != pair[1]),
        min(len(written), len(meant)),
    )
    ours, theirs = written[same:], meant[same:]
    if len(ours) != len(theirs):
        return ours[1:] == theirs if len(ours) > len(theirs) else ours == theirs[1:]
    return ours[1:] == theirs[1:] or (ours[:2] == theirs[:2][::-1] and ours[2:] == theirs[2:])


def _one_letter_less(word: Text) -> Iterator[Text]:
    return (word[:place] + word[place + 1 :] for place in range(len(word)))
