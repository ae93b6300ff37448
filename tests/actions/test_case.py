"""A filed complaint in chat: withdrawn, added to, accepted, contested; only with a yes, only one's own."""

import pytest

from actions.case import AskCaseConfirmed, AskCaseNumber, AskCaseText, BeginCase, ValidateCase
from actions.duplicates import JoinComplaint
from tests.actions.conftest import Perform, Said, bot, customer, entity
from tests.actions.fake_desk import Desk

FORM = "case_form"
FIRST, SECOND = "C-20261121-0042", "C-20261121-0043"


@pytest.fixture
def desk() -> Desk:
    """With two complaints of this customer."""
    desk = Desk()
    for key in ("a", "b"):
        desk.file({"description": key}, key)
    return desk


def only_one(desk: Desk) -> None:
    del desk.filed["b"]


def answered(desk: Desk) -> None:
    only_one(desk)
    desk.filed["a"]["state"] = "answered"


def asked(slot: str, text: str, intent: str = "inform", act: str = "withdraw", **slots: object) -> Said:
    """An answer to a question of the form."""
    filled = {"case_act": act, "case_number": FIRST, "case_text": "skipped", "requested_slot": slot, **slots}
    return Said(text, intent, loop=FORM, slots=filled)


def test_the_only_complaint_is_the_one_that_is_meant(desk: Desk, perform: Perform) -> None:
    only_one(desk)
    done = perform(BeginCase, Said("撤诉", "withdraw_complaint"))
    assert done.slots["case_number"] == FIRST
    assert done.follow_up == FORM
    assert desk.acts == []


def test_among_several_it_is_asked_and_chosen_by_number(perform: Perform) -> None:
    done = perform(BeginCase, Said("撤诉", "withdraw_complaint"))
    assert done.slots["case_number"] is None
    shown = perform(AskCaseNumber, asked("case_number", "撤诉"))
    assert [shown.facts[0][f"number_{n}"] for n in (1, 2, 3)] == [FIRST, SECOND, ""]
    chosen = asked("case_number", SECOND, case_number=None)
    chosen.entities = [entity("complaint_number", SECOND)]
    assert perform(ValidateCase, chosen).slots["case_number"] == SECOND


def test_a_regret_after_the_withdrawal_is_no_wish_to_withdraw(desk: Desk, perform: Perform) -> None:
    only_one(desk)
    regret = Said("我后悔了，刚才那个投诉能恢复吗", "withdraw_complaint")
    assert perform(BeginCase, regret).follow_up == FORM
    desk.filed["a"]["state"] = "withdrawn"
    assert perform(BeginCase, regret).said == ["utter_withdrawn_stays"]


def test_another_customers_number_is_not_found(perform: Perform) -> None:
    said = Said(
        "撤销 C-20260101-0001", "withdraw_complaint", entities=[entity("complaint_number", "C-20260101-0001")]
    )
    done = perform(BeginCase, said)
    assert done.said == ["utter_no_complaints"]
    assert done.follow_up is None
    assert done.slots["pending_act"] == "withdraw_complaint"


def test_nothing_is_done_without_a_yes(desk: Desk, perform: Perform) -> None:
    for text, intent in (("嗯哼哈", "out_of_scope"), ("好像不对", "deny"), ("为什么？", "ask_faq")):
        perform(ValidateCase, asked("case_confirmed", text, intent))
    assert desk.acts == []


def test_a_yes_withdraws_and_asks_how_it_was(desk: Desk, perform: Perform) -> None:
    done = perform(ValidateCase, asked("case_confirmed", "确认", "affirm"))
    assert done.said == ["utter_case_done_withdraw", "utter_offer_rate_service"]
    assert desk.acts == [(FIRST, "withdraw", "")]
    assert done.slots["requested_slot"] is None


@pytest.mark.parametrize(
    ("text", "done"),
    [("撤吧", True), ("yes withdraw it", True), ("撤了会怎样？", False), ("还是别撤了", False)],
)
def test_the_wish_once_more_is_a_yes(text: str, done: bool, desk: Desk, perform: Perform) -> None:
    perform(ValidateCase, asked("case_confirmed", text, "withdraw_complaint"))
    assert bool(desk.acts) is done


def test_a_no_changes_nothing(desk: Desk, perform: Perform) -> None:
    done = perform(ValidateCase, asked("case_confirmed", "不用了", "deny"))
    assert done.said == ["utter_case_kept"]
    assert done.ends_loop
    assert desk.acts == []


