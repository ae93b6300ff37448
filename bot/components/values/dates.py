"""Days in Chinese, English and figures, with the part of the day when it is said."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Optional

from bot.components.values.calendar_days import day, latest_past
from bot.components.values.dates_en import MONTHS, read_english_dates
from bot.components.values.dates_zh import read_chinese_dates
from bot.components.values.found import Found, overlaps
from bot.components.values.text import is_cjk

PARTS_OF_DAY = {
    "night": r"凌晨|半夜|深夜|夜里|大半夜|at night|midnight|last night",
    "morning": r"清晨|早上|早晨|上午|今早|今晨|明早|morning",
    "noon": r"中午|正午|\bnoon",
    "afternoon": r"下午|午后|afternoon",
    "evening": r"傍晚|晚上|今晚|昨晚|昨夜|前晚|晚间|evening|tonight",
}
_PART = {name: re.compile(pattern) for name, pattern in PARTS_OF_DAY.items()}
_PART_NEAR = re.compile(r"\s?(?:的|in the|at|,)?\s?(?:" + "|".join(PARTS_OF_DAY.values()) + r")")
_ISO = re.compile(r"(?<![\d./-])(20\d{2})[-/.](\d{1,2})[-/.](\d{1,2})(?![\d./-])")
_COMPACT = re.compile(r"(?<![\d-])(20\d{2})(\d{2})(\d{2})(?![\d-])")
_DAY_FIRST = re.compile(r"(?<![\d./-])(\d{1,2})[-/.](\d{1,2})[-/.](20\d{2})(?![\d./-])")
_SHORT = re.compile(
    r"(?<![\d./·-])(\d{1,2})[/·-](\d{1,2})(?![\d./·%-])"
    rf"(?! (?:of )?(?:{'|'.join(MONTHS)})\b)"
    r"(?!\s?(?:of (?:the|my|it|that|our)|stars?|的[钱利本金余]|[星分成]))"
    r"(?!\s?(?:个|天|日内|分钟|小时|周|年|次|元|块|万|working|business|days?|hours?|min|weeks?|months?|times?|yuan|rmb))"
)

# What follows is the last day of a card's life, a mark, or the first of some days of a month: Oct 1-7.
_NO_DAY_AFTER = re.compile(
    r"(?:有效期|过期|expir\w*|valid(?: thru| until| through)?|\bexp\b)[^,，。;；]{0,8}$"
    rf"|\b(?:{'|'.join(MONTHS)})\.? (?:the )?$"
)
_LUNAR = re.compile(
    r"(?:农历|阴历|旧历)[^,，。;；]{0,12}?(?:月[初廿]?[一二三四五六七八九十\d]{0,3}[号日]?|节|$)|(?:腊月|正月)(?!初一)[初廿]?[一二三四五六七八九十\d]{1,3}[号日]?"
)


def lunar_days(text: str) -> "list[Found]":
    """Days of the Chinese calendar, which are not turned into days of ours: whoever needs one has to ask."""
    return [Found("lunar", match.start(), match.end(), match[0]) for match in _LUNAR.finditer(text)]


def find_dates(text: str, base: date, taken: "list[Found]", *, english: bool = False) -> "list[Found]":
    """Days named in a normalised text; an expression that the calendar lacks (30 February) gives none.

    An ambiguous one carries its second reading in `details["alternative"]`; whether 10/11 is one depends
    on the language of the conversation.
    """
    found: "list[Found]" = []
    taken = taken + lunar_days(text)
    for start, end, value, other in _readings(text, base, english=english):
        if value is None or overlaps(start, end, taken + found):
            continue
        near = _PART_NEAR.match(text, end)
        if near and not overlaps(end, near.end(), taken + found):
            end = near.end()
        start += 3 if text.startswith("on ", start) else 0
        details = {"alternative": other.isoformat()} if other else {}
        part = part_of_day(text[start:end])
        if part:
            details["time_of_day"] = part
        found.append(Found("date", start, end, value.isoformat(), details))
    return _with_their_weekdays(text, found)


def _with_their_weekdays(text: str, found: "list[Found]") -> "list[Found]":
    """Friday the 13th, 11月18日星期三: one day, where both agree; otherwise the two stay apart."""
    ordered = sorted(found, key=lambda one: one.start)
    kept: "list[Found]" = []
    for one in ordered:
        before = kept[-1] if kept else None
        if before is None or not _BESIDE.fullmatch(text, before.end, one.start):
            kept.append(one)
            continue
        for weekday, other in ((before, one), (one, before)):
            named = ONLY_WEEKDAY.fullmatch(text, weekday.start, weekday.end)
            if named and _weekday(weekday) == _weekday(other):
                kept[-1] = replace(other, start=before.start, end=one.end)
                break
        else:
            kept.append(one)
    return kept


_BESIDE = re.compile(r"[\s,，(]{0,2}")
ONLY_WEEKDAY = re.compile(
    r"(?:周|星期|礼拜)[一二三四五六日天]|(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"mon|tue|wed|thu|fri|sat|sun"
)


def _weekday(one: Found) -> int:
    return date.fromisoformat(str(one.value)).weekday()


def part_of_day(text: str) -> Optional[str]:
    """morning, noon, afternoon, evening or night, when the text says so."""
    return next((name for name, pattern in _PART.items() if pattern.search(text)), None)


def _past(base: date, month: int, number: int) -> Optional[date]:
    return latest_past(base, month, number) if 1 <= month <= 12 and number else None


def _first_and_other(readings: "list[Optional[date]]") -> "tuple[Optional[date], Optional[date]]":
    """10/11 is October 11 or 10 November: the American reading first, the other one if it differs."""
    first, other, *_ = [*(one for one in dict.fromkeys(readings) if one), None, None]
    return first, other


def _readings(
    text: str, base: date, *, english: bool
) -> "Iterator[tuple[int, int, Optional[date], Optional[date]]]":
    for pattern in (_ISO, _COMPACT):
        for match in pattern.finditer(text):
            yield match.start(), match.end(), day(int(match[1]), int(match[2]), int(match[3])), None
    for match in _DAY_FIRST.finditer(text):
        year = int(match[3])
        readings = [day(year, int(match[1]), int(match[2])), day(year, int(match[2]), int(match[1]))]
        yield match.start(), match.end(), *_first_and_other(readings)
    month_first = any(map(is_cjk, text)) or not (english or re.search("[a-z]", text))
    for match in _SHORT.finditer(text):
        if _NO_DAY_AFTER.search(text[: match.start()]):
            continue
        one, two = int(match[1]), int(match[2])
        readings = [_past(base, one, two), _past(base, two, one)]
        if month_first and readings[0]:  # as in Chinese
            readings = readings[:1]
        yield match.start(), match.end(), *_first_and_other(readings)
    for start, end, value in read_chinese_dates(text, base):
        yield start, end, value, None
    yield from read_english_dates(text, base)
