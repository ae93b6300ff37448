"""Two complaints in one message: the first is filed, and nothing of the second need be told again."""

from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.cancel import Cancel
from actions.complaint import ValidateComplaint
from actions.duplicates import JoinComplaint
from actions.offers import TakeOffer, offer_next_wish
from actions.person import note_of
from actions.refusal import DeclineOffer
from actions.say import Say
from actions.talk import AfterForm
from actions.turn import Turn
from actions.two_complaints import two_in
from tests.actions.conftest import CONVERSATION, Done, Perform, Said, domain
from tests.actions.fake_desk import Desk
from tests.actions.test_complaint import DRAFT, FORM, asked, confirming
from tests.actions.test_steering import heard

BOTH = "我有两件事要投诉：一是信用卡多扣300年费，二是催收昨天打到我单位，电话13800138000"
SECOND = {
    "complaint_draft": "d2",
    "complaint_description": "催收昨天打到我单位",
    "complaint_business": "debt-collection",
    "complaint_date": "2026-11-20",
}


def reading(text: str, **slots: Any) -> Turn:
    return Turn.of(heard(Said(text, "file_complaint", slots=slots)).tracker(), domain())


def parts(text: str, *, announced: bool = False) -> tuple[str, ...] | None:
    two = two_in(reading(text), announced=announced)
    return tuple(one.text for one in two) if two else None


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        (
            "我要投诉两件事：第一，信用卡年费多扣了我300元；第二，贷款利率给我算高了，没人解释",
            "信用卡年费多扣了我300元",
            "贷款利率给我算高了，没人解释",
        ),
        (
            "我有两个投诉，一个是信用卡乱扣年费300，一个是催收的打到我单位去了",
            "信用卡乱扣年费300",
            "催收的打到我单位去了",
        ),
        ("我要投诉两件事。信用卡多扣了300。柜员态度恶劣。", "信用卡多扣了300", "柜员态度恶劣"),
        (
            "信用卡被多扣了300块年费，还要投诉你们柜员昨天对我大吼大叫",
            "信用卡被多扣了300块年费",
            "你们柜员昨天对我大吼大叫",
        ),
        (
            "I have two complaints, your app crashes every day and also my card was charged twice",
            "your app crashes every day",
            "my card was charged twice",
        ),
        (
            "Two complaints. First, you took an annual fee for a card I never activated. "
            "Second, the collectors call my mother every day.",
            "you took an annual fee for a card I never activated",
            "the collectors call my mother every day",
        ),
        (
            "my card was charged twice for 500, I also want to complain about the rude clerk at the counter",
            "my card was charged twice for 500",
            "the rude clerk at the counter",
        ),
    ],
)
def test_each_story_is_found_where_it_stands(text: str, first: str, second: str) -> None:
    assert parts(text) == (first, second)


@pytest.mark.parametrize(
    "text",
    [
        "我有两件事要投诉",
        "我有两个投诉，一个是年费，一个是催收",
        "我打了三次电话还投诉过，没人理",
        "我要投诉信用卡中心：第一，多扣年费300；第二，客服态度差",
        "还有一件，我的贷款审批拖了两个月没人管，也要投诉",
        "卡被扣了两次钱，另外客服态度也差，我要投诉",
        "I have two complaints to make",
        "my card was charged twice and also nobody answered the phone",
    ],
)
def test_a_story_of_many_things_is_one_complaint(text: str) -> None:
    assert parts(text) is None


def test_two_that_were_announced_before_are_found_when_they_are_told() -> None:
    told = "一个是信用卡乱扣年费300，一个是催收的打到我单位去了"
    assert parts(told) is None
    assert parts(told, announced=True) == ("信用卡乱扣年费300", "催收的打到我单位去了")


def test_values_belong_to_their_story_and_the_number_to_both(desk: Desk, perform: Perform) -> None:
    begun = perform(ValidateComplaint, heard(Said(BOTH, "file_complaint", loop=FORM)))
    assert begun.said == ["utter_complaint_start", "utter_one_by_one_noted"]
    assert begun.slots["complaint_description"] == "信用卡多扣300年费"
    assert begun.slots["complaint_amount"]["amount"] == "300.00"
    assert begun.slots["complaint_business"] == "credit-card"
    assert begun.slots.get("complaint_date") is None
    assert begun.slots["complaint_contact"] == "13800138000"
    second = begun.slots["complaint_second"]
    assert second["complaint_description"] == "催收昨天打到我单位"
    assert second["complaint_date"] == "2026-11-20"
    assert second["complaint_contact"] == "13800138000"
    assert "complaint_amount" not in second
    assert desk.drafts[CONVERSATION]["fields"]["second"] == second


