"""Two days that make one stretch: 10月1日到7日, 上周一到周三, from October 1 to 7."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Optional

from bot.components.values.calendar_days import day, shift_months
from bot.components.values.dates import ONLY_WEEKDAY
from bot.components.values.found import Found

Stretch = tuple[date, date]

_JOINT = re.compile(r"\s?(?:到|至|[-~—–]|to|until|till|through|and)\s?(?:on )?(?:the )?")
_BARE_DAY = re.compile(r"(?:the )?(\d{1,2})(?:[号日]|st|nd|rd|th)?(?!\s?\d|[年月/.-])\b")
_DAY_BEFORE = re.compile(
    r"(?<![\d./-])(\d{1,2})(?:st|nd|rd|th)?\s?(?:[-~–—]|to|until|till|through)\s?(?:the )?$"
)
_ONLY_DAY = re.compile(
    r"(?:on )?(?:the )?(?:\d{1,2}(?:[号日]|st|nd|rd|th)|[一二三四五六七八九十]{1,3}[号日])"
)


def merged(text: str, found: "list[Found]") -> "list[Found]":
    """10月到11月 is one stretch."""
    kept: "list[Found]" = []
    for one in sorted(found, key=lambda each: each.start):
        joint = _JOINT.fullmatch(text, kept[-1].end, one.start) if kept else None
        if joint is None or "and" in joint[0]:
            kept.append(one)
            continue
        begin, end = _ends(kept[-1])[0], _ends(one)[1]
        kept[-1] = stretch_found(
            kept[-1].start, one.end, (begin if begin <= end else shift_months(begin, -12), end)
        )
    return kept


def _ends(one: Found) -> Stretch:
    value = one.value
    assert isinstance(value, dict)  # noqa: S101 - every stretch has two ends
    return date.fromisoformat(value["from"]), date.fromisoformat(value["to"])


def stretch_found(start: int, end: int, stretch: Stretch) -> Found:
    value = {"from": stretch[0].isoformat(), "to": stretch[1].isoformat()}
    return Found("date_range", start, end, value)


def joined(text: str, dates: "list[Found]", base: date) -> "Iterator[Found]":
    ordered = sorted(dates, key=lambda one: one.start)
    yield from _begun_by_number(text, ordered)
    for number, first in enumerate(ordered):
        joint = _JOINT.match(text, first.end)
        if joint is None or ("and" in joint[0] and not text[: first.start].rstrip().endswith("between")):
            continue
        begin = date.fromisoformat(str(first.value))
        second = ordered[number + 1] if number + 1 < len(ordered) else None
        if second is not None and joint.end() >= second.start >= joint.start():
            last: Optional[date] = date.fromisoformat(str(second.value))
            end = second.end
            spoken = re.search(r"\d{1,2}", text[second.start : end])
            if _ONLY_DAY.fullmatch(text[second.start : end]) and spoken:
                last = day(begin.year, begin.month, int(spoken[0])) or last
            elif ONLY_WEEKDAY.fullmatch(text, second.start, end):
                begin, last = _week_of(begin, date.fromisoformat(str(second.value)), base)
        else:
            bare = _BARE_DAY.match(text, joint.end())
            if bare is None:
                continue
            last, end = day(begin.year, begin.month, int(bare[1])), bare.end()
        if last is None:
            continue
        if last < begin:
            begin = shift_months(begin, -12)
        yield stretch_found(first.start, end, (begin, last))


def _begun_by_number(text: str, dates: "list[Found]") -> "Iterator[Found]":
    """10-15 November: the month is told once, at the end."""
    for one in dates:
        before = _DAY_BEFORE.search(text[: one.start])
        if before is None or not text[one.start].isdigit():
            continue
        last = date.fromisoformat(str(one.value))
        begin = day(last.year, last.month, int(before[1]))
        if begin and begin < last:
            yield stretch_found(before.start(), one.end, (begin, last))


def _week_of(begin: date, weekday: date, base: date) -> Stretch:
    """上周一到周三: the Wednesday after that Monday; neither lies in the future."""
    last = begin + timedelta(days=(weekday.weekday() - begin.weekday()) % 7)
    back = timedelta(days=7 if last > base >= begin else 0)
    return begin - back, last - back
