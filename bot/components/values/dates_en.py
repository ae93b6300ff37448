"""English expressions of a day: last Wednesday, on the 15th of last month, October 8, three days ago."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Optional

from bot.components.values.calendar_days import (
    day,
    festival,
    latest_day_of_month,
    latest_past,
    latest_weekday,
    month_day,
    shift_months,
    weekday_of_week,
)
from bot.components.values.numerals import ENGLISH, read_english_number

MONTHS = {
    name: n
    for n, names in enumerate(
        [
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ],
        start=1,
    )
    for name in names.split()
}
_WEEKDAYS = {
    name: n
    for n, names in enumerate(
        [
            "monday mon",
            "tuesday tues tue",
            "wednesday weds wed",
            "thursday thurs thur thu",
            "friday fri",
            "saturday sat",
            "sunday sun",
        ]
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_WEEKDAY = "|".join(
    name for name in sorted(_WEEKDAYS, key=len, reverse=True) if name not in ("sat", "sun", "mon", "wed")
)
_TEEN = ["thir", "four", "fif", "six", "seven", "eigh", "nine"]
_ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
_ORDINALS += ["eleventh", "twelfth", *(f"{teen}teenth" for teen in _TEEN), "twentieth"]
_DAY = rf"(?P<day>\d{{1,2}}(?:st|nd|rd|th)?|{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})"
_NOT_A_DAY = (
    r"(?! (?:times?|party|floor|person|call|attempt|one|week|month|year|complaint|card|reason|window|try|"
    r"message|letter|time)\b)"
)
_FESTIVALS = {
    r"singles'? ?day|double (?:11|eleven)": "双十一",
    r"double (?:12|twelve)": "双十二",
    r"christmas eve": "平安夜",
    r"christmas(?: day)?": "圣诞",
    r"new year'?s day": "元旦",
    r"national day": "国庆",
    r"valentine'?s day": "情人节",
    r"(?:labou?r|may) day": "五一",
    r"(?:chinese new year|spring festival|lunar new year)": "春节",
    r"mid-autumn(?: festival)?": "中秋",
    r"dragon boat(?: festival)?": "端午",
    r"new year'?s eve": "跨年夜",
    r"black friday": "黑五",
    r"thanksgiving(?: day)?": "感恩节",
    r"hallowe'?en": "万圣夜",
    r"boxing day": "节礼日",
    r"(?:tomb[- ]sweeping day|qingming)(?: festival)?": "清明",
}
_FEW = {"a": 1, "an": 1, "a couple of": 2, "couple of": 2}
_UNITS = {"wk": "week", "yr": "year"}
_WHEN = {"last": -1, "previous": -1, "this": 0, "next": 1}
_NUMBER_WORD = "|".join(word for word in ENGLISH if word != "zero")


def _day_number(text: str) -> int:
    return _ORDINALS.index(text) + 1 if text in _ORDINALS else int(re.sub(r"\D", "", text))


Reader = Callable[["re.Match[str]", date], "tuple[Optional[date], Optional[date]]"]


def _one(value: Optional[date]) -> "tuple[Optional[date], Optional[date]]":
    return value, None


def _month_and_day(match: "re.Match[str]", base: date) -> "tuple[Optional[date], Optional[date]]":
    month, number = MONTHS[match["month"]], _day_number(match["day"])
    if match["year"]:
        return _one(day(int(match["year"].replace("'", "20")), month, number))
    if match["when"]:
        return _one(day(base.year + _WHEN[match["when"]], month, number))
    return _one(latest_past(base, month, number))


def _last_weekday(match: "re.Match[str]", base: date) -> "tuple[Optional[date], Optional[date]]":
    """ "Last Wednesday" on a Saturday may mean this week's or last week's: both are given."""
    weekday = _WEEKDAYS[match["weekday"]]
    latest = latest_weekday(base, weekday, today_counts=False)
    week_before = weekday_of_week(base, -1, weekday)
    if match["when"] in ("last", "previous"):
        return latest, week_before if week_before != latest else None
    if match["when"] == "next":
        return _one(weekday_of_week(base, 1, weekday))
    if match["when"] == "this":
        return _one(weekday_of_week(base, 0, weekday))
    return _one(latest_weekday(base, weekday, today_counts=True))


def _ago(match: "re.Match[str]", base: date) -> "tuple[Optional[date], Optional[date]]":
    text = match["count"]
    number = _FEW.get(text) or (int(text) if text.isdigit() else int(read_english_number(text) or 0))
    unit = _UNITS.get(match["unit"], match["unit"])
    if unit == "month":
        return _one(shift_months(base, -number))
    if unit == "year":
        return _one(shift_months(base, -12 * number))
    return _one(base - timedelta(days=number * (7 if unit == "week" else 1)))


def _festival_reader(name: str) -> Reader:
    def read(match: "re.Match[str]", base: date) -> "tuple[Optional[date], Optional[date]]":
        when = match["when"] or match["before"]
        year = base.year + _WHEN[when] if when in _WHEN else int(match["year"]) if match["year"] else None
        return _one(festival(base, name, year))

    return read


_PATTERNS: "list[tuple[re.Pattern[str], Reader]]" = [
    (
        re.compile(
            rf"\b(?P<month>{_MONTH})\.?[ -](?:the )?{_DAY}\b(?:,?[ -](?P<year>20\d\d|'\d\d)\b|"
            r",? (?P<when>last|this) year)?(?!\d)"
        ),
        _month_and_day,
    ),
    (
        re.compile(
            rf"\b{_DAY}[ -](?:of )?(?P<month>{_MONTH})\b\.?(?:,?[ -](?P<year>20\d\d|'\d\d)\b|"
            r",? (?:of )?(?P<when>last|this) year)?"
        ),
        _month_and_day,
    ),
    (
        re.compile(rf"\b(?:on )?(?:the )?{_DAY}(?: of)? (?P<when>last|this|previous) month\b"),
        lambda match, base: _one(month_day(base, _WHEN[match["when"]], _day_number(match["day"]))),
    ),
    (
        re.compile(rf"\b(?P<when>last|this|previous) month,? (?:on )?the {_DAY}\b"),
        lambda match, base: _one(month_day(base, _WHEN[match["when"]], _day_number(match["day"]))),
    ),
    (
        re.compile(rf"\b(?:on )?(?P<weekday>{_WEEKDAY}|mon|wed|sat|sun)\b,? (?:of )?last w(?:ee)?k\b"),
        lambda match, base: _one(weekday_of_week(base, -1, _WEEKDAYS[match["weekday"]])),
    ),
    (
        re.compile(rf"\blast week(?:'s)?,? (?:on )?(?P<weekday>{_WEEKDAY}|mon|wed|sat|sun)\b"),
        lambda match, base: _one(weekday_of_week(base, -1, _WEEKDAYS[match["weekday"]])),
    ),
    (
        re.compile(rf"\b(?P<weekday>{_WEEKDAY}) before last\b"),
        lambda match, base: _one(
            latest_weekday(base, _WEEKDAYS[match["weekday"]], today_counts=False) - timedelta(days=7)
        ),
    ),
    (
        re.compile(
            r"(?<!every )(?<!each )\b(?:on )?(?:(?P<when>last|previous|this|next) )?"
            rf"(?P<weekday>{_WEEKDAY})\b"
        ),
        _last_weekday,
    ),
    (re.compile(r"\b(?:the )?day before yesterday\b"), lambda _match, base: _one(base - timedelta(days=2))),
    (
        re.compile(r"\b(?:yest[eu]r?day|yesterady|yestarday|last (?:night|nite))\b"),
        lambda _match, base: _one(base - timedelta(days=1)),
    ),
    (
        re.compile(r"\b(?:(?:earlier )?today|tonight|this (?:morning|afternoon|evening)|just now)\b"),
        lambda _match, base: _one(base),
    ),
    (re.compile(r"\btomorrow\b"), lambda _match, base: _one(base + timedelta(days=1))),
    (re.compile(r"\bhalf a year ago\b"), lambda _match, base: _one(shift_months(base, -6))),
    (
        re.compile(
            r"\b(?P<count>an?|a couple of|couple of|\d{1,3}|"
            rf"(?:{_NUMBER_WORD})(?:[ -](?:{_NUMBER_WORD}))?) "
            r"(?P<unit>day|week|wk|month|year|yr)s? (?:ago|back|earlier)\b"
        ),
        _ago,
    ),
    (
        re.compile(r"\b(?:a )?fortnight ago\b"),
        lambda _match, base: _one(base - timedelta(days=14)),
    ),
    (
        re.compile(rf"\b(?:on )?the (?P<day>\d{{1,2}})(?:st|nd|rd|th)\b{_NOT_A_DAY}"),
        lambda match, base: _one(latest_day_of_month(base, _day_number(match["day"]))),
    ),
]
_PATTERNS[:0] = [
    (
        re.compile(
            rf"\b(?P<count>an?|\d{{1,2}}|{_NUMBER_WORD}) (?P<unit>week|month|year)s? ago "
            r"(?P<day>today|yesterday)\b"
        ),
        lambda match, base: _ago(match, base - timedelta(days=match["day"] == "yesterday")),
    ),
]
_PATTERNS[:0] = [
    (
        re.compile(
            rf"\b(?:(?P<before>last|this) )?(?:{words})\b"
            r"(?: (?:of )?(?P<when>last|this) year| (?P<year>20\d\d))?"
        ),
        _festival_reader(name),
    )
    for words, name in _FESTIVALS.items()
]


def read_english_dates(text: str, base: date) -> "Iterator[tuple[int, int, Optional[date], Optional[date]]]":
    """Spans, days, and a second possible day where the expression is ambiguous."""
    for pattern, read in _PATTERNS:
        for match in pattern.finditer(text):
            value, other = read(match, base)
            yield match.start(), match.end(), value, other
