"""The answer to the summary: a yes that is surely one, a change, or something to add. Pure."""

import re

from actions.complaint_answers import (
    CHANGES,
    CORRECTS,
    SHORT_WISH,
    Step,
    added,
    correction,
    last_digits,
    names_other_than_sum,
    put_right,
    read_date,
)
from actions.complaint_fields import (
    AMOUNT,
    BUSINESS,
    CONTACT,
    DATE,
    DESCRIPTION,
    FIELD_WORDS,
    SKIPPED,
    day_in,
    everything_in,
    is_story,
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
    r"[。.!！]*|[👍👌✅\U0001f3fb-\U0001f3ff]+",
    re.IGNORECASE,
)
_SENDS = re.compile(
    r"(?:(?:嗯+|是的?|对的?|好[的吧]?|行|可以|没错|没问题|都对|无误|想好了|我|那|就|请|帮我|确认|确定|"
    r"ok(?:ay)?|yes|yeah|yep|sure|right|correct|all good|please|just)[\s，,。.!！]*)*"
    r"(?:提交|交上去|交吧|登记|上报|发送|送出|"
    r"(?:go ahead and )?(?:submit|send|file|confirm)\b)"
    r"(?:上去|出去|吧|了|一下|啊|\s|it\b|that\b|please\b|now\b|then\b|[。.!！])*",
    re.IGNORECASE,
)
_ADDS = re.compile(
    r"^(?:补充|再补充|还有|另外|加上|再加)|[加补]上?一[句条点]|"
    r"\b(?:also|add that|one more thing|in addition)\b",
    re.I,
)


def read_confirmation(turn: Turn) -> Step:
    if asks_meanwhile(turn):
        return Step(yields=True)
    if confirms(turn):
        return Step(files=True)
    if turn.intent == "skip" and turn.confidence >= 0.5:
        return Step()  # nothing is left to skip: the summary is shown again
    step = _read_change(turn)
    if (
        _ADDS.search(turn.text)
        and tells_story(turn)
        and not (CORRECTS.search(turn.text) and (step.values or step.either_date))
    ):
        return added(turn)
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
    if _SURE.fullmatch(turn.text) or sends(turn):
        return True
    brief = len(turn.text) <= (40 if turn.text.isascii() else 12)
    doubtful = CORRECTS.search(turn.text) or turn.is_question or everything_in(turn)
    return turn.intent == "affirm" and turn.confidence >= SURE_YES and brief and not doubtful


def sends(turn: Turn) -> bool:
    """ "All right, submit it": in so many words the complaint is to be filed as it stands."""
    return bool(_SENDS.fullmatch(turn.text))


def _read_change(turn: Turn) -> Step:
    values = everything_in(turn)
    if BUSINESS in values and not _changes_business(turn):
        del values[BUSINESS]
    day = day_in(turn)
    if day and DATE not in values:
        return read_date(turn)
    named = [name for name, words in FIELD_WORDS.items() if words.search(turn.text)]
    number = turn.only("number")
    told_alone = len(turn.text) <= SHORT_WISH and turn.slots.get(AMOUNT) not in (None, SKIPPED)
    mends = bool(CORRECTS.search(turn.text))
    if digits := last_digits(turn):
        values = {CONTACT: digits}
    elif (
        number and not values and not names_other_than_sum(turn) and (told_alone or AMOUNT in named or mends)
    ):
        values[AMOUNT] = yuan(number.value)
    if not values and CORRECTS.search(turn.text):
        values = correction(turn)
    if values and not is_addition(turn):
        return Step(values=values, say=[put_right(turn, values)])
    changes = CORRECTS.search(turn.text) or turn.intent == "deny" or re.search(r"改|change", turn.text, re.I)
    if len(named) == 1 and (changes or (len(turn.text) <= 20 and named != [DESCRIPTION])):
        return Step(values={named[0]: None}, say=[])
    if changes and turn.intent != "cancel":
        return Step(say=["utter_what_to_change"])
    return Step(values=values, say=[put_right(turn, values)]) if values else Step()


def _changes_business(turn: Turn) -> bool:
    """A product that is merely mentioned, as in a question about its fee, changes no category."""
    if CORRECTS.search(turn.text) or CHANGES.search(turn.text) or FIELD_WORDS[BUSINESS].search(turn.text):
        return True
    return turn.intent != "ask_faq" and not turn.is_question and not is_story(turn.without("business"))


def is_addition(turn: Turn) -> bool:
    """A long message that happens to hold a value is an addition, not a correction of that value."""
    return len(turn.text) > (80 if turn.text.isascii() else 30) and not CORRECTS.search(turn.text)
