"""A no: to what was offered, or to something that the customer does not want done."""

from dataclasses import replace

from rasa_sdk.events import SlotSet

from actions.booked_call import CANCEL_FORM, booked_in, find_booked
from actions.callback import FORM as CALLBACK_FORM
from actions.cancel import begin_cancel, cancel
from actions.case import ACT, ACTS
from actions.case import FORM as CASE_FORM
from actions.complaint import FORM as COMPLAINT_FORM
from actions.drafts import SECOND, forget_second
from actions.edge import Events
from actions.moved_call import UnlessCallMoves
from actions.offers import ANOTHER, offer_next_wish
from actions.rating import FORM as RATING_FORM
from actions.say import Say
from actions.turn import Turn
from actions.verification import FORM as VERIFICATION_FORM

ACT_OF_FORM = {
    COMPLAINT_FORM: "file_complaint",
    CALLBACK_FORM: "request_callback",
    CANCEL_FORM: "cancel_callback",
    RATING_FORM: "rate_service",
    VERIFICATION_FORM: "verify_identity",
}
ANSWERS = {
    "request_callback": "utter_refused_callback",
    "file_complaint": "utter_refused_complaint",
    "request_person": "utter_refused_person",
    "report_loss": "utter_refused_loss",
    "withdraw_complaint": "utter_refused_withdrawal",
    "cancel": "utter_refused_cancel",
}
"""What happens instead, where there is more to say than "all right"."""


class DeclineOffer(UnlessCallMoves):
    """The customer says no."""

    action_name = "action_decline_offer"

    async def answer(self, turn: Turn, say: Say) -> Events:
        """Drop the offer, or the form that does what is refused; what else was wished comes next."""
        if turn.declined is not None:
            return await self._refuse(turn.declined, turn, say)
        offered, waits = turn.slots.get("offered"), turn.slots.get("next_wish")
        say("utter_offer_declined" if offered or waits else "utter_nothing_asked")
        left = await forget_second(self.desk, turn) if offered == ANOTHER else []
        slots = {**turn.slots, SECOND: None} if left else turn.slots
        following = offer_next_wish(replace(turn, slots=slots), say, done=str(offered))
        return [SlotSet("offered", None), *left, *following]

    async def _refuse(self, act: str, turn: Turn, say: Say) -> Events:
        """ "Don't call me" books no call, ends the form that would, and may mean the one that is booked."""
        in_progress = act == act_in_progress(turn)
        if act == "request_callback":
            booked = booked_in(turn) if in_progress else await find_booked(self.desk, turn, say)
            if booked is not None:
                return begin_cancel(booked)
        if in_progress:
            return await cancel(self.desk, turn, say)
        say(ANSWERS.get(act, "utter_refused"))
        if turn.active_loop:
            return []
        return [SlotSet("offered", None), *offer_next_wish(turn, say, done=act)]


def act_in_progress(turn: Turn) -> str | None:
    """What the running form does."""
    if turn.active_loop == CASE_FORM:
        return next((wish for wish, act in ACTS.items() if act == turn.slots.get(ACT)), None)
    return ACT_OF_FORM.get(str(turn.active_loop))
