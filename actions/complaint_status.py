"""How the customer's complaints are going."""

import re

from rasa_sdk.events import FollowupAction, SlotSet

from actions.complaint_fields import business_in
from actions.desk_client import DeskClient, DeskError
from actions.desk_views import ComplaintItem
from actions.edge import DeskAction, Events
from actions.offers import ANOTHER, offer_next_wish, offer_to_file_again
from actions.say import Say
from actions.steering import regrets_withdrawal
from actions.turn import Turn

_ASKS_HOW_IT_GOES = re.compile(
    r"进度|进展|到哪|处理|状态|结果|怎么样|编号|[cC]-\d|\b(?:status|progress|going|result|number)\b", re.I
)
ENDED = frozenset({"closed", "withdrawn"})
SHOWN = 5


class ComplaintStatus(DeskAction):
    """State and due date of the complaints that this conversation may see."""

    action_name = "action_complaint_status"

    async def act(self, turn: Turn, say: Say) -> Events:
        """Show them; words about the other complaint that was just offered to be filed begin that one."""
        if regrets_withdrawal(turn):
            return offer_to_file_again(say)
        if (
            turn.slots.get("offered") == ANOTHER
            and business_in(turn)
            and not _ASKS_HOW_IT_GOES.search(turn.text)
        ):
            return [FollowupAction("complaint_form")]
        return await show_complaints(self.desk, turn, say)


async def show_complaints(desk: DeskClient, turn: Turn, say: Say) -> Events:
    """Show the complaint whose number was said, else the latest. An unknown number finds nothing."""
    number = turn.only("complaint_number")
    try:
        found = await desk.complaints(turn.conversation_id, number=str(number.value) if number else None)
    except DeskError:
        say("utter_status_unavailable")
        return []
    if not found.items:
        return tell_none(turn, say, wish="complaint_status")
    for item in found.items[:SHOWN]:
        _say_state(item, say)
    return [SlotSet("pending_act", None), *offer_next_wish(turn, say, done="complaint_status")]


def tell_none(turn: Turn, say: Say, *, wish: str) -> Events:
    """No complaint is theirs; who has not verified may do so, and a yes begins it, and then look again."""
    if turn.metadata.get("verified") is True:
        say("utter_no_complaints_of_yours")
        return [SlotSet("pending_act", None), SlotSet("offered", None)]
    say("utter_no_complaints")
    return [SlotSet("pending_act", wish), SlotSet("offered", "verify_identity")]


def _say_state(item: ComplaintItem, say: Say) -> None:
    state = say.word("state", item.state)
    known = state if state != item.state else say.word("state", "unknown")
    if item.state == "answered":
        say("utter_complaint_answered", number=item.number)
    elif item.due_date is None or item.state in ENDED:
        say("utter_complaint_state_closed", number=item.number, state=known)
    else:
        say("utter_complaint_state", number=item.number, state=known, due_date=say.day(item.due_date))
