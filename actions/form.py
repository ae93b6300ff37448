"""What all forms have in common: when to read, when to wait, when to ask again."""

from abc import abstractmethod

from actions.edge import DeskAction, Events
from actions.moved_call import move_call_instead
from actions.person import give_up
from actions.say import Say
from actions.steering import asks_to_repeat, hesitates, hums, shows_pictures_only
from actions.turn import Turn

COURTESIES = {"thanks": "utter_thanks_in_form", "goodbye": "utter_goodbye_in_form"}
SURE_OF_COURTESY = 0.6
LONGEST_COURTESY = {"zh": 14, "en": 40}
FREE_TEXT = ("_comment", "_text")
"""How slots are called that take nearly any words."""


class FormAction(DeskAction):
    """Rasa calls it at the start, for every message, and when the form resumes after a digression."""

    asked: frozenset[str]
    """The slots whose questions the form asks."""
    may_be_a_call = True
    """Whether words that began the form may be about the call that is booked."""

    async def act(self, turn: Turn, say: Say) -> Events:
        """Nothing is read twice: after a digression the form only asks again."""
        if turn.requested not in self.asked:
            moved = await move_call_instead(self.desk, turn, say) if self.may_be_a_call else None
            return await self.open(turn, say) if moved is None else moved
        if turn.resumed:
            return self.stand_still(turn)
        if turn.intent == "wait":
            say("utter_take_your_time")
            return self.stand_still(turn)
        if asks_to_repeat(turn):
            return self.stand_still(turn)
        if said_meanwhile := _beside_the_question(turn):
            say(said_meanwhile)
            return self.stand_still(turn)
        if shows_pictures_only(turn) and not self.reads_pictures(turn):
            return await self.ask_again("utter_no_words", turn, say)
        if turn.declined is not None and not self.hears_refusal(turn):
            return []
        return await self.read(turn, say)

    def hears_refusal(self, turn: Turn) -> bool:
        """Whether "don't call me" and the like is an answer here; else it is answered as anywhere."""
        return False

    def reads_pictures(self, turn: Turn) -> bool:
        """Whether an emoji may be an answer: a thumb to a question of yes or no, anything in a comment."""
        return str(turn.requested).endswith(("_confirmed", *FREE_TEXT))

    @abstractmethod
    async def open(self, turn: Turn, say: Say) -> Events:
        """The form begins: keep what was said already."""

    @abstractmethod
    async def read(self, turn: Turn, say: Say) -> Events:
        """Read an answer. No event at all means: this is about something else, let its rule answer."""

    async def ask_again(self, response: str, turn: Turn, say: Say, *, kept: Events | None = None) -> Events:
        """Say what was not understood; the second time in a row bring a person."""
        stay = kept if kept is not None else self.stand_still(turn)
        if _merely_agrees(turn):
            say("utter_form_goes_on")
            return stay
        handed_over = await give_up(self.desk, turn, say)
        if handed_over is not None:
            return [*stay, *handed_over]
        say(response)
        return stay


def _merely_agrees(turn: Turn) -> bool:
    """A "yes" where a value was asked: no failure the first time."""
    yes_or_no = str(turn.requested).endswith(("_confirmed", "_resume"))
    said_so = bool(turn.spoken_before) and "utter_form_goes_on" in turn.spoken_before[0]
    return turn.intent == "affirm" and not (yes_or_no or said_so or turn.failed_before)


def _beside_the_question(turn: Turn) -> str | None:
    """What is said to a thank-you, a farewell or a "well…" before the question is asked again."""
    asked = str(turn.requested)
    yes_or_no = asked.endswith(("_confirmed", "_resume"))
    if hesitates(turn) and not asked.endswith(FREE_TEXT) and not (yes_or_no and hums(turn)):
        return "utter_take_your_time"
    brief = len(turn.text) <= LONGEST_COURTESY["en" if turn.text.isascii() else "zh"]
    polite = brief and turn.confidence >= SURE_OF_COURTESY and not turn.values_beside_language()
    if not polite or asked.endswith(FREE_TEXT):
        return None
    return COURTESIES.get(turn.intent)
