"""Verification by a one-time code to the phone on file. No code is kept, no phone is confirmed to exist."""

import re
import unicodedata

from rasa_sdk.events import FollowupAction, SlotSet

from actions.complaint_status import show_complaints
from actions.desk_client import DeskError, DeskProblem
from actions.digression import SURE, digresses
from actions.edge import DeskAction, Events
from actions.form import FormAction
from actions.offers import TAKEN_BY, offer_next_wish
from actions.profile import show
from actions.say import Say
from actions.turn import Turn

FORM = "verification_form"
CASE_WISHES = frozenset({"withdraw_complaint", "add_to_complaint", "accept_answer", "reject_answer"})
CALL_WISHES = frozenset({"cancel_callback", "callback_status"})
PHONE = "verification_phone"
CODE = "verification_code"
_MOBILE = re.compile(r"1[3-9]\d{9}")
_COMPLAINS = re.compile(r"投诉|举报|\bcomplain", re.I)
_SIX_DIGITS = re.compile(r"(?<!\d)\d(?:[\s.,，、–—-]{0,2}\d){5}(?![\s.,，、–—-]{0,2}\d)")


class StartVerification(DeskAction):
    """Begin, unless the customer is verified already."""

    action_name = "action_start_verification"

    async def act(self, turn: Turn, say: Say) -> Events:
        """The gateway tells with every message whether a code has proved who writes here."""
        if turn.metadata.get("verified") is True:
            say("utter_already_verified")
            return []
        return [FollowupAction(FORM)]


class ValidateVerification(FormAction):
    """Reads one turn of the verification form."""

    action_name = f"validate_{FORM}"
    asked = frozenset({PHONE, CODE})

    async def open(self, turn: Turn, say: Say) -> Events:
        """Who says their number at once is sent the code at once."""
        phone = turn.only("phone")
        if phone and _MOBILE.fullmatch(str(phone.value)):
            return await self._send_code(str(phone.value), turn, say)
        return [SlotSet(PHONE, None), SlotSet(CODE, None)]

    async def read(self, turn: Turn, say: Say) -> Events:
        """A phone sends a code, a code verifies; anything else is a digression or a misunderstanding."""
        phone = turn.only("phone")
        if phone and _MOBILE.fullmatch(str(phone.value)):
            return await self._send_code(str(phone.value), turn, say)
        if turn.requested == CODE and turn.intent == "resend_code":
            return await self._send_code(str(turn.slots.get(PHONE)), turn, say)
        if turn.requested == CODE and (code := _code_in(turn)):
            return await self._confirm(code, turn, say)
        if not re.search(r"\d{4,}", turn.text) and self._digresses(turn):
            return []
        unclear = "utter_phone_unclear" if turn.requested == PHONE else "utter_code_unclear"
        return await self.ask_again(unclear, turn, say)

    def _digresses(self, turn: Turn) -> bool:
        if turn.intent == "verify_identity":
            return False
        return digresses(turn) or (
            turn.intent == "file_complaint" and turn.confidence >= SURE and _tells(turn)
        )

    def stand_still(self, turn: Turn) -> Events:
        """Ask again for what was asked."""
        return [SlotSet(PHONE, turn.slots.get(PHONE))]

    async def _send_code(self, phone: str, turn: Turn, say: Say) -> Events:
        try:
            sent = await self.desk.send_code(turn.conversation_id, phone=phone)
        except DeskProblem as problem:
            if problem.slug == "too-many-codes":
                say("utter_too_many_codes")
                return [SlotSet(PHONE, phone)]
            say("utter_phone_unclear" if problem.status == 422 else "utter_verification_unavailable")
            return [SlotSet(PHONE, None)]
        except DeskError:
            say("utter_verification_unavailable")
            return self.stand_still(turn)
        say("utter_code_sent", sent_to=sent.sent_to, minutes=max(1, sent.expires_in // 60))
        return [SlotSet(PHONE, phone)]

    async def _confirm(self, code: str, turn: Turn, say: Say) -> Events:
        try:
            verified = await self.desk.confirm_code(turn.conversation_id, code=code)
        except DeskProblem as problem:
            return self._refused(problem, turn, say)
        except DeskError:
            say("utter_verification_unavailable")
            return self.stand_still(turn)
        family_name = verified.salutation.family_name
        say("utter_verified_by_name" if family_name else "utter_verified", family_name=family_name)
        # CODE says that it worked; action_after_verification reads and clears it.
        return [SlotSet(PHONE, None), SlotSet(CODE, "verified"), SlotSet("requested_slot", None)]

    def _refused(self, problem: DeskProblem, turn: Turn, say: Say) -> Events:
        tries_left = problem.extra.get("tries_left")
        if problem.slug == "wrong-code" and isinstance(tries_left, int) and tries_left > 0:
            say("utter_wrong_code", tries_left=tries_left)
            return self.stand_still(turn)
        if problem.slug in ("code-expired", "no-code"):
            say("utter_code_expired")
            return self.stand_still(turn)
        if problem.slug in ("wrong-code", "too-many-tries"):
            say("utter_code_locked")
            return [SlotSet(PHONE, None), SlotSet("pending_act", None), SlotSet("requested_slot", None)]
        say("utter_verification_unavailable")
        return self.stand_still(turn)


def _tells(turn: Turn) -> bool:
    """Whether a complaint is wished or told, and not one about the code that does not come."""
    matter = any(turn.all(kind) for kind in ("business", "amount", "date"))
    return matter or bool(_COMPLAINS.search(turn.text))


def _code_in(turn: Turn) -> str | None:
    """The one code told, however its digits are grouped: where it was asked, no other number is expected."""
    if found := turn.only("code"):
        return str(found.value)
    grouped = _SIX_DIGITS.findall(unicodedata.normalize("NFKC", turn.text))
    return re.sub(r"\D", "", grouped[0]) if len(grouped) == 1 else None


class AfterVerification(DeskAction):
    """When the verification form has ended: do what was asked before it, then go on with a complaint."""

    action_name = "action_after_verification"

    async def act(self, turn: Turn, say: Say) -> Events:
        """Nothing is shown when verification did not succeed."""
        verified = turn.slots.get(CODE) == "verified"
        events: Events = [SlotSet(CODE, None), SlotSet(PHONE, None)]
        pending = turn.slots.get("pending_act") if verified else None
        if pending in ("view_profile", "view_accounts"):
            events += await show(self.desk, turn, say, act=str(pending))
        elif pending == "complaint_status":
            events += await show_complaints(self.desk, turn, say)
        elif pending in CASE_WISHES:
            return [*events, FollowupAction("action_begin_case")]
        elif pending in CALL_WISHES:
            return [*events, SlotSet("pending_act", None), FollowupAction(TAKEN_BY[str(pending)])]
        elif verified and not turn.slots.get("complaint_draft"):
            events += offer_next_wish(turn, say, done="verify_identity")
        if verified and turn.slots.get("complaint_draft"):
            events.append(FollowupAction("complaint_form"))
        return [*events, SlotSet("pending_act", None)]
