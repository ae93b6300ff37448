"""The half-told complaint: kept by the desk with every step, since the assistant's own sessions are short."""

from collections.abc import Mapping
from dataclasses import replace
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
SECOND = "complaint_second"
"""What was told of another complaint in the same breath: its slots and a key of its own, until it begins."""
OFFER = "resume_complaint"
EXCERPT = 40
_PREFIX = "complaint_"
_OWN = frozenset(name.removeprefix(_PREFIX) for name in FIELDS)


async def keep_draft(desk: DeskClient, turn: Turn, values: Mapping[str, Any], *, key: str) -> None:
    """Keep slots and what this turn adds. A desk that fails costs the customer nothing now."""
    slots = {**turn.slots, **values}
    kept = (*FIELDS, SECOND)
    fields = {name.removeprefix(_PREFIX): slots[name] for name in kept if slots.get(name) is not None}
    if not any(name in fields for name in _OWN):
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
    kept = (*FIELDS, SECOND)
    slots: dict[str, Any] = {name: draft.fields.get(name.removeprefix(_PREFIX)) for name in kept}
    return {**slots, DRAFT: draft.key, TOLD_AT: draft.changed_at.astimezone(UTC).isoformat()}


async def keep_second(desk: DeskClient, turn: Turn) -> None:
    """When nothing stands before it any more it is kept as a draft of its own, that outlasts the session."""
    second = turn.slots.get(SECOND)
    if second:
        alone = replace(turn, slots={})
        told = {name: second[name] for name in FIELDS if name in second}
        await keep_draft(desk, alone, told, key=str(second[DRAFT]))


async def forget_second(desk: DeskClient, turn: Turn) -> Events:
    """The customer does not want it filed; a regret within this talk brings it back."""
    second = turn.slots.get(SECOND)
    if not second:
        return []
    await forget_draft(desk, replace(turn, slots={DRAFT: second[DRAFT]}))
    told = {name: value for name, value in second.items() if name != DRAFT}
    return [SlotSet(SECOND, None), SlotSet(GIVEN_UP, told)]


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
    """The first words of what happened, by the names of the desk's fields."""
    text = " ".join(str(fields.get(DESCRIPTION.removeprefix(_PREFIX)) or "…").split())
    return text if len(text) <= EXCERPT else text[:EXCERPT] + "…"
