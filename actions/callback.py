"""A call-back: which number, when, and a yes before it is noted. One that is booked already is moved."""

import re
from datetime import date

from rasa_sdk.events import SlotSet

from actions.booked_call import BOOKED, BookedCall, booked_in, find_booked, hour_in, names_day_only, told_time
from actions.callback_reading import (
    is_over,
    leaves_it_to_us,
    speaks_of_call_only,
    time_in,
    towards,
    wishes_other_number,
    wishes_other_time,
)
from actions.cancel import cancel
from actions.coming_day import coming_day
from actions.complaint_answers import names_service_line
from actions.complaint_summary import confirms
from actions.desk_client import DeskError, DeskProblem
from actions.desk_views import Callback
from actions.digression import SURE, digresses
from actions.edge import DeskAction, Events
from actions.form import FormAction
from actions.offers import offer, offer_next_wish
from actions.say import Say
from actions.turn import Turn

FORM = "callback_form"
PHONE, TIME, DAY, CONFIRMED = "callback_phone", "callback_time", "callback_day", "callback_confirmed"
LONGEST_WORDS = 100
_BY_DISTANCE = re.compile(r"[今明]|后天|天后|\b(?:to(?:day|morrow|night)|in \w+ days?)\b", re.I)
GONE = frozenset({"callback-already-done", "callback-cancelled", "not-found"})
"""What the desk says of a call-back that ended while it was being moved."""


class ValidateCallback(FormAction):
    """Reads one turn of the call-back form; asks the desk when the customer has said yes."""

    action_name = f"validate_{FORM}"
    asked = frozenset({PHONE, TIME, CONFIRMED})
    may_be_a_call = False

    async def open(self, turn: Turn, say: Say) -> Events:
        """What the first message says already is not asked again, nor what is booked and shall stay."""
        booked = await find_booked(self.desk, turn, say)
        if booked is None:
            say("utter_callback_start")
            return [*_cleared(), *self._told(turn)]
        told = self._told(towards(turn), booked.hour)
        events = {event["name"]: event for event in [*_kept(booked, turn), *told]}
        wished = {name: event["value"] for name, event in events.items()}
        if _differs(booked, phone=wished[PHONE], time=wished[TIME], day=wished[DAY]):
            say("utter_callback_moving", time=booked.told, phone=booked.phone)
        else:
            say("utter_callback_booked")
        return [*booked.kept(), *events.values(), SlotSet(CONFIRMED, None)]

    async def read(self, turn: Turn, say: Say) -> Events:
        """A number, a time, a yes."""
        if is_over(towards(turn)):
            return await self.ask_again("utter_callback_time_unclear", turn, say, kept=[SlotSet(TIME, None)])
        if turn.intent in ("cancel_callback", "callback_status") and turn.confidence >= SURE:
            return []
        told = self._told(towards(turn), _hour_so_far(turn))
        if turn.requested == CONFIRMED:
            return await self._confirmation(turn, say)
        if any(event["name"] == turn.requested for event in told):
            return told
        no_time = turn.requested == TIME and leaves_it_to_us(turn)
        if digresses(turn) and turn.intent != "request_callback" and not no_time:
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

    def _told(self, turn: Turn, hour: str = "") -> Events:
        phone, day = turn.only("phone"), coming_day(turn)
        events = [SlotSet(PHONE, phone.value)] if phone else []
        words = time_in(turn)
        if day and day >= turn.today:
            events.append(SlotSet(DAY, day.isoformat()))
            said = turn.only("date")
            words = words or (turn.text[said.start : said.end] if said else None)
        if words and hour and names_day_only(words):
            words = f"{words} {hour}" if words.isascii() else f"{words}{hour}"
        if words:
            events.append(SlotSet(TIME, words[:LONGEST_WORDS]))
        return events

    async def _confirmation(self, turn: Turn, say: Say) -> Events:
        if confirms(turn):
            return await self._ask_desk(turn, say)
        told = self._told(towards(turn), _hour_so_far(turn))
        if not told and (asked := _asked_anew(turn)):
            return asked
        if told:
            say("utter_complaint_corrected")
            return told
        if turn.intent == "deny" and turn.confidence >= SURE:
            return await cancel(self.desk, turn, say)
        if digresses(turn) and turn.intent != "request_callback":
            return []
        return await self.ask_again("utter_case_unclear", turn, say)

    async def _ask_desk(self, turn: Turn, say: Say) -> Events:
        booked = booked_in(turn)
        try:
            asked = await (self._move(booked, turn) if booked else self._book(turn))
        except DeskProblem as problem:
            if problem.slug in GONE:
                say("utter_callback_too_late")
                return [*_ended(), *offer(say, "request_callback")]
            say("utter_contact_unclear" if problem.slug == "bad-phone" else "utter_callback_time_unclear")
            return [SlotSet(PHONE if problem.slug == "bad-phone" else TIME, None), SlotSet(DAY, None)]
        except DeskError:
            say("utter_callback_unavailable")
            return self.stand_still(turn)
        # The words tell the day themselves, unless the hour alone was changed after it.
        alone = booked is None and (_day_in(turn) is None or _BY_DISTANCE.search(asked.wanted))
        time = asked.wanted if alone else told_time(asked.wanted, asked.wanted_on, turn, say)
        say("utter_callback_done", phone=asked.phone, time=time)
        return [*_ended(), *offer_next_wish(turn, say, done="request_callback")]

    async def _book(self, turn: Turn) -> Callback:
        return await self.desk.request_callback(
            turn.conversation_id,
            phone=str(turn.slots.get(PHONE)),
            wanted=str(turn.slots.get(TIME) or ""),
            wanted_on=_day_in(turn),
        )

    async def _move(self, booked: BookedCall, turn: Turn) -> Callback:
        """Only what is another now is sent: the number that is kept is known here by its mask alone."""
        phone, time, day = (str(turn.slots.get(name) or "") for name in (PHONE, TIME, DAY))
        return await self.desk.change_callback(
            turn.conversation_id,
            booked.id,
            phone=phone if phone != booked.phone else None,
            wanted=time if time != booked.hour else None,
            wanted_on=_day_in(turn) if day != booked.day else None,
        )


