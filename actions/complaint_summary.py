"""The answer to the summary: a yes that is surely one, a change, or something to add. Pure."""

import re

from actions.complaint_answers import (
    CORRECTS,
    SHORT_WISH,
    Step,
    added,
    correction,
    put_right,
    read_date,
)
from actions.complaint_fields import (
    AMOUNT,
    DATE,
    FIELD_WORDS,
    SKIPPED,
    everything_in,
    tells_story,
    yuan,
)
from actions.digression import asks_meanwhile, digresses
from actions.turn import Turn

SURE_YES = 0.8
"""Nonsense gets a confident intent now and then: nothing is filed on a yes below this."""

_SURE = re.compile(
    r"(?:确认|确认提交|确定|确定提交|提交|提交吧|是的|对|对的|没错|没问题|都对|好的，?提交|可以提交|确认无误|"
    r"yes|yes please|confirm|confirmed|confirm and submit|submit|correct|that's right|all correct|looks good)"
    r"[。.!！]*",
    re.IGNORECASE,
)
_ADDS = re.compile(
    r"^(?:补充|再补充|还有|另外|加上|再加)|\b(?:also|add that|one more thing|in addition)\b", re.I
)


def read_confirmation(turn: Turn) -> Step:
    if asks_meanwhile(turn):
        return Step(yields=True)
    if confirms(turn):
        return Step(files=True)
    if turn.intent == "skip" and turn.confidence >= 0.5:
        return Step()  # nothing is left to skip: the summary is shown again
    if _ADDS.search(turn.text) and tells_story(turn):
        return added(turn)
    step = _read_change(turn)
    if step.values or step.say or step.either_date:
        return step
    if turn.intent == "cancel" or (digresses(turn) and not tells_story(turn)):
        return Step(yields=True)
    if turn.intent in ("add_to_complaint", "file_complaint", "inform") and tells_story(turn):
        return added(turn)
    if digresses(turn):
        return Step(yields=True)
    return Step(misunderstood="utter_confirm_unclear")


def confirms(turn: Turn) -> bool:
    """A yes that is surely one: a fixed word, or a short message with a sure intent and no "but"."""
    if _SURE.fullmatch(turn.text):
        return True
    brief = len(turn.text) <= (40 if turn.text.isascii() else 12)
    doubtful = CORRECTS.search(turn.text) or turn.is_question or everything_in(turn)
    return turn.intent == "affirm" and turn.confidence >= SURE_YES and brief and not doubtful


def _read_change(turn: Turn) -> Step:
    values = everything_in(turn)
    day = turn.only("date")
    if day and DATE not in values:
        return read_date(turn)
    named = [name for name, words in FIELD_WORDS.items() if words.search(turn.text)]
    number = turn.only("number")
    told_alone = len(turn.text) <= SHORT_WISH and turn.slots.get(AMOUNT) not in (None, SKIPPED)
    if number and not values and (CORRECTS.search(turn.text) or AMOUNT in named or told_alone):
        values[AMOUNT] = yuan(number.value)
    if not values and CORRECTS.search(turn.text):
        values = correction(turn)
    if values and not is_addition(turn):
        return Step(values=values, say=[put_right(turn, values)])
    changes = CORRECTS.search(turn.text) or turn.intent == "deny" or re.search(r"改|change", turn.text, re.I)
    if len(named) == 1 and (changes or len(turn.text) <= 20):
        return Step(values={named[0]: None}, say=[])
    if changes and turn.intent != "cancel":
        return Step(say=["utter_what_to_change"])
    return Step(values=values, say=[put_right(turn, values)]) if values else Step()


def is_addition(turn: Turn) -> bool:
    """A long message that happens to hold a value is an addition, not a correction of that value."""
    return len(turn.text) > (80 if turn.text.isascii() else 30) and not CORRECTS.search(turn.text)
