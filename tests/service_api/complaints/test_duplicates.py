"""The same matter filed again: shown to a person, merged by their word."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from service_api.audit.service import Actor
from service_api.complaints import duplicates
from service_api.complaints.duplicates import similarity
from service_api.escalation.models import ComplaintClock, Escalation
from tests.service_api.complaints.cast import DESK, People
from tests.service_api.complaints.conftest import a_complaint, a_customer
from tests.service_api.conftest import NOON
from tests.service_api.signed_in import a_member, signed_in


def pair(session: Session, first: str, second: str, **facts: object) -> list[str]:
    customer = a_customer(session)
    by = people_actor(session)
    one = a_complaint(session, by=by, customer_id=str(customer.id), description=first)
    two = a_complaint(session, by=by, customer_id=str(customer.id), description=second, **facts)
    assert one.customer_id == two.customer_id
    return [d.number for d in duplicates.likely_duplicates(session, two, seen=true())]


def people_actor(session: Session) -> Actor:
    return signed_in(a_member(session, uuid.uuid4().hex[:8])).actor


@pytest.mark.parametrize(
    ("first", "second", "likely"),
    [
        ("没激活也扣我年费三百，必须退", "信用卡没激活，还扣了三百年费，请退", True),
        (
            "半夜被盗刷1.2万，尾号6688，报了警你们还让我先还",
            "尾号6688半夜盗刷１.２万，报警了还要我先还",
            True,
        ),
        (
            "Card not activated but you charged the annual fee",
            "You charged an annual fee on a card not activated",
            True,
        ),
        ("没激活也扣我年费三百，必须退", "排队两小时，柜员还冲我嚷", False),
        (
            "I waited two hours and the clerk shouted at me",
            "Your app charged me twice for the same transfer",
            False,
        ),
        ("催收打到我单位和我爸妈那里", "没激活也扣我年费三百，必须退", False),
    ],
)
def test_the_same_matter_in_other_words_is_shown(
    session: Session, first: str, second: str, likely: bool
) -> None:
    assert bool(pair(session, first, second)) == likely


def test_another_customers_complaint_is_never_a_duplicate(session: Session) -> None:
    a_complaint(session)
    assert duplicates.likely_duplicates(session, a_complaint(session), seen=true()) == []


def test_the_third_repeat_goes_to_the_branch_and_new_facts_restart_the_clock(
    session: Session, us: People
) -> None:
    first = a_complaint(session)
    later = NOON + timedelta(days=5)
    for n in range(3):
        again = a_complaint(session, now=later)
        duplicates.merge(
            session, DESK, again, into=first, new_facts=n == 2, by=us["ann"].actor, role="agent", now=later
        )
        assert (again.state, again.merged_into_id, again.desk_order) == ("closed", first.id, 2)
    assert (first.repeat_count, first.level) == (3, 2)
    reasons = session.scalars(select(Escalation.reason).where(Escalation.complaint_id == first.id)).all()
    assert list(reasons) == ["repeat_count"]
    assert first.due_at == datetime(2026, 12, 11, 16, 0, tzinfo=UTC)
    clocks = session.scalars(
        select(ComplaintClock.status)
        .where(ComplaintClock.complaint_id == first.id, ComplaintClock.kind == "decision")
        .order_by(ComplaintClock.round)
    ).all()
    assert list(clocks) == ["stopped", "running"]


def test_what_cannot_be_merged_is_refused(session: Session, us: People) -> None:
    earlier, later = a_complaint(session), a_complaint(session, now=NOON + timedelta(days=1))
    staff = us["ann"].actor
    others = a_complaint(
        session, by=staff, customer_id=str(a_customer(session).id), now=NOON + timedelta(days=2)
    )
    for one, into, problem in (
        (earlier, earlier, duplicates.CannotMerge),
        (earlier, later, duplicates.CannotMerge),
        (others, earlier, duplicates.NotTheSameCustomer),
    ):
        with pytest.raises(problem):
            duplicates.merge(session, DESK, one, into=into, new_facts=False, by=staff, role="agent", now=NOON)


def test_similarity_is_between_nothing_and_all() -> None:
    assert similarity("年费", "年费") == 1
    assert similarity("", "年费") == similarity("a", "b") == 0
