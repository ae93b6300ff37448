"""A booked call moved in passing: "make it 5", "五点行吗", whatever such words were taken for."""

import re
from abc import abstractmethod
from dataclasses import replace

from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from actions.booked_call import find_booked
from actions.callback_reading import (
    speaks_of_call_only,
    time_in,
    towards,
    wishes_other_number,
    wishes_other_time,
)
from actions.desk_client import DeskClient
from actions.edge import DeskAction, Events
from actions.say import Say
from actions.turn import Turn

_MOVES = re.compile(
    r"改(?:到|成|为|在)|换(?:到|成)|挪到|推到|推迟到|提前到|"
    r"\b(?:instead|make it|(?:move|change|switch|push) it to)\b",
    re.I,
)
_TOLD = frozenset(
    {"utter_callback_done", "utter_callback_status", "utter_callback_status_late", "utter_callback_unchanged"}
)
_GRAVE = frozenset({"self_harm", "report_loss", "dispute_transaction", "abuse", "request_person"})
"""Beside these a call is a small matter: with other words around it, it is not moved."""
_COURTESIES = frozenset({"utter_thanks", "utter_chitchat", "utter_listening", "utter_take_your_time"})
"""What may be said between the telling and the change of mind."""


class UnlessCallMoves(DeskAction):
    """An action at whose turn the customer may mean the call that is booked."""

    async def act(self, turn: Turn, say: Say) -> Events:
        """Move the call, or else answer."""
        moved = await move_call(self.desk, turn, say)
        return await self.answer(turn, say) if moved is None else moved

    @abstractmethod
    async def answer(self, turn: Turn, say: Say) -> Events:
        """What the action does when no call is moved."""


async def move_call(desk: DeskClient, turn: Turn, say: Say) -> Events | None:
    """Begin to move the call; None when none is meant, or none is booked."""
    if turn.active_loop or not moves_a_call(turn) or await find_booked(desk, turn, say) is None:
        return None
    return [FollowupAction("callback_form")]


async def move_call_instead(desk: DeskClient, turn: Turn, say: Say) -> Events | None:
    """The same where a form has begun by such words: it ends."""
    if not _just_told(turn) or await move_call(desk, replace(turn, active_loop=None), say) is None:
        return None
    return [ActiveLoop(None), SlotSet("requested_slot", None), FollowupAction("callback_form")]


def moves_a_call(turn: Turn) -> bool:
    """Another time or number for the call: said as such, or right after being told when it is.

    A question about anything else, as about opening hours, is none.
    """
    told = _just_told(turn)
    wished = towards(turn)
    names = bool(time_in(wished) or wished.all("phone"))
    if speaks_of_call_only(turn):
        another = told and (wishes_other_time(turn) or wishes_other_number(turn))
        return another or (names and (told or bool(_MOVES.search(turn.text))))
    graver = turn.is_question or turn.intent in _GRAVE
    in_so_many_words = names and bool(_MOVES.search(turn.text)) and not graver
    return in_so_many_words and (told or turn.intent == "inform")


def _just_told(turn: Turn) -> bool:
    """When the call is, was the last thing told but for courtesies."""
    spoken = next((one for one in turn.spoken_before if not one <= _COURTESIES), frozenset())
    return bool(spoken & _TOLD)
