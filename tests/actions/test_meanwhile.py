"""What is said beside the question of a form: a sigh, a picture, a thank-you, "why do you ask", "no more"."""

import pytest

from actions.callback import ValidateCallback
from actions.complaint import ValidateComplaint
from actions.offers import TakeOffer
from actions.search import SearchArticles
from actions.talk import Chitchat, LooseValue, OutOfScope
from actions.verification import ValidateVerification
from tests.actions.conftest import Perform, Said, bot, customer
from tests.actions.test_complaint import DRAFT, asked, confirming
from tests.actions.test_steering import heard, yuan

SIGHS = ["嗯", "哦", "。。。", "那个……", "呃，就是", "？？", "hmm", "uh...", "well", "..."]
PICTURES = ["[图片]", "【表情】", "[image]", "😡😡", "💳", "🤷‍♀️"]


@pytest.mark.parametrize("text", SIGHS)
@pytest.mark.parametrize("slot", ["complaint_description", "complaint_business", "complaint_contact"])
def test_a_sigh_is_waited_for_and_is_no_failure(slot: str, text: str, perform: Perform) -> None:
    done = perform(ValidateComplaint, asked(slot, text, "affirm"))
    assert done.said == ["utter_take_your_time"]
    assert "complaint_begun" not in done.slots


def test_mm_is_a_yes_to_the_summary(perform: Perform) -> None:
    assert perform(ValidateComplaint, confirming("嗯")).said == ["utter_complaint_filed"]


def test_uh_is_no_yes_to_an_offer(perform: Perform) -> None:
    done = perform(TakeOffer, Said("uh", "affirm", slots={"offered": "request_person"}))
    assert (done.said, done.follow_up) == (["utter_listening"], None)


@pytest.mark.parametrize("text", ["。", "？？", "呃"])
def test_a_sigh_without_a_question_is_listened_to(text: str, perform: Perform) -> None:
    for action in (SearchArticles, Chitchat):
        assert perform(action, Said(text, "nlu_fallback")).said == ["utter_listening"]


@pytest.mark.parametrize("text", PICTURES)
def test_a_picture_is_said_not_to_be_read(text: str, perform: Perform) -> None:
    assert perform(SearchArticles, Said(text, "nlu_fallback")).said == ["utter_no_words"]
    assert perform(OutOfScope, Said(text, "out_of_scope")).said == ["utter_no_words"]
    assert perform(LooseValue, Said(text, "inform")).said == ["utter_no_words"]
    assert perform(ValidateComplaint, asked("complaint_contact", text, "out_of_scope")).said == [
        "utter_no_words"
    ]


def test_the_second_picture_in_a_row_brings_a_person(perform: Perform) -> None:
    before = [customer("[图片]"), bot("utter_no_words")]
    done = perform(SearchArticles, Said("[图片]", "nlu_fallback", before=before))
    assert done.said == ["utter_two_failures", "utter_person_coming"]


@pytest.mark.parametrize("text", ["👍", "👌🏻", "✅"])
def test_a_thumb_confirms_the_summary(text: str, perform: Perform) -> None:
    assert perform(ValidateComplaint, confirming(text, "nlu_fallback")).said == ["utter_complaint_filed"]


@pytest.mark.parametrize("text", ["😡", "🤷"])
def test_another_emoji_confirms_nothing(text: str, perform: Perform) -> None:
    assert perform(ValidateComplaint, confirming(text, "nlu_fallback")).said == ["utter_confirm_unclear"]


@pytest.mark.parametrize(
    ("intent", "text", "response"),
    [
        ("thanks", "谢谢", "utter_thanks_in_form"),
        ("goodbye", "好的谢谢，拜拜", "utter_goodbye_in_form"),
        ("goodbye", "bye", "utter_goodbye_in_form"),
    ],
)
def test_a_courtesy_in_a_form_does_not_sound_like_its_end(
    intent: str, text: str, response: str, perform: Perform
) -> None:
    assert perform(ValidateComplaint, asked("complaint_contact", text, intent)).said == [response]
    said = Said(text, intent, loop="callback_form", slots={"requested_slot": "callback_phone"})
    assert perform(ValidateCallback, said).said == [response]


@pytest.mark.parametrize(
    ("slot", "text", "response"),
    [
        ("complaint_amount", "为什么要问这个", "utter_why_amount"),
        ("complaint_amount", "这跟钱有什么关系，你问金额干嘛", "utter_why_amount"),
        ("complaint_amount", "凭什么要我电话？", "utter_why_contact"),
        ("complaint_date", "一定要说日期吗", "utter_why_date"),
        ("complaint_contact", "你们不是有我电话吗", "utter_why_contact"),
        ("complaint_contact", "why do you need my phone number?", "utter_why_contact"),
        ("complaint_contact", "do I have to?", "utter_why_contact"),
        ("complaint_business", "why do you need to know?", "utter_why_business"),
    ],
)
def test_why_something_is_asked_is_explained(slot: str, text: str, response: str, perform: Perform) -> None:
    assert perform(ValidateComplaint, asked(slot, text, "ask_faq")).said == [response]


