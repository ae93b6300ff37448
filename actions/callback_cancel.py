"""A booked call-back is taken back: which one it is is said, and done after a yes."""

import re

from rasa_sdk.events import SlotSet

from actions.booked_call import (
    BOOKED,
    CANCEL_CONFIRMED,
    CANCEL_FORM,
    BookedCall,
    booked_in,
    tell_none,
)
from actions.callback import FORM as BOOKING_FORM
from actions.cancel import begin_cancel, cancel
from actions.complaint_summary import confirms
from actions.desk_client import DeskError, DeskProblem
from actions.digression import SURE, digresses
from actions.edge import DeskAction, Events
from actions.form import FormAction
from actions.offers import offer_next_wish
from actions.say import Say
from actions.turn import Turn

_CANCELS = re.compile(r"取消|撤(?:了|掉|销)|\bcancel\b", re.I)
_NO_CALL = re.compile(
    r"(?:别|不用|不要|不必|不需要|甭|莫)(?:再|给我|跟我)*(?:打|回|来电|联系)|"
    r"\b(?:don'?t|do not|no need to) (?:call|ring|phone)\b",
    re.I,
)
_KEEPS = re.compile(
    r"保留|照旧|留着|(?:还是|仍然|照样|继续|正常)(?:打|回电|来电)|"
    r"\b(?:keep|leave) (?:it|the call|my call)\b|\bstill call\b",
    re.I,
)


class BeginCallbackCancel(DeskAction):
    """Finds the call that is meant."""

    action_name = "action_begin_callback_cancel"

    async def act(self, turn: Turn, say: Say) -> Events:
        """What is only being booked is given up; for what is booked already a yes is asked."""
        if turn.active_loop == BOOKING_FORM and booked_in(turn) is None:
            return await cancel(self.desk, turn, say)
        try:
            standing = await self.desk.callbacks(turn.conversation_id)
        except DeskError:
            say("utter_callback_unseen")
            return []
        if standing.open is None:
            return tell_none(standing, turn, say, wish="cancel_callback")
        return begin_cancel(BookedCall.of(standing.open, turn, say))


class ValidateCallbackCancel(FormAction):
    """Reads the answer to whether to cancel the call, and does it."""

    action_name = f"validate_{CANCEL_FORM}"
    asked = frozenset({CANCEL_CONFIRMED})

    async def open(self, turn: Turn, say: Say) -> Events:
        """At the start nothing is read: what was said before was the wish itself."""
        return self.stand_still(turn)

    def hears_refusal(self, turn: Turn) -> bool:
        """ "Don't call me" is a yes here, "don't cancel" a no."""
        return turn.declined in ("request_callback", "cancel_callback", "cancel")

    async def read(self, turn: Turn, say: Say) -> Events:
        """A yes, in whatever words; anything else that is clear leaves the call as it is."""
        if turn.declined in ("cancel_callback", "cancel") or _KEEPS.search(turn.text):
            return await cancel(self.desk, turn, say)
        if turn.declined == "request_callback" or confirms(turn) or self._cancels(turn):
            return await self._cancel(turn, say)
        if turn.intent in ("deny", "cancel") and turn.confidence >= SURE:
            return await cancel(self.desk, turn, say)
        if digresses(turn):
            return []
        return await self.ask_again("utter_case_unclear", turn, say)

    def stand_still(self, turn: Turn) -> Events:
        """Ask again."""
        return [SlotSet(BOOKED, turn.slots.get(BOOKED))]

    def _cancels(self, turn: Turn) -> bool:
        """取消 alone ends a form elsewhere; here it is the answer, and so is 别打了."""
        if _NO_CALL.search(turn.text) and not turn.is_question:
            return True
        cancels = turn.intent in ("cancel_callback", "cancel", "affirm", "inform") and not turn.is_question
        return cancels and bool(_CANCELS.search(turn.text))

    async def _cancel(self, turn: Turn, say: Say) -> Events:
        booked = booked_in(turn)
        ended = [SlotSet(name, None) for name in (CANCEL_CONFIRMED, BOOKED, "requested_slot")]
        if booked is None:
            say("utter_callback_none")
            return ended
        try:
            await self.desk.cancel_callback(turn.conversation_id, booked.id)
        except DeskProblem:
            say("utter_callback_too_late")
            return ended
        except DeskError:
            say("utter_callback_cancel_unavailable")
            return self.stand_still(turn)
        say("utter_callback_taken_back", time=booked.told, phone=booked.phone)
        return [*ended, *offer_next_wish(turn, say, done="cancel_callback")]


class AskCallbackCancelConfirmed(DeskAction):
    """Says which call it is."""

    action_name = "action_ask_callback_cancel_confirmed"

    async def act(self, turn: Turn, say: Say) -> Events:
        """Nothing more where the desk could not be reached."""
        booked = booked_in(turn)
        if booked is None or "utter_callback_cancel_unavailable" in turn.spoken:
            return []
        say("utter_confirm_callback_cancel", time=booked.told, phone=booked.phone)
        return []


class CallbackStatus(DeskAction):
    """When the customer will be called."""

    action_name = "action_callback_status"

    async def act(self, turn: Turn, say: Say) -> Events:
        """A day that has passed without a call is told with an apology."""
        try:
            standing = await self.desk.callbacks(turn.conversation_id)
        except DeskError:
            say("utter_callback_unseen")
            return []
        if standing.open is None:
            return [*tell_none(standing, turn, say, wish="callback_status"), *self._next(turn, say)]
        booked = BookedCall.of(standing.open, turn, say)
        late = "utter_callback_status_late" if booked.is_late(turn) else "utter_callback_status"
        say(late, time=booked.told, phone=booked.phone)
        return self._next(turn, say)

    def _next(self, turn: Turn, say: Say) -> Events:
        return [] if turn.active_loop else offer_next_wish(turn, say, done="callback_status")
