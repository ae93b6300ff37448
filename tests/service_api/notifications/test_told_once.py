"""From the deed to the customer's words and the colleagues' inboxes, through the worker's own handlers."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from service_api.complaints.models import Complaint
from service_api.conversations.models import Conversation
from service_api.core.database import Database
from service_api.escalation.models import ComplaintClock
from service_api.escalation.sweep import sweep
from service_api.notifications.models import InboxItem
from service_api.staff.models import StaffMember
from tests.service_api.complaints.conftest import a_complaint
from tests.service_api.complaints.conftest import staff as staff
from tests.service_api.complaints.worked import NOTICE, Worked
from tests.service_api.complaints.worked import worked as worked
from tests.service_api.conftest import NOON
from tests.service_api.notifications.test_notifications import away_for_a_day, deliver_all, said

DUE = datetime(2026, 12, 6, 16, 0, tzinfo=UTC)
STRAIGHT = ("acknowledge", "investigate")


@dataclass
class Case(Worked):
    """Somebody's complaint; `number` is the one that is spoken of."""

    number: str = ""

    def filed(self, **facts: Any) -> str:
        with self.database.writing() as session:
            return a_complaint(session, conversation_id=str(self.talk), **facts).number

    def steps(self, who: str, *actions: str) -> None:
        for action in actions:
            self.post(who, "actions", action=action)

    def post(self, who: str, path: str, number: str | None = None, **body: Any) -> None:
        answer = self.change(number or self.number, self.staff[who], path, body)
        assert answer.is_success, answer.text

    def answered(self) -> None:
        self.steps("ann", *STRAIGHT)
        self.post("ann", "decisions", **NOTICE)
        for deed in ("approve", "send"):
            self.post("lead", f"decisions/{deed}")

    def wish(self, action: str, text: str = "") -> None:
        answer = self.customer_wishes(self.number, action, text)
        assert answer.is_success, answer.text

    def sweep_at(self, moment: datetime) -> None:
        self.clock.move(moment - self.clock.now())
        sweep(self.database, self.desk.desk, now=moment)

    @property
    def heard(self) -> list[str]:
        """What the customer has been told by now."""
        deliver_all(self.desk, self.clock.now())
        return said(self.database, self.talk)

    def inbox(self, name: str) -> list[str]:
        deliver_all(self.desk, self.clock.now())
        with self.database.reading() as session:
            items = session.scalars(
                select(InboxItem)
                .join(StaffMember, StaffMember.id == InboxItem.staff_id)
                .where(StaffMember.username == name)
                .order_by(InboxItem.id)
            ).all()
            return sorted(item.facts.get("news", item.kind) for item in items)


@pytest.fixture
def case(worked: Worked) -> Case:
    case = Case(**vars(worked))
    case.number = case.filed()
    return case


@pytest.mark.parametrize("source", ["customer", "pboc"])
def test_a_level_that_several_clocks_reach_is_told_to_the_customer_once(case: Case, source: str) -> None:
    case.number = case.filed(source=source)
    for moment in (NOON + (DUE - NOON) * 0.8, DUE, DUE + timedelta(days=1), DUE + timedelta(days=3)):
        case.sweep_at(moment)
    raised = [text for text in case.heard if f"{case.number} 已升级至分行" in text]
    assert len(raised) == 1


def test_a_case_that_was_opened_again_and_is_late_again_is_told_again(case: Case) -> None:
    case.sweep_at(DUE)
    case.clock.move(timedelta(days=1))
    case.steps("lead", "withdraw", "reopen")
    case.sweep_at(case.clock.now() + timedelta(days=16))
    assert len([text for text in case.heard if "已升级至分行" in text]) == 2


