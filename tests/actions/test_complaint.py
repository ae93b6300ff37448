"""The complaint form: what each turn fills, corrects, yields or files; a failing desk costs nothing."""

import pytest

from actions.cancel import Cancel
from actions.complaint import ValidateComplaint
from actions.complaint_questions import AskConfirmation
from tests.actions.conftest import CONVERSATION, Perform, Said, bot, customer, entity, money
from tests.actions.fake_desk import Desk

FORM = "complaint_form"
DRAFT = {
    "complaint_draft": "d1",
    "complaint_description": "没激活也扣我年费三百",
    "complaint_business": "credit-card",
    "complaint_amount": {"amount": "300.00", "currency": "CNY"},
    "complaint_date": "2026-11-11",
    "complaint_contact": "13800138000",
}


def asked(slot: str, text: str, intent: str = "inform", **changes: object) -> Said:
    """An answer to the form's question for a slot, the earlier ones being filled."""
    order = list(DRAFT)
    filled = {name: DRAFT[name] for name in order[: order.index(slot)]} if slot in order else dict(DRAFT)
    said = Said(text, intent, loop=FORM, slots={**filled, "requested_slot": slot})
    for name, value in changes.items():
        setattr(said, name, value)
    return said


def confirming(text: str, intent: str = "affirm", **changes: object) -> Said:
    """An answer to the summary."""
    return asked("complaint_confirmed", text, intent, **changes)


def test_the_first_message_fills_what_it_says(perform: Perform) -> None:
    text = "我要投诉，上周三下午转的五千，对方到现在没收到"
    entities = [entity("date", "2026-11-11", 5, 10), money("5000.00", 12, 14)]
    done = perform(ValidateComplaint, Said(text, "file_complaint", loop=FORM, entities=entities))
    assert done.said == ["utter_complaint_start"]
    assert done.slots["complaint_description"] == text
    assert done.slots["complaint_date"] == "2026-11-11"
    assert done.slots["complaint_amount"]["amount"] == "5000.00"
    assert done.slots["complaint_draft"]


@pytest.mark.parametrize(
    "text", ["我要投诉", "你好，我想投诉一下", "I want to file a complaint", "我要投诉你们银行"]
)
def test_a_bare_wish_is_no_story(text: str, perform: Perform) -> None:
    done = perform(ValidateComplaint, Said(text, "file_complaint", loop=FORM))
    assert "complaint_description" not in done.slots


def test_two_sums_are_not_guessed_between(perform: Perform) -> None:
    said = asked(
        "complaint_description", "先扣了300又扣了500，没人管", entities=[money("300.00"), money("500.00")]
    )
    done = perform(ValidateComplaint, said)
    assert done.slots["complaint_description"]
    assert "complaint_amount" not in done.slots


def test_prose_is_the_story_even_when_it_looks_like_thanks(perform: Perform) -> None:
    text = "柜员态度特别差，还说谢谢你别再来了，我排了两个小时"
    done = perform(ValidateComplaint, asked("complaint_description", text, "thanks", confidence=0.9))
    assert done.slots["complaint_description"] == text


def test_a_category_alone_is_no_story(perform: Perform) -> None:
    said = asked("complaint_description", "信用卡", entities=[entity("business", "credit-card", 0, 3)])
    done = perform(ValidateComplaint, said)
    assert done.slots["complaint_business"] == "credit-card"
    assert "complaint_description" not in done.slots


def test_a_product_counts_more_than_the_way_of_paying(perform: Perform) -> None:
    entities = [entity("business", "credit-card", 0, 3), entity("business", "payment", 7, 9)]
    said = asked("complaint_description", "信用卡昨天重复扣款300元", entities=entities)
    assert perform(ValidateComplaint, said).slots["complaint_business"] == "credit-card"


def test_a_bare_number_is_an_amount_when_one_was_asked(perform: Perform) -> None:
    done = perform(ValidateComplaint, asked("complaint_amount", "8000", entities=[entity("number", "8000")]))
    assert done.slots["complaint_amount"] == {"amount": "8000.00", "currency": "CNY"}


