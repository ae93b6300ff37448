"""Call-backs, stars, plain words, nonsense and people who come back."""

import pytest

from actions.callback import AskCallbackConfirmed, ValidateCallback
from actions.complaint import ValidateComplaint
from actions.complaint_questions import AskResumption
from actions.offers import TakeOffer
from actions.person import HandOverAction
from actions.rating import ValidateRating
from actions.talk import AfterForm, Greet, LooseValue, OutOfScope, PlainWords
from tests.actions.conftest import CONVERSATION, Perform, Said, bot, customer, entity, money
from tests.actions.fake_desk import Desk

SENT = {"sent_at": "2026-11-21T12:00:00+00:00"}
BACK = {**SENT, "draft": True, "ended_form": "complaint_form"}
KEPT = {"key": "d1", "fields": {"description": "没激活也扣我年费三百", "business": "credit-card"}}


def calling(slot: str | None, text: str, intent: str = "inform", **slots: object) -> Said:
    """A turn of the call-back form."""
    filled = {"callback_phone": "13800138000", "callback_time": "明天下午三点", "callback_day": "2026-11-22"}
    known = {} if slot is None else {**filled, "requested_slot": slot}
    return Said(text, intent, loop="callback_form", slots={**known, **slots})


def test_number_and_time_said_at_once_are_not_asked_again(perform: Perform) -> None:
    said = calling(None, "明天下午三点打13800138000给我", "request_callback")
    said.entities = [entity("date", "2026-11-22", 0, 2), entity("phone", "13800138000", 7, 18)]
    done = perform(ValidateCallback, said)
    assert done.slots["callback_phone"] == "13800138000"
    assert done.slots["callback_time"] == "明天下午三点"
    assert done.slots["callback_day"] == "2026-11-22"


@pytest.mark.parametrize("text", ["随时", "晚上七点以后", "下班后", "周一上午", "any time", "after 6 pm"])
def test_a_time_is_kept_in_the_customers_words(text: str, perform: Perform) -> None:
    done = perform(ValidateCallback, calling("callback_time", text, callback_time=None))
    assert done.slots["callback_time"]


@pytest.mark.parametrize("text", ["看你们吧", "你们定吧", "随你们", "up to you"])
def test_a_time_that_is_left_to_us_is_no_reproach(text: str, perform: Perform) -> None:
    done = perform(ValidateCallback, calling("callback_time", text, "abuse", callback_time=None))
    assert done.said == ["utter_callback_time_unclear"]


def test_a_call_is_asked_for_after_a_yes(desk: Desk, perform: Perform) -> None:
    said = calling("callback_confirmed", "对", "affirm")
    shown = perform(AskCallbackConfirmed, said)
    assert "星期日" in shown.facts[0]["time"]
    done = perform(ValidateCallback, said)
    assert done.said == ["utter_callback_done"]
    assert done.facts[0]["phone"] == "138****8000"
    assert desk.callbacks == [{"phone": "13800138000", "wanted": "明天下午三点", "wanted_on": "2026-11-22"}]


@pytest.mark.parametrize(
    ("time", "day", "told"),
    [
        ("四点", "2026-11-22", "明天四点"),
        ("明天下午三点", "2026-11-22", "明天下午三点"),
        ("随时", None, "随时"),
    ],
)
def test_what_is_noted_is_told_with_its_day(time: str, day: str | None, told: str, perform: Perform) -> None:
    said = calling("callback_confirmed", "对", "affirm", callback_time=time, callback_day=day)
    assert perform(ValidateCallback, said).facts[0]["time"] == told


def test_the_number_may_be_mended_at_the_end(desk: Desk, perform: Perform) -> None:
    said = calling("callback_confirmed", "不对，打13900139000")
    said.entities = [entity("phone", "13900139000", 4, 15)]
    done = perform(ValidateCallback, said)
    assert done.slots["callback_phone"] == "13900139000"
    assert desk.callbacks == []


