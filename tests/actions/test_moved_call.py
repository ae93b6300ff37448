"""A booked call is moved in passing, whatever the words were taken for; real questions are still answered."""

from dataclasses import replace

import pytest

from actions.callback import AskCallbackConfirmed, ValidateCallback
from actions.cancel import Cancel
from actions.case import BeginCase
from actions.complaint import ValidateComplaint
from actions.edge import DeskAction
from actions.moved_call import moves_a_call
from actions.offers import TakeOffer
from actions.person import HandOverAction
from actions.rating import ValidateRating
from actions.refusal import DeclineOffer
from actions.search import SearchArticles
from actions.talk import Chitchat, Greet, LooseValue, OutOfScope
from actions.turn import Turn
from tests.actions.conftest import Done, Perform, Said, bot, customer, domain, entity
from tests.actions.fake_desk import Desk

TODAY, TOMORROW = "2026-11-21", "2026-11-22"  # a Saturday, a Sunday


@pytest.fixture
def desk() -> Desk:
    """Tomorrow at three a customer will be called."""
    call = {"id": "call-1", "phone": "138****8000", "wanted": "明天下午三点", "wanted_on": TOMORROW}
    return Desk(booked=call)


def after(response: str, text: str, intent: str = "nlu_fallback", **entities: str) -> Said:
    """What the customer says right after this was told."""
    found = [entity(kind, value, 0, len(text)) for kind, value in entities.items()]
    return Said(text, intent, before=[customer(), bot(response)], entities=found)


def moves(said: Said) -> bool:
    return moves_a_call(Turn.of(said.tracker(), domain()))


MOVES = [
    "改到五点吧",
    "改到5点",
    "五点吧",
    "还是五点吧",
    "那就五点",
    "五点可以吗",
    "五点行吗？",
    "五点行不行",
    "能不能五点",
    "能改到五点吗",
    "改五点",
    "好的，不过改到五点吧",
    "不是三点，是五点",
    "算了，五点吧",
    "我三点有会，改到五点吧",
    "晚上吧",
    "晚一点行不行",
    "晚一个小时",
    "换个时间",
    "三点不行",
    "三点我没空",
    "三点太早了",
    "那天我没空",
    "换个号码",
    "打我另一个号码",
    "三天后吧",
    "make it 5",
    "make it 5 pm",
    "5 would be better",
    "actually, make that 5",
    "no, Friday",
    "what about Friday?",
    "can we do 5 instead",
    "could you call at 5?",
    "how about 5?",
    "I can't do 3",
    "3 doesn't work for me",
    "later please",
    "an hour later",
    "move it to 5",
    "thanks, but make it 5",
    "another number please",
]
OTHERS = [
    "五点还上班吗?",
    "几点下班",
    "五点你们有人吗",
    "周五开门吗",
    "明天营业吗",
    "下午五点转账今天能到吗",
    "周末能办业务吗",
    "昨天下午三点转的钱没到",
    "我五点去网点行吗",
    "晚上好",
    "好的，谢谢",
    "祝您周末愉快",
    "are you open at 5?",
    "what time do you close?",
    "can I come on Friday?",
    "good evening",
    "have a nice weekend",
    "can you change my PIN",
    "make it quick",
    "I gave you 5 stars",
]


@pytest.mark.parametrize("text", MOVES)
def test_right_after_the_call_was_told_a_time_is_another_time_for_it(text: str) -> None:
    for told in ("utter_callback_done", "utter_callback_status", "utter_callback_unchanged"):
        assert moves(after(told, text))


@pytest.mark.parametrize("text", OTHERS)
def test_a_question_or_a_courtesy_is_left_to_those_who_answer_it(text: str) -> None:
    assert not moves(after("utter_callback_done", text, "ask_faq"))


