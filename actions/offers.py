"""Offers: what the assistant proposes next, and the customer's yes to it."""

import re

from rasa_sdk.events import FollowupAction, SlotSet

from actions.complaint_fields import DESCRIPTION
from actions.drafts import DRAFT, SECOND, excerpt
from actions.edge import Events
from actions.moved_call import UnlessCallMoves
from actions.say import Say
from actions.steering import hesitates, hums, picks_up
from actions.turn import Turn

TAKEN_BY = {
    "file_complaint": "complaint_form",
    "request_person": "action_hand_over",
    "report_loss": "action_hand_over",
    "dispute_transaction": "action_hand_over",
    "view_accounts": "action_show_accounts",
    "view_profile": "action_show_profile",
    "complaint_status": "action_complaint_status",
    "verify_identity": "action_start_verification",
    "request_callback": "callback_form",
    "cancel_callback": "action_begin_callback_cancel",
    "callback_status": "action_callback_status",
    "rate_service": "rating_form",
    "withdraw_complaint": "action_begin_case",
    "add_to_complaint": "action_begin_case",
    "resume_complaint": "complaint_form",
    "another_complaint": "complaint_form",
    "join_complaint": "action_join_complaint",
}
"""What can be offered, and the action or form that does it."""
READ_THE_OFFER = frozenset({"action_hand_over", "action_begin_case", "complaint_form"})
"""These look at what was offered, and clear the slot themselves."""
SURE = 0.5
ANOTHER = "another_complaint"
""""I have two complaints": the second one."""
_THE_OTHER = re.compile(
    r"^(?:(?!怎么|怎样|如何|多少|多久|什么|哪|吗).){0,12}"
    r"(?:那个|那件|那笔|另一[个件笔]|第二[个件笔]|的事)[呢吧啊]?[，,。？?!！]*$|"
    r"^(?:and|what about|now|then|how about)\b.{0,20}\b(?:other|second)\b"
    r"(?: one| thing| matter| complaint)?\W*$",
    re.I,
)


def takes_the_other(turn: Turn) -> bool:
    """ "And the one about the collectors?", where the second complaint was offered or waits."""
    waits = turn.slots.get("offered") == ANOTHER or turn.slots.get(SECOND)
    return bool(waits) and bool(_THE_OTHER.search(turn.text.strip()))


def offer(say: Say, act: str) -> Events:
    """Propose one act; a yes in the next turn takes it. Acts that cannot be offered are passed over."""
    if act not in TAKEN_BY:
        return []
    say(f"utter_offer_{act}")
    return [SlotSet("offered", act)]


def offer_to_file_again(say: Say) -> Events:
    """What was withdrawn does not live again; it may be filed anew."""
    say("utter_withdrawn_stays")
    return [SlotSet("offered", ANOTHER)]


def offer_next_wish(turn: Turn, say: Say, *, done: str) -> Events:
    """Come back to the second wish of a message when the first is done."""
    wish, second = turn.slots.get("next_wish"), turn.slots.get(SECOND)
    if second and wish in (None, ANOTHER):
        if turn.slots.get(DRAFT) and done != "file_complaint":
            return []  # the first is not done yet
        say("utter_offer_second_complaint", description=excerpt({"description": second.get(DESCRIPTION)}))
        return [SlotSet("offered", ANOTHER), SlotSet("next_wish", None)]
    if not wish:
        return []
    if wish == done or wish not in TAKEN_BY:
        return [SlotSet("next_wish", None)]
    say("utter_also")
    return [*offer(say, wish), SlotSet("next_wish", None)]


class TakeOffer(UnlessCallMoves):
    """The customer says yes."""

    action_name = "action_take_offer"

    async def answer(self, turn: Turn, say: Say) -> Events:
        """Do what was offered; a yes to nothing, or an unsure one, gets a friendly question."""
        act = TAKEN_BY.get(str(turn.slots.get("offered")))
        if hesitates(turn) and not hums(turn):
            say("utter_listening")
            return []
        if act is None and (turn.returning or picks_up(turn)):
            return [FollowupAction("complaint_form")]
        if act is None or turn.confidence < SURE:
            say("utter_nothing_asked")
            return []
        cleared = [] if act in READ_THE_OFFER else [SlotSet("offered", None)]
        return [*cleared, FollowupAction(act)]