@pytest.mark.parametrize("slot", ["complaint_amount", "complaint_date", "complaint_contact"])
@pytest.mark.parametrize(("text", "intent"), [("跳过", "skip"), ("没有", "deny"), ("记不清了", "inform")])
def test_three_fields_may_be_skipped(slot: str, text: str, intent: str, perform: Perform) -> None:
    assert perform(ValidateComplaint, asked(slot, text, intent)).slots[slot] == "skipped"


@pytest.mark.parametrize(
    ("text", "intent"), [("跳过", "skip"), ("不知道算哪一类", "inform"), ("都不是", "deny")]
)
def test_who_cannot_name_the_category_is_not_kept_for_it(text: str, intent: str, perform: Perform) -> None:
    done = perform(ValidateComplaint, asked("complaint_business", text, intent))
    assert (done.slots["complaint_business"], done.said) == ("other", ["utter_business_left_open"])


def test_what_happened_must_be_told(perform: Perform) -> None:
    done = perform(ValidateComplaint, asked("complaint_description", "跳过", "skip"))
    assert done.said == ["utter_cannot_skip"]
    assert "complaint_description" not in done.slots


def test_a_correction_in_the_middle_changes_the_earlier_value(perform: Perform) -> None:
    done = perform(
        ValidateComplaint, asked("complaint_contact", "不对，是8000", entities=[entity("number", "8000")])
    )
    assert done.slots["complaint_amount"]["amount"] == "8000.00"
    assert done.said == ["utter_complaint_corrected"]


def test_not_800_is_not_taken(perform: Perform) -> None:
    entities = [money("8000.00"), entity("number", "800", 20, 23, negated="true")]
    done = perform(ValidateComplaint, confirming("amount is 8,000 not 800", "inform", entities=entities))
    assert done.slots["complaint_amount"]["amount"] == "8000.00"


def test_a_future_day_is_not_taken(perform: Perform) -> None:
    done = perform(
        ValidateComplaint, asked("complaint_date", "明天", entities=[entity("date", "2026-11-22")])
    )
    assert done.said == ["utter_date_in_future"]
    assert "complaint_date" not in done.slots


@pytest.mark.parametrize(
    ("sent_at", "future"), [("2026-11-20T15:59:00+00:00", True), ("2026-11-20T16:01:00+00:00", False)]
)
def test_the_day_begins_at_midnight_in_the_banks_zone(sent_at: str, future: bool, perform: Perform) -> None:
    said = asked("complaint_date", "11月21号", entities=[entity("date", "2026-11-21", 0, 6)])
    said.metadata = {"sent_at": sent_at}
    done = perform(ValidateComplaint, said)
    assert (done.said == ["utter_date_in_future"]) is future
    assert ("complaint_date" in done.slots) is not future


def test_an_ambiguous_day_is_asked(perform: Perform) -> None:
    day = entity("date", "2026-11-18", 0, 14, alternative="2026-11-11")
    done = perform(ValidateComplaint, asked("complaint_date", "last Wednesday", entities=[day]))
    assert done.said == ["utter_which_date"]
    assert "11月11日" in done.facts[0]["first"]
    assert "complaint_date" not in done.slots


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("年费怎么收？", "ask_faq"),
        ("取消", "cancel"),
        ("取消投诉", "withdraw_complaint"),
        ("转人工", "request_person"),
        ("查下余额", "view_accounts"),
    ],
)
@pytest.mark.parametrize("slot", ["complaint_description", "complaint_amount", "complaint_confirmed"])
def test_a_digression_yields_to_its_rule(slot: str, text: str, intent: str, perform: Perform) -> None:
    assert perform(ValidateComplaint, asked(slot, text, intent)).events == []


def test_a_question_with_a_sum_in_it_is_still_a_question(perform: Perform) -> None:
    said = asked("complaint_amount", "转账5000手续费多少？", "ask_faq", entities=[money("5000.00")])
    assert perform(ValidateComplaint, said).events == []


def test_nothing_is_read_again_when_the_form_resumes(perform: Perform) -> None:
    said = asked("complaint_amount", "年费300怎么收？", "ask_faq", entities=[money("300.00")])
    said.since = [{"event": "action", "name": "action_search_articles"}]
    done = perform(ValidateComplaint, said)
    assert done.slots == {"complaint_draft": "d1"}