def test_a_no_books_nothing(desk: Desk, perform: Perform) -> None:
    done = perform(ValidateCallback, calling("callback_confirmed", "不用了", "deny"))
    assert done.said == ["utter_callback_cancelled"]
    assert desk.callbacks == []


def test_a_call_that_cannot_be_booked_is_told(desk: Desk, perform: Perform) -> None:
    desk.failure = "error"
    done = perform(ValidateCallback, calling("callback_confirmed", "确认", "affirm"))
    assert done.said == ["utter_callback_unavailable"]
    assert "requested_slot" not in done.slots


def rating(slot: str | None, text: str, intent: str = "inform", **slots: object) -> Said:
    """A turn of the rating form."""
    known = {} if slot is None else {"requested_slot": slot}
    return Said(text, intent, loop="rating_form", slots={**known, **slots})


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("5", 5), ("打4分", 4), ("五星好评", 5), ("两分", 2), ("我给3星", 3), ("非常不满意", 1),
        ("不满意", 2), ("满意", 4), ("很满意这次的处理", 5), ("一般", 3), ("4 out of 5", 4),
        ("five stars", 5), ("not satisfied", 2), ("10分满分我给8分", None), ("0分", None), ("6", None),
        ("嗯", None),
    ],
)  # fmt: skip
def test_stars_by_figure_and_by_word(text: str, score: int | None, perform: Perform) -> None:
    assert perform(ValidateRating, rating(None, text, "rate_service")).slots["rating_score"] == score


def test_stars_and_words_are_passed_on(desk: Desk, perform: Perform) -> None:
    done = perform(ValidateRating, rating("rating_comment", "客服很耐心", "chitchat", rating_score=5))
    assert done.said == ["utter_rated"]
    assert desk.ratings == [{"score": 5, "comment": "客服很耐心"}]


def test_the_sentence_may_be_left_out(desk: Desk, perform: Perform) -> None:
    perform(ValidateRating, rating("rating_comment", "跳过", "skip", rating_score=3))
    assert desk.ratings == [{"score": 3, "comment": None}]


def test_an_unhappy_customer_hears_sorry_and_may_have_a_person(perform: Perform) -> None:
    done = perform(ValidateRating, rating("rating_comment", "等太久了", rating_score=1))
    assert done.said == ["utter_rated_unhappy", "utter_offer_request_person"]


def test_a_wish_to_complain_in_the_comment_is_taken_at_its_word(desk: Desk, perform: Perform) -> None:
    said = rating("rating_comment", "我要投诉，柜员骂我", "file_complaint", rating_score=1)
    assert perform(ValidateRating, said).said == ["utter_rated_unhappy", "utter_offer_file_complaint"]


def test_plain_words_are_switched_on_and_off(perform: Perform) -> None:
    assert perform(PlainWords, Said("长辈版", "elderly_mode")).slots == {"elderly": "on"}
    assert perform(PlainWords, Said("退出长辈版", "elderly_mode")).slots == {"elderly": "off"}


@pytest.mark.parametrize("slots", [{"strong_emotion": "strong"}, {"elderly": "on"}])
def test_the_angry_and_the_old_are_asked_less(slots: dict[str, str], perform: Perform) -> None:
    text = "你们乱扣我的年费，打了三次电话都没人管"
    done = perform(ValidateComplaint, Said(text, "file_complaint", loop="complaint_form", slots=slots))
    assert done.slots["complaint_amount"] == "skipped"
    assert done.slots["complaint_date"] == "skipped"
    assert "complaint_contact" not in done.slots


def test_the_angry_hear_an_apology_and_what_they_said_counts(perform: Perform) -> None:
    said = Said("骗子！扣了我300块", "file_complaint", loop="complaint_form")
    said.slots = {"strong_emotion": "strong"}
    said.entities = [money("300.00", 6, 10)]
    done = perform(ValidateComplaint, said)
    assert done.said == ["utter_complaint_start_upset"]
    assert done.slots["complaint_amount"]["amount"] == "300.00"


