"""Who says what they do not want is told what happens instead, and nothing of it is done."""

import pytest

from actions.callback import ValidateCallback
from actions.case import ValidateCase
from actions.complaint import ValidateComplaint
from actions.rating import ValidateRating
from actions.refusal import DeclineOffer
from actions.search import SearchArticles, question_of
from actions.talk import LooseValue
from actions.turn import Turn
from tests.actions.conftest import Perform, Said, domain, entity
from tests.actions.fake_desk import Desk
from tests.actions.test_complaint import asked


def refusing(text: str, act: str, *, loop: str | None = None, **slots: object) -> Said:
    return Said(text, "deny", 0.9, [entity("declined", act)], slots, loop)


@pytest.mark.parametrize(
    ("text", "act", "answer"),
    [
        ("别给我打电话", "request_callback", "utter_refused_callback"),
        ("我不是要投诉", "file_complaint", "utter_refused_complaint"),
        ("没说要挂失", "report_loss", "utter_refused_loss"),
        ("别推荐了", "ask_recommendation", "utter_refused"),
    ],
)
def test_outside_a_form_it_is_said_what_happens_instead(
    text: str, act: str, answer: str, perform: Perform
) -> None:
    done = perform(DeclineOffer, refusing(text, act, offered="request_person"))
    assert done.said == [answer]
    assert done.slots == {"offered": None}


def test_no_call_wished_ends_the_call_back(desk: Desk, perform: Perform) -> None:
    asking = {"requested_slot": "callback_time"}
    said = refusing("还是别打电话了", "request_callback", loop="callback_form", **asking)
    assert perform(ValidateCallback, said).events == []
    done = perform(DeclineOffer, said)
    assert done.said == ["utter_callback_cancelled"]
    assert done.ends_loop
    assert desk.callbacks == []


def test_not_complaining_ends_the_complaint_form(perform: Perform) -> None:
    said = asked("complaint_amount", "我不是要投诉", "deny")
    said.entities = [entity("declined", "file_complaint")]
    assert perform(ValidateComplaint, said).events == []
    done = perform(DeclineOffer, said)
    assert done.said == ["utter_complaint_cancelled"]
    assert done.ends_loop


@pytest.mark.parametrize("slot", ["complaint_amount", "complaint_contact", "complaint_confirmed"])
def test_who_complains_and_wants_no_call_leaves_no_number(slot: str, perform: Perform) -> None:
    said = asked(slot, "别给我打电话", "deny")
    said.slots |= {"complaint_contact": "13800138000" if slot == "complaint_confirmed" else None}
    said.entities = [entity("declined", "request_callback")]
    done = perform(ValidateComplaint, said)
    assert done.said == ["utter_contact_none"]
    assert done.slots["complaint_contact"] == "skipped"
    assert "complaint_amount" not in done.slots


def test_no_person_wished_is_no_answer_to_the_question_of_the_form(perform: Perform) -> None:
    said = asked("complaint_amount", "不用转人工", "deny")
    said.entities = [entity("declined", "request_person")]
    assert perform(ValidateComplaint, said).events == []
    done = perform(DeclineOffer, said)
    assert done.said == ["utter_refused_person"]
    assert not done.ends_loop


def test_a_refusal_about_something_else_withdraws_no_doubt_about_the_withdrawal(perform: Perform) -> None:
    slots = {"case_act": "withdraw", "case_number": "C-20261121-0042", "requested_slot": "case_confirmed"}
    said = refusing("别给我打电话", "request_callback", loop="case_form", **slots)
    assert perform(ValidateCase, said).events == []
    done = perform(DeclineOffer, said)
    assert done.said == ["utter_refused_callback"]
    kept = perform(DeclineOffer, refusing("我不想撤诉", "withdraw_complaint", loop="case_form", **slots))
    assert kept.said == ["utter_case_kept"]
    assert kept.ends_loop


def test_a_comment_may_hold_a_refusal(desk: Desk, perform: Perform) -> None:
    slots = {"rating_score": 2, "requested_slot": "rating_comment"}
    done = perform(
        ValidateRating, refusing("别再打电话给我", "request_callback", loop="rating_form", **slots)
    )
    assert "utter_rated_unhappy" in done.said


def test_who_only_asks_leaves_the_complaint_and_is_answered(perform: Perform) -> None:
    said = asked("complaint_amount", "我不是要投诉，就想问问贷款利率多少", "ask_faq")
    said.entities = [entity("declined", "file_complaint", 0, 7)]
    assert perform(ValidateComplaint, said).events == []
    done = perform(SearchArticles, said)
    assert done.said[0] == "utter_complaint_cancelled"
    assert len(done.said) > 1
    assert done.ends_loop


def test_no_contact_wished_at_the_summary_takes_the_number_out(perform: Perform) -> None:
    said = asked("complaint_confirmed", "不用联系我", "deny")
    said.slots |= {"complaint_contact": "13800138000"}
    done = perform(ValidateComplaint, said)
    assert done.said == ["utter_contact_none"]
    assert done.slots["complaint_contact"] == "skipped"


def test_what_is_refused_is_no_part_of_the_question() -> None:
    said = Said(
        "我不是要投诉，就想问问年费", "ask_faq", entities=[entity("declined", "file_complaint", 0, 7)]
    )
    assert question_of(Turn.of(said.tracker(), domain())) == "就想问问年费"


def test_a_number_given_where_it_was_said_to_be_needed_begins_the_verification(perform: Perform) -> None:
    said = Said("13800138000", entities=[entity("phone", "13800138000", 0, 11)])
    said.slots = {"pending_act": "complaint_status"}
    assert perform(LooseValue, said).follow_up == "verification_form"


def test_what_was_never_told_is_noted_and_not_called_corrected(perform: Perform) -> None:
    said = asked("complaint_contact", "昨天")
    said.entities = [entity("date", "2026-11-20", 0, 2)]
    said.slots |= {"complaint_date": "skipped"}
    done = perform(ValidateComplaint, said)
    assert "utter_complaint_corrected" not in done.said
    assert done.slots["complaint_date"] == "2026-11-20"


def test_wanting_to_change_something_skips_no_question(perform: Perform) -> None:
    done = perform(ValidateComplaint, asked("complaint_date", "修改", "deny"))
    assert "complaint_date" not in done.slots


def test_a_bare_sum_at_the_summary_is_the_sum_and_no_addition(perform: Perform) -> None:
    said = asked("complaint_confirmed", "wait, it was 98")
    said.entities = [entity("number", "98", 13, 15)]
    said.slots |= {"complaint_amount": {"amount": "88.00", "currency": "CNY"}}
    done = perform(ValidateComplaint, said)
    assert done.said == ["utter_complaint_corrected"]
    assert done.slots["complaint_amount"] == {"amount": "98.00", "currency": "CNY"}
    assert "complaint_description" not in done.slots


def test_a_month_is_no_misunderstanding_where_a_day_is_asked(perform: Perform) -> None:
    said = asked("complaint_date", "上个月")
    said.entities = [entity("date_range", "2026-10", 0, 3)]
    done = perform(ValidateComplaint, said)
    assert done.said == ["utter_date_range"]
    assert done.slots["complaint_date"] is None


def test_here_is_fine_leaves_no_number_whatever_was_asked(perform: Perform) -> None:
    done = perform(ValidateComplaint, asked("complaint_date", "here is fine"))
    assert done.said == ["utter_contact_none"]
    assert done.slots["complaint_contact"] == "skipped"
