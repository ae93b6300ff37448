"""Move a complaint through its life: the table decides, the clocks follow, the deed is recorded."""

import uuid
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from service_api.audit.service import WORKER, Actor, record
from service_api.complaints.deadlines import Deadlines
from service_api.complaints.lifecycle import CUSTOMER, ENDED, Action, State, next_state
from service_api.complaints.lifecycle import WORKER as WORKER_ROLE
from service_api.complaints.models import CLOCK_RESTS, OVER, Complaint
from service_api.core.problems import Conflict
from service_api.outbox import service as outbox

KEEP_YEARS = 5  # CBIRC; at least 3 by PBoC
REVIEW_WINDOW = timedelta(days=30)
# What the customer is told when staff or the worker take the step; in the chat the assistant says it itself.
SAID = {
    Action.ACCEPT: "complaint_rate_us",
    Action.CLOSE: "complaint_rate_us",
    Action.REJECT: "complaint_in_review",
    Action.WITHDRAW: "complaint_withdrawn",
    Action.REOPEN: "complaint_reopened",
}
ONLY_IN_A_TALK = frozenset({"complaint_rate_us"})  # nobody writes a letter to ask for stars
NOTICE = "customer.notice"


class Closed(Conflict):
    type = "complaint-closed"
    title = "投诉已关闭"


def act(
    session: Session,
    deadlines: Deadlines,
    complaint: Complaint,
    action: Action,
    *,
    by: Actor,
    role: str,
    now: datetime,
    **facts: object,
) -> None:
    """Take one step of the table. Raises `NotAllowedNow` and `Forbidden`. `facts` go into the audit log.

    Who of the staff takes the first step of a complaint that nobody has becomes its owner and answers to the
    customer for it until it is closed (first-contact responsibility).
    """
    before = State(complaint.state)
    after = next_state(before, action, role=role)
    if action is Action.REOPEN and complaint.merged_into_id is not None:
        facts |= {"parted_from": _part(session, complaint)}
    if by.kind == "staff" and after not in ENDED:
        complaint.owner_id = complaint.owner_id or uuid.UUID(by.id)
        complaint.first_contact_id = complaint.first_contact_id or uuid.UUID(by.id)
    _enter(complaint, after, action=action, now=now)
    session.flush()
    deadlines.moved(session, complaint, action=action, by=by, now=now)
    session.flush()
    record(
        session,
        by=by,
        action=f"complaint.{action}",
        subject=complaint.subject,
        now=now,
        **{"from": before.value, "to": after.value},
        **facts,
    )
    sentence = SAID.get(action) if role != CUSTOMER else None
    if sentence and (complaint.conversation_id is not None or sentence not in ONLY_IN_A_TALK):
        tell_customer(session, complaint, sentence, key=f"{action}:{now.isoformat()}", now=now)


def tell_customer(
    session: Session, complaint: Complaint, sentence: str, *, key: str, now: datetime, **facts: object
) -> None:
    """Have a fixed sentence said to the customer once, after the commit, in their conversation.

    The sentence may name the number and the day by which they are answered without being handed these.
    """
    outbox.write(
        session,
        topic=NOTICE,
        key=f"{NOTICE}:{complaint.id}:{key}",
        payload={"complaint_id": str(complaint.id), "sentence": sentence, "facts": facts},
        now=now,
    )


def close_unanswered_review(
    session: Session, deadlines: Deadlines, complaint: Complaint, *, now: datetime
) -> bool:
    """Close what was answered 30 days ago and not contested since. False when there is nothing to close."""
    answered_at = complaint.answered_at
    lapsed = answered_at is not None and answered_at + REVIEW_WINDOW <= now
    if complaint.state != State.ANSWERED.value or not lapsed:
        return False
    act(session, deadlines, complaint, Action.CLOSE, by=WORKER, role=WORKER_ROLE, now=now)
    return True


def years_after(day: date, years: int) -> date:
    """The same day some years later; 28 February for a 29th that does not exist."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _part(session: Session, complaint: Complaint) -> str:
    """Who opens a merged complaint again takes the merger back; the number of what it had joined."""
    into = session.get_one(Complaint, complaint.merged_into_id, with_for_update=True)
    into.repeat_count = max(into.repeat_count - 1 - complaint.repeat_count, 0)
    complaint.merged_into_id = None
    return into.number


def _enter(complaint: Complaint, state: State, *, action: Action, now: datetime) -> None:
    complaint.state = state.value
    complaint.is_over = state in ENDED
    complaint.closed_at = now if complaint.is_over else None
    complaint.keep_until = years_after(now.date(), KEEP_YEARS) if complaint.is_over else None
    complaint.desk_order = OVER if complaint.is_over else CLOCK_RESTS  # the clocks say the rest
    if action is Action.ACKNOWLEDGE and complaint.acknowledged_at is None:
        complaint.acknowledged_at = now
    if action is Action.SEND_ANSWER:
        complaint.answered_at = now
        complaint.answered_late = complaint.answered_late or now > complaint.due_at
    if action is Action.REOPEN:  # the notice and the audit log keep when it was answered before
        complaint.answered_at, complaint.answered_late = None, False
