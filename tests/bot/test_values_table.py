"""The long tables of customers' expressions: each means what the table says, or nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.components.values import Found, find_values

TABLES = Path(__file__).parent / "values"  # expression|meaning, one per line, said on NOW, a Saturday
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def rows(table: str) -> list[list[str]]:
    return [line.split("|") for line in (TABLES / f"{table}.txt").read_text("utf-8").splitlines()]


def meant(text: str, kind: str) -> list[str]:
    """Values of one kind as the tables write them, without those that were negated."""
    found = [one for one in find_values(text, NOW) if one.entity == kind and "negated" not in one.details]
    return [_written(one) for one in found]


def _written(one: Found) -> str:
    if one.entity == "certificate":
        return one.details["kind"] + ("?" if "check" in one.details else "")
    if isinstance(one.value, str):
        return one.value
    if one.entity == "date_range":
        return f"{one.value['from']}..{one.value['to']}"
    return f"{one.value['amount']} {one.value['currency']}"


@pytest.mark.parametrize(("text", "meaning"), rows("amounts"))
def test_amount(text: str, meaning: str) -> None:
    assert meant(text, "amount") == meaning.split(";")


@pytest.mark.parametrize(("text",), rows("no_amounts"))
def test_no_amount(text: str) -> None:
    assert meant(text, "amount") + meant(text, "amount_range") == []


@pytest.mark.parametrize(("text", "meaning"), rows("dates"))
def test_date(text: str, meaning: str) -> None:
    assert meant(text, "date") == [meaning]


@pytest.mark.parametrize(("text",), rows("no_dates"))
def test_no_date(text: str) -> None:
    assert meant(text, "date") + meant(text, "date_range") == []


@pytest.mark.parametrize(("text", "meaning"), rows("ranges"))
def test_range_of_days(text: str, meaning: str) -> None:
    assert meant(text, "date_range") == [meaning]


@pytest.mark.parametrize("text", ["上周", "上个月"])
def test_a_span_is_no_day(text: str) -> None:
    assert meant(text, "date") == []


@pytest.mark.parametrize(("text", "kind", "meaning"), rows("others"))
def test_other_value(text: str, kind: str, meaning: str) -> None:
    assert meant(text, kind) == [one for one in meaning.split(";") if one]


@pytest.mark.parametrize(("text", "first", "other"), rows("ambiguous"))
def test_a_day_with_two_readings_tells_both(text: str, first: str, other: str) -> None:
    dates = [one for one in find_values(text, NOW) if one.entity == "date"]
    assert [(one.value, one.details.get("alternative")) for one in dates] == [(first, other)]


def test_figures_of_a_day_are_ambiguous_only_in_english() -> None:
    def other(language: str) -> str | None:
        return next(iter(find_values("10/11", NOW, language=language))).details.get("alternative")

    assert (other("zh"), other("en")) == (None, "2026-11-10")


@pytest.mark.parametrize(("text", "amount"), rows("about"))
def test_an_approximate_sum_says_so(text: str, amount: str) -> None:
    found = next(one for one in find_values(text, NOW) if one.entity == "amount")
    assert isinstance(found.value, dict)
    assert (found.value["amount"], found.details.get("about")) == (amount, "true")


@pytest.mark.parametrize(("text", "low", "high"), rows("between"))
def test_a_sum_between_two_is_never_guessed(text: str, low: str, high: str) -> None:
    found = [one for one in find_values(text, NOW) if one.entity in ("amount", "amount_range")]
    assert [one.entity for one in found] == ["amount_range"]
    value = found[0].value
    assert isinstance(value, dict)
    assert (value["from"], value["to"]) == (low, high)


def test_of_a_certificate_only_the_end_is_kept() -> None:
    found = next(one for one in find_values("身份证11010519491231002x", NOW) if one.entity == "certificate")
    assert found.value == "002X"


def test_the_tables_are_long_enough_in_both_languages() -> None:
    meaningful = [
        row[0] for table in ("amounts", "dates", "ranges", "others") for row in rows(table) if row[-1]
    ]
    chinese = [text for text in meaningful if any("\u4e00" <= c <= "\u9fff" for c in text)]
    assert len(chinese) >= 300
    assert len(set(meaningful)) - len(set(chinese)) >= 150