def test_words_to_add_are_taken_from_the_first_message(desk: Desk, perform: Perform) -> None:
    only_one(desk)
    text = "补充到投诉里：那个柜员工号是20886，还骂人"
    done = perform(BeginCase, Said(text, "add_to_complaint"))
    assert done.slots["case_text"] == text
    bare = perform(BeginCase, Said("我要补充一下我的投诉", "add_to_complaint"))
    assert bare.slots["case_text"] is None
    assert perform(AskCaseText, asked("case_text", "…", act="add")).said == ["utter_ask_addition"]


def test_added_words_are_shown_and_then_kept(desk: Desk, perform: Perform) -> None:
    words = "他们今天又打电话来了"
    told = perform(ValidateCase, asked("case_text", words, act="add", case_text=None))
    assert told.slots["case_text"] == words
    confirming = asked("case_confirmed", "确认", "affirm", act="add", case_text=words)
    assert perform(AskCaseConfirmed, confirming).facts[0]["words"] == words
    assert perform(ValidateCase, confirming).said == ["utter_case_done_add"]
    assert desk.acts == [(FIRST, "add", words)]


def test_an_answer_is_contested_with_or_without_a_reason(desk: Desk, perform: Perform) -> None:
    answered(desk)
    assert perform(BeginCase, Said("不接受答复", "reject_answer")).follow_up == FORM
    skipped = perform(ValidateCase, asked("case_text", "跳过", "skip", act="reject", case_text=None))
    assert skipped.slots["case_text"] == "skipped"
    done = perform(ValidateCase, asked("case_confirmed", "确认", "affirm", act="reject"))
    assert done.said == ["utter_case_done_reject"]
    assert desk.acts == [(FIRST, "reject", "")]


@pytest.mark.parametrize(
    ("intent", "response"),
    [("accept_answer", "utter_case_none_accept"), ("reject_answer", "utter_case_none_reject")],
)
def test_what_is_not_answered_yet_can_be_neither_accepted_nor_contested(
    intent: str, response: str, perform: Perform
) -> None:
    assert perform(BeginCase, Said("…", intent)).said == [response]


def test_a_lost_answer_to_a_withdrawal_is_recognised(desk: Desk, perform: Perform) -> None:
    desk.filed["a"]["state"] = "withdrawn"
    done = perform(ValidateCase, asked("case_confirmed", "确认", "affirm"))
    assert done.said[0] == "utter_case_done_withdraw"


@pytest.mark.parametrize("failure", ["error", "closed", "garbage", "wrong-shape"])
def test_a_failing_desk_is_told_and_the_form_stays(failure: str, desk: Desk, perform: Perform) -> None:
    desk.failure = failure
    done = perform(ValidateCase, asked("case_confirmed", "确认", "affirm"))
    assert done.said == ["utter_case_unavailable"]
    assert done.slots == {"case_act": "withdraw"}


def test_two_misunderstandings_bring_a_person(perform: Perform) -> None:
    said = asked("case_number", "嗯哼哈", "out_of_scope", case_number=None)
    said.before = [customer(), bot("utter_case_number_unclear")]
    assert perform(ValidateCase, said).said == ["utter_two_failures", "utter_person_coming"]


def test_what_is_not_filed_yet_is_cancelled_not_withdrawn(desk: Desk, perform: Perform) -> None:
    said = Said("取消投诉", "withdraw_complaint", loop="complaint_form", slots={"complaint_draft": "d1"})
    done = perform(BeginCase, said)
    assert done.said == ["utter_complaint_cancelled"]
    assert done.ends_loop
    assert desk.acts == []


def test_two_complaints_of_one_matter_are_told_of_each_other(desk: Desk, perform: Perform) -> None:
    slots = {"duplicate_earlier": FIRST, "duplicate_later": SECOND}
    done = perform(JoinComplaint, Said("是同一件事", "affirm", slots=slots))
    assert done.said == ["utter_complaint_joined"]
    assert [(number, act) for number, act, _ in desk.acts] == [(FIRST, "add"), (SECOND, "add")]
    assert SECOND in desk.acts[0][2]
    assert done.slots["duplicate_later"] is None


def test_settled_and_answered_is_accepted_but_taken_back_is_withdrawn(desk: Desk, perform: Perform) -> None:
    answered(desk)
    settled = perform(BeginCase, Said("钱退回来了，投诉可以关了", "withdraw_complaint"))
    assert settled.slots["case_act"] == "accept"
    taken_back = perform(BeginCase, Said("解决了，撤诉吧", "withdraw_complaint"))
    assert taken_back.slots["case_act"] == "withdraw"


def test_settled_before_any_answer_is_withdrawn(desk: Desk, perform: Perform) -> None:
    only_one(desk)
    done = perform(BeginCase, Said("已经解决了，可以关掉", "withdraw_complaint"))
    assert done.slots["case_act"] == "withdraw"