def filed(perform: Perform) -> Done:
    said = confirming("确认")
    said.slots = {**said.slots, "complaint_second": SECOND}
    return perform(ValidateComplaint, said)


def test_after_the_first_the_second_is_offered_with_its_words(desk: Desk, perform: Perform) -> None:
    done = filed(perform)
    assert done.said == ["utter_complaint_filed", "utter_offer_second_complaint"]
    assert done.facts[1]["description"] == "催收昨天打到我单位"
    assert done.slots["offered"] == "another_complaint"


def test_what_waits_outlives_the_session_as_a_draft(desk: Desk, perform: Perform) -> None:
    filed(perform)
    kept = desk.drafts[CONVERSATION]
    assert (kept["key"], kept["fields"]["description"]) == ("d2", "催收昨天打到我单位")
    back = Said("我要投诉", "file_complaint", loop=FORM, slots={"complaint_second": SECOND})
    found = perform(ValidateComplaint, back)
    assert found.slots["requested_slot"] == "complaint_resume"
    assert found.slots["complaint_second"] is None


@pytest.mark.parametrize(
    ("text", "intent"), [("好的", "affirm"), ("继续登记", "affirm"), ("那催收那个呢", "ask_faq")]
)
def test_a_yes_fills_the_form_with_what_was_said(text: str, intent: str, perform: Perform) -> None:
    slots = {"offered": "another_complaint", "complaint_second": SECOND}
    done = perform(ValidateComplaint, heard(Said(text, intent, loop=FORM, slots=slots)))
    assert done.said == ["utter_complaint_second"]
    assert {name: done.slots[name] for name in SECOND} == SECOND
    assert done.slots["complaint_second"] is None
    assert done.slots["offered"] is None


def test_what_is_added_with_the_yes_is_kept_too(perform: Perform) -> None:
    slots = {"offered": "another_complaint", "complaint_second": SECOND}
    text = "对，催收那个，还骚扰了我爸妈，13900139000"
    done = perform(ValidateComplaint, heard(Said(text, "file_complaint", loop=FORM, slots=slots)))
    assert done.slots["complaint_description"] == f"催收昨天打到我单位\n{text}"
    assert done.slots["complaint_contact"] == "13900139000"


def test_a_third_one_is_begun_and_the_second_still_waits(perform: Perform) -> None:
    slots = {"offered": "another_complaint", "complaint_second": SECOND}
    said = heard(Said("我要投诉贷款利率算高了没人管", "file_complaint", loop=FORM, slots=slots))
    done = perform(ValidateComplaint, said)
    assert done.slots["complaint_business"] == "loan"
    assert "complaint_second" not in done.slots


def test_a_no_forgets_it_save_for_a_regret(desk: Desk, perform: Perform) -> None:
    filed(perform)
    slots = {"offered": "another_complaint", "complaint_second": SECOND}
    done = perform(DeclineOffer, Said("不用了", "deny", slots=slots))
    assert done.said == ["utter_offer_declined"]
    assert done.slots["complaint_second"] is None
    assert desk.drafts == {}
    assert done.slots["complaint_given_up"]["complaint_description"] == "催收昨天打到我单位"
    assert perform(TakeOffer, Said("还是登记吧", "affirm", slots=done.slots)).follow_up == FORM


@pytest.mark.parametrize("text", ["算了", "取消"])
def test_never_mind_is_a_no_to_what_was_offered(text: str, desk: Desk, perform: Perform) -> None:
    filed(perform)
    slots = {"offered": "another_complaint", "complaint_second": SECOND}
    done = perform(Cancel, Said(text, "cancel", slots=slots))
    assert done.said == ["utter_offer_declined"]
    assert done.slots["complaint_second"] is None
    assert desk.drafts == {}


def test_cancelling_the_first_leaves_the_second(desk: Desk, perform: Perform) -> None:
    said = asked("complaint_date", "算了，这个不投诉了", "cancel")
    said.slots = {**said.slots, "complaint_second": SECOND, "next_wish": None}
    done = perform(Cancel, said)
    assert done.said == ["utter_complaint_cancelled", "utter_offer_second_complaint"]
    assert desk.drafts[CONVERSATION]["key"] == "d2"


