"""The complaint form: keep what each turn says, show the summary, file it once."""

from datetime import date
from typing import Any
from uuid import uuid4

import structlog
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from actions.complaint_reading import (
    AMOUNT,
    BUSINESS,
    CONFIRMED,
    CONTACT,
    DATE,
    DESCRIPTION,
    FIELDS,
    SKIPPED,
    Step,
    read_opening,
    read_turn,
)
from actions.desk_client import DeskError, DeskProblem
from actions.desk_views import Complaint, Filing, Money
from actions.edge import DeskAction, Events
from actions.offers import offer_next_wish
from actions.person import give_up
from actions.say import Say
from actions.turn import Turn

log = structlog.get_logger()
FORM = "complaint_form"
DRAFT = "complaint_draft"
SUMMARY_LENGTH = 200
BEFORE_SUMMARY = frozenset(
    {"utter_complaint_start", "utter_complaint_resume", "utter_complaint_corrected", "utter_complaint_noted"}
)
"""What may be said in a turn that then shows the summary; after anything else a reminder is enough."""
ASKS_ITSELF = frozenset({"utter_what_to_change", "utter_complaint_not_filed"})
PROBLEM_FIELDS = {
    "business": BUSINESS,
    "description": DESCRIPTION,
    "amount": AMOUNT,
    "incident_date": DATE,
    "contact": CONTACT,
}


class ValidateComplaint(DeskAction):
    """Reads one turn of the complaint form, the only place that fills its slots."""

    action_name = f"validate_{FORM}"

    async def act(self, turn: Turn, say: Say) -> Events:
        """Rasa calls this at the start, for every message, and when the form resumes after a digression."""
        if turn.requested not in (*FIELDS, CONFIRMED):
            return self._open(turn, say)
        if turn.resumed:
            return self.stand_still(turn)
        step = read_turn(turn)
        if step.yields:
            return []
        if step.files:
            return await self._file(turn, say)
        if step.misunderstood:
            return await self._misunderstood(step.misunderstood, turn, say)
        return self._keep(step, turn, say)

    def stand_still(self, turn: Turn) -> Events:
        """Keep the draft as it is; a form that sets nothing would lose its turn."""
        return [SlotSet(DRAFT, turn.slots.get(DRAFT) or uuid4().hex)]

    def _open(self, turn: Turn, say: Say) -> Events:
        say("utter_complaint_resume" if turn.slots.get(DRAFT) else "utter_complaint_start")
        return self._keep(read_opening(turn), turn, say)

    def _keep(self, step: Step, turn: Turn, say: Say) -> Events:
        for response in step.say:
            say(response)
        if step.either_date:
            say("utter_which_date", first=say.day(step.either_date[0]), second=say.day(step.either_date[1]))
        return [*self.stand_still(turn), *(SlotSet(name, value) for name, value in step.values.items())]

    async def _misunderstood(self, response: str, turn: Turn, say: Say) -> Events:
        handed_over = await give_up(self.desk, turn, say)
        if handed_over is not None:
            return [*self.stand_still(turn), *handed_over]
        say(response)
        return self.stand_still(turn)

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
        return self._filed("utter_complaint_filed", complaint.number, complaint.due_date, turn, say)

    def _filed(self, response: str, number: str, due: date, turn: Turn, say: Say) -> Events:
        say(response, number=number, due_date=say.day(due))
        following = offer_next_wish(turn, say, done="file_complaint")
        return [*cleared(), SlotSet("requested_slot", None), *following]

    async def _refused(self, problem: DeskProblem, turn: Turn, say: Say) -> Events:
        if problem.slug == "idempotency-conflict":
            filed = await self.desk.complaints(turn.conversation_id)
            if filed.items and filed.items[0].due_date:
                first: Any = filed.items[0]
                return self._filed("utter_complaint_filed_before", first.number, first.due_date, turn, say)
        wrong = _wrong_fields(problem)
        log.warning(
            "complaint refused", conversation_id=turn.conversation_id, problem=problem.slug, fields=wrong
        )
        say("utter_complaint_refused" if wrong else "utter_complaint_not_filed")
        return [*self.stand_still(turn), *(SlotSet(name, None) for name in wrong)]


