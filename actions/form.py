"""What all forms have in common: when to read, when to wait, when to ask again."""

from abc import abstractmethod

from actions.edge import DeskAction, Events
from actions.person import give_up
from actions.say import Say
from actions.steering import asks_to_repeat
from actions.turn import Turn


class FormAction(DeskAction):
    """Rasa calls it at the start, for every message, and when the form resumes after a digression."""

    asked: frozenset[str]
    """The slots whose questions the form asks."""

    async def act(self, turn: Turn, say: Say) -> Events:
        """Nothing is read twice: after a digression the form only asks again."""
        if turn.requested not in self.asked:
            return await self.open(turn, say)
        if turn.resumed:
            return self.stand_still(turn)
        if turn.intent == "wait":
            say("utter_take_your_time")
            return self.stand_still(turn)
        if asks_to_repeat(turn):
            return self.stand_still(turn)
        if turn.declined is not None and not self.hears_refusal(turn):
            return []
        return await self.read(turn, say)

    def hears_refusal(self, turn: Turn) -> bool:
        """Whether "don't call me" and the like is an answer here; else it is answered as anywhere."""
        return False

    @abstractmethod
    async def open(self, turn: Turn, say: Say) -> Events:
        """The form begins: keep what was said already."""

    @abstractmethod
    async def read(self, turn: Turn, say: Say) -> Events:
        """Read an answer. No event at all means: this is about something else, let its rule answer."""

    async def ask_again(self, response: str, turn: Turn, say: Say, *, kept: Events | None = None) -> Events:
        """Say what was not understood; the second time in a row bring a person."""
        stay = kept if kept is not None else self.stand_still(turn)
        handed_over = await give_up(self.desk, turn, say)
        if handed_over is not None:
            return [*stay, *handed_over]
        say(response)
        return stay
