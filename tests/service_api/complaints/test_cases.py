"""Decisions by two people, redress within limits, hand-overs by consent, duplicates by a person's word."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from service_api.audit.service import WORKER
from service_api.complaints import decisions, duplicates, notes, people, redress
from service_api.complaints.assignment import assign_by_skill
from service_api.complaints.case_models import HandlerSkill, Redress
from service_api.complaints.duplicates import similarity
from service_api.complaints.handling import act, years_after
from service_api.complaints.lifecycle import Action
from service_api.complaints.models import Complaint
from service_api.complaints.schemas import NoticeDraft
from service_api.core.money import Money
from service_api.core.problems import Forbidden, Malformed, NotFound
from service_api.escalation.models import ComplaintClock, Escalation
from service_api.escalation.service import DeskClocks
from service_api.outbox.models import OutboxEvent
from service_api.staff.models import StaffMember
from service_api.staff.service import SignedIn
from tests.service_api.complaints.conftest import a_complaint, a_customer
from tests.service_api.conftest import NOON
from tests.service_api.signed_in import a_member, signed_in

DESK = DeskClocks()
DRAFT = NoticeDraft(findings="年费被误收。", basis="资费标准", reasons="卡片未激活", remedies="退还 300 元。")


class People:
    """A few people, as rows and as signed in."""

    def __init__(self, session: Session) -> None:
        self.rows = {
            name: a_member(session, name, role=role)
            for name, role in (
                ("ann", "agent"),
                ("bob", "agent"),
                ("lead", "team_lead"),
                ("boss", "supervisor"),
            )
        }

    def __getitem__(self, name: str) -> SignedIn:
        return signed_in(self.rows[name])

    def row(self, name: str) -> StaffMember:
        return self.rows[name]


@pytest.fixture
def us(session: Session) -> People:
    return People(session)


def investigated(session: Session, us: People, **facts: object) -> Complaint:
    complaint = a_complaint(session, **facts)
    for action in (Action.ACKNOWLEDGE, Action.INVESTIGATE):
        act(session, DESK, complaint, action, by=us["ann"].actor, role="agent", now=NOON)
    return complaint


def topics(session: Session) -> list[str]:
    events = session.scalars(select(OutboxEvent).order_by(OutboxEvent.id))
    return [event.payload.get("sentence", event.topic) for event in events]


# --- decisions ---


def test_a_plain_case_is_decided_by_its_handler_and_the_customer_is_told(
    session: Session, us: People
) -> None:
    complaint = investigated(session, us)
    decisions.propose(session, DESK, complaint, DRAFT, me=us["ann"], now=NOON)
    decisions.approve(session, DESK, complaint, me=us["ann"], now=NOON)
    notice = decisions.send(session, DESK, complaint, me=us["ann"], now=NOON)
    assert complaint.state == "answered"
    assert complaint.desk_order == 1  # no legal clock runs any more
    for way in ("核查", "调解", "仲裁", "诉讼"):
        assert way in notice.ways
    assert topics(session)[-1] == "complaint_answered"


@pytest.mark.parametrize(
    "facts",
    [
        {"source": "12378"},
        {"legal": True},
        {"media": True},
        {"amount": {"amount": "10000.00", "currency": "CNY"}},
        {"amount": {"amount": "1.00", "currency": "GBP"}},
    ],
)
def test_a_weighty_case_needs_a_second_person(session: Session, us: People, facts: dict[str, object]) -> None:
    complaint = investigated(session, us, **facts)
    decisions.propose(session, DESK, complaint, DRAFT, me=us["ann"], now=NOON)
    for alone in ("ann", "bob"):  # the proposer, and another without the permission
        with pytest.raises(decisions.SecondPersonNeeded):
            decisions.approve(session, DESK, complaint, me=us[alone], now=NOON)
    decisions.approve(session, DESK, complaint, me=us["lead"], now=NOON)
    assert complaint.state == "decision_approved"


def test_a_lead_may_not_approve_their_own_proposal(session: Session, us: People) -> None:
    complaint = investigated(session, us, legal=True)
    decisions.propose(session, DESK, complaint, DRAFT, me=us["lead"], now=NOON)
    with pytest.raises(decisions.SecondPersonNeeded):
        decisions.approve(session, DESK, complaint, me=us["lead"], now=NOON)


def test_a_returned_proposal_stays_on_file_and_a_new_version_follows(session: Session, us: People) -> None:
    complaint = investigated(session, us)
    decisions.propose(session, DESK, complaint, DRAFT, me=us["ann"], now=NOON)
    decisions.return_for_rework(session, DESK, complaint, me=us["lead"], now=NOON)
    assert complaint.state == "investigating"
    decisions.propose(session, DESK, complaint, DRAFT, me=us["ann"], now=NOON)
    versions = decisions.notices_of(session, complaint.id)
    assert [(n.version, n.returned_at is not None) for n in versions] == [(1, True), (2, False)]


def test_nothing_is_approved_without_a_notice(session: Session, us: People) -> None:
    complaint = investigated(session, us)
    with pytest.raises(decisions.NoNotice):
        decisions.approve(session, DESK, complaint, me=us["lead"], now=NOON)


def test_a_rejected_answer_opens_a_review_with_a_clock_of_its_own(session: Session, us: People) -> None:
    complaint = investigated(session, us)
    decisions.propose(session, DESK, complaint, DRAFT, me=us["ann"], now=NOON)
    decisions.approve(session, DESK, complaint, me=us["ann"], now=NOON)
    decisions.send(session, DESK, complaint, me=us["ann"], now=NOON)
    act(session, DESK, complaint, Action.REJECT, by=us["ann"].actor, role="customer", now=NOON)
    assert complaint.state == "review"
    assert complaint.due_at == datetime(2026, 12, 21, 16, 0, tzinfo=UTC)  # 30 days
    decisions.propose(session, DESK, complaint, DRAFT, me=us["bob"], now=NOON)
    assert decisions.notices_of(session, complaint.id)[-1].version == 2


# --- redress ---


def grant(session: Session, complaint: Complaint, amount: str, me: SignedIn) -> Redress:
    money = Money.parse(amount)
    return redress.grant(session, complaint, kind="refund", money=money, reason="误收", me=me, now=NOON)


def test_redress_adds_up_to_the_fen_and_is_bounded_by_role(session: Session, us: People) -> None:
    complaint = investigated(session, us)
    grant(session, complaint, "300.10", us["ann"])
    grant(session, complaint, "199.90", us["ann"])
    with pytest.raises(redress.AboveLimit):
        grant(session, complaint, "0.01", us["ann"])
    grant(session, complaint, "0.01", us["lead"])
    assert redress.promised(session, complaint.id) == [Money.parse("500.01")]


def test_a_currency_without_limits_is_for_the_highest_role(session: Session, us: People) -> None:
    complaint = investigated(session, us)
    for who, allowed in (("lead", False), ("boss", True)):
        try:
            redress.grant(
                session,
                complaint,
                kind="goodwill",
                money=Money.parse("1", "GBP"),
                reason="r",
                me=us[who],
                now=NOON,
            )
        except redress.AboveLimit:
            assert not allowed
        else:
            assert allowed


def test_a_line_is_undone_once_by_one_that_names_it(session: Session, us: People) -> None:
    complaint = investigated(session, us)
    line = grant(session, complaint, "300", us["ann"])
    redress.undo(session, complaint, line.id, reason="重复", me=us["lead"], now=NOON)
    assert redress.promised(session, complaint.id) == [Money.parse("0")]
    with pytest.raises(redress.AlreadyUndone):
        redress.undo(session, complaint, line.id, reason="重复", me=us["lead"], now=NOON)
    with pytest.raises(NotFound):
        redress.undo(session, complaint, uuid.uuid4(), reason="重复", me=us["lead"], now=NOON)


def test_the_ledger_takes_no_line_of_nothing(session: Session, us: People) -> None:
    complaint = investigated(session, us)
    with pytest.raises(Malformed):
        grant(session, complaint, "0", us["ann"])


def test_a_closed_case_promises_nothing(session: Session, us: People) -> None:
    complaint = investigated(session, us)
    act(session, DESK, complaint, Action.WITHDRAW, by=us["ann"].actor, role="agent", now=NOON)
    with pytest.raises(redress.Closed):
        grant(session, complaint, "1", us["ann"])


# --- people ---


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


# --- duplicates ---


def pair(session: Session, first: str, second: str, **facts: object) -> list[str]:
    customer = a_customer(session)
    by = people_actor(session)
    one = a_complaint(session, by=by, customer_id=str(customer.id), description=first)
    two = a_complaint(session, by=by, customer_id=str(customer.id), description=second, **facts)
    assert one.customer_id == two.customer_id
    return [d.number for d in duplicates.likely_duplicates(session, two, seen=true())]


def people_actor(session: Session):  # type: ignore[no-untyped-def]
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


def test_retention_ends_on_a_day_that_exists() -> None:
    assert years_after(date(2028, 2, 29), 5) == date(2033, 2, 28)
    assert years_after(date(2026, 11, 21), 5) == date(2031, 11, 21)