READ = {"sent_at": "2026-11-21T12:00:00+00:00", "answer_waits": True, "answer_read": SECOND}


def both_answered(desk: Desk) -> None:
    for one in desk.filed.values():
        one["state"] = "answered"


@pytest.mark.parametrize("intent", ["accept_answer", "reject_answer"])
def test_of_several_answers_the_one_just_read_is_meant(intent: str, desk: Desk, perform: Perform) -> None:
    both_answered(desk)
    assert perform(BeginCase, Said("行吧", intent)).slots["case_number"] is None
    assert perform(BeginCase, Said("行吧", intent, metadata=READ)).slots["case_number"] == SECOND


def test_a_number_that_is_said_goes_before_the_one_just_read(desk: Desk, perform: Perform) -> None:
    both_answered(desk)
    named = Said(f"{FIRST}的答复我接受", "accept_answer", metadata=READ)
    named.entities = [entity("complaint_number", FIRST)]
    assert perform(BeginCase, named).slots["case_number"] == FIRST


def test_a_complaint_withdrawn_is_not_the_one_just_read(desk: Desk, perform: Perform) -> None:
    both_answered(desk)
    assert perform(BeginCase, Said("撤诉", "withdraw_complaint", metadata=READ)).slots["case_number"] is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("这样我不认，多扣的钱只退一半", True),
        ("I don't accept it, the clerk never called me", True),
        ("还是不满意", False),
        ("我不接受你们的答复", False),
        ("I do not accept the answer", False),
    ],
)
def test_a_reason_that_was_told_is_not_asked_again(
    text: str, reason: bool, desk: Desk, perform: Perform
) -> None:
    answered(desk)
    done = perform(BeginCase, Said(text, "reject_answer"))
    assert done.slots["case_text"] == (text if reason else None)


def test_the_angry_hear_an_apology_and_are_asked_for_no_reason(desk: Desk, perform: Perform) -> None:
    answered(desk)
    done = perform(BeginCase, Said("我不接受！！", "reject_answer", slots={"strong_emotion": "strong"}))
    assert done.said == ["utter_contest_upset"]
    assert done.slots["case_text"] == "skipped"
    assert desk.acts == []


@pytest.mark.parametrize("text", ["行吧", "接受", "可以接受", "okay, I accept it"])
def test_asked_back_a_yes_in_words_about_the_answer_accepts_it(
    text: str, desk: Desk, perform: Perform
) -> None:
    answered(desk)
    done = perform(ValidateCase, asked("case_confirmed", text, "accept_answer", act="accept"))
    assert done.said[0] == "utter_case_done_accept"


@pytest.mark.parametrize(
    "text", ["接受，但是要先退钱", "如果退全款我就接受", "接受了会怎样？", "fine if you refund it all"]
)
def test_a_yes_with_a_condition_closes_nothing(text: str, desk: Desk, perform: Perform) -> None:
    answered(desk)
    perform(ValidateCase, asked("case_confirmed", text, "accept_answer", act="accept"))
    assert desk.acts == []


def test_an_unsure_yes_closes_nothing(desk: Desk, perform: Perform) -> None:
    answered(desk)
    said = asked("case_confirmed", "嗯哼", "accept_answer", act="accept")
    said.confidence = 0.79
    assert perform(ValidateCase, said).said == []
    assert desk.acts == []


def test_asked_back_a_no_becomes_a_wish_for_a_review_that_is_confirmed_too(
    desk: Desk, perform: Perform
) -> None:
    answered(desk)
    turned = perform(ValidateCase, asked("case_confirmed", "不行", "reject_answer", act="accept"))
    assert (turned.slots["case_act"], turned.slots["case_text"]) == ("reject", None)
    assert turned.slots["case_confirmed"] is None
    assert desk.acts == []


@pytest.mark.parametrize("slot", ["case_text", "case_confirmed"])
def test_who_accepts_after_all_is_asked_back(slot: str, desk: Desk, perform: Perform) -> None:
    answered(desk)
    said = asked(slot, "那我接受", "accept_answer", act="reject")
    turned = perform(ValidateCase, said)
    assert (turned.slots["case_act"], turned.slots["case_text"]) == ("accept", "skipped")
    assert desk.acts == []


def test_an_answer_left_alone_can_still_be_contested_and_the_customer_hears_so(
    desk: Desk, perform: Perform
) -> None:
    answered(desk)
    done = perform(ValidateCase, asked("case_confirmed", "先不决定", "deny", act="accept"))
    assert done.said == ["utter_case_kept", "utter_answer_left"]
    assert done.ends_loop
