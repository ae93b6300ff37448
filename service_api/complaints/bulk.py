"""One deed on many complaints at once; where it cannot be done is named, the rest is done."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from service_api.complaints import people
from service_api.complaints.models import Complaint
from service_api.complaints.queries import complaint_for
from service_api.core.problems import Conflict, Malformed, Problem
from service_api.staff.roles import Permission
from service_api.staff.service import SignedIn

MOST = 200


class NotOpen(Conflict):
    type = "not-open"
    title = "投诉已办结"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The numbers on which it was done, and those on which it was not with the type of the problem."""

    done: list[str]
    refused: dict[str, str]


def do_on_each(
    session: Session, me: SignedIn, numbers: Collection[str], deed: Callable[[Complaint], object]
) -> Outcome:
    """Each whole or not at all. Raises `Malformed` for none or over 200 numbers."""
    if not 1 <= len(numbers) <= MOST:
        raise Malformed(f"between 1 and {MOST} complaints at a time")
    outcome = Outcome([], {})
    in_order = sorted(set(numbers))  # the same for everybody: two who do so at once do not wait in a circle
    for number in in_order:
        try:
            with session.begin_nested():
                deed(complaint_for(session, me, number, lock=True))
        except Problem as problem:
            outcome.refused[number] = problem.type
        else:
            outcome.done.append(number)
    return outcome


def assign_many(
    session: Session, me: SignedIn, numbers: Collection[str], *, username: str, now: datetime
) -> Outcome:
    """Raises `Forbidden`, `CannotHandle` for an unknown name, `Malformed` as `do_on_each`."""
    me.must(Permission.APPROVE)
    to = people.member_named(session, username)

    def give(complaint: Complaint) -> None:
        if complaint.is_over:
            raise NotOpen
        people.assign(session, complaint, to=to, by=me.actor, now=now, why="bulk")

    return do_on_each(session, me, numbers, give)
