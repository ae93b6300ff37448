"""Many complaints given to one person at once; what cannot be given is named, the rest is given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from service_api.complaints import people
from service_api.complaints.queries import complaint_for
from service_api.core.problems import Conflict, Malformed, Problem
from service_api.staff.roles import Permission
from service_api.staff.service import SignedIn

MOST = 200


class NotOpen(Conflict):
    type = "not-open"
    title = "投诉已办结"


@dataclass(frozen=True, slots=True)
class Given:
    """The numbers that were given, and those that were not with the type of the problem."""

    given: list[str]
    refused: dict[str, str]


def assign_many(
    session: Session, me: SignedIn, numbers: Sequence[str], *, username: str, now: datetime
) -> Given:
    """Raises `Forbidden`, `CannotHandle` for an unknown name, `Malformed` for none or over 200 numbers."""
    me.must(Permission.APPROVE)
    if not 1 <= len(numbers) <= MOST:
        raise Malformed(f"between 1 and {MOST} complaints at a time")
    to = people.member_named(session, username)
    outcome = Given([], {})
    for number in sorted(
        set(numbers)
    ):  # one order for everybody: two who give at once do not wait in a circle
        try:
            with session.begin_nested():
                complaint = complaint_for(session, me, number, lock=True)
                if complaint.is_over:
                    raise NotOpen
                people.assign(session, complaint, to=to, by=me.actor, now=now, why="bulk")
        except Problem as problem:
            outcome.refused[number] = problem.type
        else:
            outcome.given.append(number)
    return outcome
