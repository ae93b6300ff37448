"""Whose business a message speaks of: names of others, and whether this bank is beside them. Pure."""

import re
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Dict, Iterable, List, Pattern, Text

import yaml

NAMES = Path(__file__).parent / "strangers.yml"
"""Some 540 names by kind: a name that no example holds is understood like those that some do."""

_US = re.compile(
    r"你们|[贵你您咱本]行|听澜|你家|您家|您[这那]|你[这那][儿里边]|\b(?:your?s?|you guys|tinglan)\b"
)

_CITIES = (
    "北京|天津|上海|重庆|广州|深圳|珠海|东莞|佛山|长沙|成都|武汉|郑州|西安|兰州|青岛|济南|齐鲁|大连|沈阳|盛京|长春|吉林|哈尔滨|"
    "南昌|江西|福州|厦门|泉州|合肥|贵阳|贵州|昆明|富滇|南宁|桂林|海口|太原|晋商|石家庄|河北|中原|湖北|湖南|四川|甘肃|青海|宁夏|"
    "新疆|西藏|内蒙古|苏州|无锡|常熟|温州|台州|绍兴|嘉兴|金华|洛阳|绵阳|乌鲁木齐|台湾|香港|澳门"
)
_OTHER_BANK = re.compile(rf"(?:{_CITIES})(?:市|省)?(?:农商|农村商业|商业)?银行|\bbank of [a-z]+\b")
"""Banks are named after places; there are too many to list."""
LONGEST_SAYING = 20
"""Words or Chinese characters; a name in a longer message is often there only in passing."""


@lru_cache(maxsize=1)
def names() -> Dict[Text, Text]:
    """The kind of each name."""
    kinds: Dict[Text, Text] = yaml.safe_load(NAMES.read_text(encoding="utf-8"))
    return {name.strip(): kind for kind, listed in kinds.items() for name in listed.split(",")}


@lru_cache(maxsize=1)
def _pattern() -> Pattern[Text]:
    longest_first = sorted(names(), key=len, reverse=True)
    latin = "|".join(re.escape(name) for name in longest_first if name.isascii())
    chinese = "|".join(re.escape(name) for name in longest_first if not name.isascii())
    return re.compile(rf"\b(?:{latin})\b|{chinese}")


def strangers_of(features: Text) -> List[Text]:
    """Of tokens with blanks between: the kinds of others named, where, and whether this bank is beside."""
    text = _together(features)
    kinds = {names()[match[0]] for match in _pattern().finditer(text)}
    if _OTHER_BANK.search(text):
        kinds.add("bank")
    place = "story" if len(features.split()) > LONGEST_SAYING else "saying"
    beside = f"{place} ours" if _US.search(text) else f"{place} alone"
    return [shape for kind in sorted(kinds) for shape in (beside, f"{kind} {beside}")]


def name_strangers(features: Iterable[Text]) -> bool:
    """Whether any of the texts names one; without, there is nothing to learn from."""
    return any(strangers_of(text) for text in features)


def _together(features: Text) -> Text:
    pieces = features.split()
    joints = ["" if not (one.isascii() or two.isascii()) else " " for one, two in pairwise(pieces)]
    return "".join(piece + joint for piece, joint in zip(pieces, [*joints, ""], strict=True))
