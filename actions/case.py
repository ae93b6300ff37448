"""What customers do with a filed complaint: withdraw it, add to it, accept its answer or contest it."""

from collections.abc import Sequence
from typing import Any

import structlog
from rasa_sdk.events import FollowupAction, SlotSet

from actions.cancel import cancel
from actions.case_reading import (
    accepts,
    addition_in,
    asks_what_follows,
    calls_it_settled,
    contests,
    leaves_as_it_is,
    means_latest,
    reason_in,
    withdraws,
)
from actions.complaint import FORM as COMPLAINT_FORM
from actions.complaint_fields import SKIPPED
from actions.complaint_status import tell_none
from actions.complaint_summary import confirms
from actions.desk_client import DeskError, DeskProblem
from actions.desk_views import ComplaintItem
from actions.digression import digresses, digresses_from_story
from actions.edge import DeskAction, Events
from actions.form import FormAction
from actions.moved_call import UnlessCallMoves
from actions.offers import offer, offer_to_file_again
from actions.say import Say
from actions.steering import regrets_withdrawal
from actions.turn import Turn

log = structlog.get_logger()
FORM = "case_form"
ACT, NUMBER, TEXT, CONFIRMED = "case_act", "case_number", "case_text", "case_confirmed"
SHOWN = 4
ACTS = {
    "withdraw_complaint": "withdraw",
    "add_to_complaint": "add",
    "accept_answer": "accept",
    "reject_answer": "reject",
}
WORDS_OF_YES = {"withdraw": withdraws, "accept": accepts, "reject": contests}
"""Asked back, the act in so many words is a yes to it."""
OVER = frozenset({"closed", "withdrawn"})


class BeginCase(UnlessCallMoves):
    """Finds the complaint that is meant, of those that this customer may see."""

    action_name = "action_begin_case"

    async def answer(self, turn: Turn, say: Say) -> Events:
        """The wish is the intent, or what was wished before verification, or what was offered."""
        waiting = turn.slots.get("offered") if turn.intent == "affirm" else turn.slots.get("pending_act")
        wish = turn.intent if turn.intent in ACTS else str(waiting)
        act = ACTS.get(wish)
        if act is None:
            say("utter_nothing_asked")
            return []
        if act == "withdraw" and turn.active_loop == COMPLAINT_FORM and not turn.all("complaint_number"):
            return await cancel(self.desk, turn, say)
        return await self._choose(act, wish, turn, say)

    async def _choose(self, act: str, wish: str, turn: Turn, say: Say) -> Events:
        number = turn.only("complaint_number")
        try:
            found = await self.desk.complaints(
                turn.conversation_id, number=str(number.value) if number else None
            )
        except DeskError:
            say("utter_status_unavailable")
            return []
        if not found.items:
            return tell_none(turn, say, wish=wish)
        fit = [item for item in found.items if suits(item, act)]
        if act == "withdraw" and calls_it_settled(turn):
            answered = [item for item in fit if item.state == "answered"]
            act, fit = ("accept", answered) if answered else (act, fit)
        if not fit:
            if regrets_withdrawal(turn):
                return [SlotSet("pending_act", None), *offer_to_file_again(say)]
            say(f"utter_case_none_{act}")
            return [SlotSet("pending_act", None)]
        if act == "reject" and turn.upset:
            say("utter_contest_upset")
        return [
            SlotSet("pending_act", None),
            SlotSet("offered", None),
            *_begun(act, _meant(fit, act, turn), turn),
            FollowupAction(FORM),
        ]


def _begun(act: str, number: str | None, turn: Turn) -> Events:
    """The form's slots, with the words that were said already."""
    told: str | None = SKIPPED
    if act == "add":
        told = addition_in(turn) if turn.intent != "affirm" else None
    elif act == "reject":
        told = (reason_in(turn) if contests(turn) else None) or (SKIPPED if turn.upset else None)
    return [SlotSet(ACT, act), SlotSet(NUMBER, number), SlotSet(TEXT, told), SlotSet(CONFIRMED, None)]


