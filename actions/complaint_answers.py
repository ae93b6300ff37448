"""Answers to the questions about a complaint, and what mends them. Pure: reads a turn, returns a step."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from actions.complaint_fields import (
    AMOUNT,
    BUSINESS,
    CONTACT,
    DATE,
    DESCRIPTION,
    FIELD_WORDS,
    LAST_CONTACT,
    SKIPPABLE,
    SKIPPED,
    business_in,
    chosen_day,
    day_in,
    days_in_figures,
    either_date,
    everything_in,
    tells_story,
    unfilled,
    yuan,
)
from actions.turn import Turn

SHORT_WISH = 24
EXACTLY = "utter_amount_exact"
NOTED, MENDED = "utter_complaint_noted", "utter_complaint_corrected"
CORRECTS = re.compile(
    r"不对|不是|错了|说错|写错|搞错|弄错|更正|改[成为到一]|改下|换成|应该是|其实是|而是|^等等|^等一?下[，,]|"
    r"^(?:oh|no|hmm|sorry|[, ])*(?:wait[,.! ]|make (?:it|that)\b)|"
    r"\bnot\b|\bactually\b|\bwrong\b|\bcorrect(?:ion| it)\b|\bchange\b|\bshould be\b|\bi mean\b|"
    r"\bmeant\b|\binstead\b",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r"没有|没涉及|不涉及|无$|^无|忘了|忘记|记不|不记得|不知道|不晓得|不清楚|不确定|不方便|不想留|不想说|"
    r"不愿意?[说留给]|不留|不提供|不告诉|^(?:我|就是|就)*不[给说][了啊吧!！。]*$|不用|随便|"
    r"\bno (?:amount|money|sum|number)\b|\bwon'?t (?:say|tell|give)|\brefuse\b|\bnone\b|"
    r"\bnothing\b|don'?t (?:know|remember|recall|have)|not sure|no idea|forgot|rather not|\bn/?a\b",
    re.IGNORECASE,
)
_NO_CALL = re.compile(
    r"(?:别|不要|不用|不必|不想|唔使|唔好|唔要).{0,4}(?:打|电话|联系)|"
    r"(?:这里|这儿|微信|线上|网上).{0,4}(?:回复|答复|联系|回我|说|告诉)|"
    r"\b(?:don'?t|do not|no need to|rather not|please no) (?:call|phone|ring)|\bno (?:phone )?calls?\b|"
    r"\b(?:reply|answer|write|respond|contact me|message me) (?:to me )?(?:right )?here\b|\bhere is fine\b",
    re.I,
)
_NO_SUM = re.compile(r"没有?.{0,3}(?:钱|金额)|不涉及钱|\bno (?:amount|money|sum)\b", re.I)
_NOT_ABOUT_MONEY = re.compile(
    r"(?:不|没有?)(?:涉及|牵涉|牵扯)到?(?:任何)?(?:金额|金钱|钱)|[不无]关钱的?事|不是钱的(?:事|问题)|[跟和与]钱(?:没|无)关|"
    r"\bno (?:amount|money|sum)(?: is| was)? involved\b|\b(?:not|isn't|wasn't) about (?:the )?money\b",
    re.I,
)
_CARD_IN_BRIEF = re.compile(r"(?:the |my )?(debit|credit)(?: one)?[.!]*", re.I)
_SOME_CARD = re.compile(r"(?:(?:the|my|a|bank|your) )*cards?[.!]*|(?:我的|是)*卡[的吧。]*", re.I)
_LAST_DIGITS = re.compile(
    r"(?:(?:最后|末|尾|后面).{0,2}[位数号].{0,3}是|\blast (?:\w+ )?digits?\b|\bends? (?:in|with)\b)"
    r"\D{0,4}(\d{1,6})",
    re.I,
)
_SAME_AS_BEFORE = re.compile(
    r"一样|同上|相同|同一个|不变|还是(?:那|刚才|上)|(?:刚才|上次|之前|前面)(?:那个|的)|"
    r"\bsame\b|\bas before\b|\bas above\b|\bthe one i gave\b",
    re.I,
)
_SAME_NUMBER = re.compile(
    r"(?:一样|相同|同样|同一|刚才|上次|之前).{0,3}(?:号码?|电话|手机)|(?:号码?|电话|手机).{0,4}(?:一样|不变|同上|相同)|"
    r"\bsame (?:phone |mobile )?(?:number|phone)\b",
    re.I,
)
_SERVICE_LINE = re.compile(
    r"(?<!\d)(?:[48]00[ -]?\d{3}[ -]?\d{4}|95\d{3,4}|123\d\d|96\d{3,4}|1[12][09])(?!\d)"
)
CHANGES = re.compile(r"改|更正|\b(?:change|edit|correct|fix)\b", re.I)


@dataclass
class Step:
    """What to do after a turn: values to keep, responses to say, and at most one of the outcomes below."""

    values: dict[str, Any] = field(default_factory=dict)
    say: list[str] = field(default_factory=list)
    yields: bool = False
    files: bool = False
    anew: bool = False
    misunderstood: str | None = None
    either_date: tuple[date, date] | None = None


def is_brief(turn: Turn) -> bool:
    return len(turn.text) <= (60 if turn.text.isascii() else SHORT_WISH)


def put_right(turn: Turn, values: Mapping[str, Any]) -> str:
    """What is said about values told now: corrected where others stood, noted where none did."""
    others = [name for name, value in values.items() if turn.slots.get(name) not in (None, SKIPPED, value)]
    return MENDED if others else NOTED


def skips(turn: Turn) -> bool:
    if CHANGES.search(turn.text):
        return False
    if turn.intent in ("skip", "deny") and turn.confidence >= 0.5:
        return True
    tells = turn.intent in ("file_complaint", "add_to_complaint") and tells_story(turn)
    return bool(_NOTHING.search(turn.text)) and not tells


def named_as_missing(turn: Turn) -> list[str]:
    """The fields that a short message says there is nothing for: "no sum" where the day was asked."""
    if not is_brief(turn) or not _NOTHING.search(turn.text) or turn.values_beside_language():
        return []
    named = [name for name in SKIPPABLE if FIELD_WORDS[name].search(turn.text)]
    return named or ([AMOUNT] if _NO_SUM.search(turn.text) else [])


def _read_business(turn: Turn) -> Step:
    brief = _CARD_IN_BRIEF.fullmatch(turn.text)
    business = f"{brief[1].lower()}-card" if brief else business_in(turn)
    if business:
        return Step(values={BUSINESS: business})
    return Step(say=["utter_business_unclear"]) if names_some_card(turn) else Step()


def names_some_card(turn: Turn) -> bool:
    """A card, without a word of which kind."""
    return bool(_SOME_CARD.fullmatch(turn.text))


def _read_amount(turn: Turn) -> Step:
    found = turn.only("amount")
    if found:
        return Step(values={AMOUNT: found.value})
    number = turn.only("number")
    if number and not turn.all("amount"):
        return Step(values={AMOUNT: yuan(number.value)})
    return _read_rough_sum(turn) if turn.all("amount_range") or turn.all("vague_amount") else Step()


def _read_rough_sum(turn: Turn) -> Step:
    """ "A few hundred" is never made a number: the sum is asked for once, then left open in these words."""
    if not turn.spoken_before or EXACTLY not in turn.spoken_before[0]:
        return Step(say=[EXACTLY])
    story = f"{turn.slots.get(DESCRIPTION) or ''}\n{turn.written}".strip()
    return Step(values={AMOUNT: SKIPPED, DESCRIPTION: story}, say=["utter_amount_left_open"])


def read_date(turn: Turn) -> Step:
    if chosen := chosen_day(turn):
        return Step(values={DATE: chosen.isoformat()})
    found = day_in(turn)
    if found is None:
        return _read_range(turn) if turn.all("date_range") else _read_figures(turn)
    if found.details.get("alternative"):
        return Step(either_date=either_date(replace(turn, slots={**turn.slots, DATE: None})))
    if date.fromisoformat(found.value) > turn.today:
        return Step(say=["utter_date_in_future"])
    return Step(values={DATE: found.value})


def _read_figures(turn: Turn) -> Step:
    days = days_in_figures(turn)
    if len(days) == 2:
        return Step(either_date=(days[0], days[1]))
    return Step(values={DATE: days[0].isoformat()}) if days else Step()


def _read_range(turn: Turn) -> Step:
    """ "Last month" is kept in the customer's words, and the day of it asked."""
    story = str(turn.slots.get(DESCRIPTION) or "")
    kept = story if turn.written in story else f"{story}\n{turn.written}".strip()
    return Step(values={DATE: None, DESCRIPTION: kept}, say=["utter_date_range"])


