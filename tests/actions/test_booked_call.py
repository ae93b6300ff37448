"""A booked call-back is told, moved, and taken back after a yes; nothing is promised that is not so."""

import pytest

from actions.booked_call import hour_in, names_day_only
from actions.callback import AskCallbackConfirmed, ValidateCallback
from actions.callback_cancel import (
    AskCallbackCancelConfirmed,
    BeginCallbackCancel,
    CallbackStatus,
    ValidateCallbackCancel,
)
from actions.cancel import Cancel
from actions.refusal import DeclineOffer
from actions.verification import AfterVerification
from tests.actions.conftest import Done, Perform, Said, entity
from tests.actions.fake_desk import Desk

TODAY, TOMORROW = "2026-11-21", "2026-11-22"
BOOKED = {
    "id": "call-1",
    "phone": "138****8000",
    "hour": "下午三点",
    "day": TOMORROW,
    "told": "明天下午三点",
}


@pytest.fixture
def desk() -> Desk:
    """Tomorrow at three a customer will be called."""
    call = {"id": "call-1", "phone": "138****8000", "wanted": "明天下午三点", "wanted_on": TOMORROW}
    return Desk(booked=call)


def answering(text: str, intent: str = "inform", **entities: str) -> Said:
    """The answer to whether to cancel."""
    said = Said(text, intent, loop="callback_cancel_form")
    said.slots = {"callback_booked": BOOKED, "requested_slot": "callback_cancel_confirmed"}
    said.entities = [entity(kind, value) for kind, value in entities.items()]
    return said


def moving(slot: str, text: str, intent: str = "inform", **slots: object) -> Said:
    """A turn of the form that moves the call."""
    kept = {"callback_phone": "138****8000", "callback_time": "下午三点", "callback_day": TOMORROW}
    return Said(
        text,
        intent,
        loop="callback_form",
        slots={"callback_booked": BOOKED, **kept, "requested_slot": slot, **slots},
    )


def opened(perform: Perform, text: str, *entities: dict[str, object]) -> Done:
    said = Said(text, "request_callback", loop="callback_form", entities=list(entities))
    return perform(ValidateCallback, said)


# Taken back


def test_which_call_it_is_is_said_before_it_is_cancelled(desk: Desk, perform: Perform) -> None:
    done = perform(BeginCallbackCancel, Said("取消刚才约的回电", "cancel_callback"))
    assert (done.said, done.follow_up) == ([], "callback_cancel_form")
    slots = {"callback_booked": done.slots["callback_booked"]}
    asked = perform(AskCallbackCancelConfirmed, Said("取消刚才约的回电", "cancel_callback", slots=slots))
    assert asked.said == ["utter_confirm_callback_cancel"]
    assert (asked.facts[0]["time"], asked.facts[0]["phone"]) == ("明天下午三点", "138****8000")
    assert desk.call_acts == []


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("确认", "affirm"),
        ("是的", "affirm"),
        ("取消", "cancel"),
        ("对，取消", "affirm"),
        ("取消回电", "cancel_callback"),
        ("cancel it", "cancel"),
        ("别打了", "deny"),
        ("不用打过来了", "nlu_fallback"),
        ("don't call", "deny"),
        ("yes", "affirm"),
    ],
)
def test_a_yes_in_whatever_words_cancels(text: str, intent: str, desk: Desk, perform: Perform) -> None:
    done = perform(ValidateCallbackCancel, answering(text, intent))
    assert done.said == ["utter_callback_taken_back"]
    assert desk.call_acts == [("cancel", {})]
    assert done.slots["callback_booked"] is None


def test_no_call_wished_is_a_yes_to_cancelling(desk: Desk, perform: Perform) -> None:
    perform(ValidateCallbackCancel, answering("别打了", "deny", declined="request_callback"))
    assert desk.call_acts == [("cancel", {})]


@pytest.mark.parametrize(
    ("text", "intent", "declined"),
    [
        ("不取消", "deny", "cancel"),
        ("别取消我的回电", "deny", "cancel_callback"),
        ("不用了", "deny", ""),
        ("算了", "cancel", ""),
        ("还是打吧", "request_callback", ""),
        ("keep the call", "deny", ""),
        ("保留", "inform", ""),
    ],
)
def test_anything_else_that_is_clear_keeps_the_call(
    text: str, intent: str, declined: str, desk: Desk, perform: Perform
) -> None:
    said = answering(text, intent, **({"declined": declined} if declined else {}))
    done = perform(ValidateCallbackCancel, said)
    assert done.said == ["utter_callback_unchanged"]
    assert done.facts[0]["time"] == "明天下午三点"
    assert done.ends_loop
    assert desk.call_acts == []


