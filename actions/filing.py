"""A complaint as the desk takes it, and which of its answers the desk would not take. Pure."""

from datetime import date
from typing import Any

from actions.complaint_fields import AMOUNT, BUSINESS, CONTACT, DATE, DESCRIPTION, SKIPPED
from actions.desk_client import DeskProblem
from actions.desk_views import Filing
from actions.turn import Turn

PROBLEM_FIELDS = {
    "business": BUSINESS,
    "description": DESCRIPTION,
    "amount": AMOUNT,
    "incident_date": DATE,
    "contact": CONTACT,
}


def filing_of(turn: Turn) -> Filing:
    """The confirmed draft in the form of the API."""
    slots = turn.slots
    day = given(slots[DATE])
    return Filing(
        conversation_id=turn.conversation_id,
        language=turn.language,
        business=str(slots[BUSINESS]),
        description=str(slots[DESCRIPTION]),
        amount=given(slots[AMOUNT]),
        incident_date=date.fromisoformat(day) if day else None,
        contact=given(slots[CONTACT]),
        strong_emotion=turn.upset,
        channel=str(turn.metadata.get("channel") or "web"),
    )


def given(value: Any) -> Any:
    """The value of a slot, or None when the customer skipped it."""
    return None if value == SKIPPED else value


def wrong_fields(problem: DeskProblem) -> list[str]:
    """The slots of the answers that the desk refuses."""
    errors = problem.extra.get("errors")
    if not isinstance(errors, list):
        return []
    names = [str(one.get("field", "")).split(".")[0] for one in errors if isinstance(one, dict)]
    return [PROBLEM_FIELDS[name] for name in dict.fromkeys(names) if name in PROBLEM_FIELDS]
