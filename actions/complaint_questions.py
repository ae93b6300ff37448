"""What the complaint form asks beside a plain question: which day of two, is all right, shall we go on."""

from collections.abc import Sequence
from datetime import date

from actions.complaint_fields import AMOUNT, BUSINESS, CONTACT, DATE, DESCRIPTION, EITHER_DATE, FIELDS
from actions.desk_views import Draft, Money
from actions.drafts import DRAFT, TOLD_AT, excerpt
from actions.edge import DeskAction, Events
from actions.filing import given
from actions.say import Say
from actions.turn import Turn

SUMMARY_LENGTH = 200
BEFORE_SUMMARY = frozenset(
    {
        "utter_complaint_start",
        "utter_complaint_start_upset",
        "utter_complaint_resume",
        "utter_complaint_resume_draft",
        "utter_complaint_anew",
        "utter_complaint_corrected",
        "utter_complaint_noted",
        "utter_contact_none",
        "utter_form_goes_on",
        "utter_no_more_questions",
        "utter_one_by_one",
        "utter_one_by_one_noted",
        "utter_complaint_second",
    }
)
"""What may be said in a turn that then shows the summary; after anything else a reminder is enough."""
ASKS_ITSELF = frozenset({"utter_what_to_change", "utter_which_date", "utter_complaint_not_filed"})


class AskDate(DeskAction):
    """Asks on which day it happened; of two days that may be meant, on which."""

    action_name = "action_ask_complaint_date"

    async def act(self, turn: Turn, say: Say) -> Events:
        """Not when the question was put already: the days to choose from must stand last."""
        either = turn.slots.get(EITHER_DATE)
        if "utter_which_date" in turn.spoken:
            return []
        if either:
            ask_which_day([date.fromisoformat(day) for day in either], say)
        else:
            say("utter_ask_complaint_date")
        return []


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
        amount, day, contact = given(slots[AMOUNT]), given(slots[DATE]), given(slots[CONTACT])
        say(
            "utter_complaint_summary",
            business=say.word("business", str(slots[BUSINESS])),
            description=_shortened(str(slots[DESCRIPTION])),
            amount=say.money(Money.model_validate(amount)) if amount else missing,
            date=say.day(date.fromisoformat(day)) if day else missing,
            contact=contact or missing,
        )
        return []


class AskResumption(DeskAction):
    """Shows what was half told, and asks whether to go on with it."""

    action_name = "action_ask_complaint_resume"

    async def act(self, turn: Turn, say: Say) -> Events:
        """The moment it was told stands in the slot beside it."""
        fields = {name.removeprefix("complaint_"): turn.slots.get(name) for name in FIELDS}
        draft = Draft(
            key=str(turn.slots.get(DRAFT)), fields=fields, changed_at=str(turn.slots.get(TOLD_AT) or "")
        )
        say("utter_ask_resume", when=say.past_day(draft.changed_at), description=excerpt(fields))
        return []


def ask_which_day(days: Sequence[date], say: Say) -> None:
    """Of two days that may be meant, on which it happened."""
    say("utter_which_date", first=say.day(days[0]), second=say.day(days[1]))


def _shortened(text: str) -> str:
    return text if len(text) <= SUMMARY_LENGTH else text[:SUMMARY_LENGTH] + "…"