def test_every_step_is_kept_and_a_filed_complaint_is_forgotten(desk: Desk, perform: Perform) -> None:
    text = "没激活也扣我年费三百"
    slots = {"complaint_draft": "d1", "requested_slot": "complaint_description"}
    perform(ValidateComplaint, Said(text, loop="complaint_form", slots=slots))
    assert desk.drafts[CONVERSATION]["fields"]["description"] == text
    full = {
        "complaint_draft": "d1", "complaint_description": text, "complaint_business": "credit-card",
        "complaint_amount": "skipped", "complaint_date": "skipped", "complaint_contact": "skipped",
        "requested_slot": "complaint_confirmed",
    }  # fmt: skip
    perform(ValidateComplaint, Said("确认", "affirm", loop="complaint_form", slots=full))
    assert desk.drafts == {}


def test_a_draft_that_cannot_be_kept_disturbs_nothing(desk: Desk, perform: Perform) -> None:
    desk.drafts_fail = True
    slots = {"complaint_draft": "d1", "requested_slot": "complaint_description"}
    done = perform(ValidateComplaint, Said("没激活也扣我年费三百", loop="complaint_form", slots=slots))
    assert done.said == []
    assert done.slots["complaint_description"]


@pytest.fixture
def half_told(desk: Desk) -> Desk:
    """Somebody told half a complaint yesterday."""
    desk.drafts[CONVERSATION] = {**KEPT, "changed_at": "2026-11-20T08:00:00Z", "elsewhere": False}
    return desk


@pytest.mark.usefixtures("half_told")
def test_who_comes_back_is_offered_to_go_on(perform: Perform) -> None:
    done = perform(Greet, Said("你好", "greet", metadata=BACK))
    assert done.said == ["utter_offer_resume_complaint"]
    assert done.facts[0]["when"] == "昨天"
    assert "年费" in done.facts[0]["description"]
    assert done.slots["offered"] == "resume_complaint"
    taken = perform(TakeOffer, Said("好的", "affirm", slots={"offered": "resume_complaint"}))
    assert taken.follow_up == "complaint_form"


@pytest.mark.usefixtures("half_told")
def test_a_yes_brings_the_draft_back(perform: Perform) -> None:
    said = Said("好的", "affirm", loop="complaint_form", slots={"offered": "resume_complaint"})
    done = perform(ValidateComplaint, said)
    assert done.said == ["utter_complaint_resume_draft"]
    assert done.slots["complaint_business"] == "credit-card"
    assert done.slots["complaint_draft"] == "d1"


@pytest.mark.usefixtures("half_told")
def test_a_loose_answer_after_the_break_is_the_answer_to_the_question(perform: Perform) -> None:
    said = Said("300", loop="complaint_form", entities=[entity("number", "300")], metadata=BACK)
    assert perform(LooseValue, Said("300", metadata=BACK)).follow_up == "complaint_form"
    done = perform(ValidateComplaint, said)
    assert done.slots["complaint_amount"] == {"amount": "300.00", "currency": "CNY"}


@pytest.mark.usefixtures("half_told")
def test_a_new_wish_to_complain_asks_which(perform: Perform) -> None:
    done = perform(ValidateComplaint, Said("我要投诉", "file_complaint", loop="complaint_form"))
    assert done.said == []
    assert done.slots["requested_slot"] == "complaint_resume"
    slots = {name: value for name, value in done.slots.items() if name != "requested_slot"}
    shown = perform(AskResumption, Said("我要投诉", "file_complaint", slots=slots))
    assert shown.said == ["utter_ask_resume"]
    assert shown.facts[0]["when"] == "昨天"