def test_another_time_instead_of_cancelling_moves_it(desk: Desk, perform: Perform) -> None:
    said = answering("那改到后天吧", "request_callback")
    assert perform(ValidateCallbackCancel, said).events == []
    assert desk.call_acts == []


def test_what_is_not_clear_is_asked_again(desk: Desk, perform: Perform) -> None:
    done = perform(ValidateCallbackCancel, answering("嗯哼哼", "nlu_fallback"))
    assert done.said == ["utter_case_unclear"]
    assert desk.call_acts == []


def test_a_person_who_was_quicker_is_told(desk: Desk, perform: Perform) -> None:
    desk.call_ended = "reached"
    done = perform(ValidateCallbackCancel, answering("确认", "affirm"))
    assert done.said == ["utter_callback_too_late"]
    assert done.slots["requested_slot"] is None


def test_a_desk_that_is_away_is_told_and_asked_again_later(desk: Desk, perform: Perform) -> None:
    desk.failure = "error"
    done = perform(ValidateCallbackCancel, answering("确认", "affirm"))
    assert done.said == ["utter_callback_cancel_unavailable"]
    assert "requested_slot" not in done.slots
    assert perform(BeginCallbackCancel, Said("取消回电", "cancel_callback")).said == ["utter_callback_unseen"]


@pytest.mark.parametrize(
    ("ended", "told"),
    [
        (None, "utter_callback_none_here"),
        ("not_needed", "utter_callback_none_here"),
        ("reached", "utter_callback_none_reached"),
        ("not_reached", "utter_callback_none_missed"),
        ("cancelled", "utter_callback_none_cancelled"),
    ],
)
@pytest.mark.parametrize("act", [BeginCallbackCancel, CallbackStatus])
def test_nothing_booked_is_told_as_it_is(
    act: type[BeginCallbackCancel], ended: str | None, told: str, desk: Desk, perform: Perform
) -> None:
    desk.booked, desk.call_ended = None, ended
    done = perform(act, Said("取消回电", "cancel_callback"))
    assert done.said == [told]
    assert done.follow_up is None


def test_who_booked_elsewhere_may_prove_who_they_are_and_be_served(desk: Desk, perform: Perform) -> None:
    desk.booked = None
    done = perform(BeginCallbackCancel, Said("取消回电", "cancel_callback"))
    assert done.slots == {"pending_act": "cancel_callback", "offered": "verify_identity"}
    slots = {"verification_code": "verified", "pending_act": "cancel_callback"}
    after = perform(AfterVerification, Said("246810", slots=slots))
    assert after.follow_up == "action_begin_callback_cancel"
    assert after.slots["pending_act"] is None
    proved = Said("取消回电", "cancel_callback", metadata={"verified": True})
    assert perform(BeginCallbackCancel, proved).said == ["utter_callback_none"]


def test_no_call_wished_may_mean_the_one_that_is_booked(desk: Desk, perform: Perform) -> None:
    said = Said("不用给我回电了", "deny", entities=[entity("declined", "request_callback")])
    assert perform(DeclineOffer, said).follow_up == "callback_cancel_form"
    desk.booked = None
    assert perform(DeclineOffer, said).said == ["utter_refused_callback"]


def test_cancel_with_nothing_in_progress_may_mean_the_call(desk: Desk, perform: Perform) -> None:
    assert perform(Cancel, Said("取消", "cancel")).follow_up == "callback_cancel_form"
    assert perform(Cancel, Said("算了", "cancel")).said == ["utter_nothing_to_cancel"]
    offered = Said("取消", "cancel", slots={"offered": "file_complaint"})
    assert perform(Cancel, offered).said == ["utter_offer_declined"]
    desk.booked = None
    assert perform(Cancel, Said("取消", "cancel")).said == ["utter_nothing_to_cancel"]


