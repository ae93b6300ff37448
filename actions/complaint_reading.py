"""What one turn says about a complaint. Pure: reads a turn, returns a step, asks nothing of the desk."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from actions.complaint_answers import (
    CORRECTS,
    NOTED,
    READERS,
    Step,
    added,
    asks_for_writing,
    correction,
    is_brief,
    named_as_missing,
    named_to_change,
    names_some_card,
    put_right,
    same_number,
    skips,
    without_number,
    without_sum,
)
from actions.complaint_fields import (
    AMOUNT,
    BEGUN,
    BUSINESS,
    CONFIRMED,
    CONTACT,
    DATE,
    DESCRIPTION,
    FIELD_WORDS,
    FIELDS,
    SKIPPABLE,
    SKIPPED,
    UNSORTED,
    business_in,
    either_date,
    everything_in,
    has_words,
    is_story,
    own_words,
    says_known,
    tells_story,
    unfilled,
)
from actions.complaint_summary import read_confirmation, sends
from actions.digression import URGENT, asks_meanwhile, digresses, digresses_from_story
from actions.steering import asks_why, begins_anew, goes_back, goes_on_after_all, tires_of_questions
from actions.turn import COMMAND_SIGNS, Turn

_VALUE_WORDS: Mapping[str, re.Pattern[str]] = {
    AMOUNT: re.compile(r"\d|[块元钱毛多少]|[几百千万]+[多来几]|\b(?:yuan|money|dollars?|lots?)\b", re.I),
    DATE: re.compile(r"\d|[天日号月周年]|星期|\b(?:day|week|month|year|ago)s?\b", re.I),
    CONTACT: re.compile(r"\d{5}|号码|电话|手机|@|\b(?:phone|number|mobile)\b", re.I),
}
REASONS: Mapping[str, str] = {
    DESCRIPTION: "utter_why_description",
    BUSINESS: "utter_why_business",
    AMOUNT: "utter_why_amount",
    DATE: "utter_why_date",
    CONTACT: "utter_why_contact",
}
"""What is answered to "why do you ask?"."""
PIECES_IN_A_ROW = 4
_SMALL_WORDS = re.compile(
    r"\b(?:oh|well|no|it|was|is|on|that|sorry|actually|rather)\b|其实|应该|[哦是在了的]|[^\w]", re.I
)
_TOLD_BY = frozenset({"inform", "file_complaint", "add_to_complaint"})
SURE_OF_DANGER = 0.6
OLD_BUTTONS = frozenset({"确认提交", "Confirm and submit"})
"""Of a summary further up: pressed where something is asked anew, it leaves nothing out."""


def read_opening(turn: Turn) -> Step:
    """What the customer said already when asking to complain: a story, a sum, a day, a category.

    A few words that are no story yet are kept to be put before it. A question for information is none.
    """
    values = unfilled(turn, {**same_number(turn), **everything_in(turn)})
    if turn.slots.get(DESCRIPTION) is None and turn.intent != "affirm":
        if tells_story(turn) and not (turn.intent == "ask_faq" and turn.is_question):
            values = {**without_sum(turn), **values, DESCRIPTION: turn.written}
        elif turn.intent in _TOLD_BY and has_words(turn.without("business", "product")):
            values[BEGUN] = turn.written
    return Step(values=values, either_date=either_date(turn))


def told_by(before: Turn) -> Turn:
    """An earlier message as the opening of a complaint; of two wishes only the one to complain."""
    wish = next(
        (one for one in before.values if one.entity == "also" and one.value == "file_complaint"), None
    )
    if wish is None:
        return before
    inside = [one for one in before.values if wish.start <= one.start and one.end <= wish.end]
    moved = [replace(one, start=one.start - wish.start, end=one.end - wish.start) for one in inside]
    text, written = (whole[wish.start : wish.end].strip() for whole in (before.text, before.written))
    return replace(before, text=text, written=written, values=tuple(moved), intent="file_complaint")


def is_in_danger(turn: Turn) -> bool:
    """A card lost or a payment not theirs, told while something else was asked: that comes first.

    Of a complaint about such a thing a short answer is an answer; a card merely named is no lost one.
    """
    brief = len(turn.text) <= (40 if turn.text.isascii() else 14)
    answers = brief and not turn.is_question and str(turn.requested) in everything_in(turn)
    beside = answers or names_some_card(turn)
    return turn.intent in URGENT and turn.confidence >= SURE_OF_DANGER and not beside


def read_turn(turn: Turn) -> Step:
    """One turn of the running form."""
    requested = turn.requested or ""
    if turn.declined == "request_callback" or asks_for_writing(turn):
        return without_number()
    if begins_anew(turn):
        return Step(anew=True)
    if goes_back(turn):
        return _one_step_back(turn)
    if goes_on_after_all(turn) and not sends(turn):
        told = {**unfilled(turn, everything_in(turn)), **dict.fromkeys(named_as_missing(turn), SKIPPED)}
        return Step(values=told, say=["utter_complaint_resume"])
    if asks_why(turn):
        return Step(say=[_reason_for(requested, turn)])
    if turn.slots.get(DESCRIPTION) is not None and requested != CONFIRMED:
        if tires_of_questions(turn):
            return Step(values=_the_rest_left_out(turn), say=["utter_no_more_questions"])
        if sends(turn) and turn.text not in OLD_BUTTONS:
            return Step(values=_the_rest_left_out(turn))
    if requested == DESCRIPTION:
        return _read_story(turn)
    if requested == CONFIRMED:
        return Step(yields=True) if is_in_danger(turn) else read_confirmation(turn)
    if asks_meanwhile(turn) or is_in_danger(turn):
        return Step(yields=True)
    if turn.intent in ("cancel", "request_person", "self_harm") and turn.confidence >= 0.5:
        return Step(yields=True)
    corrected = correction(turn) if CORRECTS.search(turn.text) else {}
    category = business_in(turn)
    if category and turn.slots.get(BUSINESS) and not has_words(turn.without("business", "product")):
        corrected = {BUSINESS: category}
    if corrected and requested not in corrected:
        return Step(values=corrected, say=[put_right(turn, corrected)])
    if (named := named_to_change(turn)) and turn.slots.get(named) is not None:
        return Step(values={named: None})
    missing = [name for name in named_as_missing(turn) if name != requested]
    if missing and requested not in named_as_missing(turn):
        return Step(values=dict.fromkeys(missing, SKIPPED), say=[NOTED])
    step = READERS[requested](turn) if requested in READERS else Step()
    for name, value in unfilled(turn, everything_in(turn)).items():
        if name != requested:
            step.values.setdefault(name, value)
    if requested in step.values or step.say or step.either_date:
        return step
    if skips(turn):
        return _left_out(step, requested)
    if restated := _restated(turn):
        return Step(values=restated, say=[put_right(turn, restated)])
    if says_known(turn):
        return Step(say=[NOTED])
    if digresses(turn):
        return Step(yields=True)
    if _goes_on_telling(turn, requested):
        return _told_more(turn, step, requested)
    if step.values:
        step.say.append(NOTED)
        return step
    return _asked_once_more(turn, requested)


def _asked_once_more(turn: Turn, requested: str) -> Step:
    """A "yes" or "I want to complain" where a value was asked is no failure the first time."""
    agrees = turn.intent == "affirm" or (turn.intent == "file_complaint" and not has_words(turn.text))
    said_so = bool(turn.spoken_before) and "utter_form_goes_on" in turn.spoken_before[0]
    if agrees and not said_so and not turn.failed_before:
        return Step(say=["utter_form_goes_on"])
    unclear = Step(misunderstood=_unclear(requested))
    if requested == BUSINESS and turn.intent in _TOLD_BY and has_words(turn.text):
        unclear.values = added(turn).values  # perhaps a piece of the story: it is kept in any case
    return unclear


def _reason_for(requested: str, turn: Turn) -> str:
    """Why the field is asked: the one that is named, else the one in question."""
    named = [name for name in FIELDS if FIELD_WORDS[name].search(turn.text)]
    return REASONS.get(named[0] if len(named) == 1 else requested, "utter_why_contact")


def _the_rest_left_out(turn: Turn) -> dict[str, Any]:
    """Whoever wants no more questions is asked none: the summary shows what is missing."""
    told = unfilled(turn, everything_in(turn))
    left = [
        name for name in (BUSINESS, *sorted(SKIPPABLE)) if turn.slots.get(name) is None and name not in told
    ]
    return {**told, **{name: UNSORTED if name == BUSINESS else SKIPPED for name in left}}


def _left_out(step: Step, requested: str) -> Step:
    """Nobody is kept for what they cannot say: sorting complaints is the bank's work, not the customer's."""
    if requested == BUSINESS:
        return Step(values={**step.values, BUSINESS: UNSORTED}, say=["utter_business_left_open"])
    if requested in SKIPPABLE:
        return Step(values={**step.values, requested: SKIPPED})
    return Step(say=["utter_cannot_skip"])


def _one_step_back(turn: Turn) -> Step:
    """The answer before is asked anew; at the first question there is none."""
    asked = str(turn.requested)
    before = FIELDS[: FIELDS.index(asked)] if asked in FIELDS else FIELDS
    answered = [name for name in before if turn.slots.get(name) is not None]
    return Step(values={answered[-1]: None} if answered else {})


def _restated(turn: Turn) -> dict[str, Any]:
    """Other values for what was answered before, when the message holds nothing else: "600元" at the date."""
    values = {
        name: value
        for name, value in everything_in(turn).items()
        if turn.slots.get(name) not in (None, value)
    }
    rest = turn.without("amount", "date", "phone", "business", "product", "number", "currency")
    return values if len(_SMALL_WORDS.sub("", rest)) <= 2 else {}


def _goes_on_telling(turn: Turn, requested: str) -> bool:
    """A piece of the story where something else was asked, and no attempt to answer that."""
    tries = _VALUE_WORDS.get(requested)
    cries_out = turn.intent == "file_complaint" and has_words(turn.text)
    story = tells_story(turn) or cries_out or (requested != BUSINESS and is_story(turn.text))
    told = turn.intent in _TOLD_BY and story and not turn.is_question
    return told and not (tries and tries.search(turn.text))


def _told_more(turn: Turn, step: Step, requested: str) -> Step:
    """It is added; after many pieces in a row the question is said not to have been answered."""
    told = added(turn)
    told.values = {**step.values, **told.values}
    pieces = [NOTED in spoken for spoken in turn.spoken_before[:PIECES_IN_A_ROW]]
    if len(pieces) == PIECES_IN_A_ROW and all(pieces):
        return Step(values=told.values, misunderstood=_unclear(requested))
    return told


def _unclear(requested: str) -> str:
    if requested == DESCRIPTION:
        return "utter_description_short"
    return f"utter_{requested.removeprefix('complaint_')}_unclear"


def _read_story(turn: Turn) -> Step:
    if digresses_from_story(turn):
        return Step(yields=True)
    mended = correction(turn) if CORRECTS.search(turn.text) and is_brief(turn) else {}
    if mended and not is_story(
        CORRECTS.sub(" ", turn.without("business", "product", "amount", "date", "phone"))
    ):
        return Step(values=mended, say=[put_right(turn, mended)])
    values = unfilled(turn, everything_in(turn))
    if turn.intent == "skip" and turn.confidence >= 0.5:
        return Step(say=["utter_cannot_skip"])
    begun = str(turn.slots.get(BEGUN) or "")
    story = f"{begun}\n{turn.written}".strip()
    goes_on = begun and is_story(story) and not turn.text.startswith(COMMAND_SIGNS)
    if tells_story(turn) or goes_on:
        told = {**without_sum(turn), **values, DESCRIPTION: story, BEGUN: None}
        return Step(values=told, either_date=either_date(turn))
    sense = turn.intent not in ("nlu_fallback", "out_of_scope") and has_words(turn.text)
    if values:
        own = own_words(turn, "business", "product", "phone", "amount", "date")
        return Step(values={**values, BEGUN: story} if has_words(own) else values, say=[NOTED])
    if turn.intent == "affirm" or not has_words(turn.text):
        return _asked_once_more(turn, DESCRIPTION)
    return Step(values={BEGUN: story} if sense else {}, misunderstood=_unclear(DESCRIPTION))
