"""What an agent does to a complaint with one press of a button, by name."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlalchemy.orm import Session

from service_api.complaints import decisions
from service_api.complaints.contacting import HOW, note_contact
from service_api.complaints.handling import act, tell_customer
from service_api.complaints.lifecycle import Action
from service_api.complaints.models import Complaint
from service_api.complaints.notes import add_note
from service_api.complaints.people import assign, member_named
from service_api.complaints.schemas import NoticeDraft
from service_api.core.problems import Malformed, faults_of
from service_api.core.text import clean, is_blank
from service_api.escalation import steering
from service_api.escalation.service import DeskClocks
from service_api.staff.roles import Permission
from service_api.staff.service import SignedIn

# Lifecycle steps that need no words; the others have a form of their own.
PLAIN = (
    Action.ACKNOWLEDGE,
    Action.INVESTIGATE,
    Action.CUSTOMER_REPLIED,
    Action.ACCEPT,
    Action.REJECT,
    Action.CLOSE,
    Action.WITHDRAW,
    Action.REOPEN,
)
PARTS = ("findings", "basis", "reasons", "remedies")
LONGEST_WORDS, LONGEST_TEXT, LONGEST_QUESTION = 500, 4000, 1000


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button: on which complaint, by whom, with which fields of the form."""

    session: Session
    deadlines: DeskClocks
    complaint: Complaint
    me: SignedIn
    now: datetime
    zone: ZoneInfo
    fields: dict[str, str]

    def words(self, name: str, *, longest: int = LONGEST_WORDS) -> str:
        """A field that must say something, and not too much. Raises `Malformed`."""
        said = clean(self.fields.get(name, ""))
        if is_blank(said):
            raise Malformed(errors=[{"field": name, "message": "say something"}])
        if len(said) > longest:
            raise Malformed(errors=[{"field": name, "message": f"at most {longest} characters"}])
        return said


def take(press: Press) -> None:
    """What nobody has; what a colleague has is handed over by them, or taken by those who approve."""
    if press.complaint.owner_id not in {None, press.me.staff_id}:
        press.me.must(Permission.APPROVE)
    me = member_named(press.session, press.me.username)
    assign(press.session, press.complaint, to=me, by=press.me.actor, now=press.now)


def give(press: Press) -> None:
    """Assign it to somebody else: for those who approve."""
    press.me.must(Permission.APPROVE)
    to = member_named(press.session, press.words("username"))
    assign(press.session, press.complaint, to=to, by=press.me.actor, now=press.now)


def note(press: Press) -> None:
    add_note(
        press.session,
        press.complaint,
        text=press.words("text", longest=LONGEST_TEXT),
        me=press.me,
        now=press.now,
    )


def contact_customer(press: Press) -> None:
    """That the customer was spoken with just now, and how."""
    said = press.fields.get("how", "")
    how = next((one for one in HOW if one == said), None)
    if how is None:
        raise Malformed(errors=[{"field": "how", "message": "say how the customer was contacted"}])
    note_contact(
        press.session, press.deadlines, press.complaint, how=how, at=None, me=press.me, now=press.now
    )


def ask_customer(press: Press) -> None:
    question = press.words("text", longest=LONGEST_QUESTION)
    _act(press, Action.ASK_CUSTOMER)
    key = f"question:{press.complaint.version}"
    tell_customer(
        press.session, press.complaint, "complaint_question", key=key, now=press.now, question=question
    )


def propose(press: Press) -> None:
    parts = {part: press.words(part, longest=LONGEST_TEXT) for part in PARTS}
    try:
        draft = NoticeDraft.model_validate(parts | {"language": press.complaint.language})
    except ValidationError as error:
        raise Malformed(errors=faults_of(error)) from None
    decisions.propose(press.session, press.deadlines, press.complaint, draft, me=press.me, now=press.now)


def approve(press: Press) -> None:
    decisions.approve(press.session, press.deadlines, press.complaint, me=press.me, now=press.now)


def return_for_rework(press: Press) -> None:
    decisions.return_for_rework(press.session, press.deadlines, press.complaint, me=press.me, now=press.now)


def send(press: Press) -> None:
    decisions.send(press.session, press.deadlines, press.complaint, me=press.me, now=press.now)


def acknowledge_level(press: Press) -> None:
    try:
        escalation = uuid.UUID(press.fields.get("escalation", ""))
    except ValueError:
        raise Malformed(errors=[{"field": "escalation", "message": "unknown level"}]) from None
    steering.acknowledge(press.session, press.complaint, escalation, me=press.me, now=press.now)


def acknowledge_levels(press: Press) -> None:
    """All that this version of the file shows."""
    steering.acknowledge_all(press.session, press.complaint, me=press.me, now=press.now)


def _act(press: Press, action: Action) -> None:
    act(
        press.session,
        press.deadlines,
        press.complaint,
        action,
        by=press.me.actor,
        role=press.me.role,
        now=press.now,
    )


def _plain(action: Action) -> Callable[[Press], None]:
    return lambda press: _act(press, action)


STEPS: dict[str, Callable[[Press], None]] = {
    **{action.value: _plain(action) for action in PLAIN},
    "take": take,
    "assign": give,
    "note": note,
    Action.CONTACT_CUSTOMER.value: contact_customer,
    Action.ASK_CUSTOMER.value: ask_customer,
    Action.PROPOSE_DECISION.value: propose,
    Action.APPROVE_DECISION.value: approve,
    Action.RETURN_DECISION.value: return_for_rework,
    Action.SEND_ANSWER.value: send,
    "acknowledge_level": acknowledge_level,
    "acknowledge_levels": acknowledge_levels,
}
# Steps of the lifecycle that are one button; those with words have a form on the page.
BUTTONS = (*(action.value for action in PLAIN), "approve_decision", "return_decision", "send_answer")
