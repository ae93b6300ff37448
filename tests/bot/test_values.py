"""What the value finders tell beside the value: parts of a day, places in the text, what is not meant."""

import time
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.components.values import find_values
from bot.components.values.numerals import read_english_number, read_number

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def values_in(text: str, kind: str, now: datetime = NOW) -> list[object]:
    """Values of one kind that were not negated."""
    found = [one for one in find_values(text, now) if one.entity == kind and "negated" not in one.details]
    return [
        f"{one.value['amount']} {one.value['currency']}" if isinstance(one.value, dict) else one.value
        for one in found
    ]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("上周三下午", "afternoon"),
        ("昨天上午", "morning"),
        ("前天凌晨", "night"),
        ("昨晚", "evening"),
        ("今天中午", "noon"),
        ("yesterday morning", "morning"),
        ("last Wednesday afternoon", "afternoon"),
        ("昨天", None),
    ],
)
def test_part_of_day(text: str, part: str | None) -> None:
    found = next(one for one in find_values(text, NOW) if one.entity == "date")
    assert found.details.get("time_of_day") == part
    assert (found.start, found.end) == (0, len(text))


def test_an_ambiguous_day_names_both_readings() -> None:
    found = next(one for one in find_values("last Wednesday", NOW) if one.entity == "date")
    assert (found.value, found.details["alternative"]) == ("2026-11-18", "2026-11-11")


def test_days_are_those_of_the_bank_not_of_utc() -> None:
    assert values_in("今天", "date", datetime(2026, 11, 21, 17, 0, tzinfo=UTC)) == ["2026-11-22"]


def test_offsets_are_those_of_the_customers_text() -> None:
    text = "我於２０２６年１０月８日轉賬３萬元，尾號６６８８"
    spans = {one.entity: text[one.start : one.end] for one in find_values(text, NOW)}
    assert spans["date"] == "２０２６年１０月８日"
    assert spans["amount"] == "３萬元"
    assert spans["card_tail"] == "６６８８"


def test_what_is_not_meant_is_marked() -> None:
    found = {
        str(one.value): one.details for one in find_values("不是800，是8000", NOW) if one.entity == "number"
    }
    assert found == {"800": {"negated": "true"}, "8000": {}}


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "😀",
        "/restart",
        "<b>1</b>",
        "a" * 5000,
        "1" * 5000,
        "一" * 2000,
        "1,1" * 900,
        "转" * 2000,
        "five " * 400,
        "3，500" * 330,
        "一块" * 1000,
        "¥1 " * 660,
        "三百多" * 660,
        "10.1-" * 400,
        "1 3 " * 500,
        "half a " * 280,
        "有效期12/" * 280,
        "0元",
    ],
)
def test_odd_texts_are_read_without_harm(text: str) -> None:
    started = time.process_time()
    assert isinstance(find_values(text, NOW), list)
    assert time.process_time() - started < 1.0


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("零", 0),
        ("十", 10),
        ("十五", 15),
        ("二十", 20),
        ("一百零一", 101),
        ("一千", 1000),
        ("一亿", 100_000_000),
        ("一万零五", 10005),
        ("三万五千", 35000),
        ("1亿2千万", 120_000_000),
        ("二〇二六", 2026),
        ("百", None),
        ("万", None),
    ],
)
def test_numeral(text: str, number: int | None) -> None:
    assert read_number(text) == (None if number is None else Decimal(number))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("twelve", 12),
        ("twenty one", 21),
        ("two hundred and five", 205),
        ("three thousand", 3000),
        ("banana", None),
    ],
)
def test_english_numeral(text: str, number: int | None) -> None:
    assert read_english_number(text) == (None if number is None else Decimal(number))
