"""The day to come that a message names for a call. Pure.

Values read days as they are told of what happened: "Friday" is the last one, "12月1号" that of last year.
A call is still to be made, so here a day that names no week, month or year is the next of that name.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta

from actions.turn import Turn, Value

_NUMBERS = {"一": 1, "one": 1, "两": 2, "二": 2, "two": 2, "三": 3, "three": 3}
_IN_DAYS = re.compile(
    r"([一二两三1-9])天(?:后|以后|之后)|\bin ([1-9]|one|two|three) days?\b|(the day after tomorrow)", re.I
)
_WEEKDAY = re.compile(
    r"(?:周|星期|礼拜)[一二三四五六日天].*|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b.*",
    re.I,
)
_DAY_OF_MONTH = re.compile(r"\d{1,2}[日号].*|(?:on )?(?:the )?\d{1,2}(?:st|nd|rd|th)", re.I)
_MONTH_AND_DAY = re.compile(
    r"\d{1,2}月\d{1,2}[日号]?.*|\d{1,2}[/.]\d{1,2}|"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2}(?:st|nd|rd|th)?|"
    r"\d{1,2}(?:st|nd|rd|th)?(?: of)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*",
    re.I,
)


def coming_day(turn: Turn) -> date | None:
    """The one day that is named: a day gone by only when it can be no other, as "yesterday"."""
    if counted := _IN_DAYS.search(turn.text):
        said = (counted[1] or counted[2] or "2").lower()
        return turn.today + timedelta(days=_NUMBERS.get(said) or int(said))
    named = turn.only("date")
    return _coming(named, turn) if named else None


def _coming(named: Value, turn: Turn) -> date:
    told, words = date.fromisoformat(str(named.value)), turn.text[named.start : named.end].strip()
    if told >= turn.today:
        return told
    for kind, next_one in _NEXT:
        if kind.fullmatch(words):
            return next_one(told, turn.today)
    return told


def _next_weekday(told: date, today: date) -> date:
    return today + timedelta(days=(told - today).days % 7)


def _next_of_month(told: date, today: date) -> date:
    """The 31st is looked for in the months that have one."""
    for months in range(3):
        year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
        try:
            found = date(year, month + 1, told.day)
        except ValueError:
            continue
        if found >= today:
            return found
    return told


def _next_year(told: date, today: date) -> date:
    """Of a day that has just gone by nobody means the next year: it is over."""
    try:
        found = told.replace(year=told.year + 1)
    except ValueError:
        return told
    return found if timedelta(0) <= found - today < timedelta(days=183) else told


_NEXT: tuple[tuple[re.Pattern[str], Callable[[date, date], date]], ...] = (
    (_WEEKDAY, _next_weekday),
    (_DAY_OF_MONTH, _next_of_month),
    (_MONTH_AND_DAY, _next_year),
)