def test_a_rough_sum_is_asked_for_once_and_then_left_open_in_the_customers_words(perform: Perform) -> None:
    said = asked("complaint_amount", "几百块吧", entities=[entity("vague_amount", "几百块")])
    assert perform(ValidateComplaint, said).said == ["utter_amount_exact"]

    said.before = [customer(), bot("utter_amount_exact")]
    done = perform(ValidateComplaint, said)
    assert done.said == ["utter_amount_left_open"]
    assert done.slots["complaint_amount"] == "skipped"
    assert done.slots["complaint_description"].endswith("几百块吧")


def test_two_misunderstandings_in_a_row_bring_a_person_and_keep_the_draft(
    desk: Desk, perform: Perform
) -> None:
    first = perform(ValidateComplaint, asked("complaint_amount", "嗯哼哈", "out_of_scope"))
    assert first.said == ["utter_amount_unclear"]
    again = asked("complaint_amount", "嗯哼哈", "out_of_scope")
    again.before = [customer(), bot("utter_amount_unclear")]
    second = perform(ValidateComplaint, again)
    assert second.said == ["utter_two_failures", "utter_person_coming"]
    assert desk.hand_overs[0]["reason"] == "failures"
    assert "没激活" in desk.hand_overs[0]["note"]
    assert "complaint_description" not in second.slots
    assert second.slots["requested_slot"] is None


def test_an_upset_customer_is_met_with_an_apology_when_a_person_is_called(
    desk: Desk, perform: Perform
) -> None:
    said = asked("complaint_amount", "嗯哼哈", "out_of_scope")
    said.slots = {**said.slots, "strong_emotion": "strong"}
    assert perform(ValidateComplaint, said).said == ["utter_amount_unclear"]
    said.before = [customer(), bot("utter_amount_unclear")]
    done = perform(ValidateComplaint, said)
    assert done.said == ["utter_upset_handover", "utter_person_coming"]
    assert desk.hand_overs[0]["reason"] == "failures"


@pytest.mark.parametrize(("felt", "filed"), [("strong", True), (None, False)])
def test_strong_emotion_is_filed_and_forgotten(
    felt: str | None, filed: bool, desk: Desk, perform: Perform
) -> None:
    said = confirming("确认")
    said.slots = {**said.slots, "strong_emotion": felt}
    done = perform(ValidateComplaint, said)
    assert desk.bodies[f"{CONVERSATION}:d1"]["strong_emotion"] is filed
    assert done.slots["strong_emotion"] is None


@pytest.mark.parametrize("text", ["确认", "确认提交", "是的", "Yes", "confirm", "Confirm and submit"])
def test_a_sure_yes_files(text: str, desk: Desk, perform: Perform) -> None:
    done = perform(ValidateComplaint, confirming(text, "nlu_fallback", confidence=0.3))
    assert done.said == ["utter_complaint_filed"]
    assert done.facts[0]["number"] == "C-20261121-0042"
    assert "2026年12月6日" in done.facts[0]["due_date"]
    assert done.slots["complaint_draft"] is None
    assert done.slots["requested_slot"] is None
    assert desk.bodies[f"{CONVERSATION}:d1"]["amount"] == {"amount": "300.00", "currency": "CNY"}


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        ("asdkjh", 0.66),
        ("asdkjh", 0.79),
        ("好，但是金额不对", 0.99),
        ("可以吗？", 0.99),
        ("嗯嗯你们自己看着办吧我也不知道了", 0.99),
    ],
)
def test_nothing_is_filed_on_an_unsure_yes(
    text: str, confidence: float, desk: Desk, perform: Perform
) -> None:
    perform(ValidateComplaint, confirming(text, confidence=confidence))
    assert desk.filed == {}


def test_skipped_fields_are_filed_as_absent(desk: Desk, perform: Perform) -> None:
    said = confirming("确认")
    said.slots = {**said.slots, "complaint_amount": "skipped", "complaint_contact": "skipped"}
    perform(ValidateComplaint, said)
    body = desk.bodies[f"{CONVERSATION}:d1"]
    assert body["amount"] is None
    assert body["contact"] is None


