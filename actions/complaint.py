"""The complaint form: keep what each turn says, show the summary, file it once."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import structlog
from rasa_sdk.events import SlotSet

from actions.afterwards import add_to_filed, adds_to_filed
from actions.complaint_answers import Step
from actions.complaint_fields import (
    BEGUN,
    BUSINESS,
    CONFIRMED,
    CONTACT,
    DATE,
    DESCRIPTION,
    EITHER_DATE,
    FIELDS,
    LAST_CONTACT,
    business_in,
    everything_in,
    tells_story,
    unfilled,
)
from actions.complaint_questions import ask_which_day
from actions.complaint_reading import read_opening, read_turn, told_by
from actions.desk_client import DeskError, DeskProblem
from actions.desk_views import Complaint
from actions.digression import digresses
from actions.drafts import (
    DRAFT,
    GIVEN_UP,
    OFFER,
    SECOND,
    TOLD_AT,
    excerpt,
    find_draft,
    forget_draft,
    keep_draft,
    keep_second,
    slots_of,
)
from actions.duplicates import offer_join
from actions.edge import Events
from actions.filing import filing_of, given, wrong_fields
from actions.form import FormAction
from actions.offers import ANOTHER, offer_next_wish, takes_the_other
from actions.resumption import hurried, read_resumption, wants_anew, wants_to_resume
from actions.say import Say
from actions.steering import goes_on_after_all
from actions.turn import Turn
from actions.two_complaints import announces_two, begins_with_the_first, begins_with_the_other, two_in

log = structlog.get_logger()
FORM = "complaint_form"
RESUME = "complaint_resume"


class ValidateComplaint(FormAction):
    """Reads one turn of the complaint form, the only place that fills its slots."""

    action_name = f"validate_{FORM}"
    asked = frozenset({*FIELDS, CONFIRMED, RESUME})

    async def read(self, turn: Turn, say: Say) -> Events:
        """An answer, a correction, a yes; or something else, which its own rule answers."""
        if turn.requested == RESUME:
            return await self._resume(turn, say)
        if (ordered := await self._ordered(turn, say)) is not None:
            return ordered
        step = read_turn(turn)
        if step.yields:
            return []
        if step.files:
            return await self._file(turn, say)
        if step.anew:
            return await self._begin_anew(Step(), turn, say)
        if step.misunderstood:
            return await self.ask_again(step.misunderstood, turn, say, kept=await self._keep(step, turn, say))
        return await self._keep(step, turn, say)

    def hears_refusal(self, turn: Turn) -> bool:
        """Who wants no call leaves no number, whatever was asked."""
        return turn.declined == "request_callback" and turn.requested != RESUME

    def stand_still(self, turn: Turn) -> Events:
        """Keep the draft as it is; a form that sets nothing would lose its turn."""
        still = [SlotSet(DRAFT, turn.slots.get(DRAFT) or uuid4().hex)]
        return [*still, SlotSet("requested_slot", RESUME)] if turn.requested == RESUME else still

    async def open(self, turn: Turn, say: Say) -> Events:
        """Keep what was said already; somebody who comes back goes on where they were, or begins anew."""
        if turn.slots.get(DRAFT):
            say("utter_complaint_resume")
            return await self._keep(read_opening(turn), turn, say)
        if adds_to_filed(turn):
            return add_to_filed()
        if goes_on_after_all(turn) and (given_up := turn.slots.get(GIVEN_UP)):
            return await self._take_up_again(given_up, turn, say)
        if (second := turn.slots.get(SECOND)) and _means(second, turn):
            return await self._begin_second(second, turn, say)
        told = read_opening(turn)
        draft = None if DESCRIPTION in told.values else await find_draft(self.desk, turn)
        if draft is None:
            return await self._begin(told, turn, say)
        kept = slots_of(draft)
        found = replace(turn, slots={**turn.slots, **kept})
        taken = turn.slots.get("offered") == OFFER or turn.intent != "file_complaint" or wants_to_resume(turn)
        events = [SlotSet(name, value) for name, value in kept.items()] + [SlotSet("offered", None)]
        if not taken:
            return [*events, SlotSet("requested_slot", RESUME)]
        say(
            "utter_complaint_resume_draft",
            when=say.past_day(draft.changed_at),
            description=excerpt(draft.fields),
        )
        return [*events, *await self._keep(read_resumption(found), found, say)]

    async def _begin(self, told: Step, turn: Turn, say: Say) -> Events:
        """What was said just before a complaint was offered belongs to it."""
        offered = turn.slots.get("offered") == "file_complaint"
        telling = turn
        if offered and turn.before and not (told.values.keys() - {BEGUN}):
            telling = told_by(turn.before)
            told = read_opening(telling)
        say("utter_complaint_start_upset" if turn.upset else "utter_complaint_start")
        events = [SlotSet("offered", None), SlotSet(GIVEN_UP, None)]
        if two := two_in(telling):
            told = _first_of(two)
            say("utter_one_by_one_noted")
        elif announces_two(turn):
            say("utter_one_by_one")
            events.append(SlotSet("next_wish", ANOTHER))
        return [*events, *await self._keep(told, turn, say)]

    async def _ordered(self, turn: Turn, say: Say) -> Events | None:
        """Two are told where one was asked for, or the customer says with which of two to begin."""
        announced = turn.slots.get("next_wish") == ANOTHER
        if turn.requested == DESCRIPTION and (two := two_in(turn, announced=announced)):
            say("utter_one_by_one_noted")
            return [SlotSet("next_wish", None), *await self._keep(_first_of(two), turn, say)]
        second = turn.slots.get(SECOND)
        if not second:
            return None
        if begins_with_the_other(turn, second):
            first = {name: turn.slots[name] for name in (*FIELDS, DRAFT) if turn.slots.get(name) is not None}
            return await self._put_in_place(second, turn, say, waits=first)
        if begins_with_the_first(turn):
            say("utter_complaint_noted")
            return self.stand_still(turn)
        return None

    async def _begin_second(self, second: dict[str, Any], turn: Turn, say: Say) -> Events:
        """The one that was told beside the first: nothing of it need be told again."""
        say("utter_complaint_second")
        events = await self._put_in_place(second, turn, say, waits=None)
        return [SlotSet("offered", None), SlotSet("next_wish", None), *events]

    async def _put_in_place(
        self, told: dict[str, Any], turn: Turn, say: Say, *, waits: dict[str, Any] | None
    ) -> Events:
        """Go on with what is told here, with what this message adds; the other waits."""
        slots = {**dict.fromkeys((*FIELDS, EITHER_DATE)), **told, SECOND: waits}
        found = replace(turn, slots={**turn.slots, **slots})
        step = Step(values=unfilled(found, everything_in(found)))
        if waits is None and tells_story(turn) and turn.intent != "affirm" and not takes_the_other(turn):
            step.values[DESCRIPTION] = f"{told.get(DESCRIPTION, '')}\n{turn.written}".strip()
        if waits is not None:
            step = Step(say=["utter_complaint_noted"])
        return [*(SlotSet(*one) for one in slots.items()), *await self._keep(step, found, say)]

    async def _take_up_again(self, given_up: dict[str, Any], turn: Turn, say: Say) -> Events:
        """Cancelled and regretted within one talk: nothing need be told again."""
        say("utter_complaint_resume")
        found = replace(turn, slots={**turn.slots, **given_up})
        kept = [SlotSet(name, value) for name, value in given_up.items()]
        values = unfilled(found, everything_in(found))
        return [*kept, SlotSet(GIVEN_UP, None), *await self._keep(Step(values=values), found, say)]

    async def _resume(self, turn: Turn, say: Say) -> Events:
        """The answer to whether to go on with what was half told, or to begin anew."""
        step = read_resumption(turn)
        if wants_to_resume(turn) or (step.values and DESCRIPTION not in step.values):
            say("utter_complaint_resume")
            return await self._keep(step, turn, say)
        if wants_anew(turn) or DESCRIPTION in step.values:
            return await self._begin_anew(read_opening(_forgetting(turn)), turn, say)
        if digresses(turn):
            return []
        return await self.ask_again("utter_resume_unclear", turn, say)

    async def _begin_anew(self, step: Step, turn: Turn, say: Say) -> Events:
        await forget_draft(self.desk, turn)
        say("utter_complaint_anew")
        return [*cleared(), SlotSet(GIVEN_UP, None), *await self._keep(step, _forgetting(turn), say)]

    async def _keep(self, step: Step, turn: Turn, say: Say) -> Events:
        for response in step.say:
            say(response)
        values = hurried(turn, step.values)
        key = str(turn.slots.get(DRAFT) or uuid4().hex)
        await keep_draft(self.desk, turn, values, key=key)
        events = [SlotSet(DRAFT, key), *(SlotSet(name, value) for name, value in values.items())]
        return [*events, *_asked_which_day(step, turn, say)]

    async def _file(self, turn: Turn, say: Say) -> Events:
        """File under the draft's key: a second try after a lost answer gives the first complaint again."""
        key = f"{turn.conversation_id}:{turn.slots.get(DRAFT)}"
        try:
            complaint = await self.desk.file_complaint(filing_of(turn), key=key)
        except DeskProblem as problem:
            return await self._refused(problem, turn, say)
        except DeskError as error:
            log.warning(
                "complaint not filed", conversation_id=turn.conversation_id, error=type(error).__name__
            )
            say("utter_complaint_not_filed")
            return self.stand_still(turn)
        await self._done_with_draft(turn)
        return self._filed("utter_complaint_filed", complaint, turn, say)

    async def _done_with_draft(self, turn: Turn) -> None:
        await forget_draft(self.desk, turn)
        await keep_second(self.desk, turn)

    def _filed(self, response: str, complaint: Complaint, turn: Turn, say: Say) -> Events:
        say(response, number=complaint.number, due_date=say.day(complaint.due_date))
        following = offer_join(complaint, say) or offer_next_wish(turn, say, done="file_complaint")
        left = given(turn.slots.get(CONTACT))
        kept = [SlotSet(LAST_CONTACT, left)] if left else []
        return [*cleared(), *kept, SlotSet("requested_slot", None), *following]

    async def _refused(self, problem: DeskProblem, turn: Turn, say: Say) -> Events:
        if problem.slug == "idempotency-conflict":
            filed = await self.desk.complaints(turn.conversation_id)
            if filed.items and (due := filed.items[0].due_date):
                first = Complaint(number=filed.items[0].number, state=filed.items[0].state, due_date=due)
                await self._done_with_draft(turn)
                return self._filed("utter_complaint_filed_before", first, turn, say)
        wrong = wrong_fields(problem)
        log.warning(
            "complaint refused", conversation_id=turn.conversation_id, problem=problem.slug, fields=wrong
        )
        say("utter_complaint_refused" if wrong else "utter_complaint_not_filed")
        return [*self.stand_still(turn), *(SlotSet(name, None) for name in wrong)]


