"""The fields of a complaint and what a message says about them. Pure: reads a turn, decides nothing."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from actions.turn import Turn

DESCRIPTION = "complaint_description"
BUSINESS = "complaint_business"
AMOUNT = "complaint_amount"
DATE = "complaint_date"
CONTACT = "complaint_contact"
CONFIRMED = "complaint_confirmed"
BEGUN = "complaint_begun"
FIELDS = (DESCRIPTION, BUSINESS, AMOUNT, DATE, CONTACT)
SKIPPABLE = frozenset({AMOUNT, DATE, CONTACT})
SKIPPED = "skipped"
UNSORTED = "other"
FIELD_WORDS: Mapping[str, re.Pattern[str]] = {
    AMOUNT: re.compile(r"金额|钱数|多少钱|\bamount\b|\bsum\b", re.I),
    DATE: re.compile(r"日期|时间|哪天|\bdate\b|\bday\b", re.I),
    CONTACT: re.compile(r"电话|手机|号码|联系方式|\bcontact\b|\bphone\b|\bnumber\b", re.I),
    BUSINESS: re.compile(r"类别|业务|分类|类型|\bbusiness\b|\bcategory\b|\bkind\b", re.I),
    DESCRIPTION: re.compile(
        r"经过|描述|内容|情况|\bdescription\b|\bwhat happened\b|\bdetails\b|\bstory\b", re.I
    ),
}
_WISH_ONLY = re.compile(
    r"另外|另|[一两几]?[件个]|事情?|还|我|请|帮|忙|麻烦|想要|想|要|需要|你好|您好|登记|提交|办理|一下|"
    r"投诉|举报|反映|问题|你们|银行|这|的|了|啊|吧|呢|"
    r"\b(?:i|want|would|like|need|to|file|make|lodge|submit|raise|a|an|complaints?|complain|about|please|hi|hello|my|your|"
    r"the|bank|have|can|d|you|of)\b|[^\w]",
    re.I,
)
SHORTEST_STORY = {"zh": 5, "en": 4}


def everything_in(turn: Turn) -> dict[str, Any]:
    """The unambiguous values of a message by field."""
    values: dict[str, Any] = {}
    for name, entity in ((AMOUNT, "amount"), (CONTACT, "phone")):
        found = turn.only(entity)
        if found:
            values[name] = found.value
    business = business_in(turn)
    if business:
        values[BUSINESS] = business
    day = turn.only("date")
    if day and not day.details.get("alternative") and date.fromisoformat(day.value) <= turn.today:
        values[DATE] = day.value
    return values


def business_in(turn: Turn) -> str | None:
    """The one category named. "扣款" beside "信用卡" is how, not what: payment gives way to a product."""
    named = {str(one.value) for one in turn.all("business")}
    if len(named) == 2:
        named -= {"payment"}
    return named.pop() if len(named) == 1 else None


def tells_story(turn: Turn) -> bool:
    """Whether more was said than the wish to complain."""
    rest = turn.text
    for value in sorted(turn.all("business"), key=lambda one: -one.start):
        rest = rest[: value.start] + " " + rest[value.end :]
    return is_story(rest)


def has_words(text: str) -> bool:
    """Whether anything is left beside the wish to complain; emoji and signs are no words."""
    return bool(_WISH_ONLY.sub(" ", text).split())


def is_story(text: str) -> bool:
    """Whether a text tells enough beside the wish to complain."""
    remaining = _WISH_ONLY.sub(" ", text).split()
    if any(not word.isascii() for word in remaining):
        return sum(len(word) for word in remaining) >= SHORTEST_STORY["zh"]
    return len(remaining) >= SHORTEST_STORY["en"]


def unfilled(turn: Turn, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if turn.slots.get(name) in (None, SKIPPED)}


def either_date(turn: Turn) -> tuple[date, date] | None:
    """The two days an ambiguous expression may mean, while none is known."""
    found = turn.only("date")
    if found is None or not found.details.get("alternative") or turn.slots.get(DATE):
        return None
    return date.fromisoformat(found.details["alternative"]), date.fromisoformat(found.value)


def yuan(number: str) -> dict[str, str]:
    """A bare number as an amount in the bank's currency."""
    whole, _, fraction = number.partition(".")
    return {"amount": f"{whole}.{(fraction + '00')[:2]}", "currency": "CNY"}