class AskCallbackConfirmed(DeskAction):
    """Repeats number and time."""

    action_name = "action_ask_callback_confirmed"

    async def act(self, turn: Turn, say: Say) -> Events:
        """The day is shown with its weekday when one was understood."""
        if "utter_callback_unavailable" in turn.spoken:
            return []
        say("utter_confirm_callback", phone=str(turn.slots.get(PHONE)), time=_with_its_day(turn, say))
        return []


def _with_its_day(turn: Turn, say: Say) -> str:
    time, day = str(turn.slots.get(TIME)), _day_in(turn)
    told = told_time(time, day, turn, say) if day else time
    if day is None or told == hour_in(time):
        return time
    time, shown = time if _BY_DISTANCE.search(time) else told, say.day(day)
    return time if shown in time else say.line("utter_word_when_on_day", time=time, day=shown)


def _kept(booked: BookedCall, turn: Turn) -> Events:
    """What stays as it is booked; what the customer wishes otherwise, without saying how, is asked for."""
    phone = None if wishes_other_number(turn) else booked.phone
    stays = not booked.is_late(turn) and not wishes_other_time(turn)
    return [
        SlotSet(PHONE, phone),
        SlotSet(TIME, booked.hour if stays else None),
        SlotSet(DAY, booked.day if booked.day >= turn.today.isoformat() else None),
    ]


def _hour_so_far(turn: Turn) -> str:
    """What stays when another day is named."""
    booked = booked_in(turn)
    return hour_in(str(turn.slots.get(TIME) or "")) or (booked.hour if booked else "")


def _differs(booked: BookedCall, *, phone: str | None, time: str | None, day: str | None) -> bool:
    """Whether another call is wished than the one that is booked. Of its number only the ends are known."""
    same_number = phone is not None and (phone[:3], phone[-4:]) == (booked.phone[:3], booked.phone[-4:])
    return not (same_number and time is not None and hour_in(time) == booked.hour and day == booked.day)


def _asked_anew(turn: Turn) -> Events:
    """At the question whether all is right: another number or another time, and which is not said."""
    told = turn.intent in ("request_callback", "inform", "deny") and not turn.is_question
    if not told and not speaks_of_call_only(turn):
        return []
    if wishes_other_number(turn):
        return [SlotSet(PHONE, None)]
    return [SlotSet(TIME, None)] if wishes_other_time(turn) else []


def _day_in(turn: Turn) -> date | None:
    day = turn.slots.get(DAY)
    return date.fromisoformat(str(day)) if day else None


def _cleared() -> Events:
    return [SlotSet(name, None) for name in (PHONE, TIME, DAY, CONFIRMED, BOOKED)]


def _ended() -> Events:
    return [*_cleared(), SlotSet("requested_slot", None)]
