"""What one turn says about a complaint. Pure: reads a turn, returns a step, asks nothing of the desk."""

import re
from collections.abc import Mapping
from typing import Any

from actions.complaint_answers import (
    CORRECTS,
    NOTED,
    READERS,
    Step,
    added,
    asks_for_writing,
    correction,
    named_to_change,
    put_right,
    skips,
    without_number,
)
from actions.complaint_fields import (
    AMOUNT,
    BEGUN,
    BUSINESS,
    CONFIRMED,
    CONTACT,
    DATE,
    DESCRIPTION,
    FIELDS,
    SKIPPABLE,
    SKIPPED,
    UNSORTED,
    either_date,
    everything_in,
    has_words,
    is_story,
    tells_story,
    unfilled,
)
from actions.complaint_summary import read_confirmation
from actions.digression import asks_meanwhile, digresses, digresses_from_story
from actions.steering import begins_anew, goes_back, goes_on_after_all
from actions.turn import Turn

_VALUE_WORDS: Mapping[str, re.Pattern[str]] = {
    AMOUNT: re.compile(r"\d|[块元钱毛多少]|[几百千万]+[多来几]|\b(?:yuan|money|dollars?|lots?)\b", re.I),
    DATE: re.compile(r"\d|[天日号月周年]|星期|\b(?:day|week|month|year|ago)s?\b", re.I),
    CONTACT: re.compile(r"\d{3}|号码|电话|手机|@|\b(?:phone|number|mobile)\b", re.I),
}
PIECES_IN_A_ROW = 4
_TOLD_BY = frozenset({"inform", "file_complaint", "add_to_complaint"})


def read_opening(turn: Turn) -> Step:
    """What the customer said already when asking to complain: a story, a sum, a day, a category."""
    values = unfilled(turn, everything_in(turn))
    if turn.slots.get(DESCRIPTION) is None and tells_story(turn):
        values[DESCRIPTION] = turn.text
    return Step(values=values, either_date=either_date(turn))


def read_turn(turn: Turn) -> Step:
    """One turn of the running form."""
    requested = turn.requested or ""
    if turn.declined == "request_callback" or asks_for_writing(turn):
        return without_number()
    if begins_anew(turn):
        return Step(anew=True)
    if goes_back(turn):
        return _one_step_back(turn)
    if goes_on_after_all(turn):
        return Step(say=["utter_complaint_resume"])
    if requested == DESCRIPTION:
        return _read_story(turn)
    if requested == CONFIRMED:
        return read_confirmation(turn)
    if asks_meanwhile(turn):
        return Step(yields=True)
    if turn.intent in ("cancel", "request_person", "self_harm") and turn.confidence >= 0.5:
        return Step(yields=True)
    corrected = correction(turn) if CORRECTS.search(turn.text) else {}
    category = turn.only("business")
    if category and category.end - category.start >= len(turn.text) - 1 and turn.slots.get(BUSINESS):
        corrected = {BUSINESS: category.value}
    if corrected and requested not in corrected:
        return Step(values=corrected, say=[put_right(turn, corrected)])
    if (named := named_to_change(turn)) and turn.slots.get(named) is not None:
        return Step(values={named: None})
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
    if digresses(turn):
        return Step(yields=True)
    if _goes_on_telling(turn, requested):
        return _told_more(turn, step, requested)
    if step.values:
        return step
    return Step(misunderstood=_unclear(requested))


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
    rest = turn.text
    for one in sorted(turn.values, key=lambda one: -one.start):
        rest = rest[: one.start] + rest[one.end :]
    return values if len(re.sub(r"[^\w]", "", rest)) <= 2 else {}


def _goes_on_telling(turn: Turn, requested: str) -> bool:
    """A piece of the story where something else was asked, and no attempt to answer that."""
    tries = _VALUE_WORDS.get(requested)
    told = turn.intent in _TOLD_BY and tells_story(turn) and not turn.is_question
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
    return f"utter_{requested.removeprefix('complaint_')}_unclear"


def _read_story(turn: Turn) -> Step:
    if digresses_from_story(turn):
        return Step(yields=True)
    values = unfilled(turn, everything_in(turn))
    if turn.intent == "skip" and turn.confidence >= 0.5:
        return Step(say=["utter_cannot_skip"])
    begun = str(turn.slots.get(BEGUN) or "")
    story = f"{begun}\n{turn.text}".strip()
    if tells_story(turn) or (begun and is_story(story)):
        return Step(values={**values, DESCRIPTION: story, BEGUN: None}, either_date=either_date(turn))
    if values:
        return Step(values=values)
    sense = turn.intent not in ("nlu_fallback", "out_of_scope") and has_words(turn.text)
    kept = {BEGUN: story} if sense else {}
    return Step(values=kept, misunderstood="utter_description_short")