def test_putting_off_the_first_keeps_both(perform: Perform) -> None:
    said = asked("complaint_date", "先放着，明天再说", "cancel")
    said.slots = {**said.slots, "complaint_second": SECOND}
    done = perform(Cancel, said)
    assert done.said == ["utter_complaint_kept"]
    assert "complaint_second" not in done.slots


def test_nothing_is_offered_while_the_first_is_being_told(perform: Perform) -> None:
    turn = reading("好", complaint_draft="d1", complaint_second=SECOND, next_wish="another_complaint")
    said = CollectingDispatcher()
    assert offer_next_wish(turn, Say(said, turn), done="request_callback") == []
    assert said.messages == []
    after = Said("好", slots={"complaint_draft": "d1", "complaint_second": SECOND})
    assert perform(AfterForm, after).follow_up == FORM


def test_a_resumed_complaint_brings_the_one_that_waits_behind_it(desk: Desk, perform: Perform) -> None:
    fields = {"description": "没激活也扣我年费三百", "business": "credit-card", "second": SECOND}
    desk.drafts[CONVERSATION] = {
        "key": "d1",
        "fields": fields,
        "changed_at": "2026-11-20T08:00:00Z",
        "elsewhere": False,
    }
    slots = {"offered": "resume_complaint"}
    done = perform(ValidateComplaint, Said("好的", "affirm", loop=FORM, slots=slots))
    assert done.slots["complaint_draft"] == "d1"
    assert done.slots["complaint_second"] == SECOND


def test_a_person_reads_of_both(perform: Perform) -> None:
    note = note_of(reading("转人工", complaint_description="多扣年费", complaint_second=SECOND))
    assert "多扣年费" in note
    assert "another complaint: 催收昨天打到我单位" in note


def test_the_customer_may_begin_with_the_other(perform: Perform) -> None:
    said = heard(asked("complaint_date", "先说催收的"))
    said.slots = {**said.slots, "complaint_second": SECOND}
    done = perform(ValidateComplaint, said)
    assert done.said == ["utter_complaint_noted"]
    assert done.slots["complaint_description"] == "催收昨天打到我单位"
    assert done.slots["complaint_amount"] is None
    assert done.slots["complaint_draft"] == "d2"
    waits = done.slots["complaint_second"]
    assert (waits["complaint_draft"], waits["complaint_description"]) == ("d1", "没激活也扣我年费三百")
    assert waits["complaint_amount"] == DRAFT["complaint_amount"]


def test_to_begin_with_the_first_is_what_is_done(perform: Perform) -> None:
    said = heard(asked("complaint_date", "先说年费的"))
    said.slots = {**said.slots, "complaint_second": SECOND}
    done = perform(ValidateComplaint, said)
    assert done.said == ["utter_complaint_noted"]
    assert "complaint_description" not in done.slots


def test_two_told_where_one_was_asked_are_taken_one_by_one(perform: Perform) -> None:
    text = "一个是信用卡乱扣年费300，一个是催收的打到我单位去了"
    said = heard(Said(text, "inform", loop=FORM))
    said.slots = {"requested_slot": "complaint_description", "next_wish": "another_complaint"}
    done = perform(ValidateComplaint, said)
    assert done.said == ["utter_one_by_one_noted"]
    assert done.slots["complaint_description"] == "信用卡乱扣年费300"
    assert done.slots["complaint_second"]["complaint_description"] == "催收的打到我单位去了"


def test_after_two_were_joined_the_one_that_waits_is_offered(desk: Desk, perform: Perform) -> None:
    slots = {"duplicate_earlier": "C-1", "duplicate_later": "C-2", "complaint_second": SECOND}
    desk.failure = "error"
    done = perform(JoinComplaint, Said("是", "affirm", slots=slots))
    assert done.said == ["utter_join_unavailable", "utter_offer_second_complaint"]
    apart = Said("不是同一件", "deny", slots={"offered": "join_complaint", "complaint_second": SECOND})
    assert perform(DeclineOffer, apart).said == ["utter_offer_declined", "utter_offer_second_complaint"]


@pytest.mark.parametrize(
    "text",
    ["再投诉一件，前天转账500没到账，一样的号码", "another complaint, the transfer is lost, same number"],
)
def test_a_new_story_may_say_that_the_number_is_the_same(text: str, perform: Perform) -> None:
    said = heard(Said(text, "file_complaint", loop=FORM, slots={"complaint_last_contact": "13800138000"}))
    assert perform(ValidateComplaint, said).slots["complaint_contact"] == "13800138000"
    first = heard(Said(text, "file_complaint", loop=FORM))
    assert "complaint_contact" not in perform(ValidateComplaint, first).slots
