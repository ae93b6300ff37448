"""People put off, give up and come back, mend one digit, tell of two things: nothing said is lost."""

from typing import Any

import pytest

from actions.cancel import Cancel
from actions.complaint import ValidateComplaint
from actions.complaint_questions import AskConfirmation, AskDate
from actions.offers import TakeOffer
from bot.components.values.text import in_simplified
from tests.actions.conftest import Perform, Said, bot, entity
from tests.actions.test_complaint import DRAFT, asked, confirming
from tests.actions.test_steering import heard, yuan

FORM = "complaint_form"


def as_told(said: Said) -> Said:
    """With what the channel tells of a message in traditional characters."""
    said.metadata = {**said.metadata, "simplified": in_simplified(said.text)}
    return said


def earlier(said: Said) -> list[dict[str, Any]]:
    """The event of a message before, with what was understood of it."""
    parsed = {"intent": {"name": said.intent, "confidence": 0.95}, "entities": said.entities}
    return [{"event": "user", "text": said.text, "parse_data": parsed}]


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("电话最后一位是1", "complaint_contact", "13800138001"),
        ("尾号说错了，最后四位是5678", "complaint_contact", "13800135678"),
        ("the last digit is 1, not 0", "complaint_contact", "13800138001"),
        ("还有金额应该是1580", "complaint_amount", yuan("1580.00")),
        ("also the date is wrong, it was on 13 November", "complaint_date", "2026-11-13"),
        ("日期不对，前天才是", "complaint_date", "2026-11-19"),
        ("业务类别改成借记卡", "complaint_business", "debit-card"),
    ],
)
def test_the_summary_takes_a_correction(text: str, slot: str, value: object, perform: Perform) -> None:
    done = perform(ValidateComplaint, heard(confirming(text, "inform")))
    assert done.said == ["utter_complaint_corrected"]
    assert {name: done.slots[name] for name in DRAFT if name in done.slots} == {
        "complaint_draft": "d1",
        slot: value,
    }


def test_a_day_that_may_be_two_is_asked_about_at_the_summary_too(perform: Perform) -> None:
    said = heard(confirming("also the date is wrong, it was last friday", "inform"))
    done = perform(ValidateComplaint, said)
    assert done.said == ["utter_which_date"]
    assert "complaint_date" not in done.slots
    said.since = [bot("utter_which_date")]
    assert perform(AskConfirmation, said).said == []


def test_a_day_that_may_be_two_is_asked_about_when_the_day_is_asked(perform: Perform) -> None:
    text = "I want to complain, I transferred 1200 yuan last Friday and it never came"
    opened = perform(ValidateComplaint, heard(Said(text, "file_complaint", loop=FORM)))
    assert opened.said == ["utter_complaint_start"]
    either = opened.slots["complaint_either_date"]
    assert either == ["2026-11-13", "2026-11-20"]
    said = asked("complaint_date", "hm")
    said.slots = {**said.slots, "complaint_either_date": either}
    assert perform(AskDate, said).said == ["utter_which_date"]
    said.since = [bot("utter_which_date")]
    assert perform(AskDate, said).said == []
    assert perform(AskDate, asked("complaint_date", "hm")).said == ["utter_ask_complaint_date"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1", "2026-11-13"),
        ("2", "2026-11-20"),
        ("the second one", "2026-11-20"),
        ("the 13th", "2026-11-13"),
        ("20", "2026-11-20"),
        ("第一个", "2026-11-13"),
        ("是后一个吧", "2026-11-20"),
        ("昨天", "2026-11-20"),
    ],
)
def test_of_two_days_one_is_chosen_by_place_or_day(text: str, day: str, perform: Perform) -> None:
    said = heard(asked("complaint_date", text))
    said.slots = {**said.slots, "complaint_either_date": ["2026-11-13", "2026-11-20"]}
    done = perform(ValidateComplaint, said)
    assert (done.slots["complaint_date"], done.slots["complaint_either_date"]) == (day, None)


@pytest.mark.parametrize(
    ("text", "language", "days"),
    [
        ("11.3", "zh", ["2026-11-03"]),
        ("大概12.25", "zh", ["2025-12-25"]),
        ("11.25", "en", ["2025-11-25"]),
        ("11.3", "en", ["2026-11-03", "2026-03-11"]),
        ("11.31", "zh", []),
        ("13.5", "zh", []),
    ],
)
def test_figures_where_a_day_is_asked_are_month_and_day(
    text: str, language: str, days: list[str], perform: Perform
) -> None:
    said = heard(asked("complaint_date", text))
    said.slots = {**said.slots, "language": language}
    done = perform(ValidateComplaint, said).slots
    assert (
        done.get("complaint_either_date") or [done[name] for name in ["complaint_date"] if name in done]
    ) == days


