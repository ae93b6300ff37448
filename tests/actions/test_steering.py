"""People wait, go back, begin anew, take back what they said, and tell their story in pieces."""

from datetime import datetime

import pytest

from actions.callback import ValidateCallback
from actions.complaint import ValidateComplaint
from actions.edge import DeskAction
from actions.rating import ValidateRating
from actions.verification import ValidateVerification
from bot.components.values import find_values
from tests.actions.conftest import Perform, Said, bot, customer, entity
from tests.actions.fake_desk import Desk
from tests.actions.test_complaint import DRAFT, asked, confirming

SENT = datetime.fromisoformat("2026-11-21T12:00:00+00:00")


def heard(said: Said) -> Said:
    """With the values that the extractor finds in the text."""
    said.entities = [
        {"entity": one.entity, "value": one.value, "start": one.start, "end": one.end, **one.details}
        for one in find_values(said.text, SENT)
    ]
    return said


def yuan(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("两百块，不对，是三百块", "complaint_amount", yuan("300.00")),
        ("200元，哦不对不对，应该是300元", "complaint_amount", yuan("300.00")),
        ("200 yuan, no wait, 300 yuan", "complaint_amount", yuan("300.00")),
        ("200 yuan, sorry, I meant 300 yuan", "complaint_amount", yuan("300.00")),
        ("昨天，不对，前天", "complaint_date", "2026-11-19"),
        ("不是昨天，是前天", "complaint_date", "2026-11-19"),
        ("13800138000，写错了，13900139000", "complaint_contact", "13900139000"),
    ],
)
def test_what_is_taken_back_in_the_same_message_does_not_count(
    text: str, slot: str, value: object, perform: Perform
) -> None:
    assert perform(ValidateComplaint, heard(asked(slot, text))).slots[slot] == value


@pytest.mark.parametrize(
    "text", ["先扣了300元后来又扣500元", "不是300元就是500元", "300 yuan and then 500 yuan"]
)
def test_two_sums_without_a_word_of_mending_are_asked_about(text: str, perform: Perform) -> None:
    assert "complaint_amount" not in perform(ValidateComplaint, heard(asked("complaint_amount", text))).slots


def test_the_currency_alone_is_mended(perform: Perform) -> None:
    said = heard(asked("complaint_date", "不是美元，是人民币"))
    said.slots = {**said.slots, "complaint_amount": {"amount": "300.00", "currency": "USD"}}
    assert perform(ValidateComplaint, said).slots["complaint_amount"] == yuan("300.00")


def test_several_values_are_mended_at_once(perform: Perform) -> None:
    done = perform(ValidateComplaint, heard(confirming("金额和日期都错了，是500元，前天", "inform")))
    assert done.said == ["utter_complaint_corrected"]
    assert done.slots["complaint_amount"] == yuan("500.00")
    assert done.slots["complaint_date"] == "2026-11-19"


def test_another_sum_alone_where_the_day_was_asked_replaces_the_first(perform: Perform) -> None:
    done = perform(ValidateComplaint, heard(asked("complaint_date", "600元")))
    assert done.said == ["utter_complaint_corrected"]
    assert done.slots["complaint_amount"] == yuan("600.00")


def test_a_bare_sum_beside_another_value_is_mended_when_the_sum_is_named(perform: Perform) -> None:
    said = heard(asked("complaint_contact", "金额不是300是500，日期也不是昨天，是前天"))
    done = perform(ValidateComplaint, said)
    assert done.slots["complaint_amount"] == yuan("500.00")
    assert done.slots["complaint_date"] == "2026-11-19"


@pytest.mark.parametrize("text", ["我想改一下金额", "金额改一下", "change the amount please"])
def test_an_earlier_answer_may_be_changed_without_a_new_one(text: str, perform: Perform) -> None:
    assert perform(ValidateComplaint, heard(asked("complaint_date", text))).slots["complaint_amount"] is None


@pytest.mark.parametrize(
    ("slot", "again"),
    [
        ("complaint_date", "complaint_amount"),
        ("complaint_amount", "complaint_business"),
        ("complaint_confirmed", "complaint_contact"),
    ],
)
@pytest.mark.parametrize("text", ["返回上一步", "go back"])
def test_one_step_back_asks_the_question_before(slot: str, again: str, text: str, perform: Perform) -> None:
    done = perform(ValidateComplaint, asked(slot, text, "cancel"))
    assert done.slots[again] is None
    assert not done.ends_loop


def test_before_the_first_question_there_is_none(perform: Perform) -> None:
    done = perform(ValidateComplaint, asked("complaint_description", "返回上一步", "cancel"))
    assert done.slots == {"complaint_draft": "d1"}


@pytest.mark.parametrize("text", ["我想从头再说一遍", "重新开始吧", "let me start over"])
def test_from_the_beginning_forgets_what_was_told(text: str, desk: Desk, perform: Perform) -> None:
    done = perform(ValidateComplaint, asked("complaint_date", text, "cancel"))
    assert done.said == ["utter_complaint_anew"]
    assert done.slots["complaint_description"] is done.slots["complaint_amount"] is None
    assert done.slots["complaint_draft"] not in (None, "d1")


@pytest.mark.parametrize(
    ("text", "goes_on"),
    [
        ("算了不投诉了……还是投诉吧", True),
        ("取消……算了还是继续登记吧", True),
        ("forget it, no, let's go on", True),
        ("还是不投诉了", False),
        ("还是投诉吧……算了不投诉了", False),
        ("算了", False),
    ],
)
def test_of_giving_up_and_taking_it_back_the_last_word_counts(
    text: str, goes_on: bool, perform: Perform
) -> None:
    done = perform(ValidateComplaint, asked("complaint_amount", text, "cancel"))
    assert done.said == (["utter_complaint_resume"] if goes_on else [])
    assert bool(done.events) is goes_on