@pytest.mark.parametrize(
    "text", ["问问问，问什么问，烦不烦", "别问了行不行", "stop asking me stupid questions", "ok submit it"]
)
def test_who_wants_no_more_questions_is_shown_the_summary(text: str, perform: Perform) -> None:
    done = perform(ValidateComplaint, asked("complaint_business", text, "cancel"))
    assert done.slots["complaint_business"] == "other"
    assert {done.slots[name] for name in ("complaint_amount", "complaint_date", "complaint_contact")} == {
        "skipped"
    }


def test_the_button_of_an_earlier_summary_leaves_nothing_out(perform: Perform) -> None:
    done = perform(ValidateComplaint, asked("complaint_amount", "确认提交", "affirm"))
    assert done.said == ["utter_form_goes_on"]
    assert "complaint_amount" not in done.slots


@pytest.mark.parametrize("text", ["你说的什么意思", "没明白", "啥？", "I don't understand"])
def test_a_question_not_understood_is_asked_again(text: str, perform: Perform) -> None:
    done = perform(ValidateComplaint, asked("complaint_business", text, "goodbye"))
    assert (done.said, done.slots) == ([], {"complaint_draft": "d1"})


@pytest.mark.parametrize(("text", "intent"), [("是，对的", "affirm"), ("我要投诉", "file_complaint")])
def test_a_yes_where_a_value_is_asked_is_a_failure_only_the_second_time(
    text: str, intent: str, perform: Perform
) -> None:
    first = asked("complaint_contact", text, intent)
    assert perform(ValidateComplaint, first).said == ["utter_form_goes_on"]
    again = asked("complaint_contact", text, intent, before=[customer(text), bot("utter_form_goes_on")])
    assert perform(ValidateComplaint, again).said == ["utter_contact_unclear"]
    failed = asked("complaint_contact", text, intent, before=[customer("?"), bot("utter_contact_unclear")])
    assert perform(ValidateComplaint, failed).said == ["utter_two_failures", "utter_person_coming"]


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("dispute_transaction", "等下，我手机刚收到短信说消费了9800，不是我刷的啊"),
        ("report_loss", "天呐我钱包刚才被偷了卡也在里面！！"),
        ("report_loss", "银行卡丢了怎么办理挂失呀？"),
    ],
)
@pytest.mark.parametrize(
    "slot", ["complaint_description", "complaint_business", "complaint_amount", "complaint_confirmed"]
)
def test_danger_comes_first_and_changes_nothing(slot: str, intent: str, text: str, perform: Perform) -> None:
    assert perform(ValidateComplaint, heard(asked(slot, text, intent))).events == []


def test_a_short_answer_about_a_theft_is_an_answer(perform: Perform) -> None:
    done = perform(ValidateComplaint, heard(asked("complaint_date", "昨天被盗刷的", "dispute_transaction")))
    assert done.slots["complaint_date"] == "2026-11-20"


@pytest.mark.parametrize("text", ["年费什么情况下能免", "信用卡年费怎么收"])
@pytest.mark.parametrize("slot", ["complaint_date", "complaint_confirmed"])
def test_a_question_about_a_product_changes_no_category(slot: str, text: str, perform: Perform) -> None:
    said = heard(asked(slot, text, "ask_faq"))
    said.slots = {**said.slots, "complaint_business": "loan"}
    assert perform(ValidateComplaint, said).events == []


def test_a_story_told_without_a_wish_is_offered_to_be_filed(perform: Perform) -> None:
    done = perform(LooseValue, heard(Said("昨天在ATM取钱少吐了100元")))
    assert done.said == ["utter_offer_file_complaint"]


def test_a_story_with_the_word_complaint_begins_one(perform: Perform) -> None:
    said = heard(Said("昨天ATM少吐了100元我要投诉 电话13800138000 借记卡"))
    assert perform(LooseValue, said).follow_up == "complaint_form"
    said.loop = "complaint_form"
    done = perform(ValidateComplaint, said)
    assert done.slots["complaint_description"] == said.text
    assert done.slots["complaint_amount"] == yuan("100.00")
    assert DRAFT["complaint_contact"] == done.slots["complaint_contact"]


def test_a_question_without_an_answer_adds_no_second_question_to_that_of_the_form(perform: Perform) -> None:
    said = Said("火星上有网点吗", "ask_faq", loop="complaint_form")
    done = perform(SearchArticles, said)
    assert done.said == ["utter_no_answer_in_form"]
    assert "offered" not in done.slots
    again = [customer(), bot("utter_no_answer_in_form")]
    assert perform(SearchArticles, Said("火星", "ask_faq", loop="complaint_form", before=again)).said == [
        "utter_two_failures",
        "utter_person_coming",
    ]


@pytest.mark.parametrize("text", ["那我什么时候能收到答复", "到底谁来处理", "那多久能有结果"])
def test_a_question_before_the_yes_is_one_whatever_stands_before_it(text: str, perform: Perform) -> None:
    assert perform(ValidateComplaint, confirming(text, "ask_faq", confidence=0.45)).events == []


@pytest.mark.parametrize(
    ("text", "yields"), [("你们系统是不是坏了", False), ("我要投诉", True), ("信用卡被多扣了300元", True)]
)
def test_a_grumble_about_the_code_is_no_complaint(text: str, yields: bool, perform: Perform) -> None:
    said = heard(Said(text, "file_complaint", loop="verification_form"))
    said.slots = {"requested_slot": "verification_code", "verification_phone": "13800138000"}
    done = perform(ValidateVerification, said)
    assert (done.events == []) is yields
