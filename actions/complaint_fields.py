"""The fields of a complaint and what a message says about them. Pure: reads a turn, decides nothing."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from actions.turn import Turn, Value

DESCRIPTION = "complaint_description"
BUSINESS = "complaint_business"
AMOUNT = "complaint_amount"
DATE = "complaint_date"
CONTACT = "complaint_contact"
CONFIRMED = "complaint_confirmed"
BEGUN = "complaint_begun"
LAST_CONTACT = "complaint_last_contact"
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
    r"投訴|舉報|重新|继续|接着|另外|另|[一两几]?[件个]|事情?|还|我|请|帮|忙|麻烦|想要|想|要|需要|你好|您好|登记|提交|办理|一下|"
    r"投诉|举报|反映|问题|你们|银行|这|的|了|啊|吧|呢|"
    r"\b(?:i|want|would|like|need|to|file|make|lodge|submit|raise|a|an|complaints?|complain|about|please|hi|hello|my|your|"
    r"the|bank|have|can|d|you|of|it|it's|s|is|me)\b|[^\w]",
    re.I,
)
_OWN_NUMBER = re.compile(
    r"我的?|[您你]?先?记(?:一?下)?|手机号码?|手机|电话|号码|联系方式|联系|打|是|"
    r"\b(?:my|phone|mobile|cell|number|is|it's|call|ring|me|on|at|you can|reach)\b",
    re.I,
)
_ABOUT_THE_TALK = re.compile(r"刚刚|刚才|\bjust now\b", re.I)
SHORTEST_STORY = {"zh": 5, "en": 4}
SHORT_STORY_ABOUT = 8
"""So many characters tell a story when a few of them are left beside the product: "转账转错人了没人追"."""


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
    day = day_in(turn)
    if day and not day.details.get("alternative") and date.fromisoformat(day.value) <= turn.today:
        values[DATE] = day.value
    return values


def day_in(turn: Turn) -> Value | None:
    """The one day told. The "just now" of "what I said just now is wrong" is none, beside another."""
    days = turn.all("date")
    told = [one for one in days if not _ABOUT_THE_TALK.fullmatch(turn.text[one.start : one.end])] or days
    return told[0] if told and all(one.value == told[0].value for one in told) else None


def business_in(turn: Turn) -> str | None:
    """The one category named. "扣款" beside "信用卡" is how, not what: payment gives way to a product."""
    named = {str(one.value) for one in turn.all("business")}
    if len(named) == 2:
        named -= {"payment"}
    return named.pop() if len(named) == 1 else None


def tells_story(turn: Turn) -> bool:
    """Whether more was said than the wish to complain."""
    rest = own_words(turn, "business", "phone")
    if is_story(rest):
        return True
    left = sum(len(word) for word in _WISH_ONLY.sub(" ", rest).split() if not word.isascii())
    return left >= SHORTEST_STORY["zh"] - 2 and len(_WISH_ONLY.sub("", turn.text)) >= SHORT_STORY_ABOUT


def own_words(turn: Turn, *values: str) -> str:
    """The text without these values, and without "my number is" where a number is said."""
    rest = turn.without(*values)
    return _OWN_NUMBER.sub(" ", rest) if "phone" in values and turn.all("phone") else rest


def says_known(turn: Turn) -> bool:
    """Whether a message holds values that were told already, and nothing else."""
    number, amount = turn.only("number"), turn.slots.get(AMOUNT)
    known = dict(everything_in(turn))
    if number and AMOUNT not in known and isinstance(amount, Mapping):
        known[AMOUNT] = {**yuan(number.value), "currency": amount.get("currency")}
    if not known or any(turn.slots.get(name) != value for name, value in known.items()):
        return False
    return not has_words(own_words(turn, "business", "product", "amount", "date", "phone", "number"))


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
    found = day_in(turn)
    if found is None or not found.details.get("alternative") or turn.slots.get(DATE):
        return None
    return date.fromisoformat(found.details["alternative"]), date.fromisoformat(found.value)


def yuan(number: str) -> dict[str, str]:
    """A bare number as an amount in the bank's currency."""
    whole, _, fraction = number.partition(".")
    return {"amount": f"{whole}.{(fraction + '00')[:2]}", "currency": "CNY"}