@pytest.mark.parametrize(
    "text",
    [
        "信用卡账单短信收不到，不涉及金额，找了三次没人管",
        "柜员态度太差，不是钱的事",
        "the teller refused my passport yesterday, no money involved",
    ],
)
def test_who_says_that_it_is_not_about_money_is_not_asked_how_much(text: str, perform: Perform) -> None:
    opened = perform(ValidateComplaint, heard(Said(text, "file_complaint", loop=FORM)))
    told = perform(ValidateComplaint, heard(asked("complaint_description", text)))
    assert opened.slots["complaint_amount"] == told.slots["complaint_amount"] == "skipped"


@pytest.mark.parametrize("text", ["13900139000或者0571-87654321", "13900139000, or my office 0571-87654321"])
def test_of_two_numbers_the_first_is_the_contact_and_both_are_kept(text: str, perform: Perform) -> None:
    done = perform(ValidateComplaint, heard(asked("complaint_contact", text)))
    assert done.slots["complaint_contact"] == "13900139000"
    assert done.slots["complaint_description"].endswith(text)


@pytest.mark.parametrize(("text", "business"), [("card", None), ("my card", None), ("银行卡", "debit-card")])
def test_a_card_merely_named_is_no_lost_one(text: str, business: str | None, perform: Perform) -> None:
    done = perform(ValidateComplaint, heard(asked("complaint_business", text, "report_loss")))
    assert done.slots.get("complaint_business") == business
    assert done.said == ([] if business else ["utter_business_unclear"])


@pytest.mark.parametrize("text", ["大概三四万吧", "about 30,000 yuan"])
def test_a_sum_alone_is_no_story(text: str, perform: Perform) -> None:
    done = perform(ValidateComplaint, heard(asked("complaint_description", text)))
    assert "complaint_description" not in done.slots


def test_a_mail_address_is_a_contact(perform: Perform) -> None:
    done = perform(ValidateComplaint, heard(asked("complaint_contact", "jane@example.com")))
    assert done.slots["complaint_contact"] == "jane@example.com"


@pytest.mark.parametrize("text", ["唔使打电话", "不用打電話，在這裡回覆我"])
def test_no_call_is_understood_in_any_script(text: str, perform: Perform) -> None:
    done = perform(ValidateComplaint, as_told(heard(asked("complaint_contact", text, "request_callback"))))
    assert done.said == ["utter_contact_none"]


def test_what_is_written_in_traditional_characters_is_read_and_kept_as_it_is(perform: Perform) -> None:
    said = as_told(heard(asked("complaint_contact", "不對，應該是8000", "inform")))
    assert perform(ValidateComplaint, said).slots["complaint_amount"] == yuan("8000.00")
    story = "昨天領錢少了兩千元，客服講了半天也沒有處理"
    told = perform(ValidateComplaint, as_told(heard(asked("complaint_description", story))))
    assert told.slots["complaint_description"] == story


def test_a_command_is_no_piece_of_a_story(perform: Perform) -> None:
    said = asked("complaint_description", "／restart", "nlu_fallback", confidence=0.4)
    said.slots = {**said.slots, "complaint_begun": "I want to complain, the ATM kept my card"}
    done = perform(ValidateComplaint, said)
    assert done.said == ["utter_description_short"]
    assert "complaint_description" not in done.slots


@pytest.mark.parametrize(
    "text", ["可以，提交吧", "没错，交上去", "我想好了，交吧", "嗯提交", "ok send it", "go ahead and file it"]
)
def test_submit_it_in_many_words(text: str, perform: Perform) -> None:
    done = perform(ValidateComplaint, confirming(text, "affirm", confidence=0.4))
    assert done.said == ["utter_complaint_filed"]


@pytest.mark.parametrize("text", ["先别提交", "不要提交", "don't submit it", "do not send it"])
def test_what_is_not_to_be_submitted_is_not(text: str, perform: Perform) -> None:
    done = perform(ValidateComplaint, confirming(text, "deny"))
    assert "utter_complaint_filed" not in done.said