def _read_contact(turn: Turn) -> Step:
    """Of several numbers the first is the contact, and all are kept in the customer's words."""
    found = turn.only("phone")
    if found:
        return Step(values={CONTACT: found.value})
    if several := turn.all("phone"):
        story = f"{turn.slots.get(DESCRIPTION) or ''}\n{turn.written}".strip()
        return Step(values={CONTACT: several[0].value, DESCRIPTION: story})
    if address := turn.only("email"):
        return Step(values={CONTACT: address.value})
    if names_service_line(turn):
        return Step(say=["utter_contact_is_ours"])
    last = turn.slots.get(LAST_CONTACT)
    if last and _SAME_AS_BEFORE.search(turn.text):
        return Step(values={CONTACT: last})
    return Step(values={CONTACT: SKIPPED}) if wants_no_call(turn) else Step()


def same_number(turn: Turn) -> dict[str, Any]:
    """The number left before, where a new story says that it is the same."""
    last = turn.slots.get(LAST_CONTACT)
    return {CONTACT: last} if last and _SAME_NUMBER.search(turn.text) else {}


def wants_no_call(turn: Turn) -> bool:
    """Whether the customer would rather read the answer here."""
    return bool(_NO_CALL.search(turn.text))


def asks_for_writing(turn: Turn) -> bool:
    """ "Here is fine", wherever it is said in few words; where the story is told it is the story."""
    return turn.requested != DESCRIPTION and len(turn.text) <= SHORT_WISH and wants_no_call(turn)


