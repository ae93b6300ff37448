"""A complaint that looks like an earlier one: told kindly, and joined to it when the customer wishes."""

from rasa_sdk.events import SlotSet

from actions.desk_client import DeskError
from actions.desk_views import Complaint
from actions.edge import DeskAction, Events
from actions.offers import offer_next_wish
from actions.say import Say
from actions.turn import Turn

OVER = frozenset({"closed", "withdrawn"})
OFFER = "join_complaint"
EARLIER, LATER = "duplicate_earlier", "duplicate_later"


def offer_join(complaint: Complaint, say: Say) -> Events:
    """Name the earlier one and ask whether both belong together; nothing when none is still open."""
    earlier = next((one.number for one in complaint.possible_duplicates if one.state not in OVER), None)
    if earlier is None:
        return []
    say(f"utter_offer_{OFFER}", number=earlier)
    return [SlotSet(EARLIER, earlier), SlotSet(LATER, complaint.number), SlotSet("offered", OFFER)]


class JoinComplaint(DeskAction):
    """The customer says that both are one matter: each complaint gets a word about the other.

    People merge them; nothing is withdrawn here, so that no deadline is lost.
    """

    action_name = "action_join_complaint"

    async def act(self, turn: Turn, say: Say) -> Events:
        """Add to both, the earlier first."""
        earlier, later = str(turn.slots.get(EARLIER)), str(turn.slots.get(LATER))
        forgotten = [SlotSet(EARLIER, None), SlotSet(LATER, None)]
        try:
            for number, other in ((earlier, later), (later, earlier)):
                text = say.line("utter_word_note_same_matter", number=other)
                await self.desk.act_on_complaint(turn.conversation_id, number, action="add", text=text)
        except DeskError:
            say("utter_join_unavailable", number=later)
        else:
            say("utter_complaint_joined", earlier=earlier, later=later)
        return [*forgotten, *offer_next_wish(turn, say, done=OFFER)]
