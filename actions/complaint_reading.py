"""What one turn says about a complaint. Pure: reads a turn, returns a step, asks nothing of the desk."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from actions.digression import asks_meanwhile, digresses, digresses_from_story
from actions.turn import Turn

DESCRIPTION = "complaint_description"
BUSINESS = "complaint_business"
AMOUNT = "complaint_amount"
DATE = "complaint_date"
CONTACT = "complaint_contact"
CONFIRMED = "complaint_confirmed"
FIELDS = (DESCRIPTION, BUSINESS, AMOUNT, DATE, CONTACT)
SKIPPABLE = frozenset({AMOUNT, DATE, CONTACT})
SKIPPED = "skipped"
SURE_YES = 0.8
"""Nonsense gets a confident intent now and then: nothing is filed on a yes below this."""

_SURE = re.compile(
    r"(?:确认|确认提交|确定|确定提交|提交|提交吧|是的|对|对的|没错|没问题|都对|好的，?提交|可以提交|确认无误|"
    r"yes|yes please|confirm|confirmed|confirm and submit|submit|correct|that's right|all correct|looks good)"
    r"[。.!！]*",
    re.IGNORECASE,
)
_CORRECTS = re.compile(
    r"不对|不是|错了|说错|写错|搞错|弄错|更正|改[成为到一]|改下|应该是|其实是|而是|"
    r"\bnot\b|\bactually\b|\bwrong\b|\bcorrect(?:ion| it)\b|\bchange\b|\bshould be\b|\bi mean\b|"
    r"\bmeant\b|\binstead\b",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r"没有|没涉及|不涉及|无$|^无|忘了|忘记|记不|不记得|不知道|不清楚|不确定|不方便|不想留|不用|随便|"
    r"\bnone\b|\bnothing\b|don'?t (?:know|remember|recall|have)|not sure|no idea|forgot|rather not|\bn/?a\b",
    re.IGNORECASE,
)
_FIELD_WORDS: Mapping[str, re.Pattern[str]] = {
    AMOUNT: re.compile(r"金额|钱数|多少钱|\bamount\b|\bsum\b", re.I),
    DATE: re.compile(r"日期|时间|哪天|\bdate\b|\bday\b", re.I),
    CONTACT: re.compile(r"电话|手机|号码|联系方式|\bcontact\b|\bphone\b|\bnumber\b", re.I),
    BUSINESS: re.compile(r"类别|业务|分类|类型|\bbusiness\b|\bcategory\b|\bkind\b", re.I),
    DESCRIPTION: re.compile(
        r"经过|描述|内容|情况|\bdescription\b|\bwhat happened\b|\bdetails\b|\bstory\b", re.I
    ),
}
_ADDS = re.compile(
    r"^(?:补充|再补充|还有|另外|加上|再加)|\b(?:also|add that|one more thing|in addition)\b", re.I
)
_WISH_ONLY = re.compile(
    r"我|请|帮|忙|麻烦|想要|想|要|需要|你好|您好|登记|提交|办理|一下|个|投诉|举报|反映|问题|你们|银行|这|的|了|啊|吧|呢|"
    r"\b(?:i|want|would|like|need|to|file|make|lodge|submit|raise|a|an|complaints?|complain|about|please|hi|hello|my|your|"
    r"the|bank|have|can|d|you|of)\b|[^\w]",
    re.I,
)
SHORTEST_STORY = {"zh": 6, "en": 4}


@dataclass
class Step:
    """What to do after a turn: values to keep, responses to say, and at most one of the outcomes below."""

    values: dict[str, Any] = field(default_factory=dict)
    say: list[str] = field(default_factory=list)
    yields: bool = False
    files: bool = False
    misunderstood: str | None = None
    either_date: tuple[date, date] | None = None


def read_opening(turn: Turn) -> Step:
    """What the customer said already when asking to complain: a story, a sum, a day, a category."""
    values = unfilled(turn, everything_in(turn))
    if turn.slots.get(DESCRIPTION) is None and tells_story(turn):
        values[DESCRIPTION] = turn.text
    return Step(values=values, either_date=_either_date(turn))


def read_turn(turn: Turn) -> Step:
    """One turn of the running form."""
    requested = turn.requested or ""
    if requested == DESCRIPTION:
        return _read_story(turn)
    if requested == CONFIRMED:
        return _read_confirmation(turn)
    if asks_meanwhile(turn):
        return Step(yields=True)
    if turn.intent in ("cancel", "request_person", "self_harm") and turn.confidence >= 0.5:
        return Step(yields=True)
    corrected = _correction(turn) if _CORRECTS.search(turn.text) else {}
    category = turn.only("business")
    if category and category.end - category.start >= len(turn.text) - 1 and turn.slots.get(BUSINESS):
        corrected = {BUSINESS: category.value}
    if corrected and requested not in corrected:
        return Step(values=corrected, say=["utter_complaint_corrected"])
    step = READERS[requested](turn) if requested in READERS else Step()
    for name, value in unfilled(turn, everything_in(turn)).items():
        if name != requested:
            step.values.setdefault(name, value)
    if requested in step.values or step.say or step.either_date:
        return step
    if _skips(turn):
        return (
            Step(values={**step.values, requested: SKIPPED})
            if requested in SKIPPABLE
            else Step(say=["utter_cannot_skip"])
        )
    if digresses(turn):
        return Step(yields=True)
    if step.values:
        return step
    return Step(misunderstood=f"utter_{requested.removeprefix('complaint_')}_unclear")


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
    remaining = _WISH_ONLY.sub(" ", rest).split()
    if any(not word.isascii() for word in remaining):
        return sum(len(word) for word in remaining) >= SHORTEST_STORY["zh"]
    return len(remaining) >= SHORTEST_STORY["en"]


def unfilled(turn: Turn, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if turn.slots.get(name) in (None, SKIPPED)}


def _skips(turn: Turn) -> bool:
    unsure_no = turn.intent == "deny" and turn.confidence >= 0.5
    return (turn.intent == "skip" and turn.confidence >= 0.5) or unsure_no or bool(_NOTHING.search(turn.text))


def _read_story(turn: Turn) -> Step:
    if digresses_from_story(turn):
        return Step(yields=True)
    values = unfilled(turn, everything_in(turn))
    if turn.intent == "skip" and turn.confidence >= 0.5:
        return Step(say=["utter_cannot_skip"])
    if tells_story(turn):
        return Step(values={**values, DESCRIPTION: turn.text}, either_date=_either_date(turn))
    if values:
        return Step(values=values)
    return Step(misunderstood="utter_description_short")


def _read_business(turn: Turn) -> Step:
    business = business_in(turn)
    return Step(values={BUSINESS: business}) if business else Step()


def _read_amount(turn: Turn) -> Step:
    found = turn.only("amount")
    if found:
        return Step(values={AMOUNT: found.value})
    number = turn.only("number")
    return Step(values={AMOUNT: yuan(number.value)}) if number and not turn.all("amount") else Step()


def _read_date(turn: Turn) -> Step:
    found = turn.only("date")
    if found is None:
        return Step()
    if found.details.get("alternative"):
        return Step(either_date=_either_date(turn))
    if date.fromisoformat(found.value) > turn.today:
        return Step(say=["utter_date_in_future"])
    return Step(values={DATE: found.value})


def _either_date(turn: Turn) -> tuple[date, date] | None:
    """The two days an ambiguous expression may mean, while none is known."""
    found = turn.only("date")
    if found is None or not found.details.get("alternative") or turn.slots.get(DATE):
        return None
    return date.fromisoformat(found.details["alternative"]), date.fromisoformat(found.value)


def _read_contact(turn: Turn) -> Step:
    found = turn.only("phone")
    return Step(values={CONTACT: found.value}) if found else Step()


READERS: Mapping[str, Callable[[Turn], Step]] = {
    BUSINESS: _read_business,
    AMOUNT: _read_amount,
    DATE: _read_date,
    CONTACT: _read_contact,
}


def _correction(turn: Turn) -> dict[str, Any]:
    """Values that replace what was said before; a bare number replaces the amount."""
    values = {name: value for name, value in everything_in(turn).items() if turn.slots.get(name) is not None}
    number = turn.only("number")
    if number and not values and turn.slots.get(AMOUNT) is not None:
        values[AMOUNT] = yuan(number.value)
    return values


def yuan(number: str) -> dict[str, str]:
    """A bare number as an amount in the bank's currency."""
    whole, _, fraction = number.partition(".")
    return {"amount": f"{whole}.{(fraction + '00')[:2]}", "currency": "CNY"}