def without_sum(turn: Turn) -> dict[str, Any]:
    """Who says in the story that it is not about money is not asked how much."""
    return {AMOUNT: SKIPPED} if _NOT_ABOUT_MONEY.search(turn.text) and turn.slots.get(AMOUNT) is None else {}


def without_number() -> Step:
    """No number is left, and the customer told where the answer comes."""
    return Step(values={CONTACT: SKIPPED}, say=["utter_contact_none"])


def names_service_line(turn: Turn) -> bool:
    """A hotline of a bank, the regulator or the police is nobody's own number."""
    return bool(_SERVICE_LINE.search(turn.text))


READERS: Mapping[str, Callable[[Turn], Step]] = {
    BUSINESS: _read_business,
    AMOUNT: _read_amount,
    DATE: read_date,
    CONTACT: _read_contact,
}


def correction(turn: Turn) -> dict[str, Any]:
    """Values that replace what was said before; a bare number replaces the amount."""
    values = {name: value for name, value in everything_in(turn).items() if turn.slots.get(name) is not None}
    number, currency, amount = turn.only("number"), turn.only("currency"), turn.slots.get(AMOUNT)
    meant = not values or turn.denies("number") or FIELD_WORDS[AMOUNT].search(turn.text)
    if digits := last_digits(turn):
        values[CONTACT] = digits
    elif number and meant and AMOUNT not in values and amount is not None and not names_other_than_sum(turn):
        values[AMOUNT] = yuan(number.value)
    elif currency and isinstance(amount, Mapping) and AMOUNT not in values:
        values[AMOUNT] = {**amount, "currency": currency.value}
    return values


def last_digits(turn: Turn) -> str | None:
    """The number left before, with the last digits that are said to be others."""
    told, contact = _LAST_DIGITS.search(turn.text), turn.slots.get(CONTACT)
    if told is None or contact in (None, SKIPPED):
        return None
    return f"{str(contact)[: -len(told[1])]}{told[1]}"


def names_other_than_sum(turn: Turn) -> bool:
    """Whether a bare number belongs to a field that is named, and that is not the sum."""
    named = {name for name, words in FIELD_WORDS.items() if words.search(turn.text)}
    return bool(named) and AMOUNT not in named


def named_to_change(turn: Turn) -> str | None:
    """The one field that the customer wants to change without saying to what."""
    if not CHANGES.search(turn.text) or len(turn.text) > SHORT_WISH or turn.values_beside_language():
        return None
    named = [name for name, words in FIELD_WORDS.items() if words.search(turn.text)]
    return named[0] if len(named) == 1 else None


def added(turn: Turn) -> Step:
    story = turn.slots.get(DESCRIPTION) or ""
    return Step(
        values={**unfilled(turn, everything_in(turn)), DESCRIPTION: f"{story}\n{turn.written}".strip()},
        say=[NOTED],
    )