def _meant(fit: Sequence[ComplaintItem], act: str, turn: Turn) -> str | None:
    """The only one, or the one whose answer the customer has just read; None where that must be asked."""
    numbers = [item.number for item in fit]
    read = str(turn.metadata.get("answer_read", ""))
    if act in ("accept", "reject") and read in numbers:
        return read
    return numbers[0] if len(numbers) == 1 else None


class ValidateCase(FormAction):
    """Reads one turn of the form about a filed complaint, and does what was confirmed."""

    action_name = f"validate_{FORM}"
    asked = frozenset({NUMBER, TEXT, CONFIRMED})

    async def open(self, turn: Turn, say: Say) -> Events:
        """At the start nothing is read: what was said before was about the wish itself."""
        return self.stand_still(turn)

    async def read(self, turn: Turn, say: Say) -> Events:
        """Which complaint, which words, a yes."""
        readers = {NUMBER: self._number, TEXT: self._text, CONFIRMED: self._confirmation}
        return await readers[str(turn.requested)](turn, say)

    def hears_refusal(self, turn: Turn) -> bool:
        """Words to add, or a reason, may hold a refusal."""
        return turn.requested == TEXT and turn.declined == "request_callback"

    def stand_still(self, turn: Turn) -> Events:
        """Ask again for what was asked."""
        return [SlotSet(ACT, turn.slots.get(ACT))]

    async def _number(self, turn: Turn, say: Say) -> Events:
        named = turn.only("complaint_number")
        try:
            number = str(named.value) if named else None
            found = await self.desk.complaints(turn.conversation_id, number=number)
        except DeskError:
            say("utter_status_unavailable")
            return self.stand_still(turn)
        fit = [item for item in found.items if suits(item, str(turn.slots.get(ACT)))]
        if fit and (named or means_latest(turn)):
            return [*self.stand_still(turn), SlotSet(NUMBER, fit[0].number)]
        if named is None and digresses(turn):
            return []
        return await self.ask_again("utter_case_number_unclear", turn, say)

    async def _text(self, turn: Turn, say: Say) -> Events:
        adds = turn.slots.get(ACT) == "add"
        if turn.slots.get(ACT) == "reject" and accepts(turn):
            return self._turned("accept", turn)
        if digresses_from_story(turn):
            return []
        skips = turn.intent in ("skip", "deny") and turn.confidence >= 0.5
        if skips and not adds:
            return [*self.stand_still(turn), SlotSet(TEXT, SKIPPED)]
        if len(turn.text) >= 2 and not skips and turn.intent != "affirm":
            return [*self.stand_still(turn), SlotSet(TEXT, turn.written)]
        return await self.ask_again("utter_addition_unclear", turn, say)

    async def _confirmation(self, turn: Turn, say: Say) -> Events:
        act = turn.slots.get(ACT)
        agrees = WORDS_OF_YES.get(str(act))
        if confirms(turn) or (agrees and agrees(turn)):
            return await self._do(turn, say)
        if (act == "accept" and contests(turn)) or (act == "reject" and accepts(turn)):
            return self._turned("accept" if act == "reject" else "reject", turn)
        if (turn.intent == "deny" and turn.confidence >= 0.5) or leaves_as_it_is(turn):
            return await self._leave(turn, say)
        if act == "add" and turn.intent in ("add_to_complaint", "inform") and len(turn.text) > 4:
            joined = f"{turn.slots.get(TEXT)}\n{turn.written}"
            say("utter_complaint_noted")
            return [*self.stand_still(turn), SlotSet(TEXT, joined)]
        if asks_what_follows(turn):
            return self.stand_still(turn)  # the question tells what happens
        if digresses(turn):
            return []
        return await self.ask_again("utter_case_unclear", turn, say)

    def _turned(self, act: str, turn: Turn) -> Events:
        """The customer means the opposite: it is asked back in its turn."""
        return _begun(act, str(turn.slots.get(NUMBER)), turn)

    async def _leave(self, turn: Turn, say: Say) -> Events:
        """Not done; who does not accept an answer hears what else can be done about it."""
        left = await cancel(self.desk, turn, say)
        if turn.slots.get(ACT) == "accept":
            say("utter_answer_left")
        return left

    async def _do(self, turn: Turn, say: Say) -> Events:
        act, number, text = (str(turn.slots.get(name) or "") for name in (ACT, NUMBER, TEXT))
        words = "" if text == SKIPPED else text
        try:
            await self.desk.act_on_complaint(turn.conversation_id, number, action=act, text=words)
        except DeskProblem as problem:
            return await self._refused(problem, act, number, turn, say)
        except DeskError as error:
            log.warning("case act failed", conversation_id=turn.conversation_id, error=type(error).__name__)
            say("utter_case_unavailable")
            return self.stand_still(turn)
        return self._done(act, number, say)

    def _done(self, act: str, number: str, say: Say) -> Events:
        say(f"utter_case_done_{act}", number=number)
        following = offer(say, "rate_service") if act in ("withdraw", "accept") else []
        return [*forgotten(), *following]

    async def _refused(self, problem: DeskProblem, act: str, number: str, turn: Turn, say: Say) -> Events:
        """Refused after a lost answer it may well have been done: the complaint itself tells."""
        if problem.slug == "action-not-allowed" and act == "withdraw":
            found = await self.desk.complaints(turn.conversation_id, number=number)
            if found.items and found.items[0].state == "withdrawn":
                return self._done(act, number, say)
        say(f"utter_case_none_{act}" if problem.slug == "action-not-allowed" else "utter_no_complaints")
        return forgotten()


