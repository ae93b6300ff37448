"""The same matter again: likely duplicates are shown, people decide, the repeat is counted."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from service_api.audit.service import Actor, record
from service_api.complaints.deadlines import Deadlines
from service_api.complaints.handling import act, tell_customer
from service_api.complaints.lifecycle import Action, State
from service_api.complaints.models import Complaint
from service_api.core.problems import Conflict

WINDOW = timedelta(days=180)
SIMILAR = 0.3  # on the tests' own pairs: the same matter 0.36 and more, other matters 0.25 and less
MOST_COMPARED = 100
_WORD = re.compile(r"[0-9]+(?:\.[0-9]+)?|[^\W\d_\u3040-\u30ff\u3400-\u9fff]+")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]+")


class NotTheSameCustomer(Conflict):
    type = "not-the-same-customer"
    title = "不是同一客户的投诉"


class CannotMerge(Conflict):
    type = "cannot-merge"
    title = "无法合并"


def likely_duplicates(
    session: Session, complaint: Complaint, *, seen: ColumnElement[bool], limit: int = 5
) -> Sequence[Complaint]:
    """Earlier complaints of the same customer or contact that look like the same matter, the likest first.

    The same business, product or amount and similar words. `seen` is the condition that whoever asks may know
    of a complaint. Without a customer, a contact and a conversation nothing is compared.
    """
    same_person = []
    if complaint.customer_id is not None:
        same_person.append(Complaint.customer_id == complaint.customer_id)
    if complaint.contact:
        same_person.append(Complaint.contact == complaint.contact)
    if complaint.conversation_id is not None:
        same_person.append(Complaint.conversation_id == complaint.conversation_id)
    if not same_person:
        return []
    same_matter = [Complaint.business == complaint.business]
    if complaint.product:
        same_matter.append(Complaint.product == complaint.product)
    if complaint.amount_minor is not None:
        same_matter.append(Complaint.amount_minor == complaint.amount_minor)
    earlier = session.scalars(
        select(Complaint)
        .where(
            seen,
            or_(*same_person),
            or_(*same_matter),
            Complaint.id != complaint.id,
            Complaint.merged_into_id.is_(None),
            Complaint.received_at <= complaint.received_at,
            Complaint.received_at > complaint.received_at - WINDOW,
        )
        .order_by(Complaint.received_at.desc(), Complaint.id)
        .limit(MOST_COMPARED)
    )
    scored = [(similarity(complaint.description, other.description), other) for other in earlier]
    likely = [(score, other) for score, other in scored if score >= SIMILAR]
    likely.sort(key=lambda pair: (-pair[0], pair[1].number))
    return [other for _, other in likely[:limit]]


def similarity(one: str, other: str) -> float:
    """How much of what the shorter text speaks of is in the longer one too, 0 to 1."""
    left, right = _marks(one), _marks(other)
    shorter = min(len(left), len(right))
    return len(left & right) / shorter if shorter else 0.0


def merge(
    session: Session,
    deadlines: Deadlines,
    duplicate: Complaint,
    *,
    into: Complaint,
    new_facts: bool,
    by: Actor,
    role: str,
    now: datetime,
) -> None:
    """A person decides that two complaints are one matter: the later joins the earlier.

    The repeat is counted and may fire a level of the ladder. New facts restart the clocks of the one that
    stays (CBIRC 2020 No. 3). Raises `CannotMerge` and `NotTheSameCustomer`.
    """
    if duplicate.id == into.id or into.merged_into_id is not None or into.is_over:
        raise CannotMerge
    if duplicate.received_at < into.received_at:
        raise CannotMerge("the later one joins the earlier one")
    if duplicate.customer_id != into.customer_id:
        raise NotTheSameCustomer
    if new_facts and into.state == State.ANSWERED.value:
        raise CannotMerge("it has been answered: new facts are a complaint of their own, or a review")
    act(session, deadlines, duplicate, Action.MERGE, by=by, role=role, now=now, into=into.number)
    duplicate.merged_into_id = into.id
    into.repeat_count += 1 + duplicate.repeat_count
    session.flush()
    record(
        session,
        by=by,
        action="complaint.repeated",
        subject=into.subject,
        now=now,
        number=duplicate.number,
        repeat_count=into.repeat_count,
        new_facts=new_facts,
    )
    if new_facts:
        deadlines.restarted(session, into, reason="new facts", by=by, now=now)
    deadlines.facts_changed(session, into, by=by, now=now)
    sentence = "complaint_merged_anew" if new_facts else "complaint_merged"
    by_then = {"due_at": into.due_at.isoformat()} if new_facts else {}
    key = f"merged:{now.isoformat()}"  # it may have been taken back before
    tell_customer(session, duplicate, sentence, key=key, now=now, into=into.number, **by_then)
    session.flush()


def _marks(text: str) -> set[str]:
    """Words of three letters and more, numbers, and pairs of characters where words are not spaced."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    words = {word for word in _WORD.findall(plain) if len(word) >= 3 or word.isdigit()}
    runs = _UNSPACED.findall(plain)
    return words | {a + b for run in runs for a, b in pairwise(run)}
