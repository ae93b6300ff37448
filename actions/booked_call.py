"""The call-back that a customer has booked: found at the desk, told by its day and hour, kept in a slot."""

import re
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from rasa_sdk.events import SlotSet

from actions.desk_client import DeskClient, DeskError
from actions.desk_views import Callback, CallbackStanding
from actions.edge import Events
from actions.say import Say
from actions.turn import Turn

BOOKED = "callback_booked"
CANCEL_FORM = "callback_cancel_form"
CANCEL_CONFIRMED = "callback_cancel_confirmed"

_DAY = re.compile(
    r"大后天|后天|明天|今天|今日|明日|(?:这|本|下)?(?:个)?(?:周|星期|礼拜)[一二三四五六日天]|"
    r"(?:\d{4}年)?\d{1,2}月\d{1,2}[日号]|\d{1,2}[日号]|"
    r"\b(?:on |this |next )?(?:the day after tomorrow|today|tomorrow|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b|"
    r"\b(?:on )?(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* \d{1,2}(?:st|nd|rd|th)?|"
    r"\d{1,2}(?:st|nd|rd|th)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\b",
    re.I,
)
_PART_OF_DAY = {"今晚": "晚上", "明晚": "晚上", "今早": "早上", "明早": "早上", "tonight": "in the evening"}
_ANY_DAY = re.compile(
    r"随时|都可以|都行|尽快|马上|越快越好|周末|工作日|"
    r"\b(?:any ?time|asap|as soon as possible|weekends?|weekdays?)\b",
    re.I,
)
_EDGES = " ,，的、"
_ENDED = {
    "reached": "utter_callback_none_reached",
    "not_reached": "utter_callback_none_missed",
    "cancelled": "utter_callback_none_cancelled",
}


@dataclass(frozen=True)
class BookedCall:
    """`hour` is when on that day, in the customer's words; `told` is day and hour in one."""

    id: str
    phone: str
    hour: str
    day: str
    told: str

    @classmethod
    def of(cls, found: Callback, turn: Turn, say: Say) -> "BookedCall":
        """As it is told today: what was tomorrow when it was said may be today now."""
        told = told_time(found.wanted, found.wanted_on, turn, say)
        return cls(found.id, found.phone, hour_in(found.wanted), found.wanted_on.isoformat(), told)

    def kept(self) -> Events:
        """The slot that holds it."""
        return [SlotSet(BOOKED, asdict(self))]

    def is_late(self, turn: Turn) -> bool:
        """Whether its day is over; "any time" and "at the weekend" name no day."""
        return date.fromisoformat(self.day) < turn.today and not _ANY_DAY.search(self.hour)


def booked_in(turn: Turn) -> BookedCall | None:
    """The one that the running form is about."""
    kept: dict[str, Any] | None = turn.slots.get(BOOKED)
    return BookedCall(**kept) if kept else None


async def find_booked(desk: DeskClient, turn: Turn, say: Say) -> BookedCall | None:
    """What is still to be made; None also when the desk fails, so that a call can be asked for."""
    try:
        found = await desk.callbacks(turn.conversation_id)
    except DeskError:
        return None
    return BookedCall.of(found.open, turn, say) if found.open else None


def tell_none(standing: CallbackStanding, turn: Turn, say: Say, *, wish: str) -> Events:
    """Nothing is booked: say what became of the last one. Who has not verified may do so, and look again."""
    ended = standing.ended
    if ended and ended.outcome in _ENDED:
        say(_ENDED[ended.outcome], day=say.past_day(ended.ended_at))
        return []
    if turn.metadata.get("verified") is True or turn.active_loop:
        say("utter_callback_none")
        return []
    say("utter_callback_none_here")
    return [SlotSet("pending_act", wish), SlotSet("offered", "verify_identity")]


def hour_in(wanted: str) -> str:
    """When on its day: 明天下午三点 → 下午三点, "tomorrow at 3 pm" → "at 3 pm"."""
    words = wanted
    for part, meant in _PART_OF_DAY.items():
        words = re.sub(part, meant, words, flags=re.I)
    return " ".join(_DAY.sub(" ", words).split()).strip(_EDGES)


def names_day_only(wanted: str) -> bool:
    """Whether nothing but the day was said."""
    return bool(wanted) and not hour_in(wanted)


def told_time(wanted: str, day: date, turn: Turn, say: Say) -> str:
    """Day and hour as they are today. "Any time" has no day, unless it waits for another one."""
    hour = hour_in(wanted)
    if _ANY_DAY.search(hour) and day <= turn.today:
        return hour
    named = {turn.today: "now_today", turn.today + timedelta(days=1): "tomorrow"}.get(day)
    shown = say.word("when", named) if named else say.day(day)
    return say.line("utter_word_when_hour_of_day", day=shown, hour=hour) if hour else shown
