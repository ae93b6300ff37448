"""Stretches of days: 10月1日到7日, 上个月, 最近三天, from October 1 to 7, last week. Pure arithmetic."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Optional

from bot.components.values.calendar_days import festival, latest_past, month_day, shift_months
from bot.components.values.dates import lunar_days
from bot.components.values.dates_en import MONTHS
from bot.components.values.found import Found, overlaps
from bot.components.values.joined_dates import Stretch, joined, merged, stretch_found
from bot.components.values.numerals import DIGITS, read_english_number, read_number

_YEAR_ZH = {"大前年": -3, "前年": -2, "去年": -1, "今年": 0, "本年": 0, "明年": 1}
_YEAR = rf"(?P<year>20\d{{2}}年?|(?<!\d)2\d年|{'|'.join(_YEAR_ZH)})的?"
_COUNT = r"(?P<count>\d{1,3}|[一二两三四五六七八九十]{1,3}|半|a|one|two|three|four|five|six|seven|ten|twelve)"
_MONTH_ZH = r"(?P<month>1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])"
_NO_DAY = r"(?!的?\s?[\d一二三四五六七八九十])"
_MONTH_EN = "|".join(sorted(MONTHS, key=len, reverse=True))
_PART_OF_MONTH = {"初": (1, 10), "上旬": (1, 10), "中旬": (11, 20), "中": (11, 20), "下旬": (21, 31)}
_PART_OF_MONTH |= {"底": (21, 31), "末": (21, 31)}
_PART = r"(?:的?(?P<part>上旬|中旬|下旬|初|中|底|末))?"
_PART_OF_MONTH |= {"early": (1, 10), "beginning of": (1, 10), "start of": (1, 10), "mid": (11, 20)}
_PART_OF_MONTH |= {"middle of": (11, 20), "late": (21, 31), "end of": (21, 31)}
_PART_EN = r"(?:\b(?:the )?(?P<part>early|beginning of|start of|mid|middle of|late|end of)[ -])"
_QUARTERS = {"first": "1", "second": "2", "third": "3", "fourth": "4", "last": "4"}
# Days from a festival to the end of the holiday as it usually falls; the day itself is asked anyway.
_HOLIDAYS = {"国庆": 6, "十一": 6, "五一": 4, "劳动节": 4, "春节": 6, "过年": 6}
_HOLIDAYS |= {
    "元旦": 2,
    "清明": 2,
    "端午": 2,
    "中秋": 2,
    "圣诞": 1,
    "双十一": 1,
    "双11": 1,
    "双十二": 1,
    "618": 1,
}
_HOLIDAY = "|".join(name for name in _HOLIDAYS if name != "十一")
_WEEKS = {"上上": -2, "上": -1, "last": -1, "previous": -1, "past": -1, "这": 0, "本": 0, "this": 0}


def find_date_ranges(text: str, base: date, dates: "list[Found]", taken: "list[Found]") -> "list[Found]":
    """Stretches of days; `dates` are the single days found before, which two of them may join.

    The value is `{"from": …, "to": …}`, both days included. A stretch that still goes on ends today.
    """
    found = list(joined(text, dates, base))
    taken = taken + lunar_days(text)
    for pattern, read in _PATTERNS:
        for match in pattern.finditer(text):
            stretch = read(match, base)
            start, end = match.span()
            if stretch is None or overlaps(start, end, taken + dates + found):
                continue
            found.append(stretch_found(start, end, stretch))
    return merged(text, found)


def _count(text: str) -> int:
    number = read_number(text) or read_english_number(text.replace("a", "one") if text == "a" else text)
    return int(number or 0)


def _year(text: Optional[str], base: date) -> Optional[int]:
    if not text:
        return None
    if text in _YEAR_ZH:
        return base.year + _YEAR_ZH[text]
    if text in ("last", "this"):
        return base.year + (-1 if text == "last" else 0)
    digits = "".join(str(DIGITS[c]) if c in DIGITS else c for c in text if c.isdigit() or c in DIGITS)
    return int(digits) + (2000 if len(digits) == 2 else 0)


def _until_now(begin: date, end: date, base: date) -> Stretch:
    return begin, min(end, base) if begin <= base else end


def _month(year: int, month: int, base: date, part: Optional[str] = None) -> Stretch:
    first, last = 1, 31
    if part:
        first, last = _PART_OF_MONTH[part]
    begin = date(year, month, first)
    end = min(date(year, month, 1) + timedelta(days=last - 1), shift_months(date(year, month, 1), 1) - _DAY)
    return _until_now(begin, end, base)


_DAY = timedelta(days=1)


def _week(match: "re.Match[str]", base: date) -> Optional[Stretch]:
    monday = base - timedelta(days=base.weekday()) + timedelta(days=7 * _WEEKS[match["week"]])
    if match["weekend"]:
        return monday + 5 * _DAY, monday + 6 * _DAY
    return _until_now(monday, monday + 6 * _DAY, base)


def _relative_month(match: "re.Match[str]", base: date) -> Optional[Stretch]:
    first = month_day(base, _WEEKS[match["which"] or "this"], 1)
    part = match.groupdict().get("part")
    return _month(first.year, first.month, base, part) if first else None


def _named_month(match: "re.Match[str]", base: date) -> Optional[Stretch]:
    word = match["month"]
    month = MONTHS.get(word) or int(read_number(word) or 0)
    if not 1 <= month <= 12:
        return None
    year = _year(match["year"] or match.groupdict().get("when"), base)
    if year is None:
        year = base.year if month <= base.month else base.year - 1
    return _month(year, month, base, match.groupdict().get("part"))


def _whole_year(match: "re.Match[str]", base: date) -> Optional[Stretch]:
    year = _year(match["year"], base)
    return _until_now(date(year, 1, 1), date(year, 12, 31), base) if year else None


def _recent(match: "re.Match[str]", base: date) -> Optional[Stretch]:
    unit, count = match["unit"], match["count"]
    if count == "半":
        begin = shift_months(base, -6) if unit == "年" else base - timedelta(days=15)
        return begin + _DAY, base
    number = _count(count) if count else 1
    if not number:
        return None
    if unit in ("月", "个月", "month", "months"):
        return shift_months(base, -number) + _DAY, base
    if unit in ("年", "year", "years"):
        return shift_months(base, -12 * number) + _DAY, base
    days = number * (1 if unit in ("天", "日", "day", "days") else 7)
    return base - timedelta(days=days - 1), base


def _half_year(match: "re.Match[str]", base: date) -> Optional[Stretch]:
    year = _year(match["year"], base) or base.year
    if match["half"] in ("上", "first"):
        return _until_now(date(year, 1, 1), date(year, 6, 30), base)
    return _until_now(date(year, 7, 1), date(year, 12, 31), base)


def _quarter(match: "re.Match[str]", base: date) -> Optional[Stretch]:
    number = int(read_number(_QUARTERS.get(match["quarter"], match["quarter"])) or 0)
    if not 1 <= number <= 4:
        return None
    year = _year(match["year"], base) or base.year
    begin = date(year, 3 * number - 2, 1)
    return _until_now(begin, shift_months(begin, 3) - _DAY, base)


def _holiday(match: "re.Match[str]", base: date) -> Optional[Stretch]:
    name = match["name"].replace("过年", "春节") or "国庆"  # the golden week
    begin = festival(base, name, _year(match["year"], base))
    return _until_now(begin, begin + _HOLIDAYS[name] * _DAY, base) if begin else None


def _figures(match: "re.Match[str]", base: date) -> Optional[Stretch]:
    """10.1-10.7, which are days only where both can be."""
    begin, end = (latest_past(base, int(match[m]), int(match[d])) for m, d in (("m1", "d1"), ("m2", "d2")))
    return (begin, end) if begin and end and begin < end else None


Reader = Callable[["re.Match[str]", date], Optional[Stretch]]
_PATTERNS: "list[tuple[re.Pattern[str], Reader]]" = [
    (re.compile(rf"(?:{_YEAR})?(?P<half>上|下)半年"), _half_year),
    (re.compile(rf"(?:{_YEAR})?第?(?P<quarter>[一二三四1-4])季度"), _quarter),
    (re.compile(r"\b(?:(?P<year>20\d\d) )?q(?P<quarter>[1-4])\b"), _quarter),
    (
        re.compile(
            r"\b(?:the )?(?P<quarter>first|second|third|fourth|last) quarter"
            r"(?: of (?P<year>this|last|20\d\d)(?: year)?)?\b"
        ),
        _quarter,
    ),
    (
        re.compile(
            rf"(?:{_YEAR})?(?P<name>(?<![\d月双])十一|{_HOLIDAY}|(?=黄金周)|\b(?=golden week))"
            r"节?(?:期间|小?长假|假期|放假|黄金周|那几天|前后|左右|golden week)"
        ),
        _holiday,
    ),
    (
        re.compile(
            r"(?<![\d.])(?<!利率)(?<!年化)(?P<m1>1[0-2]|[1-9])[./](?P<d1>[12]\d|3[01]|[1-9])号?\s?[-~—–到至]\s?"
            r"(?P<m2>1[0-2]|[1-9])[./](?P<d2>[12]\d|3[01]|[1-9])(?![\d.元块圆万%k])"
        ),
        _figures,
    ),
    (
        re.compile(r"\b(?:the )?(?P<half>first|second) half of (?:(?P<year>this|last|20\d\d)(?: year)?)"),
        _half_year,
    ),
    (re.compile(rf"(?P<which>上上|上|这|本)个?月份?(?!{_COUNT}[号日]){_PART}"), _relative_month),
    (re.compile(r"(?<![\d一二三四五六七八九十个上下这本])(?P<which>)月(?P<part>初)"), _relative_month),
    (re.compile(rf"{_PART_EN}?\b(?P<which>last|this|previous) month\b"), _relative_month),
    (
        re.compile(r"(?P<week>上上|上|这|本)个?(?:周|星期|礼拜)(?P<weekend>末)?(?![一二三四五六日天1-7])"),
        _week,
    ),
    (re.compile(r"\b(?<!the )(?P<week>last|this|previous) week(?P<weekend>end)?\b"), _week),
    (
        re.compile(
            rf"(?<![\d个第几零])(?:{_YEAR})?(?<![\d.个])(?:{_MONTH_ZH})月份?{_PART}(?![供费结末租初份]){_NO_DAY}"
        ),
        _named_month,
    ),
    (
        re.compile(
            rf"{_PART_EN}(?P<month>{_MONTH_EN})\b"
            r"(?:,? (?:of )?(?P<year>20\d\d)\b|,? (?P<when>last|this) year)?"
        ),
        _named_month,
    ),
    (
        re.compile(
            rf"\b(?:in|during|since|of|back in) (?P<month>{_MONTH_EN})\b(?:,? (?:of )?(?P<year>20\d\d)\b|"
            r",? (?P<when>last|this) year)?(?! \d)"
        ),
        _named_month,
    ),
    (
        re.compile(
            rf"\b(?P<month>{_MONTH_EN})\b (?:of )?(?:(?P<year>20\d\d)\b|(?P<when>last|this) year)(?! \d)"
        ),
        _named_month,
    ),
    (
        re.compile(rf"(?:最近|近|过去|这)的?{_COUNT}(?P<unit>天|日|周|个?星期|个?礼拜|个?月|年)(?!前)"),
        _recent,
    ),
    (re.compile(r"\b(?P<year>last|this) year\b"), _whole_year),
    (
        re.compile(
            rf"\b(?:the )?(?:last|past) (?:{_COUNT} )?(?P<unit>days?|weeks?|months?|years?)\b(?! (?:on|of)\b)"
        ),
        _recent,
    ),
    (
        re.compile(
            r"(?<![\d-])(?P<year>20[0-3]\d|[二两][零〇][一二三][零〇一二三四五六七八九])年(?![\d一二三四五六七八九十])"
        ),
        _whole_year,
    ),
    (re.compile(r"(?P<year>大前年|前年|去年|今年|本年)(?![\d一二三四五六七八九十双])"), _whole_year),
]