def test_a_courtesy_may_lie_between() -> None:
    before = [customer(), bot("utter_callback_done"), customer("谢谢"), bot("utter_thanks")]
    assert moves(Said("改五点", "inform", before=before))
    elsewhere = [*before[:2], customer("年费多少"), bot("utter_article_answer")]
    assert not moves(Said("五点吧", "inform", before=elsewhere))


@pytest.mark.parametrize(
    ("text", "intent", "moved"),
    [
        ("改到下午五点", "inform", True),
        ("改到下午五点行吗", "ask_faq", True),
        ("make it 5 pm", "nlu_fallback", True),
        ("把它改到后天上午", "inform", True),
        ("下午五点", "inform", False),
        ("换个时间", "nlu_fallback", False),
        ("还款日能改到周五吗", "ask_faq", False),
    ],
)
def test_at_another_moment_only_words_of_moving_move_it(text: str, intent: str, moved: bool) -> None:
    assert moves(Said(text, intent)) is moved


@pytest.mark.parametrize(
    ("action", "intent"),
    [
        (SearchArticles, "ask_faq"),
        (SearchArticles, "nlu_fallback"),
        (Chitchat, "chitchat"),
        (OutOfScope, "out_of_scope"),
        (LooseValue, "inform"),
        (LooseValue, "skip"),
        (Greet, "greet"),
        (TakeOffer, "affirm"),
        (DeclineOffer, "deny"),
        (Cancel, "cancel"),
        (HandOverAction, "dispute_transaction"),
        (HandOverAction, "self_harm"),
        (BeginCase, "add_to_complaint"),
    ],
)
def test_the_call_is_moved_at_whichever_door_the_words_come_in(
    action: type[DeskAction], intent: str, desk: Desk, perform: Perform
) -> None:
    done = perform(action, after("utter_callback_done", "改到五点吧", intent))
    assert (done.follow_up, done.said) == ("callback_form", [])
    assert desk.hand_overs == []
    desk.booked = None
    assert perform(action, after("utter_callback_done", "改到五点吧", intent)).follow_up != "callback_form"


@pytest.mark.parametrize(
    ("action", "form"), [(ValidateComplaint, "complaint_form"), (ValidateRating, "rating_form")]
)
def test_a_form_that_such_words_began_gives_way(
    action: type[DeskAction], form: str, perform: Perform
) -> None:
    said = replace(after("utter_callback_done", "晚一个小时", "file_complaint"), loop=form)
    done = perform(action, said)
    assert done.ends_loop
    assert (done.follow_up, done.said) == ("callback_form", [])
    asked = replace(after("utter_callback_done", "我要投诉", "file_complaint"), loop=form)
    assert perform(action, asked).follow_up is None


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("改到五点也没用，我不想活了", "self_harm"),
        ("先不说改到五点，我的卡刚才被盗刷了", "dispute_transaction"),
        ("别管改到几点，五点前让人工接", "request_person"),
    ],
)
def test_what_is_graver_than_the_call_comes_first(text: str, intent: str) -> None:
    assert not moves(after("utter_callback_done", text, intent))


# What it is moved to


def opened(perform: Perform, text: str, intent: str = "inform", **entities: str) -> Done:
    said = replace(after("utter_callback_done", text, intent, **entities), loop="callback_form")
    return perform(ValidateCallback, said)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("make it 5", "at 5"),
        ("5 would be better", "at 5"),
        ("不是三点，是五点", "五点"),
        ("三点不行，五点吧", "五点"),
        ("三点我没空", None),
        ("3 doesn't work for me", None),
        ("那天我没空", None),
        ("晚一点行不行", None),
    ],
)
def test_a_time_that_does_not_suit_is_not_the_new_one(text: str, time: str | None, perform: Perform) -> None:
    done = opened(perform, text)
    assert done.said == ["utter_callback_moving"]
    assert done.slots["callback_time"] == time
    assert done.slots["callback_phone"] == "138****8000"


