"""How Chinese sounds, without tones: who types by sound may pick 头诉 for 投诉. Pure."""

from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Dict, Iterable, List, Optional, Text

READINGS = Path(__file__).parent / "readings.txt"
"""A syllable and its characters a line: all of GB 2312, each with the reading that pypinyin holds commonest.

The library itself would cost every Rasa process 58 MB, for readings by context; a wrong character has none.
"""


@lru_cache(maxsize=1)
def readings() -> Dict[Text, Text]:
    """The syllable of each simplified character."""
    lines = (line.split() for line in READINGS.read_text(encoding="utf-8").splitlines())
    return {character: syllable for syllable, characters in lines for character in characters}


def sounds_of(features: Text) -> List[Text]:
    """Syllables, and pairs of neighbours, of tokens with blanks between; other tokens end a run."""
    known = readings()
    syllables: List[Optional[Text]] = [known.get(piece) for piece in features.split()]
    found = [one for one in syllables if one is not None]
    return found + [f"{one}_{two}" for one, two in pairwise(syllables) if one is not None and two is not None]


def share_a_sound(features: Iterable[Text]) -> bool:
    """Whether any two of the texts have a sound in common; without, there is nothing to learn from."""
    heard: "set[Text]" = set()
    for text in features:
        sounds = set(sounds_of(text))
        if not heard.isdisjoint(sounds):
            return True
        heard |= sounds
    return False
