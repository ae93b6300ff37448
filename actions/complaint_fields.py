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
EITHER_DATE = "complaint_either_date"
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
COMPLAINS = re.compile(r"投诉|投訴|举报|舉報|\bcomplain", re.I)
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
_ABOUT_A_SUM = re.compile(
    r"大概|大约|差不多|左右|上下|应该|可能|好像|有|是|\b(?:about|around|roughly|maybe|perhaps|some|or so)\b",
    re.I,
)
_ABOUT_THE_TALK = re.compile(r"刚刚|刚才|\bjust now\b", re.I)
_MONTH_AND_DAY = re.compile(r"(1[0-2]|0?[1-9])\.(3[01]|[12]\d|0?[1-9])")
_FIRST_OF_TWO = re.compile(
    r"1|一|第?[1一]个|前一?个|前面那?个|早的?那?个?|(?:the )?(?:first|former|earlier)(?: one)?", re.I
)
_SECOND_OF_TWO = re.compile(
    r"2|二|第?[2二]个|后一?个|后面那?个|[晚近]的?那?个?|(?:the )?(?:second|latter|later|last)(?: one)?", re.I
)
_AROUND_A_CHOICE = re.compile(r"^(?:是|就是|应该是|嗯)+|[吧的呀啊。.!！]+$")
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
    sums = ("amount", "amount_range", "vague_amount")
    if any(turn.all(kind) for kind in sums) and not has_words(_ABOUT_A_SUM.sub(" ", own_words(turn, *sums))):
        return False
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


def chosen_day(turn: Turn) -> date | None:
    """Which of two days in question is meant by "the first", "1" or the day of its month."""
    days = [date.fromisoformat(day) for day in turn.slots.get(EITHER_DATE) or []]
    said = _AROUND_A_CHOICE.sub("", turn.text.strip())
    for day, place in zip(days, (_FIRST_OF_TWO, _SECOND_OF_TWO), strict=False):
        if place.fullmatch(said) or said == str(day.day):
            return day
    return None


def days_in_figures(turn: Turn) -> list[date]:
    """The days that "11.3" may be where a day is asked: 3 November, in English 11 March too."""
    number = turn.only("number")
    parts = _MONTH_AND_DAY.fullmatch(str(number.value)) if number else None
    if parts is None:
        return []
    first, second = int(parts[1]), int(parts[2])
    orders = [(first, second)]
    if turn.language == "en" and second <= 12 and second != first:
        orders.append((second, first))
    days = [_latest(month, day, turn.today) for month, day in orders]
    return [day for day in days if day]


def _latest(month: int, day: int, today: date) -> date | None:
    """The latest such day that is not to come; none where the month is too short for it."""
    for year in (today.year, today.year - 1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found <= today:
            return found
    return None


def yuan(number: str) -> dict[str, str]:
    """A bare number as an amount in the bank's currency."""
    whole, _, fraction = number.partition(".")
    return {"amount": f"{whole}.{(fraction + '00')[:2]}", "currency": "CNY"}