def test_a_sentence_for_the_story_leaves_what_was_told(perform: Perform) -> None:
    done = perform(ValidateComplaint, confirming("经过里加一句：商户可以出证明", "add_to_complaint"))
    assert (
        done.slots["complaint_description"]
        == f"{DRAFT['complaint_description']}\n经过里加一句：商户可以出证明"
    )


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("哎我刚才说错了，不是上周三，是这周三", {"complaint_date": "2026-11-18"}),
        ("等等，三百也不对，好像是三百五", {"complaint_amount": yuan("350.00")}),
        ("oh it was the day before yesterday", {"complaint_date": "2026-11-19"}),
        ("wait, 550", {"complaint_amount": yuan("550.00")}),
        (
            "不对，是前天，也不是300是500",
            {"complaint_date": "2026-11-19", "complaint_amount": yuan("500.00")},
        ),
    ],
)
def test_a_correction_at_the_next_question(text: str, changed: dict[str, object], perform: Perform) -> None:
    done = perform(ValidateComplaint, heard(asked("complaint_contact", text)))
    assert done.said == ["utter_complaint_corrected"]
    assert {name: done.slots.get(name) for name in changed} == changed
    assert "complaint_description" not in done.slots


def test_the_same_said_again_is_not_called_a_change(perform: Perform) -> None:
    done = perform(ValidateComplaint, heard(asked("complaint_amount", "信用卡")))
    assert done.said == ["utter_complaint_noted"]


def test_a_piece_of_the_story_is_no_restatement_of_the_category(perform: Perform) -> None:
    text = "提前还款预约两个月还没排到"
    said = heard(asked("complaint_contact", text, "file_complaint"))
    done = perform(ValidateComplaint, said)
    assert text in done.slots["complaint_description"]


@pytest.mark.parametrize("text", ["他们从头到尾都没有告诉我要收手续费", "柜员没有给我任何说法就让我走"])
def test_a_story_with_a_no_in_it_leaves_nothing_out(text: str, perform: Perform) -> None:
    done = perform(ValidateComplaint, asked("complaint_amount", text, "file_complaint"))
    assert done.slots.get("complaint_amount") != "skipped"
    assert text in done.slots["complaint_description"]


@pytest.mark.parametrize("text", ["没有金额", "没有钱的事", "no amount"])
def test_no_sum_said_where_the_number_is_asked_leaves_the_number_open(text: str, perform: Perform) -> None:
    said = asked("complaint_contact", text, "deny")
    said.slots = {**said.slots, "complaint_amount": None}
    done = perform(ValidateComplaint, said)
    assert done.slots["complaint_amount"] == "skipped"
    assert "complaint_contact" not in done.slots


@pytest.mark.parametrize("text", ["不给", "我怕被打击报复，电话不留行不行", "就不说"])
def test_a_refusal_leaves_the_number_out(text: str, perform: Perform) -> None:
    done = perform(ValidateComplaint, asked("complaint_contact", text, "nlu_fallback"))
    assert done.slots["complaint_contact"] == "skipped"


def test_about_when_it_was_stays_in_the_story(perform: Perform) -> None:
    said = asked("complaint_date", "前年10月", entities=[entity("date_range", "2024-10", 0, 5)])
    done = perform(ValidateComplaint, said)
    assert done.said == ["utter_date_range"]
    assert done.slots["complaint_description"].endswith("\n前年10月")


def test_a_number_and_no_story_is_noted_and_the_story_still_asked(perform: Perform) -> None:
    said = heard(asked("complaint_description", "我手机号是139-1234-5678，你先记下"))
    done = perform(ValidateComplaint, said)
    assert done.said == ["utter_complaint_noted"]
    assert done.slots["complaint_contact"] == "13912345678"
    assert "complaint_description" not in done.slots


def test_another_category_is_no_story(perform: Perform) -> None:
    said = heard(asked("complaint_description", "其实也不是信用卡，是贷款"))
    said.slots = {**said.slots, "complaint_business": "credit-card"}
    done = perform(ValidateComplaint, said)
    assert done.slots["complaint_business"] == "loan"
    assert "complaint_description" not in done.slots


def test_a_few_words_with_the_wish_are_put_before_the_story(perform: Perform) -> None:
    begun = perform(ValidateComplaint, Said("我替我妈投诉", "file_complaint", loop=FORM))
    assert begun.slots["complaint_begun"] == "我替我妈投诉"
    said = asked("complaint_description", "她去存钱被忽悠买了保险")
    said.slots = {**said.slots, "complaint_begun": "我替我妈投诉"}
    done = perform(ValidateComplaint, said)
    assert done.slots["complaint_description"] == "我替我妈投诉\n她去存钱被忽悠买了保险"


