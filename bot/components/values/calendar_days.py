"""Arithmetic of days: the latest past one, the n-th of a month, festivals, all against a given base day."""

from datetime import date, timedelta
from typing import Optional

# Festivals of the lunar calendar by year; the others have a fixed month and day.
LUNAR = {
    "春节": {
        2023: (1, 22),
        2024: (2, 10),
        2025: (1, 29),
        2026: (2, 17),
        2027: (2, 6),
        2028: (1, 26),
        2029: (2, 13),
    },
    "元宵": {
        2023: (2, 5),
        2024: (2, 24),
        2025: (2, 12),
        2026: (3, 3),
        2027: (2, 20),
        2028: (2, 9),
        2029: (2, 27),
    },
    "端午": {
        2023: (6, 22),
        2024: (6, 10),
        2025: (5, 31),
        2026: (6, 19),
        2027: (6, 9),
        2028: (5, 28),
        2029: (6, 16),
    },
    "清明": {
        2023: (4, 5),
        2024: (4, 4),
        2025: (4, 4),
        2026: (4, 5),
        2027: (4, 5),
        2028: (4, 4),
        2029: (4, 4),
    },
    "重阳": {
        2023: (10, 23),
        2024: (10, 11),
        2025: (10, 29),
        2026: (10, 18),
        2027: (10, 8),
        2028: (10, 26),
        2029: (10, 16),
    },
    "黑五": {
        2023: (11, 24),
        2024: (11, 29),
        2025: (11, 28),
        2026: (11, 27),
        2027: (11, 26),
        2028: (11, 24),
        2029: (11, 23),
    },
    "感恩节": {
        2023: (11, 23),
        2024: (11, 28),
        2025: (11, 27),
        2026: (11, 26),
        2027: (11, 25),
        2028: (11, 23),
        2029: (11, 22),
    },
    "七夕": {
        2023: (8, 22),
        2024: (8, 10),
        2025: (8, 29),
        2026: (8, 19),
        2027: (8, 8),
        2028: (8, 26),
        2029: (8, 16),
    },
    "中秋": {
        2023: (9, 29),
        2024: (9, 17),
        2025: (10, 6),
        2026: (9, 25),
        2027: (9, 15),
        2028: (10, 3),
        2029: (9, 22),
    },
}
FIXED = {
    "元旦": (1, 1),
    "情人节": (2, 14),
    "妇女节": (3, 8),
    "三八节": (3, 8),
    "315": (3, 15),
    "五一": (5, 1),
    "劳动节": (5, 1),
    "六一": (6, 1),
    "儿童节": (6, 1),
    "618": (6, 18),
    "教师节": (9, 10),
    "国庆": (10, 1),
    "十一": (10, 1),
    "双十一": (11, 11),
    "双11": (11, 11),
    "双十二": (12, 12),
    "双12": (12, 12),
    "万圣夜": (10, 31),
    "平安夜": (12, 24),
    "圣诞": (12, 25),
    "节礼日": (12, 26),
    "跨年夜": (12, 31),
}
SAME_DAY = {
    "大年三十": "除夕",
    "年三十": "除夕",
    "大年初一": "春节",
    "正月初一": "春节",
    "三八妇女节": "妇女节",
}


def day(year: int, month: int, number: int) -> Optional[date]:
    """The date, or None when the calendar has no such day."""
    try:
        return date(year, month, number)
    except ValueError:
        return None


def latest_past(base: date, month: int, number: int) -> Optional[date]:
    """The most recent such day that is not after the base day."""
    for year in range(base.year, base.year - 5, -1):
        candidate = day(year, month, number)
        if candidate and candidate <= base:
            return candidate
    return None


def month_day(base: date, months: int, number: int) -> Optional[date]:
    """The n-th day of the month that lies `months` from the base's."""
    index = base.year * 12 + base.month - 1 + months
    return day(index // 12, index % 12 + 1, number)


def latest_day_of_month(base: date, number: int) -> Optional[date]:
    """The most recent n-th that is not after the base day (the 31st may be months back)."""
    for months in range(0, -13, -1):
        candidate = month_day(base, months, number)
        if candidate and candidate <= base:
            return candidate
    return None


def weekday_of_week(base: date, weeks: int, weekday: int) -> date:
    """Weekday 0 (Monday) to 6 of the week that lies `weeks` from the base's; weeks start on Monday."""
    return base - timedelta(days=base.weekday()) + timedelta(days=7 * weeks + weekday)


def latest_weekday(base: date, weekday: int, *, today_counts: bool) -> date:
    """The most recent such weekday."""
    back = (base.weekday() - weekday) % 7
    if back == 0 and not today_counts:
        back = 7
    return base - timedelta(days=back)


def shift_months(base: date, months: int) -> date:
    """The same day some months away; the last day of a shorter month."""
    for number in range(base.day, 27, -1):
        candidate = month_day(base, months, number)
        if candidate:
            return candidate
    candidate = month_day(base, months, min(base.day, 28))
    assert candidate is not None  # noqa: S101 - every month has a 28th
    return candidate


def festival(base: date, name: str, year: Optional[int]) -> Optional[date]:
    """The festival in that year, or the most recent one."""
    name = SAME_DAY.get(name, name)
    if name in FIXED:
        month, number = FIXED[name]
        return day(year, month, number) if year else latest_past(base, month, number)
    if name == "除夕":
        eve = festival(base, "春节", year)
        return eve - timedelta(days=1) if eve else None
    days = LUNAR.get(name, {})
    if year:
        return day(year, *days[year]) if year in days else None
    past = [date(y, *md) for y, md in days.items() if date(y, *md) <= base]
    return max(past) if past else None