def test_what_staff_do_for_the_customer_is_said_to_the_customer(case: Case) -> None:
    case.answered()
    case.steps("ann", "reject")
    assert "已进入核查，我们将在 2026-12-21 前答复您" in case.heard[-1]
    case.steps("ann", "withdraw")
    assert "已按您的要求撤回" in case.heard[-1]
    case.clock.move(timedelta(days=2))
    case.steps("lead", "reopen")
    assert "已重新开始处理，我们将在 2026-12-08 前答复您" in case.heard[-1]
    assert len(case.heard) == len(set(case.heard)) == 4


def test_it_is_said_in_the_language_in_which_the_customer_speaks_now(case: Case) -> None:
    with case.database.writing() as session:
        session.get_one(Conversation, case.talk).language = "en"
    case.post("lead", "complex")
    assert case.heard == [
        f"Your complaint {case.number} is complex and needs more time to look into. "
        "The new date for our answer is 2026-12-21."
    ]


def test_who_was_told_a_day_hears_that_an_appraisal_moves_it(case: Case) -> None:
    with case.database.reading() as session:
        of_law = ComplaintClock.statutory.is_(True)
        clock_id = session.scalars(select(ComplaintClock.id).where(of_law)).one()
    case.post("lead", f"clocks/{clock_id}/pause", reason="笔迹鉴定")
    assert "鉴定期间不计入答复期限" in case.heard[-1]
    case.clock.move(timedelta(days=10))
    case.post("lead", f"clocks/{clock_id}/resume", reason="鉴定完成")
    assert "我们将在 2026-12-16 前答复您" in case.heard[-1]
    assert len(case.heard) == 2


def test_each_merger_is_told_and_new_facts_with_the_new_day(case: Case) -> None:
    again = case.filed()
    case.post("lead", "merge", number=again, into=case.number)
    case.clock.move(timedelta(days=3))
    first, case.number = case.number, again
    case.steps("lead", "reopen")
    case.post("lead", "merge", number=again, into=first, new_facts=True)
    merged = [text for text in case.heard if f"{again} 已并入 {first}" in text]
    assert len(merged) == 2
    assert "2026-12-09 前答复您" in merged[-1]


def test_the_owner_hears_once_of_what_the_customer_did(case: Case) -> None:
    case.steps("ann", *STRAIGHT)
    case.wish("add", "还有一笔")
    case.clock.move(timedelta(minutes=1))
    case.wish("withdraw", "不投诉了")
    assert case.inbox("ann") == ["added", "withdrawn"]
    assert case.heard == [], "the assistant says it itself"


def test_an_answer_that_is_contested_without_a_word_reaches_the_owner(case: Case) -> None:
    case.answered()
    case.wish("reject")
    assert case.inbox("ann") == ["approved", "contested"]


def test_whose_decision_was_returned_or_approved_hears_of_it(case: Case) -> None:
    case.steps("ann", *STRAIGHT)
    for deed in ("return", "approve"):
        case.post("ann", "decisions", **NOTICE)
        case.post("lead", f"decisions/{deed}")
    case.post("ann", "decisions/send")
    assert case.inbox("ann") == ["approved", "returned"]
    assert case.inbox("lead") == []


def test_what_nobody_has_is_told_to_the_team_lead(case: Case) -> None:
    with case.database.writing() as session:
        complaint = session.scalars(select(Complaint)).one()
        session.query(StaffMember).where(StaffMember.role == "agent").update({"active": False})
        assert complaint.owner_id is None
    case.wish("add", "还有一笔")
    assert case.inbox("lead") == ["added", "filed"]


def test_who_stands_in_hears_nothing_of_a_case_they_are_kept_away_from(case: Case) -> None:
    case.steps("ann", *STRAIGHT)
    people = _ids(case.database)
    case.post("lead", "recusals", username="bob", reason="亲属")
    away_for_a_day(case.database, people["ann"], stand_in=people["bob"])
    case.post("lead", "notes", text="@ann 请补充流水")
    assert case.inbox("bob") == []
    assert case.inbox("ann") == ["mention"]


def _ids(database: Database) -> dict[str, uuid.UUID]:
    with database.reading() as session:
        return dict(session.execute(select(StaffMember.username, StaffMember.id)).all())