def test_cancel_in_the_booking_gives_up_the_booking_alone(desk: Desk, perform: Perform) -> None:
    desk.booked = None
    booking = Said(
        "取消回电", "cancel_callback", loop="callback_form", slots={"requested_slot": "callback_time"}
    )
    assert perform(ValidateCallback, booking).events == []
    done = perform(BeginCallbackCancel, booking)
    assert done.said == ["utter_callback_cancelled"]
    assert done.ends_loop


def test_cancel_while_moving_leaves_the_call_where_it_was(desk: Desk, perform: Perform) -> None:
    done = perform(Cancel, moving("callback_confirmed", "取消", "cancel"))
    assert done.said == ["utter_callback_unchanged"]
    assert done.slots["callback_booked"] is None
    assert desk.call_acts == []


def test_to_cancel_the_call_while_moving_it_asks_for_a_yes(perform: Perform) -> None:
    said = moving("callback_confirmed", "还是取消明天下午三点的回电吧", "cancel_callback")
    assert perform(ValidateCallback, said).events == []
    assert perform(BeginCallbackCancel, said).follow_up == "callback_cancel_form"


# Asked about


def test_the_booked_call_is_told_with_day_hour_and_masked_number(perform: Perform) -> None:
    done = perform(CallbackStatus, Said("我约了几点回电", "callback_status"))
    assert done.said == ["utter_callback_status"]
    assert (done.facts[0]["time"], done.facts[0]["phone"]) == ("明天下午三点", "138****8000")


@pytest.mark.parametrize(
    ("wanted", "day", "told"),
    [
        ("明天下午三点", TODAY, "今天下午三点"),
        ("周五上午", "2026-11-27", "2026年11月27日（星期五）上午"),
        ("今晚", TODAY, "今天晚上"),
        ("明天", TOMORROW, "明天"),
        ("随时", TODAY, "随时"),
        ("周末", TODAY, "周末"),
        ("下班后", TOMORROW, "明天下班后"),
    ],
)
def test_the_day_is_told_as_it_is_today(
    wanted: str, day: str, told: str, desk: Desk, perform: Perform
) -> None:
    desk.booked = {"id": "call-1", "phone": "138****8000", "wanted": wanted, "wanted_on": day}
    assert perform(CallbackStatus, Said("几点打给我", "callback_status")).facts[0]["time"] == told


def test_a_call_whose_day_is_over_is_told_with_an_apology(desk: Desk, perform: Perform) -> None:
    desk.booked = {"id": "call-1", "phone": "138****8000", "wanted": "下午三点", "wanted_on": "2026-11-20"}
    assert perform(CallbackStatus, Said("怎么还没打", "callback_status")).said == [
        "utter_callback_status_late"
    ]
    moved = opened(perform, "改回电时间")
    assert moved.slots["callback_time"] is None
    assert moved.slots["callback_day"] is None


def test_the_weekend_is_not_over_because_the_day_of_asking_is(desk: Desk, perform: Perform) -> None:
    desk.booked = {"id": "call-1", "phone": "138****8000", "wanted": "周末", "wanted_on": "2026-11-19"}
    assert perform(CallbackStatus, Said("几点打给我", "callback_status")).said == ["utter_callback_status"]


@pytest.mark.parametrize(
    ("wanted", "hour"),
    [
        ("明天下午三点", "下午三点"),
        ("11月24日的上午", "上午"),
        ("明早", "早上"),
        ("下周三", ""),
        ("tomorrow at 3 pm", "at 3 pm"),
        ("friday", ""),
        ("tonight", "in the evening"),
        ("on November 24 after 2", "after 2"),
    ],
)
def test_the_hour_is_what_is_left_without_the_day(wanted: str, hour: str) -> None:
    assert hour_in(wanted) == hour
    assert names_day_only(wanted) == (hour == "")


# Moved


def test_a_new_time_keeps_the_number(desk: Desk, perform: Perform) -> None:
    done = opened(perform, "回电改到后天上午十点", entity("date", "2026-11-23", 4, 6))
    assert done.said == ["utter_callback_moving"]
    assert (done.slots["callback_phone"], done.slots["callback_time"]) == ("138****8000", "后天上午十点")
    assert done.slots["callback_day"] == "2026-11-23"
    shown = perform(AskCallbackConfirmed, Said("", slots=done.slots))
    assert "后天上午十点，2026年11月23日" in shown.facts[0]["time"]
    said = moving(
        "callback_confirmed", "对", "affirm", **{**done.slots, "requested_slot": "callback_confirmed"}
    )
    assert perform(ValidateCallback, said).said == ["utter_callback_done"]
    assert desk.call_acts == [
        ("call-1", {"phone": None, "wanted": "后天上午十点", "wanted_on": "2026-11-23"})
    ]