@pytest.mark.parametrize("text", ["先放着吧，我再想想", "晚点再说", "not now, later"])
def test_what_is_put_off_is_kept(text: str, perform: Perform) -> None:
    done = perform(Cancel, confirming(text, "cancel"))
    assert done.said == ["utter_complaint_kept"]
    assert done.ends_loop
    assert "complaint_description" not in done.slots
    again = perform(TakeOffer, Said("我想好了，交吧", "affirm", slots=DRAFT))
    assert again.follow_up == FORM


def test_a_cancelled_complaint_that_is_regretted_need_not_be_told_again(perform: Perform) -> None:
    ended = perform(Cancel, confirming("算了不投诉了", "cancel"))
    assert ended.said == ["utter_complaint_cancelled"]
    given_up = ended.slots["complaint_given_up"]
    said = Said("不行，还是要投诉", "file_complaint", loop=FORM, slots={"complaint_given_up": given_up})
    done = perform(ValidateComplaint, said)
    assert done.said == ["utter_complaint_resume"]
    assert done.slots["complaint_description"] == DRAFT["complaint_description"]
    assert done.slots["complaint_given_up"] is None


def test_actually_no_lets_continue_takes_the_cancelling_back(perform: Perform) -> None:
    said = Said("actually no, let's continue with it", "cancel", slots={"complaint_given_up": dict(DRAFT)})
    assert perform(Cancel, said).follow_up == FORM


def test_a_new_complaint_does_not_inherit_the_cancelled_one(perform: Perform) -> None:
    said = Said("我要投诉", "file_complaint", loop=FORM, slots={"complaint_given_up": dict(DRAFT)})
    done = perform(ValidateComplaint, said)
    assert "complaint_description" not in done.slots
    assert done.slots["complaint_given_up"] is None


def test_a_piece_of_the_story_is_kept_where_it_was_no_answer(perform: Perform) -> None:
    done = perform(ValidateComplaint, asked("complaint_business", "存钱的时候"))
    assert done.said == ["utter_business_unclear"]
    assert done.slots["complaint_description"].endswith("\n存钱的时候")


@pytest.mark.parametrize("text", ["好的", "我要投诉"])
def test_what_was_told_before_the_offer_belongs_to_the_complaint(text: str, perform: Perform) -> None:
    told = heard(Said("昨天在ATM取钱少吐了100元", "inform"))
    intent = "file_complaint" if "投诉" in text else "affirm"
    said = Said(text, intent, loop=FORM, slots={"offered": "file_complaint"}, before=earlier(told))
    done = perform(ValidateComplaint, said)
    assert done.slots["complaint_description"] == told.text
    assert done.slots["complaint_amount"] == yuan("100.00")


def test_of_two_wishes_only_the_one_to_complain_is_the_story(perform: Perform) -> None:
    text = "几点开门？另外我要投诉存款被扣了20元手续费"
    told = heard(Said(text, "ask_faq"))
    told.entities.append(entity("also", "file_complaint", text.index("另外"), len(text)))
    said = Said("好的", "affirm", loop=FORM, slots={"offered": "file_complaint"}, before=earlier(told))
    done = perform(ValidateComplaint, said)
    assert done.slots["complaint_description"] == "另外我要投诉存款被扣了20元手续费"
    assert done.slots["complaint_amount"] == yuan("20.00")


@pytest.mark.parametrize("text", ["300", "昨天", "信用卡"])
def test_what_was_told_already_is_no_failure(text: str, perform: Perform) -> None:
    said = heard(asked("complaint_contact", text))
    said.slots = {**said.slots, "complaint_date": "2026-11-20"}
    done = perform(ValidateComplaint, said)
    assert done.said == ["utter_complaint_noted"]


@pytest.mark.parametrize("text", ["退我钱！！！", "少了200，我投诉的就是这200"])
def test_a_cry_where_something_else_is_asked_is_kept(text: str, perform: Perform) -> None:
    done = perform(ValidateComplaint, heard(asked("complaint_contact", text, "file_complaint")))
    assert done.said == ["utter_complaint_noted"]
    assert done.slots["complaint_description"].endswith(text)


def test_an_old_message_is_not_taken_for_a_complaint_that_nobody_offered(perform: Perform) -> None:
    told = heard(Said("昨天在ATM取钱少吐了100元", "inform"))
    done = perform(ValidateComplaint, Said("我要投诉", "file_complaint", loop=FORM, before=earlier(told)))
    assert "complaint_description" not in done.slots


@pytest.mark.parametrize(("text", "business"), [("debit", "debit-card"), ("the credit one", "credit-card")])
def test_a_card_may_be_named_in_brief(text: str, business: str, perform: Perform) -> None:
    done = perform(ValidateComplaint, asked("complaint_business", text))
    assert done.slots["complaint_business"] == business