class AskCaseNumber(DeskAction):
    """Shows the complaints among which to choose."""

    action_name = "action_ask_case_number"

    async def act(self, turn: Turn, say: Say) -> Events:
        """With their first words, as buttons; at most four."""
        try:
            found = await self.desk.complaints(turn.conversation_id)
        except DeskError:
            say("utter_status_unavailable")
            return []
        fit = [item for item in found.items if suits(item, str(turn.slots.get(ACT)))][:SHOWN]
        places: dict[str, Any] = {f"{kind}_{n + 1}": "" for n in range(SHOWN) for kind in ("title", "number")}
        for n, item in enumerate(fit, 1):
            places |= {f"title_{n}": f"{item.number} {item.summary[:16]}".strip(), f"number_{n}": item.number}
        say("utter_which_case", **places)
        return []


class AskCaseText(DeskAction):
    """Asks for the words to add, or for the reason why the answer is not accepted."""

    action_name = "action_ask_case_text"

    async def act(self, turn: Turn, say: Say) -> Events:
        """Only these two acts have words of their own."""
        say("utter_ask_addition" if turn.slots.get(ACT) == "add" else "utter_ask_reason")
        return []


class AskCaseConfirmed(DeskAction):
    """Says what will be done, before it is done."""

    action_name = "action_ask_case_confirmed"

    async def act(self, turn: Turn, say: Say) -> Events:
        """A complaint withdrawn or accepted is over: the customer is told so first."""
        if "utter_case_unavailable" in turn.spoken:
            return []
        text = str(turn.slots.get(TEXT) or "")
        words = say.word("field", "none") if text == SKIPPED else text
        say(f"utter_confirm_{turn.slots.get(ACT)}", number=str(turn.slots.get(NUMBER)), words=words)
        return []


def suits(item: ComplaintItem, act: str) -> bool:
    """Whether the complaint is in a state for the act; the desk decides in the end."""
    return item.state == "answered" if act in ("accept", "reject") else item.state not in OVER


def forgotten() -> Events:
    """End the form."""
    return [SlotSet(name, None) for name in (ACT, NUMBER, TEXT, CONFIRMED, "requested_slot")]