def test_an_hour_without_a_day_is_on_the_day_that_was_booked(perform: Perform) -> None:
    done = opened(perform, "三点不行，改五点打给我")
    assert done.slots["callback_day"] == TOMORROW


def test_a_day_without_an_hour_keeps_the_hour(perform: Perform) -> None:
    done = opened(perform, "回电改到后天", entity("date", "2026-11-23", 4, 6))
    assert done.slots["callback_time"] == "后天下午三点"


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("把明天下午三点的回电改到晚上八点", "晚上八点"),
        ("move my call from 3 pm to 5 pm", "5 pm"),
        ("call me at 5 instead of 3 pm", "at 5"),
        ("call me at 5 instead", "at 5"),
    ],
)
def test_of_two_times_the_one_it_is_moved_to_counts(text: str, time: str, perform: Perform) -> None:
    assert opened(perform, text).slots["callback_time"] == time


@pytest.mark.parametrize("text", ["换个号码打给我", "打我另一个手机", "use another number to call me"])
def test_another_number_that_is_not_said_is_asked_for(text: str, perform: Perform) -> None:
    done = opened(perform, text)
    assert done.slots["callback_phone"] is None
    assert done.slots["callback_time"] == "下午三点"


@pytest.mark.parametrize("text", ["改一下回电时间", "我约的回电改个时间", "reschedule the call"])
def test_another_time_that_is_not_said_is_asked_for(text: str, perform: Perform) -> None:
    done = opened(perform, text)
    assert done.slots["callback_time"] is None
    assert done.slots["callback_phone"] == "138****8000"


def test_only_the_new_number_is_sent(desk: Desk, perform: Perform) -> None:
    said = moving("callback_confirmed", "对", "affirm", callback_phone="13900139000")
    done = perform(ValidateCallback, said)
    assert desk.call_acts == [("call-1", {"phone": "13900139000", "wanted": None, "wanted_on": None})]
    assert (done.facts[0]["phone"], done.facts[0]["time"]) == ("139****9000", "明天下午三点")
    assert desk.callbacks == []


def test_asking_for_a_call_that_is_booked_goes_over_it(desk: Desk, perform: Perform) -> None:
    done = opened(perform, "给我回个电话")
    assert done.said == ["utter_callback_booked"]
    assert (done.slots["callback_phone"], done.slots["callback_time"]) == ("138****8000", "下午三点")
    same = entity("phone", "13800138000", 9, 20), entity("date", TOMORROW, 0, 2)
    assert opened(perform, "明天下午三点打给我13800138000", *same).said == ["utter_callback_booked"]


def test_no_at_the_end_of_moving_leaves_the_call_where_it_was(desk: Desk, perform: Perform) -> None:
    done = perform(ValidateCallback, moving("callback_confirmed", "不用了", "deny"))
    assert done.said == ["utter_callback_unchanged"]
    assert desk.call_acts == []


def test_another_wish_at_the_end_is_asked_for(perform: Perform) -> None:
    other = perform(ValidateCallback, moving("callback_confirmed", "换个号码", "request_callback"))
    assert other.slots["callback_phone"] is None
    later = perform(ValidateCallback, moving("callback_confirmed", "改个时间吧", "request_callback"))
    assert later.slots["callback_time"] is None


def test_what_a_person_dealt_with_meanwhile_is_not_moved_but_may_be_booked_anew(
    desk: Desk, perform: Perform
) -> None:
    desk.call_ended = "reached"
    done = perform(ValidateCallback, moving("callback_confirmed", "对", "affirm"))
    assert done.said == ["utter_callback_too_late", "utter_offer_request_callback"]
    assert done.slots["offered"] == "request_callback"
    assert done.slots["requested_slot"] is None


def test_a_form_begun_anew_holds_nothing_of_the_call_before(desk: Desk, perform: Perform) -> None:
    desk.booked = None
    said = Said("给我回个电话", "request_callback", loop="callback_form")
    said.slots = {"callback_phone": "138****8000", "callback_time": "下午三点"}
    done = perform(ValidateCallback, said)
    assert (done.slots["callback_phone"], done.slots["callback_time"]) == (None, None)