@pytest.mark.parametrize(
    ("text", "read_as", "day"),
    [
        ("周五吧", "2026-11-20", "2026-11-27"),
        ("周五下午三点", "2026-11-20", "2026-11-27"),
        ("星期六", TODAY, TODAY),
        ("Friday please", "2026-11-20", "2026-11-27"),
        ("12月1号", "2025-12-01", "2026-12-01"),
        ("Dec 1", "2025-12-01", "2026-12-01"),
        ("25号下午", "2026-10-25", "2026-11-25"),
        ("31号", "2026-10-31", "2026-12-31"),
        ("the 25th", "2026-10-25", "2026-11-25"),
        ("后天", "2026-11-23", "2026-11-23"),
        ("the day after tomorrow", TOMORROW, "2026-11-23"),
    ],
)
def test_a_day_without_a_week_or_a_year_is_the_next_one(
    text: str, read_as: str, day: str, perform: Perform
) -> None:
    assert opened(perform, text, date=read_as).slots["callback_day"] == day


@pytest.mark.parametrize(
    ("text", "day"),
    [("三天后下午", "2026-11-24"), ("in two days", "2026-11-23"), ("in 3 days", "2026-11-24")],
)
def test_a_number_of_days_is_counted(text: str, day: str, perform: Perform) -> None:
    assert opened(perform, text).slots["callback_day"] == day


@pytest.mark.parametrize(
    ("text", "read_as"), [("昨天", "2026-11-20"), ("这周五", "2026-11-20"), ("11月3号", "2026-11-03")]
)
def test_a_day_that_is_over_is_asked_anew(text: str, read_as: str, perform: Perform) -> None:
    said = Said(
        text,
        loop="callback_form",
        slots={"requested_slot": "callback_time", "callback_phone": "13800138000"},
        entities=[entity("date", read_as, 0, len(text))],
    )
    assert perform(ValidateCallback, said).said == ["utter_callback_time_unclear"]


@pytest.mark.parametrize(
    ("time", "day", "shown"),
    [
        ("明天下午三点", TOMORROW, "明天下午三点，2026年11月22日（星期日）"),
        ("五点", TOMORROW, "明天五点，2026年11月22日（星期日）"),
        ("五点", "2026-11-27", "2026年11月27日（星期五）五点"),
        ("周五下午", "2026-11-27", "2026年11月27日（星期五）下午"),
        ("后天下午", "2026-11-23", "后天下午，2026年11月23日（星期一）"),
        ("随时", TODAY, "随时"),
        ("随时", None, "随时"),
    ],
)
def test_day_and_hour_are_read_back_in_that_order(
    time: str, day: str | None, shown: str, perform: Perform
) -> None:
    said = Said("", slots={"callback_phone": "138****8000", "callback_time": time, "callback_day": day})
    assert perform(AskCallbackConfirmed, said).facts[0]["time"] == shown


@pytest.mark.parametrize("text", ["可以换个时间吗？", "能不能晚一点", "三点我没空"])
def test_at_the_question_whether_all_is_right_another_time_may_be_wished_as_a_question(
    text: str, perform: Perform
) -> None:
    slots = {"callback_phone": "13800138000", "callback_time": "三点", "requested_slot": "callback_confirmed"}
    done = perform(ValidateCallback, Said(text, "ask_faq", loop="callback_form", slots=slots))
    assert done.slots["callback_time"] is None


def test_another_day_keeps_the_hour_that_was_just_told(perform: Perform) -> None:
    slots = {"callback_phone": "13800138000", "callback_time": "周一下午三点", "callback_day": "2026-11-23"}
    asked = {**slots, "requested_slot": "callback_confirmed"}
    said = Said("改成周三", loop="callback_form", slots=asked, entities=[entity("date", "2026-11-18", 2, 4)])
    done = perform(ValidateCallback, said)
    assert (done.slots["callback_time"], done.slots["callback_day"]) == ("周三下午三点", "2026-11-25")