def _read_confirmation(turn: Turn) -> Step:
    if asks_meanwhile(turn):
        return Step(yields=True)
    if confirms(turn):
        return Step(files=True)
    if turn.intent == "skip" and turn.confidence >= 0.5:
        return Step()  # nothing is left to skip: the summary is shown again
    if _ADDS.search(turn.text) and tells_story(turn):
        return _added(turn)
    step = _read_change(turn)
    if step.values or step.say or step.either_date:
        return step
    if turn.intent == "cancel" or (digresses(turn) and not tells_story(turn)):
        return Step(yields=True)
    if turn.intent in ("add_to_complaint", "file_complaint", "inform") and tells_story(turn):
        return _added(turn)
    if digresses(turn):
        return Step(yields=True)
    return Step(misunderstood="utter_confirm_unclear")


def confirms(turn: Turn) -> bool:
    """A yes that is surely one: a fixed word, or a short message with a sure intent and no "but"."""
    if _SURE.fullmatch(turn.text):
        return True
    brief = len(turn.text) <= (40 if turn.text.isascii() else 12)
    doubtful = _CORRECTS.search(turn.text) or turn.is_question or everything_in(turn)
    return turn.intent == "affirm" and turn.confidence >= SURE_YES and brief and not doubtful


def _read_change(turn: Turn) -> Step:
    values = everything_in(turn)
    day = turn.only("date")
    if day and DATE not in values:
        return _read_date(turn)
    named = [name for name, words in _FIELD_WORDS.items() if words.search(turn.text)]
    number = turn.only("number")
    if number and not values and (_CORRECTS.search(turn.text) or AMOUNT in named):
        values[AMOUNT] = yuan(number.value)
    if values and not is_addition(turn):
        return Step(values=values, say=["utter_complaint_corrected"])
    changes = _CORRECTS.search(turn.text) or turn.intent == "deny" or re.search(r"改|change", turn.text, re.I)
    if len(named) == 1 and (changes or len(turn.text) <= 20):
        return Step(values={named[0]: None}, say=[])
    if changes and turn.intent != "cancel":
        return Step(say=["utter_what_to_change"])
    return Step(values=values, say=["utter_complaint_corrected"]) if values else Step()


def is_addition(turn: Turn) -> bool:
    """A long message that happens to hold a value is an addition, not a correction of that value."""
    return len(turn.text) > (80 if turn.text.isascii() else 30) and not _CORRECTS.search(turn.text)


def _added(turn: Turn) -> Step:
    story = turn.slots.get(DESCRIPTION) or ""
    return Step(
        values={**unfilled(turn, everything_in(turn)), DESCRIPTION: f"{story}\n{turn.text}".strip()},
        say=["utter_complaint_noted"],
    )
