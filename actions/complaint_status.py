"""How the customer's complaints are going."""

from rasa_sdk.events import SlotSet

from actions.desk_client import DeskClient, DeskError
from actions.desk_views import ComplaintItem
from actions.edge import DeskAction, Events
from actions.offers import offer_next_wish
from actions.say import Say
from actions.turn import Turn

ENDED = frozenset({"closed", "withdrawn"})
SHOWN = 5


class ComplaintStatus(DeskAction):
    """State and due date of the complaints that this conversation may see."""

    action_name = "action_complaint_status"

    async def act(self, turn: Turn, say: Say) -> Events:
        """Show them."""
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
        say("utter_no_complaints")
        return [SlotSet("pending_act", "complaint_status")]
    for item in found.items[:SHOWN]:
        _say_state(item, say)
    return [SlotSet("pending_act", None), *offer_next_wish(turn, say, done="complaint_status")]


def _say_state(item: ComplaintItem, say: Say) -> None:
    state = say.word("state", item.state)
    known = state if state != item.state else say.word("state", "unknown")
    if item.state == "answered":
        say("utter_complaint_answered", number=item.number)
    elif item.due_date is None or item.state in ENDED:
        say("utter_complaint_state_closed", number=item.number, state=known)
    else:
        say("utter_complaint_state", number=item.number, state=known, due_date=say.day(item.due_date))
