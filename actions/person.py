"""Bringing a person: on request, for a card in danger, for distress and abuse, after two failures."""

from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from actions.desk_client import DeskClient, DeskError
from actions.drafts import SECOND
from actions.edge import Events
from actions.moved_call import UnlessCallMoves
from actions.offers import offer_next_wish
from actions.say import Say
from actions.steering import picks_up
from actions.turn import Turn

REASONS = {
    "report_loss": "loss_or_fraud",
    "dispute_transaction": "loss_or_fraud",
    "abuse": "abuse",
    "self_harm": "distress",
}
FIRST_WORDS = {
    "report_loss": "utter_loss_hotline",
    "dispute_transaction": "utter_dispute_hotline",
    "abuse": "utter_abuse",
    "self_harm": "utter_self_harm",
}
NOTE_FIELDS = (
    "complaint_description",
    "complaint_business",
    "complaint_amount",
    "complaint_date",
    "complaint_contact",
)
NOTE_LENGTH = 1500
SURE_OF_ABUSE = 0.55


class HandOverAction(UnlessCallMoves):
    """Say what helps at once, then put the conversation into the queue of the agents."""

    action_name = "action_hand_over"

    async def answer(self, turn: Turn, say: Say) -> Events:
        """The wish is the intent, or what was offered when the customer said yes to it."""
        wish = turn.slots.get("offered") if turn.intent == "affirm" else turn.intent
        if wish == "abuse" and turn.confidence < SURE_OF_ABUSE and not turn.upset:
            return await self._nonsense(turn, say)
        if wish == "self_harm" and picks_up(turn):
            return [FollowupAction("complaint_form")]
        if wish in FIRST_WORDS:
            say(FIRST_WORDS[wish])
        return await hand_over(self.desk, turn, say, reason=REASONS.get(str(wish), "requested"))

    async def _nonsense(self, turn: Turn, say: Say) -> Events:
        """Words that are only a little like an insult are nonsense, and no reason to apologise."""
        handed_over = await give_up(self.desk, turn, say)
        if handed_over is not None:
            return handed_over
        say("utter_no_answer")
        return [SlotSet("offered", "request_person")]


async def hand_over(desk: DeskClient, turn: Turn, say: Say, *, reason: str) -> Events:
    """Bring a person and end the running form; its draft stays.

    The form goes on where that fails, and where somebody merely wished for a person while none is there.
    """
    try:
        result = await desk.hand_over(turn.conversation_id, reason=reason, note=note_of(turn))
    except DeskError:
        say("utter_person_unavailable")
        return []
    ended = [ActiveLoop(None), SlotSet("requested_slot", None), SlotSet("offered", None)]
    if result.open:
        say("utter_person_coming", position=result.position or 1)
        return [*ended, SlotSet("next_wish", None)]
    say("utter_person_closed", hours=result.hours)
    if turn.active_loop and reason == "requested":
        return []
    # Nobody answers now, so the assistant goes on with what else was wished.
    return [*ended, *offer_next_wish(turn, say, done=turn.intent)]


async def give_up(desk: DeskClient, turn: Turn, say: Say) -> Events | None:
    """Bring a person after two failures in a row, with an apology for an upset customer; None to go on.

    Emotion alone is not sure enough to end what the customer is doing at the first misunderstanding.
    """
    if not turn.failed_before:
        return None
    say("utter_upset_handover" if turn.upset else "utter_two_failures")
    return await hand_over(desk, turn, say, reason="failures")


async def no_words(desk: DeskClient, turn: Turn, say: Say) -> Events:
    """A picture or a sticker is not understood; the second time in a row a person may look at it."""
    handed_over = await give_up(desk, turn, say)
    if handed_over is None:
        say("utter_no_words")
    return handed_over or []


def note_of(turn: Turn) -> str:
    """What the agent should know at once: the last words and the draft of a complaint, as data."""
    lines = [turn.written]
    lines += [
        f"{name.removeprefix('complaint_')}: {turn.slots[name]}"
        for name in NOTE_FIELDS
        if turn.slots.get(name)
    ]
    if second := turn.slots.get(SECOND):
        lines.append(f"another complaint: {second.get('complaint_description')}")
    return "\n".join(lines)[:NOTE_LENGTH]