FORMS: list[tuple[type[DeskAction], Said]] = [
    (ValidateComplaint, asked("complaint_amount", "")),
    (ValidateComplaint, confirming("")),
    (ValidateVerification, Said("", loop="verification_form", slots={"requested_slot": "verification_code"})),
    (ValidateCallback, Said("", loop="callback_form", slots={"requested_slot": "callback_time"})),
    (ValidateRating, Said("", loop="rating_form", slots={"requested_slot": "rating_score"})),
]


@pytest.mark.parametrize(("form", "said"), FORMS)
def test_every_form_waits_and_takes_it_for_no_failure(
    form: type[DeskAction], said: Said, perform: Perform
) -> None:
    waiting = Said("等一下", "wait", 1.0, slots=said.slots, loop=said.loop)
    waiting.before = [customer(), bot("utter_amount_unclear")]
    done = perform(form, waiting)
    assert done.said == ["utter_take_your_time"]
    assert done.events
    assert not done.ends_loop


@pytest.mark.parametrize(("form", "said"), FORMS)
@pytest.mark.parametrize(
    "text", ["没看懂，再说一遍", "你刚才问什么？", "what did you ask?", "say that again please"]
)
def test_who_did_not_understand_is_asked_again(
    form: type[DeskAction], said: Said, text: str, perform: Perform
) -> None:
    asking = Said(text, "resend_code", 0.7, slots=said.slots, loop=said.loop)
    done = perform(form, asking)
    assert done.said == []
    assert done.events
    assert not done.ends_loop


@pytest.mark.parametrize("text", ["合同没看懂就让我签字", "柜员让我再说一遍所有材料"])
def test_a_story_about_not_understanding_is_a_story(text: str, perform: Perform) -> None:
    done = perform(ValidateComplaint, asked("complaint_description", text))
    assert done.slots["complaint_description"] == text


def test_a_story_in_pieces_is_put_together(perform: Perform) -> None:
    first = perform(ValidateComplaint, asked("complaint_description", "上个月"))
    assert first.said == ["utter_description_short"]
    begun = asked("complaint_description", "柜台的人骂我还不给办")
    begun.slots = {**begun.slots, "complaint_begun": first.slots["complaint_begun"]}
    done = perform(ValidateComplaint, begun)
    assert done.slots["complaint_description"] == "上个月\n柜台的人骂我还不给办"
    assert done.slots["complaint_begun"] is None


@pytest.mark.parametrize("text", ["😀", "🙃🙃🙃", "……"])
def test_signs_are_no_piece_of_a_story(text: str, perform: Perform) -> None:
    assert "complaint_begun" not in perform(ValidateComplaint, asked("complaint_description", text)).slots


def test_more_of_the_story_where_a_sum_was_asked_is_added(perform: Perform) -> None:
    done = perform(ValidateComplaint, asked("complaint_amount", "柜员让我跑到隔壁网点去办"))
    assert done.said == ["utter_complaint_noted"]
    assert (
        done.slots["complaint_description"] == f"{DRAFT['complaint_description']}\n柜员让我跑到隔壁网点去办"
    )


def test_after_many_pieces_the_open_question_is_named_and_nothing_is_lost(perform: Perform) -> None:
    said = asked("complaint_amount", "柜员让我跑到隔壁网点去办")
    said.before = [event for _ in range(4) for event in (customer(), bot("utter_complaint_noted"))]
    done = perform(ValidateComplaint, said)
    assert done.said == ["utter_amount_unclear"]
    assert str(done.slots["complaint_description"]).endswith("隔壁网点去办")


@pytest.mark.parametrize("text", ["大概好几千块钱吧我也说不清", "很多很多钱反正都没了"])
def test_an_attempt_to_tell_a_sum_is_no_story(text: str, perform: Perform) -> None:
    assert perform(ValidateComplaint, asked("complaint_amount", text)).said == ["utter_amount_unclear"]


@pytest.mark.parametrize("text", ["400-000-9000", "12378", "打95588吧", "110"])
def test_a_service_line_is_nobodys_number(text: str, perform: Perform) -> None:
    assert perform(ValidateComplaint, asked("complaint_contact", text)).said == ["utter_contact_is_ours"]
    calling = Said(text, loop="callback_form", slots={"requested_slot": "callback_phone"})
    assert perform(ValidateCallback, calling).said == ["utter_contact_is_ours"]


@pytest.mark.parametrize(
    "text", ["别打电话，在这里回复我就行", "微信上联系我", "please don't call me, reply here"]
)
def test_who_does_not_want_to_be_called_is_answered_here(text: str, perform: Perform) -> None:
    done = perform(ValidateComplaint, asked("complaint_contact", text, "request_callback"))
    assert done.slots["complaint_contact"] == "skipped"


def test_a_call_cannot_be_booked_for_a_day_that_is_gone(perform: Perform) -> None:
    said = Said("昨天下午三点", loop="callback_form", slots={"requested_slot": "callback_time"})
    said.entities = [entity("date", "2026-11-20", 0, 2)]
    done = perform(ValidateCallback, said)
    assert done.said == ["utter_callback_time_unclear"]
    assert done.slots["callback_time"] is None
