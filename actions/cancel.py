"""Ending what is in progress, whichever form it is."""

import re

from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from actions.booked_call import BOOKED, CANCEL_CONFIRMED, CANCEL_FORM, BookedCall, booked_in, find_booked
from actions.complaint import FORM, cleared
from actions.complaint_fields import DESCRIPTION
from actions.desk_client import DeskClient
from actions.drafts import DRAFT, GIVEN_UP, SECOND, forget_draft, forget_second, given_up, keep_second
from actions.edge import Events
from actions.moved_call import UnlessCallMoves
from actions.offers import ANOTHER, offer_next_wish, offer_to_file_again
from actions.say import Say
from actions.steering import picks_up, puts_off, regrets_withdrawal
from actions.turn import Turn

SMALL_FORMS = {
    "case_form": ("utter_case_kept", ("case_act", "case_number", "case_text", "case_confirmed")),
    "callback_form": (
        "utter_callback_cancelled",
        ("callback_phone", "callback_time", "callback_day", "callback_confirmed", BOOKED),
    ),
    CANCEL_FORM: ("utter_callback_unchanged", (CANCEL_CONFIRMED, BOOKED)),
    "rating_form": ("utter_rating_cancelled", ("rating_score", "rating_comment")),
    "verification_form": (
        "utter_verification_cancelled",
        ("verification_phone", "verification_code", "pending_act"),
    ),
}
"""What is said when a form is given up, and the slots it forgets; behind it a complaint may be waiting."""
DONE_BY = {
    "callback_form": "request_callback",
    CANCEL_FORM: "cancel_callback",
    "rating_form": "rate_service",
}

_CANCEL = re.compile(r"取消|\bcancel\b", re.I)


class Cancel(UnlessCallMoves):
    """The customer gives up what is in progress."""

    action_name = "action_cancel"

    async def answer(self, turn: Turn, say: Say) -> Events:
        """Cancelling a small form in the middle of a complaint goes back to the complaint."""
        return await cancel(self.desk, turn, say)


async def cancel(desk: DeskClient, turn: Turn, say: Say) -> Events:
    """End the running form; nothing is filed."""
    ended = [ActiveLoop(None), SlotSet("requested_slot", None), SlotSet("offered", None)]
    small = SMALL_FORMS.get(str(turn.active_loop))
    if small is not None:
        response, slots = small
        booked = booked_in(turn) if BOOKED in slots else None
        if booked is not None:
            say("utter_callback_unchanged", time=booked.told, phone=booked.phone)
        else:
            say(response)
        forgotten = [SlotSet(name, None) for name in slots]
        if turn.slots.get(DRAFT):
            return [*ended, *forgotten, FollowupAction(FORM)]
        given_up = DONE_BY.get(str(turn.active_loop)) or str(
            turn.slots.get("pending_act") or "verify_identity"
        )
        return [*ended, *forgotten, *offer_next_wish(turn, say, done=given_up)]
    if turn.active_loop != FORM and picks_up(turn):
        return [FollowupAction(FORM)]
    if turn.active_loop == FORM or turn.slots.get(DRAFT):
        return await _end_complaint(desk, turn, say, ended)
    if regrets_withdrawal(turn):
        return offer_to_file_again(say)
    if _may_mean_the_call(turn) and (booked := await find_booked(desk, turn, say)):
        return begin_cancel(booked)
    if turn.slots.get("offered"):
        say("utter_offer_declined")
        left = await forget_second(desk, turn) if turn.slots["offered"] == ANOTHER else []
        return [SlotSet("offered", None), *left]
    say("utter_nothing_to_cancel")
    return []


async def _end_complaint(desk: DeskClient, turn: Turn, say: Say, ended: Events) -> Events:
    """Put off, it is kept as it is; given up, it is forgotten, save for a regret within this talk."""
    if puts_off(turn) and turn.slots.get(DESCRIPTION):
        say("utter_complaint_kept")
        return [
            *ended,
            *([] if turn.slots.get(SECOND) else offer_next_wish(turn, say, done="file_complaint")),
        ]
    await forget_draft(desk, turn)
    await keep_second(desk, turn)
    say("utter_complaint_cancelled")
    kept = SlotSet(GIVEN_UP, given_up(turn) or None)
    return [*ended, *cleared(), kept, *offer_next_wish(turn, say, done="file_complaint")]


def _may_mean_the_call(turn: Turn) -> bool:
    """ "Cancel" outside of everything, where nothing is offered; "never mind" is about the talk."""
    return not turn.active_loop and not turn.slots.get("offered") and bool(_CANCEL.search(turn.text))


def begin_cancel(booked: BookedCall) -> Events:
    """Ask whether the call that is booked shall be cancelled."""
    asked = [SlotSet(CANCEL_CONFIRMED, None), SlotSet("offered", None)]
    return [*booked.kept(), *asked, FollowupAction(CANCEL_FORM)]
