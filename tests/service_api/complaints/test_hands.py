"""Who handles a complaint: given by skill and load, passed on by consent, never to the recused."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.audit.service import WORKER
from service_api.complaints import notes, people
from service_api.complaints.assignment import assign_by_skill
from service_api.complaints.case_models import HandlerSkill
from service_api.complaints.handling import act
from service_api.complaints.lifecycle import Action
from service_api.complaints.models import Complaint
from service_api.core.problems import Forbidden, NotFound
from service_api.outbox.models import OutboxEvent
from tests.service_api.complaints.cast import DESK, People
from tests.service_api.complaints.conftest import a_complaint, investigated
from tests.service_api.conftest import NOON
from tests.service_api.signed_in import a_member


def test_a_complaint_changes_hands_only_when_the_other_confirms(session: Session, us: People) -> None:
    complaint = investigated(session, us)
    people.offer(session, complaint, to=us.row("bob"), reason="休假", me=us["ann"], now=NOON)
    assert complaint.owner_id == us["ann"].staff_id
    with pytest.raises(people.HandOverOpen):
        people.offer(session, complaint, to=us.row("lead"), reason="休假", me=us["ann"], now=NOON)
    with pytest.raises(NotFound):
        people.answer_offer(session, complaint, accept=True, me=us["lead"], now=NOON)
    people.answer_offer(session, complaint, accept=True, me=us["bob"], now=NOON)
    assert complaint.owner_id == us["bob"].staff_id
    assert complaint.first_contact_id == us["ann"].staff_id  # who took it first answers for it until the end


def test_a_declined_offer_leaves_the_owner(session: Session, us: People) -> None:
    complaint = investigated(session, us)
    people.offer(session, complaint, to=us.row("bob"), reason="休假", me=us["ann"], now=NOON)
    people.answer_offer(session, complaint, accept=False, me=us["bob"], now=NOON)
    assert complaint.owner_id == us["ann"].staff_id
    people.offer(session, complaint, to=us.row("bob"), reason="休假", me=us["ann"], now=NOON)


def test_only_the_owner_hands_over(session: Session, us: People) -> None:
    complaint = investigated(session, us)
    with pytest.raises(Forbidden):
        people.offer(session, complaint, to=us.row("lead"), reason="休假", me=us["bob"], now=NOON)


def test_the_recused_lose_the_case_and_cannot_get_it_again(session: Session, us: People) -> None:
    complaint = investigated(session, us)
    for _ in range(2):
        people.recuse(
            session, complaint, staff_id=us["ann"].staff_id, reason="亲属", by=us["lead"].actor, now=NOON
        )
    assert complaint.owner_id is None
    with pytest.raises(people.Recused):
        people.assign(session, complaint, to=us.row("ann"), by=us["lead"].actor, now=NOON)


def test_who_has_left_or_handles_no_complaints_gets_none(session: Session, us: People) -> None:
    complaint = a_complaint(session)
    us.row("bob").active = False
    for member in (us.row("bob"), a_member(session, "audit", role="auditor")):
        with pytest.raises(people.CannotHandle):
            people.assign(session, complaint, to=member, by=WORKER, now=NOON)


def given(session: Session, **facts: object) -> str | None:
    member = assign_by_skill(session, a_complaint(session, **facts), by=WORKER, now=next_moment())
    return member.username if member else None


_moments = iter(NOON + timedelta(minutes=n) for n in range(10_000))


def next_moment() -> datetime:
    return next(_moments)


def test_equals_take_turns_and_the_least_loaded_goes_first(session: Session, us: People) -> None:
    assert [given(session) for _ in range(4)] == ["ann", "bob", "ann", "bob"]
    for complaint in session.scalars(select(Complaint).where(Complaint.owner_id == us["bob"].staff_id)).all():
        act(session, DESK, complaint, Action.WITHDRAW, by=us["bob"].actor, role="agent", now=NOON)
    assert [given(session) for _ in range(2)] == ["bob", "bob"]


def test_skills_decide_before_load(session: Session, us: People) -> None:
    session.add(HandlerSkill(staff_id=us["ann"].staff_id, kind="business", slug="loan"))
    session.add(HandlerSkill(staff_id=us["bob"].staff_id, kind="language", slug="en"))
    session.flush()
    assert [given(session, business="loan") for _ in range(3)] == ["ann", "ann", "ann"]
    assert given(session, business="wealth", language="en") == "bob"
    assert given(session, business="wealth", language="zh") is None


def test_nobody_recused_is_given_the_case(session: Session, us: People) -> None:
    assert given(session, complained_of_staff=["ann"]) == "bob"
    assert given(session, complained_of_branch="head-office") is None


def test_a_note_tells_who_is_mentioned_but_not_the_recused(session: Session, us: People) -> None:
    complaint = a_complaint(session, complained_of_staff=["bob"])
    notes.add_note(session, complaint, text="@lead 请看 @bob @nobody a@b", me=us["ann"], now=NOON)
    told = [e.payload["staff_id"] for e in session.scalars(select(OutboxEvent)) if e.topic == notes.MENTIONED]
    assert told == [str(us["lead"].staff_id)]
