"""Coming back to a half-told complaint, and telling one in haste. Pure, as complaint_reading is."""

import re
from collections.abc import Mapping
from typing import Any

from actions.complaint_answers import READERS, Step
from actions.complaint_fields import (
    AMOUNT,
    DATE,
    DESCRIPTION,
    FIELDS,
    SKIPPABLE,
    SKIPPED,
    everything_in,
    unfilled,
)
from actions.complaint_reading import read_opening
from actions.turn import Turn

_RESUMES = re.compile(
    r"继续|接着|刚才那|上次那|昨天那|没说完|没填完|"
    r"\b(?:continue|resume|go on|carry on|finish|where (?:i|we) (?:left|were))\b",
    re.I,
)
_ANEW = re.compile(
    r"重新|新的|另一件|另外一件|别的事|换一件|从头|不继续|"
    r"\b(?:new one|another|start over|start again|from scratch|anew)\b",
    re.I,
)


def read_resumption(turn: Turn) -> Step:
    """What somebody says who comes back to a half-told complaint: perhaps the answer to the next question."""
    step = read_opening(turn)
    asked = next((name for name in FIELDS if turn.slots.get(name) is None), None)
    if (
        asked is not None
        and asked in READERS
        and asked not in step.values
        and turn.intent != "file_complaint"
    ):
        step = READERS[asked](turn)
        step.values = {**unfilled(turn, everything_in(turn)), **step.values}
        if not step.values and turn.intent == "skip" and asked in SKIPPABLE:
            step.values = {asked: SKIPPED}
    return step


def wants_to_resume(turn: Turn) -> bool:
    """Yes, go on: by word, or a yes to the question."""
    if _ANEW.search(turn.text):
        return False
    return bool(_RESUMES.search(turn.text)) or (turn.intent == "affirm" and turn.confidence >= 0.5)


def wants_anew(turn: Turn) -> bool:
    """No, another one."""
    return bool(_ANEW.search(turn.text)) or (
        turn.intent in ("deny", "file_complaint") and turn.confidence >= 0.5
    )


def hurried(turn: Turn, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, and for the angry and those who wish for few words the sum and the day left unasked.

    What was said is kept, what the customer wants to change is asked, and the summary shows what is missing.
    """
    told = {**turn.slots, **values}
    felt_now = turn.elderly or DESCRIPTION in values or bool(turn.all("emotion"))
    if not (turn.hurried and felt_now) or told.get(DESCRIPTION) is None:
        return dict(values)
    unasked = [
        name
        for name in (AMOUNT, DATE)
        if told.get(name) is None and name != turn.requested and name not in values
    ]
    return {**values, **dict.fromkeys(unasked, SKIPPED)}