def cleared() -> Events:
    """Forget the draft."""
    matter = (*FIELDS, EITHER_DATE, CONFIRMED, BEGUN, DRAFT, TOLD_AT, "strong_emotion")
    return [SlotSet(name, None) for name in matter]


def _means(second: dict[str, Any], turn: Turn) -> bool:
    """Whether the complaint that waits is begun, and not one about something else."""
    if takes_the_other(turn):
        return True
    named = business_in(turn)
    third = tells_story(turn) and named is not None and named != second.get(BUSINESS)
    return turn.slots.get("offered") == ANOTHER and not third


def _first_of(two: tuple[Turn, Turn]) -> Step:
    """What is told of the first; the second is kept with a key of its own."""
    first = read_opening(two[0])
    second = {DRAFT: uuid4().hex, **read_opening(two[1]).values}
    return Step(values={**first.values, SECOND: second}, either_date=first.either_date)


def _asked_which_day(step: Step, turn: Turn, say: Say) -> Events:
    """Two days that may be meant are remembered until one is told; asked at once where a day is wanted."""
    if step.either_date is None:
        settled = step.values.get(DATE) and turn.slots.get(EITHER_DATE)
        return [SlotSet(EITHER_DATE, None)] if settled else []
    if turn.requested in (DATE, CONFIRMED):
        ask_which_day(step.either_date, say)
    return [SlotSet(EITHER_DATE, [day.isoformat() for day in step.either_date])]


def _forgetting(turn: Turn) -> Turn:
    """The turn as it were had nothing been told before."""
    return replace(turn, slots={**turn.slots, **dict.fromkeys((*FIELDS, BEGUN, DRAFT))})
