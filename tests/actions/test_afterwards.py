"""After filing: a word more, another complaint, a withdrawal and its regret."""

import pytest

from actions.callback import ValidateCallback
from actions.cancel import Cancel
from actions.case import BeginCase, ValidateCase
from actions.complaint import ValidateComplaint
from actions.complaint_status import ComplaintStatus
from actions.edge import DeskAction
from actions.offers import TakeOffer
from actions.rating import ValidateRating
from actions.search import SearchArticles
from actions.talk import LooseValue
from tests.actions.conftest import Perform, Said, bot, customer
from tests.actions.test_complaint import DRAFT, asked, confirming
from tests.actions.test_second_thoughts import earlier
from tests.actions.test_steering import heard

FORM = "complaint_form"


def withdrawing(text: str, intent: str) -> Said:
    """An answer to "shall I withdraw it?"."""
    slots = {"case_act": "withdraw", "case_number": "C-20261121-0042", "case_text": "skipped"}
    return Said(text, intent, loop="case_form", slots={**slots, "requested_slot": "case_confirmed"})


@pytest.mark.parametrize(
    ("text", "action"), [("can you reopen it?", Cancel), ("我后悔了，投诉能恢复吗", SearchArticles)]
)
def test_a_withdrawn_complaint_may_be_filed_again(
    text: str, action: type[Cancel | SearchArticles], perform: Perform
) -> None:
    done = perform(action, Said(text, "cancel"))
    assert done.said == ["utter_withdrawn_stays"]
    yes = Said(
        "好的", "affirm", slots={"offered": done.slots["offered"]}, before=earlier(Said(text, "cancel"))
    )
    assert perform(TakeOffer, yes).follow_up == FORM
    yes.loop = FORM
    assert "complaint_begun" not in perform(ValidateComplaint, yes).slots


def test_a_regret_that_sounds_like_a_question_is_answered_too(perform: Perform) -> None:
    done = perform(ComplaintStatus, Said("我后悔了，刚才那个投诉能恢复吗", "complaint_status"))
    assert done.said == ["utter_withdrawn_stays"]


@pytest.mark.parametrize(("text", "begins"), [("那催收那个呢", True), ("催收那个投诉到哪一步了", False)])
def test_the_other_complaint_that_was_offered_begins_when_it_is_named(
    text: str, begins: bool, perform: Perform
) -> None:
    said = heard(Said(text, "complaint_status", slots={"offered": "another_complaint"}))
    assert (perform(ComplaintStatus, said).follow_up == FORM) is begins


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("那催收那个呢", True),
        ("还有贷款的事", True),
        ("what about the other one?", True),
        ("那年费怎么收呢", False),
        ("催收那个怎么投诉", False),
        ("what about the fee on the other card?", False),
    ],
)
def test_the_other_complaint_is_pointed_at_in_words_that_sound_like_a_question(
    text: str, begins: bool, perform: Perform
) -> None:
    said = heard(Said(text, "ask_faq", slots={"offered": "another_complaint"}))
    assert (perform(SearchArticles, said).follow_up == FORM) is begins


@pytest.mark.parametrize(
    "text", ["对了，我有当时的小票，机器编号A2031", "I forgot to say the clerk was called Wang"]
)
@pytest.mark.parametrize("said_last", ["utter_complaint_filed", "utter_case_done_add"])
def test_a_word_more_after_filing_is_added_to_that_complaint(
    said_last: str, text: str, perform: Perform
) -> None:
    before = [customer("确认"), bot(said_last)]
    begins = Said(text, "file_complaint", loop=FORM, before=before)
    done = perform(ValidateComplaint, begins)
    assert (done.said, done.ends_loop, done.follow_up) == ([], True, "action_begin_case")
    for action in (LooseValue, SearchArticles):
        assert perform(action, Said(text, before=before)).follow_up == "action_begin_case"
    perform(ValidateComplaint, confirming("确认"))
    found = perform(BeginCase, Said(text, "file_complaint", slots={"pending_act": "add_to_complaint"}))
    assert (found.follow_up, found.slots["case_text"]) == ("case_form", text)


@pytest.mark.parametrize("text", ["还有一件，ATM把我卡吞了三天不给我", "另外我还要投诉你们的催收"])
def test_another_complaint_after_filing_is_another(text: str, perform: Perform) -> None:
    said = Said(text, "file_complaint", loop=FORM, before=[customer("确认"), bot("utter_complaint_filed")])
    done = perform(ValidateComplaint, said)
    assert (done.said, done.follow_up) == (["utter_complaint_start"], None)


@pytest.mark.parametrize("text", ["跟刚才一样的号码", "同上", "the same number as before"])
def test_the_same_number_means_that_of_the_complaint_before(text: str, perform: Perform) -> None:
    filed = perform(ValidateComplaint, confirming("确认"))
    said = asked("complaint_contact", text)
    said.slots = {**said.slots, "complaint_last_contact": filed.slots["complaint_last_contact"]}
    assert perform(ValidateComplaint, said).slots["complaint_contact"] == DRAFT["complaint_contact"]


@pytest.mark.parametrize("text", ["那还是别撤了", "算了", "better keep it", "don't withdraw it"])
def test_a_withdrawal_is_left_when_it_is_not_wished_after_all(text: str, perform: Perform) -> None:
    assert perform(ValidateCase, withdrawing(text, "withdraw_complaint")).said == ["utter_case_kept"]


@pytest.mark.parametrize("text", ["撤了会怎么样？", "what happens then?"])
def test_what_a_withdrawal_means_is_told_by_the_question_itself(text: str, perform: Perform) -> None:
    done = perform(ValidateCase, withdrawing(text, "ask_faq"))
    assert (done.said, done.slots) == ([], {"case_act": "withdraw"})


@pytest.mark.parametrize("loop", ["rating_form", "callback_form"])
def test_a_small_form_makes_way_for_a_complaint(loop: str, perform: Perform) -> None:
    forms: dict[str, tuple[type[DeskAction], str]] = {
        "rating_form": (ValidateRating, "rating_score"),
        "callback_form": (ValidateCallback, "callback_phone"),
    }
    action, slot = forms[loop]
    said = Said("我要投诉", "file_complaint", loop=loop, slots={"requested_slot": slot})
    assert perform(action, said).events == []


@pytest.mark.parametrize("text", ["我有两个投诉，一个是年费，一个是催收", "I have two complaints to make"])
def test_of_two_complaints_the_second_is_asked_for_after_the_first(text: str, perform: Perform) -> None:
    begun = perform(ValidateComplaint, Said(text, "file_complaint", loop=FORM))
    assert begun.said == ["utter_complaint_start", "utter_one_by_one"]
    said = confirming("确认")
    said.slots = {**said.slots, "next_wish": begun.slots["next_wish"]}
    done = perform(ValidateComplaint, said)
    assert done.said == ["utter_complaint_filed", "utter_also", "utter_offer_another_complaint"]
    assert done.slots["offered"] == "another_complaint"