class AskConfirmation(DeskAction):
    """Shows the complaint as it would be filed."""

    action_name = "action_ask_complaint_confirmed"

    async def act(self, turn: Turn, say: Say) -> Events:
        """Every value is shown as it was understood, days with their weekday; not again after every word."""
        if ASKS_ITSELF & set(turn.spoken):
            return []
        if set(turn.spoken) - BEFORE_SUMMARY:
            say("utter_confirm_reminder")
            return []
        slots = turn.slots
        missing = say.word("field", "none")
        amount, day, contact = _given(slots[AMOUNT]), _given(slots[DATE]), _given(slots[CONTACT])
        say(
            "utter_complaint_summary",
            business=say.word("business", str(slots[BUSINESS])),
            description=_shortened(str(slots[DESCRIPTION])),
            amount=say.money(Money.model_validate(amount)) if amount else missing,
            date=say.day(date.fromisoformat(day)) if day else missing,
            contact=contact or missing,
        )
        return []


class Cancel(DeskAction):
    """Ends what is in progress, whichever form it is."""

    action_name = "action_cancel"

    async def act(self, turn: Turn, say: Say) -> Events:
        """Cancelling verification in the middle of a complaint goes back to the complaint."""
        ended = [ActiveLoop(None), SlotSet("requested_slot", None)]
        if turn.active_loop == "verification_form":
            say("utter_verification_cancelled")
            forgotten = [
                SlotSet(name, None) for name in ("verification_phone", "verification_code", "pending_act")
            ]
            if turn.slots.get(DRAFT):
                return [*ended, *forgotten, FollowupAction(FORM)]
            given_up = str(turn.slots.get("pending_act") or "verify_identity")
            return [*ended, *forgotten, *offer_next_wish(turn, say, done=given_up)]
        if turn.active_loop == FORM or turn.slots.get(DRAFT):
            say("utter_complaint_cancelled")
            return [*ended, *cleared(), *offer_next_wish(turn, say, done="file_complaint")]
        say("utter_nothing_to_cancel")
        return [SlotSet("offered", None)]


def filing_of(turn: Turn) -> Filing:
    """The confirmed draft in the form of the API."""
    slots = turn.slots
    day = _given(slots[DATE])
    return Filing(
        conversation_id=turn.conversation_id,
        language=turn.language,
        business=str(slots[BUSINESS]),
        description=str(slots[DESCRIPTION]),
        amount=_given(slots[AMOUNT]),
        incident_date=date.fromisoformat(day) if day else None,
        contact=_given(slots[CONTACT]),
        strong_emotion=turn.upset,
        channel=str(turn.metadata.get("channel") or "web"),
    )


def cleared() -> Events:
    """Forget the draft."""
    return [SlotSet(name, None) for name in (*FIELDS, CONFIRMED, DRAFT, "strong_emotion")]


def _given(value: Any) -> Any:
    """The value of a slot, or None when the customer skipped it."""
    return None if value == SKIPPED else value


def _shortened(text: str) -> str:
    return text if len(text) <= SUMMARY_LENGTH else text[:SUMMARY_LENGTH] + "…"


def _wrong_fields(problem: DeskProblem) -> list[str]:
    errors = problem.extra.get("errors")
    if not isinstance(errors, list):
        return []
    names = [str(one.get("field", "")).split(".")[0] for one in errors if isinstance(one, dict)]
    return [PROBLEM_FIELDS[name] for name in dict.fromkeys(names) if name in PROBLEM_FIELDS]


__all__ = ["AskConfirmation", "Cancel", "Complaint", "ValidateComplaint"]