@pytest.mark.parametrize("failure", ["error", "closed", "garbage", "wrong-shape", "refuse"])
def test_a_failing_desk_costs_nothing_that_was_typed(failure: str, desk: Desk, perform: Perform) -> None:
    desk.failure = failure
    done = perform(ValidateComplaint, confirming("确认"))
    assert done.said == ["utter_complaint_not_filed"]
    assert done.slots == {"complaint_draft": "d1"}
    desk.failure = None
    assert perform(ValidateComplaint, confirming("确认")).said == ["utter_complaint_filed"]
    assert len(desk.filed) == 1


def test_a_lost_answer_is_not_filed_twice(desk: Desk, perform: Perform) -> None:
    desk.delay = 0.8
    assert perform(ValidateComplaint, confirming("确认")).said == ["utter_complaint_not_filed"]
    desk.delay = 0.0
    done = perform(ValidateComplaint, confirming("确认"))
    assert done.said == ["utter_complaint_filed"]
    assert len(desk.filed) == 1


def test_a_change_after_a_lost_answer_tells_what_was_filed(desk: Desk, perform: Perform) -> None:
    perform(ValidateComplaint, confirming("确认"))
    changed = confirming("确认")
    changed.slots = {**changed.slots, "complaint_amount": {"amount": "900.00", "currency": "CNY"}}
    done = perform(ValidateComplaint, changed)
    assert done.said == ["utter_complaint_filed_before"]
    assert done.facts[0]["number"] == "C-20261121-0042"


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("改金额", "complaint_amount"),
        ("日期错了", "complaint_date"),
        ("change the contact", "complaint_contact"),
    ],
)
def test_a_field_is_named_to_be_asked_again(text: str, slot: str, perform: Perform) -> None:
    done = perform(ValidateComplaint, confirming(text, "inform"))
    assert done.slots[slot] is None


def test_a_no_asks_what_to_change(perform: Perform) -> None:
    assert perform(ValidateComplaint, confirming("不对", "deny")).said == ["utter_what_to_change"]


def test_an_addition_at_the_end_is_kept(perform: Perform) -> None:
    done = perform(ValidateComplaint, confirming("补充一下，客服电话打了三次都没人回", "add_to_complaint"))
    assert done.slots["complaint_description"].startswith("没激活也扣我年费三百\n补充")


def test_the_summary_shows_every_value_in_the_customers_language(perform: Perform) -> None:
    said = confirming("skip", "skip")
    said.slots = {**said.slots, "language": "en", "complaint_amount": "skipped"}
    facts = perform(AskConfirmation, said).facts[0]
    assert facts["business"] == "credit card"
    assert facts["amount"] == "not given"
    assert facts["date"] == "Wednesday, 11 November 2026"


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        ([], ["utter_complaint_summary"]),
        (["utter_complaint_corrected"], ["utter_complaint_summary"]),
        (["utter_article_answer"], ["utter_confirm_reminder"]),
        (["utter_what_to_change"], []),
    ],
)
def test_the_summary_is_not_repeated_after_every_word(
    spoken: list[str], expected: list[str], perform: Perform
) -> None:
    said = confirming("…", "inform", since=[bot(name) for name in spoken])
    assert perform(AskConfirmation, said).said == expected


def test_cancelling_forgets_the_draft(perform: Perform) -> None:
    done = perform(Cancel, asked("complaint_amount", "取消", "cancel"))
    assert done.said == ["utter_complaint_cancelled"]
    assert done.ends_loop
    assert done.slots["complaint_description"] is None


def test_cancelling_verification_returns_to_the_complaint(perform: Perform) -> None:
    said = Said("取消", "cancel", loop="verification_form", slots={"complaint_draft": "d1"})
    done = perform(Cancel, said)
    assert done.said == ["utter_verification_cancelled"]
    assert done.follow_up == FORM


def test_cancelling_verification_leads_to_the_second_wish(perform: Perform) -> None:
    slots = {"pending_act": "view_accounts", "next_wish": "file_complaint"}
    done = perform(Cancel, Said("取消", "cancel", loop="verification_form", slots=slots))
    assert done.said == ["utter_verification_cancelled", "utter_also", "utter_offer_file_complaint"]
