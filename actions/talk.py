"""Small steps of the talk that look at more than the words: greeting, loose values, nonsense, plain words."""

import re

from rasa_sdk.events import FollowupAction, SlotSet

from actions.afterwards import add_to_filed, adds_to_filed
from actions.complaint import FORM as COMPLAINT_FORM
from actions.complaint_fields import COMPLAINS, tells_story
from actions.drafts import DRAFT, offer_draft
from actions.edge import DeskAction, Events
from actions.moved_call import UnlessCallMoves
from actions.offers import ANOTHER, offer, offer_next_wish
from actions.person import give_up, no_words
from actions.say import Say
from actions.steering import hesitates, shows_pictures_only
from actions.turn import Turn

_WANTS_A_CALL = re.compile(r"打.{0,24}给我|打我|给我打|打过来|回电|来电话|\bcall (?:me|us|back)\b", re.I)
_ENDS_PLAIN_WORDS = re.compile(
    r"退出|关闭|关掉|不要|取消|恢复|换回|普通|标准|"
    r"\b(?:off|exit|leave|stop|disable|normal|standard|back to)\b",
    re.I,
)


class Greet(UnlessCallMoves):
    """A greeting; somebody who comes back is reminded of the half-told complaint."""

    action_name = "action_greet"

    async def answer(self, turn: Turn, say: Say) -> Events:
        """In a form the greeting is short, as the form asks again."""
        if turn.active_loop:
            say("utter_greet_in_form")
            return []
        offered = await offer_draft(self.desk, turn, say)
        if not offered:
            say("utter_greet")
        return offered


class Chitchat(UnlessCallMoves):
    """Small talk; "hmm" is none."""

    action_name = "action_chitchat"

    async def answer(self, turn: Turn, say: Say) -> Events:
        """Somebody who looks for words is listened to."""
        say("utter_listening" if hesitates(turn) else "utter_chitchat")
        return []


class LooseValue(UnlessCallMoves):
    """A value, or a "skip", that answers no question of this session."""

    action_name = "action_loose_value"

    async def answer(self, turn: Turn, say: Say) -> Events:
        """After a break it answers the question of the half-told complaint; a story is the start of one."""
        if turn.active_loop:
            return []
        if shows_pictures_only(turn):
            return await no_words(self.desk, turn, say)
        if adds_to_filed(turn):
            return add_to_filed()
        if turn.all("phone") and _WANTS_A_CALL.search(turn.text):
            return [FollowupAction("callback_form")]
        if turn.all("phone") and turn.slots.get("pending_act"):
            return [FollowupAction("verification_form")]
        if turn.returning or turn.slots.get(DRAFT) or turn.slots.get("offered") == ANOTHER:
            return [FollowupAction(COMPLAINT_FORM)]
        if COMPLAINS.search(turn.text) and tells_story(turn):
            return [FollowupAction(COMPLAINT_FORM)]
        if tells_story(turn) and turn.intent == "inform":
            return offer(say, "file_complaint")
        say("utter_nothing_to_skip" if turn.intent == "skip" else "utter_inform_alone")
        return []


class OutOfScope(UnlessCallMoves):
    """What no bank does, or what no one can understand."""

    action_name = "action_out_of_scope"

    async def answer(self, turn: Turn, say: Say) -> Events:
        """Nonsense after nonsense brings a person; a question about something else does not."""
        if shows_pictures_only(turn):
            return await no_words(self.desk, turn, say)
        handed_over = None if turn.is_question else await give_up(self.desk, turn, say)
        if handed_over is not None:
            return handed_over
        say("utter_out_of_scope")
        return await offer_draft(self.desk, turn, say)


class PlainWords(DeskAction):
    """Fewer and plainer words, for those who wish for them; and back."""

    action_name = "action_elderly_mode"

    async def act(self, turn: Turn, say: Say) -> Events:
        """The gateway carries the wish over to later sessions."""
        ends = bool(_ENDS_PLAIN_WORDS.search(turn.text))
        say("utter_elderly_mode_off" if ends else "utter_elderly_mode")
        return [SlotSet("elderly", "off" if ends else "on")]


class AfterForm(DeskAction):
    """When a small form has ended: go on with the complaint behind it, else with what else was wished."""

    action_name = "action_after_form"

    async def act(self, turn: Turn, say: Say) -> Events:
        """Not when a person was called."""
        if turn.handed_over:
            return []
        if turn.slots.get(DRAFT):
            return [FollowupAction(COMPLAINT_FORM)]
        return [] if turn.slots.get("offered") else offer_next_wish(turn, say, done="")
