"""Answers to the questions about a complaint, and what mends them. Pure: reads a turn, returns a step."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from actions.complaint_fields import (
    AMOUNT,
    BUSINESS,
    CONTACT,
    DATE,
    DESCRIPTION,
    FIELD_WORDS,
    SKIPPED,
    business_in,
    either_date,
    everything_in,
    unfilled,
    yuan,
)
from actions.turn import Turn

SHORT_WISH = 24
NOTED, MENDED = "utter_complaint_noted", "utter_complaint_corrected"
CORRECTS = re.compile(
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
_NO_CALL = re.compile(
    r"(?:别|不要|不用|不必|不想).{0,4}(?:打|电话|联系)|"
    r"(?:这里|这儿|微信|线上|网上).{0,4}(?:回复|答复|联系|回我|说|告诉)|"
    r"\b(?:don'?t|do not|no need to|rather not|please no) (?:call|phone|ring)|\bno (?:phone )?calls?\b|"
    r"\b(?:reply|answer|write|respond|contact me|message me) (?:to me )?(?:right )?here\b|\bhere is fine\b",
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


def put_right(turn: Turn, values: Mapping[str, Any]) -> str:
    """What is said about values told now: corrected where others stood, noted where none did."""
    return MENDED if any(turn.slots.get(name) not in (None, SKIPPED) for name in values) else NOTED


def skips(turn: Turn) -> bool:
    if CHANGES.search(turn.text):
        return False
    unsure_no = turn.intent == "deny" and turn.confidence >= 0.5
    return (turn.intent == "skip" and turn.confidence >= 0.5) or unsure_no or bool(_NOTHING.search(turn.text))


def _read_business(turn: Turn) -> Step:
    business = business_in(turn)
    return Step(values={BUSINESS: business}) if business else Step()


def _read_amount(turn: Turn) -> Step:
    found = turn.only("amount")
    if found:
        return Step(values={AMOUNT: found.value})
    number = turn.only("number")
    return Step(values={AMOUNT: yuan(number.value)}) if number and not turn.all("amount") else Step()


def read_date(turn: Turn) -> Step:
    found = turn.only("date")
    if found is None:  # "last month" is understood, and the day of it asked
        return Step(values={DATE: None}) if turn.all("date_range") else Step()
    if found.details.get("alternative"):
        return Step(either_date=either_date(turn))
    if date.fromisoformat(found.value) > turn.today:
        return Step(say=["utter_date_in_future"])
    return Step(values={DATE: found.value})


def _read_contact(turn: Turn) -> Step:
    found = turn.only("phone")
    if found:
        return Step(values={CONTACT: found.value})
    if names_service_line(turn):
        return Step(say=["utter_contact_is_ours"])
    return Step(values={CONTACT: SKIPPED}) if wants_no_call(turn) else Step()


def wants_no_call(turn: Turn) -> bool:
    """Whether the customer would rather read the answer here."""
    return bool(_NO_CALL.search(turn.text))


def asks_for_writing(turn: Turn) -> bool:
    """ "Here is fine", wherever it is said in few words; where the story is told it is the story."""
    return turn.requested != DESCRIPTION and len(turn.text) <= SHORT_WISH and wants_no_call(turn)


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
    meant = not values or FIELD_WORDS[AMOUNT].search(turn.text)
    if number and meant and AMOUNT not in values and amount is not None:
        values[AMOUNT] = yuan(number.value)
    elif currency and isinstance(amount, Mapping) and AMOUNT not in values:
        values[AMOUNT] = {**amount, "currency": currency.value}
    return values


def named_to_change(turn: Turn) -> str | None:
    """The one field that the customer wants to change without saying to what."""
    if not CHANGES.search(turn.text) or len(turn.text) > SHORT_WISH or turn.values_beside_language():
        return None
    named = [name for name, words in FIELD_WORDS.items() if words.search(turn.text)]
    return named[0] if len(named) == 1 else None


def added(turn: Turn) -> Step:
    story = turn.slots.get(DESCRIPTION) or ""
    return Step(
        values={**unfilled(turn, everything_in(turn)), DESCRIPTION: f"{story}\n{turn.text}".strip()},
        say=[NOTED],
    )
