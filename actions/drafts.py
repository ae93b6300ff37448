"""The half-told complaint: kept by the desk with every step, since the assistant's own sessions are short."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

import structlog
from rasa_sdk.events import SlotSet

from actions.complaint_fields import DESCRIPTION, FIELDS
from actions.desk_client import DeskClient, DeskError
from actions.desk_views import Draft
from actions.say import Say
from actions.turn import Turn

log = structlog.get_logger()
Events = list[dict[str, Any]]  # Rasa's events are JSON objects
DRAFT = "complaint_draft"
TOLD_AT = "complaint_told_at"
GIVEN_UP = "complaint_given_up"
"""What was told of a complaint that the customer cancelled: kept for as long as they are in this talk."""
OFFER = "resume_complaint"
EXCERPT = 40
_PREFIX = "complaint_"


async def keep_draft(desk: DeskClient, turn: Turn, values: Mapping[str, Any], *, key: str) -> None:
    """Keep slots and what this turn adds. A desk that fails costs the customer nothing now."""
    slots = {**turn.slots, **values}
    fields = {name.removeprefix(_PREFIX): slots[name] for name in FIELDS if slots.get(name) is not None}
    if not fields:
        return
    try:
        await desk.keep_draft(turn.conversation_id, key=key, fields=fields)
    except DeskError as error:
        log.warning("draft not kept", conversation_id=turn.conversation_id, error=type(error).__name__)


async def find_draft(desk: DeskClient, turn: Turn) -> Draft | None:
    """What the customer told before; None also when the desk fails, so that a new complaint can begin."""
    try:
        found = await desk.draft(turn.conversation_id)
    except DeskError as error:
        log.warning("draft not read", conversation_id=turn.conversation_id, error=type(error).__name__)
        return None
    return found if found and found.fields else None


async def forget_draft(desk: DeskClient, turn: Turn) -> None:
    """It was filed or given up. If that fails it lives for a week, and filing it again changes nothing."""
    key = turn.slots.get(DRAFT)
    if not key:
        return
    try:
        await desk.forget_draft(turn.conversation_id, key=str(key))
    except DeskError as error:
        log.warning("draft not forgotten", conversation_id=turn.conversation_id, error=type(error).__name__)


def given_up(turn: Turn) -> dict[str, Any]:
    """What a regret within this talk brings back."""
    return {name: value for name in FIELDS if (value := turn.slots.get(name)) is not None}


def slots_of(draft: Draft) -> dict[str, Any]:
    """The form's slots as they were."""
    slots: dict[str, Any] = {name: draft.fields.get(name.removeprefix(_PREFIX)) for name in FIELDS}
    return {**slots, DRAFT: draft.key, TOLD_AT: draft.changed_at.astimezone(UTC).isoformat()}


async def offer_draft(desk: DeskClient, turn: Turn, say: Say) -> Events:
    """Tell a returning customer what is half told, and offer to go on; not in a form."""
    if not turn.returning or turn.active_loop:
        return []
    draft = await find_draft(desk, turn)
    if draft is None:
        return []
    say(f"utter_offer_{OFFER}", when=say.past_day(draft.changed_at), description=excerpt(draft.fields))
    return [SlotSet("offered", OFFER)]


def excerpt(fields: Mapping[str, Any]) -> str:
    """The first words of what happened."""
    text = " ".join(str(fields.get(DESCRIPTION.removeprefix(_PREFIX)) or "…").split())
    return text if len(text) <= EXCERPT else text[:EXCERPT] + "…"