@pytest.mark.parametrize(
    ("text", "intent", "heard", "kept"),
    [
        ("继续", "affirm", "utter_complaint_resume", True),
        ("重新登记一件", "file_complaint", "utter_complaint_anew", False),
        ("不用了", "deny", "utter_complaint_anew", False),
        ("贷款审批拖了两个月，材料交了三遍", "file_complaint", "utter_complaint_anew", False),
        ("嗯哼哈", "out_of_scope", "utter_resume_unclear", True),
    ],
)
def test_the_answer_to_which(
    half_told: Desk, text: str, intent: str, heard: str, kept: bool, perform: Perform
) -> None:
    slots = {"complaint_description": "没激活也扣我年费三百", "complaint_draft": "d1"}
    said = Said(text, intent, loop="complaint_form", slots={**slots, "requested_slot": "complaint_resume"})
    done = perform(ValidateComplaint, said)
    assert done.said == [heard]
    now = {**slots, **done.slots}
    assert (now["complaint_draft"] == "d1") is kept
    assert (half_told.drafts.get(CONVERSATION, {}).get("key") == "d1") is kept
    if text.startswith("贷款"):
        assert now["complaint_description"] == text


def test_without_a_draft_a_greeting_is_a_greeting(perform: Perform) -> None:
    assert perform(Greet, Said("你好", "greet")).said == ["utter_greet"]
    assert perform(Greet, Said("在吗", "greet", loop="complaint_form")).said == ["utter_greet_in_form"]


def test_nonsense_twice_brings_a_person_but_a_clear_other_wish_does_not(perform: Perform) -> None:
    before = [customer(), bot("utter_no_answer")]
    mash = Said("啊撒大声地奥斯卡的叫", "out_of_scope", 0.77, before=before)
    assert perform(OutOfScope, mash).said == ["utter_two_failures", "utter_person_coming"]
    weather = Said("今天天气怎么样", "out_of_scope", 0.99, before=before)
    assert perform(OutOfScope, weather).said == ["utter_out_of_scope"]


def test_nonsense_is_not_answered_as_abuse(desk: Desk, perform: Perform) -> None:
    done = perform(HandOverAction, Said("去玩儿体育哦破壁机可", "abuse", 0.45))
    assert done.said == ["utter_no_answer"]
    assert desk.hand_overs == []


def test_a_slash_is_never_a_command(perform: Perform) -> None:
    slots = {"complaint_draft": "d1", "requested_slot": "complaint_amount"}
    done = perform(ValidateComplaint, Said("／back", "cancel", 1.0, loop="complaint_form", slots=slots))
    assert done.said == ["utter_amount_unclear"]


def test_the_complaint_behind_a_small_form_goes_on(perform: Perform) -> None:
    assert perform(AfterForm, Said("…", slots={"complaint_draft": "d1"})).follow_up == "complaint_form"
    called = Said("…", slots={"complaint_draft": "d1"}, since=[bot("utter_person_coming")])
    assert perform(AfterForm, called).follow_up is None


def test_a_likely_duplicate_is_told_kindly(desk: Desk, perform: Perform) -> None:
    over = {"number": "C-20261001-0001", "state": "withdrawn"}
    desk.duplicates = [over, {"number": "C-20261101-0007", "state": "investigating"}]
    full = {
        "complaint_draft": "d1", "complaint_description": "没激活也扣我年费三百",
        "complaint_business": "credit-card", "complaint_amount": "skipped", "complaint_date": "skipped",
        "complaint_contact": "skipped", "requested_slot": "complaint_confirmed",
    }  # fmt: skip
    done = perform(ValidateComplaint, Said("确认", "affirm", loop="complaint_form", slots=full))
    assert done.said == ["utter_complaint_filed", "utter_offer_join_complaint"]
    assert done.slots["offered"] == "join_complaint"
    assert done.slots["duplicate_earlier"] == "C-20261101-0007"
    taken = perform(TakeOffer, Said("是同一件", "affirm", slots={"offered": "join_complaint"}))
    assert taken.follow_up == "action_join_complaint"
