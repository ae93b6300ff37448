"""Decisions by two people, redress within limits, and what a case keeps."""

import uuid
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from service_api.complaints import decisions, redress
from service_api.complaints.case_models import Redress
from service_api.complaints.handling import act, years_after
from service_api.complaints.lifecycle import Action
from service_api.complaints.models import Complaint
from service_api.complaints.schemas import NoticeDraft
from service_api.core.money import Money
from service_api.core.problems import Malformed, NotFound
from service_api.staff.service import SignedIn
from tests.service_api.complaints.cast import DESK, People, topics
from tests.service_api.complaints.conftest import investigated
from tests.service_api.conftest import NOON

DRAFT = NoticeDraft(findings="年费被误收。", basis="资费标准", reasons="卡片未激活", remedies="退还 300 元。")


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


def test_retention_ends_on_a_day_that_exists() -> None:
    assert years_after(date(2028, 2, 29), 5) == date(2033, 2, 28)
    assert years_after(date(2026, 11, 21), 5) == date(2031, 11, 21)
