"""Chinese expressions of a day, relative ones against the base day: 上周三, 去年双十一, 三天前."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Optional

from bot.components.values.calendar_days import (
    FIXED,
    LUNAR,
    SAME_DAY,
    day,
    festival,
    latest_day_of_month,
    latest_past,
    latest_weekday,
    month_day,
    shift_months,
    weekday_of_week,
)
from bot.components.values.numerals import read_number

_N = r"\d{1,2}|[一二三四五六七八九十]{1,3}"
_COUNT = r"\d{1,3}|[一二两三四五六七八九十百]{1,4}|半"
_DAY_END = r"[号日](?![内之以前楼线店柜窗机码间院难])"
_YEAR_WORD = {"大前年": -3, "前年": -2, "去年": -1, "上年": -1, "今年": 0, "本年": 0, "明年": 1}
_MONTH_WORD = {"上上": -2, "上": -1, "这": 0, "本": 0, "当": 0, "下": 1}
_DAY_WORD = {
    "大大前": -4,
    "大前": -3,
    "前": -2,
    "昨": -1,
    "琴": -1,  # 琴日, 寻日 and 听日 are Cantonese
    "寻": -1,
    "今": 0,
    "当": 0,
    "明": 1,
    "听": 1,
    "后": 2,
    "大后": 3,
}
_WEEKDAYS = {
    c: n for n, group in enumerate(["一1", "二2", "三3", "四4", "五5", "六6", "日天7"]) for c in group
}
_FESTIVALS = sorted([*FIXED, *LUNAR, *SAME_DAY, "除夕"], key=len, reverse=True)
_FESTIVAL = "|".join(name for name in _FESTIVALS if name not in ("十一", "315", "618"))

_NEIGHBOURS = re.compile("[一两二三四五六七八][两二三四五六七八九]")
_AROUND = re.compile(r"期间|那几天|那段|黄金周|放假|左右|附近")

Reader = Callable[["re.Match[str]", date], Optional[date]]


def _number(text: str) -> int:
    value = read_number(text)
    return int(value) if value is not None else 0


def _year(text: Optional[str], base: date) -> Optional[int]:
    if not text:
        return None
    if text in _YEAR_WORD:
        return base.year + _YEAR_WORD[text]
    number = _number(text)
    return number + 2000 if number < 100 else number


def _full(match: "re.Match[str]", base: date) -> Optional[date]:
    year = _year(match["year"], base)
    month, number = _number(match["month"]), _number(match["day"])
    return day(year, month, number) if year else latest_past(base, month, number)


def _festival(match: "re.Match[str]", base: date) -> Optional[date]:
    """The day itself, or one counted from it: 国庆第二天, 中秋前一天. The holiday around it is no day."""
    name = match["festival"] or match["bare"] or match["golden"]
    found = festival(base, name, _year(match["year"] or match["dated"], base))
    if found is None or _AROUND.match(match.string, match.end()):
        return None
    if match["nth"]:
        return found + timedelta(days=_number(match["nth"]) - 1)
    if match["beside"]:
        return found + timedelta(days=-1 if "前" in match["beside"] else 1) if match["day"] else None
    return found if match["itself"] or not match["holiday"] else None


def _same_day(match: "re.Match[str]", base: date) -> Optional[date]:
    """去年今天, 上个月的今天."""
    month = match["month"]
    return shift_months(base, _MONTH_WORD[month] if month else 12 * _YEAR_WORD[match["year"]])


def _of_month(match: "re.Match[str]", base: date) -> Optional[date]:
    return month_day(base, _MONTH_WORD[match["month"]], _number(match["day"]))


def _of_week(match: "re.Match[str]", base: date) -> Optional[date]:
    weekday = _WEEKDAYS[match["weekday"]]
    week = match["week"]
    if week is None:
        return latest_weekday(base, weekday, today_counts=True)
    return weekday_of_week(base, _MONTH_WORD[week], weekday)


def _ago(match: "re.Match[str]", base: date) -> Optional[date]:
    if _NEIGHBOURS.fullmatch(match["count"]):
        return None  # 两三天前 is no day
    half = match["count"] == "半"
    value = read_number(match["count"]) if not half else None
    if value is None and not half:
        return None
    unit = match["unit"]
    if half:
        return {"月": base - timedelta(days=15), "年": shift_months(base, -6)}.get(unit[-1])
    count = int(value or 0)
    if unit in ("天", "日"):
        return base - timedelta(days=count)
    if unit.endswith("月"):
        return shift_months(base, -count)
    if unit == "年":
        return shift_months(base, -12 * count - (6 if match["half"] else 0))
    return base - timedelta(days=7 * count)


_YEARS = "|".join(_YEAR_WORD)
_PATTERNS: "list[tuple[re.Pattern[str], Reader]]" = [
    (
        re.compile(rf"(?:(?P<year>{_YEARS})|(?P<month>上上|上)个?月)的?(?:今[天日儿]|[这同]一?[天日])"),
        _same_day,
    ),
    (
        re.compile(
            rf"(?P<year>(?:20)?\d{{2}}|[二两][零〇]?[零〇一二三四五六七八九]{{2,3}}|{_YEARS})年?的?"
            rf"(?P<month>{_N})月份?的?(?P<day>{_N})(?:{_DAY_END}|(?![\d一二三四五六七八九十]))"
        ),
        _full,
    ),
    (
        re.compile(
            rf"(?:(?:(?P<year>20\d{{2}}|{_YEARS})年?的?)?(?P<festival>{_FESTIVAL})|"
            rf"(?P<dated>20\d{{2}}|{_YEARS})年?的?(?P<bare>十一|618|315)(?![\d月])|"
            r"(?<![\d一二三四五六七八九十月年第])(?P<golden>十一)(?=当天|那天|前后?一天|第[一二三四五六七]天))"
            r"节?(?P<holiday>假期|小?长假)?(?:的?(?P<itself>当天|那天|当日|那日))?"
            r"(?P<beside>第(?P<nth>[一二三四五六七])[天日]|(?:之|以)?[前后]的?(?P<day>一[天日]|[夜晚])?)?"
        ),
        _festival,
    ),
    (re.compile(rf"(?P<month>上上|上|这|本|当|下)个?月的?(?P<day>{_N}){_DAY_END}"), _of_month),
    (
        re.compile(
            rf"(?P<year>)(?<![\d.])(?P<month>{_N})月份?的?(?P<day>{_N})(?:{_DAY_END}|(?![\d一二三四五六七八九十个年元块万千百]))"
        ),
        _full,
    ),
    (
        re.compile(
            r"(?<!每)(?:(?P<week>上上|上|这|本|下)个?)?(?:周|星期|礼拜)的?(?P<weekday>[一二三四五六日天1-7])(?![\d年月万千百])"
        ),
        _of_week,
    ),
    (
        re.compile(
            r"(?P<word>大大前|大前|前|昨|今|当|明|大后|后|[琴寻](?=[日晚])|(?<!打)听(?=[日晚](?![期常上])))"
            r"(?:天|日(?!常)|早|晚|晨|夜|儿个?)"
        ),
        lambda match, base: base + timedelta(days=_DAY_WORD[match["word"]]),
    ),
    (
        re.compile(
            rf"(?P<count>{_COUNT})(?P<unit>天|日|周|个?星期|个?礼拜|个?月|年)(?P<half>半)?(?:之|以)?前"
        ),
        _ago,
    ),
    (
        re.compile(rf"(?<![\d月第一二三四五六七八九十.-])(?P<day>{_N}){_DAY_END}"),
        lambda match, base: latest_day_of_month(base, _number(match["day"])),
    ),
    (
        re.compile(r"(?P<year>)(?<![\d.])(?P<month>\d{1,2})\.(?P<day>\d{1,2})(?:[号日]|那天|当天)"),
        _full,
    ),
    (re.compile(r"(?:刚刚|刚才)"), lambda _match, base: base),
]


def read_chinese_dates(text: str, base: date) -> "Iterator[tuple[int, int, Optional[date]]]":
    """Spans and days, the most specific expressions first."""
    for pattern, read in _PATTERNS:
        for match in pattern.finditer(text):
            yield match.start(), match.end(), read(match, base)
