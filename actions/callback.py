"""A call-back: which number, when, and a yes before it is noted."""

import re
from datetime import date

from rasa_sdk.events import SlotSet

from actions.cancel import cancel
from actions.complaint_answers import names_service_line
from actions.complaint_summary import confirms
from actions.desk_client import DeskError, DeskProblem
from actions.digression import digresses
from actions.edge import DeskAction, Events
from actions.form import FormAction
from actions.offers import offer_next_wish
from actions.say import Say
from actions.turn import Turn

FORM = "callback_form"
PHONE, TIME, DAY, CONFIRMED = "callback_phone", "callback_time", "callback_day", "callback_confirmed"
LONGEST_WORDS = 100
_HOUR = r"[零一二两三四五六七八九十\d]{1,3}"
_TIME = re.compile(
    rf"(?:(?:今天|明天|后天|大后天|今晚|明早|明晚|下?周[一二三四五六日天]|周末|工作日|\d{{1,2}}月\d{{1,2}}[日号])?的?"
    rf"(?:早上|上午|中午|下午|傍晚|晚上|夜里|凌晨)?"
    rf"{_HOUR}[点时:：][半\d零一二三四五刻]{{0,3}}分?(?:(?:到|至|-|~){_HOUR}[点时:：]?[半\d]{{0,2}})?"
    r"(?:左右|以后|之后|以前|之前|前|后)?)"
    r"|(?:今天|明天|后天|下?周[一二三四五六日天])?(?:早上|上午|中午|下午|傍晚|晚上)"
    r"|今天|明天|后天|今晚|明早|明晚|下?周[一二三四五六日天]|下班后?|周末|工作日"
    r"|随时|都可以|都行|尽快|马上|现在|越快越好"
    r"|\b(?:today|tomorrow|tonight|morning|noon|afternoon|evening|night|any ?time|asap|now|"
    r"as soon as possible|weekend|weekdays?|"
    r"(?:at |after |before |around |by )?\d{1,2}(?::\d{2})? ?(?:am|pm|o'clock)|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|after work)\b",
    re.I,
)


class ValidateCallback(FormAction):
    """Reads one turn of the call-back form; asks the desk when the customer has said yes."""

    action_name = f"validate_{FORM}"
    asked = frozenset({PHONE, TIME, CONFIRMED})

    async def open(self, turn: Turn, say: Say) -> Events:
        """What the first message says already is not asked again."""
        say("utter_callback_start")
        return [*self._told(turn), SlotSet(CONFIRMED, None)]

    async def read(self, turn: Turn, say: Say) -> Events:
        """A number, a time, a yes."""
        if _is_over(turn):
            return await self.ask_again("utter_callback_time_unclear", turn, say, kept=[SlotSet(TIME, None)])
        told = self._told(turn)
        if turn.requested == CONFIRMED:
            return await self._confirmation(turn, say)
        if any(event["name"] == turn.requested for event in told):
            return told
        if digresses(turn) and turn.intent != "request_callback":
            return []
        if told:
            return told
        if turn.requested == PHONE and names_service_line(turn):
            say("utter_contact_is_ours")
            return self.stand_still(turn)
        unclear = "utter_contact_unclear" if turn.requested == PHONE else "utter_callback_time_unclear"
        return await self.ask_again(unclear, turn, say)

    def stand_still(self, turn: Turn) -> Events:
        """Ask again for what was asked."""
        return [SlotSet(PHONE, turn.slots.get(PHONE))]

    def _told(self, turn: Turn) -> Events:
        phone, day = turn.only("phone"), turn.only("date")
        events = [SlotSet(PHONE, phone.value)] if phone else []
        words = time_in(turn)
        if day and date.fromisoformat(str(day.value)) >= turn.today:
            events.append(SlotSet(DAY, str(day.value)))
            words = words or turn.text[day.start : day.end]
        if words:
            events.append(SlotSet(TIME, words[:LONGEST_WORDS]))
        return events

    async def _confirmation(self, turn: Turn, say: Say) -> Events:
        if confirms(turn):
            return await self._ask_desk(turn, say)
        told = self._told(turn)
        if told:
            say("utter_complaint_corrected")
            return told
        if turn.intent == "deny" and turn.confidence >= 0.5:
            return await cancel(self.desk, turn, say)
        if digresses(turn) and turn.intent != "request_callback":
            return []
        return await self.ask_again("utter_case_unclear", turn, say)

    async def _ask_desk(self, turn: Turn, say: Say) -> Events:
        day = turn.slots.get(DAY)
        try:
            asked = await self.desk.request_callback(
                turn.conversation_id,
                phone=str(turn.slots.get(PHONE)),
                wanted=str(turn.slots.get(TIME) or ""),
                wanted_on=date.fromisoformat(str(day)) if day else None,
            )
        except DeskProblem as problem:
            say("utter_contact_unclear" if problem.slug == "bad-phone" else "utter_callback_time_unclear")
            return [SlotSet(PHONE if problem.slug == "bad-phone" else TIME, None), SlotSet(DAY, None)]
        except DeskError:
            say("utter_callback_unavailable")
            return self.stand_still(turn)
        say("utter_callback_done", phone=asked.phone, time=asked.wanted)
        cleared = [SlotSet(name, None) for name in (PHONE, TIME, DAY, CONFIRMED, "requested_slot")]
        return [*cleared, *offer_next_wish(turn, say, done="request_callback")]


class AskCallbackConfirmed(DeskAction):
    """Repeats number and time."""

    action_name = "action_ask_callback_confirmed"

    async def act(self, turn: Turn, say: Say) -> Events:
        """The day is shown with its weekday when one was understood."""
        if "utter_callback_unavailable" in turn.spoken:
            return []
        time, day = str(turn.slots.get(TIME)), turn.slots.get(DAY)
        shown = say.day(date.fromisoformat(str(day))) if day else ""
        say("utter_confirm_callback", phone=str(turn.slots.get(PHONE)), time=f"{time} {shown}".strip())
        return []


def _is_over(turn: Turn) -> bool:
    """Whether the one day that is named is gone."""
    day = turn.only("date")
    return day is not None and date.fromisoformat(str(day.value)) < turn.today


def time_in(turn: Turn) -> str | None:
    """When to call, in the customer's own words; the number itself is no time."""
    text = turn.text
    for value in sorted(turn.all("phone"), key=lambda one: -one.start):
        text = text[: value.start] + " " + text[value.end :]
    found = [match[0].strip() for match in _TIME.finditer(text) if match[0].strip()]
    return " ".join(found) or None
