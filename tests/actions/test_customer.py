"""Verification, profile, status, search, offers and persons, with a desk that works and one that fails."""

import pytest
from rasa_sdk.executor import ActionExecutor

from actions.complaint_status import ComplaintStatus
from actions.edge import DeskAction, Events
from actions.offers import TakeOffer
from actions.person import HandOverAction
from actions.profile import ShowAccounts, ShowProfile
from actions.refusal import DeclineOffer
from actions.say import Say
from actions.search import SearchArticles
from actions.turn import Turn
from actions.verification import AfterVerification, StartVerification, ValidateVerification
from tests.actions.conftest import CONVERSATION, ROOT, Perform, Said, bot, customer, domain, entity
from tests.actions.fake_desk import CODE, Desk

FORM = "verification_form"
FAILURES = ["error", "closed", "garbage", "wrong-shape", "refuse"]


def at_phone(text: str, intent: str = "inform", **entities: str) -> Said:
    """An answer to the question for the phone."""
    found = [entity(kind, value) for kind, value in entities.items()]
    return Said(text, intent, loop=FORM, entities=found, slots={"requested_slot": "verification_phone"})


def at_code(text: str, intent: str = "inform", **entities: str) -> Said:
    """An answer to the question for the code."""
    slots = {"requested_slot": "verification_code", "verification_phone": "13800138000"}
    found = [entity(kind, value) for kind, value in entities.items()]
    return Said(text, intent, loop=FORM, entities=found, slots=slots)


def test_who_is_only_signed_in_is_asked_for_a_code_before_accounts(perform: Perform, desk: Desk) -> None:
    desk.verified.add(CONVERSATION)
    desk.shows_accounts = False
    done = perform(ShowAccounts, Said("查下余额", "view_accounts"))
    assert done.said == ["utter_verification_needed"]
    assert (done.slots["pending_act"], done.follow_up) == ("view_accounts", FORM)
    assert perform(ShowProfile, Said("我的资料", "view_profile")).said == ["utter_profile"]


def test_accounts_need_verification_first(perform: Perform) -> None:
    done = perform(ShowAccounts, Said("查下余额", "view_accounts"))
    assert done.said == ["utter_verification_needed"]
    assert done.follow_up == FORM
    assert done.slots["pending_act"] == "view_accounts"


def test_what_was_asked_is_shown_after_verification(desk: Desk, perform: Perform) -> None:
    desk.verified.add(CONVERSATION)
    slots = {"verification_code": "verified", "pending_act": "view_accounts"}
    done = perform(AfterVerification, Said(CODE, slots=slots))
    assert done.said == ["utter_accounts"]
    assert done.facts[0]["lines"].splitlines() == [
        "借记卡（尾号6688）：余额1,280.50元，正常",
        "信用卡（尾号1024）：已冻结",
    ]
    assert done.slots["verification_code"] is None


def test_nothing_is_shown_when_verification_failed(desk: Desk, perform: Perform) -> None:
    desk.verified.add(CONVERSATION)
    assert perform(AfterVerification, Said("取消", slots={"pending_act": "view_accounts"})).said == []


def test_a_complaint_goes_on_after_verification(desk: Desk, perform: Perform) -> None:
    desk.verified.add(CONVERSATION)
    slots = {"verification_code": "verified", "pending_act": "view_profile", "complaint_draft": "d1"}
    done = perform(AfterVerification, Said(CODE, slots=slots))
    assert done.said == ["utter_profile"]
    assert done.follow_up == "complaint_form"


def test_a_phone_sends_a_code(desk: Desk, perform: Perform) -> None:
    done = perform(ValidateVerification, at_phone("13800138000", phone="13800138000"))
    assert done.said == ["utter_code_sent"]
    assert desk.codes_sent == ["13800138000"]
    assert done.facts[0]["sent_to"] == "138****8000"


@pytest.mark.parametrize(
    "text", ["我收到的是246 810，对吗", "短信里写的２４６－８１０", "it says 24 68 10, right?"]
)
def test_a_code_is_read_however_it_is_grouped(desk: Desk, perform: Perform, text: str) -> None:
    perform(ValidateVerification, at_code(text))
    assert desk.verified == {CONVERSATION}


@pytest.mark.parametrize("text", ["246 8101", "24681", "是246810还是135791", "13800138000 24 68 10 1"])
def test_what_may_be_no_code_or_two_costs_no_try(desk: Desk, perform: Perform, text: str) -> None:
    assert perform(ValidateVerification, at_code(text)).said[0] == "utter_code_unclear"
    assert desk.tries_left == Desk().tries_left


def test_the_right_code_verifies_and_is_not_kept(perform: Perform) -> None:
    done = perform(ValidateVerification, at_code(CODE, code=CODE))
    assert done.said == ["utter_verified_by_name"]
    assert CODE not in str(done.events)
    assert done.slots["requested_slot"] is None


def test_a_wrong_code_tells_the_tries_left_and_asks_again(perform: Perform) -> None:
    done = perform(ValidateVerification, at_code("111111", code="111111"))
    assert done.said == ["utter_wrong_code"]
    assert done.facts[0]["tries_left"] == 4
    assert "requested_slot" not in done.slots


def test_the_last_wrong_code_ends_verification(desk: Desk, perform: Perform) -> None:
    desk.tries_left = 1
    done = perform(ValidateVerification, at_code("111111", code="111111"))
    assert done.said == ["utter_code_locked"]
    assert done.slots["requested_slot"] is None


def test_a_code_is_sent_again_on_request(desk: Desk, perform: Perform) -> None:
    perform(ValidateVerification, at_code("重新发送", "resend_code"))
    assert desk.codes_sent == ["13800138000"]


@pytest.mark.parametrize("failure", FAILURES)
def test_verification_keeps_its_place_when_the_desk_fails(failure: str, desk: Desk, perform: Perform) -> None:
    desk.failure = failure
    done = perform(ValidateVerification, at_code(CODE, code=CODE))
    assert done.said == ["utter_verification_unavailable"]
    assert done.slots == {"verification_phone": "13800138000"}


def test_half_a_phone_number_is_asked_again_then_a_person_comes(desk: Desk, perform: Perform) -> None:
    assert perform(ValidateVerification, at_phone("1380013", number="1380013")).said == [
        "utter_phone_unclear"
    ]
    again = at_phone("1380013", number="1380013")
    again.before = [customer(), bot("utter_phone_unclear")]
    assert perform(ValidateVerification, again).said == ["utter_two_failures", "utter_person_coming"]
    assert desk.hand_overs[0]["reason"] == "failures"


def test_a_complaint_may_begin_in_the_middle_of_verification(perform: Perform) -> None:
    assert perform(ValidateVerification, at_phone("我要投诉", "file_complaint")).events == []


def test_the_verified_are_not_asked_again(perform: Perform) -> None:
    done = perform(StartVerification, Said("验证身份", "verify_identity", metadata={"verified": True}))
    assert done.said == ["utter_already_verified"]
    assert done.follow_up is None


@pytest.mark.parametrize(
    ("action", "response"),
    [
        (ShowAccounts, "utter_profile_unavailable"),
        (ShowProfile, "utter_profile_unavailable"),
        (ComplaintStatus, "utter_status_unavailable"),
        (SearchArticles, "utter_search_unavailable"),
        (HandOverAction, "utter_person_unavailable"),
    ],
)
@pytest.mark.parametrize("failure", FAILURES)
def test_a_failing_desk_is_told_honestly(
    action: type[DeskAction], response: str, failure: str, desk: Desk, perform: Perform
) -> None:
    desk.failure = failure
    assert perform(action, Said("年费", "ask_faq")).said == [response]


def test_an_answer_offers_the_act_it_leads_to(perform: Perform) -> None:
    done = perform(SearchArticles, Said("怎么挂失", "ask_faq"))
    assert done.said == ["utter_article_answer", "utter_offer_report_loss"]
    assert done.slots["offered"] == "report_loss"


def test_in_a_form_nothing_is_offered(perform: Perform) -> None:
    assert perform(SearchArticles, Said("怎么挂失", "ask_faq", loop="complaint_form")).said == [
        "utter_article_answer"
    ]


def test_suggestions_are_shown_as_questions(perform: Perform) -> None:
    done = perform(SearchArticles, Said("银行卡", "ask_faq"))
    assert done.said == ["utter_suggestions"]
    assert done.facts[0]["question_1"] == "银行卡丢了怎么挂失？"


def test_the_second_wish_is_cut_out_of_the_question(desk: Desk, perform: Perform) -> None:
    text = "年费怎么收，另外我要投诉"
    said = Said(text, "ask_faq", entities=[entity("also", "file_complaint", 8, 12)])
    perform(SearchArticles, said)
    assert desk.searches == ["年费怎么收"]


def test_not_knowing_offers_a_person_and_twice_brings_one(desk: Desk, perform: Perform) -> None:
    assert perform(SearchArticles, Said("火星", "ask_faq")).slots["offered"] == "request_person"
    again = Said("火星", "ask_faq", before=[customer(), bot("utter_no_answer")])
    assert perform(SearchArticles, again).said == ["utter_two_failures", "utter_person_coming"]
    assert desk.hand_overs == [{"reason": "failures", "note": "火星"}]


def test_a_failure_long_ago_does_not_count(perform: Perform) -> None:
    earlier = [customer(), bot("utter_no_answer"), customer(), bot("utter_greet")]
    assert perform(SearchArticles, Said("火星", "ask_faq", before=earlier)).said == ["utter_no_answer"]


@pytest.mark.parametrize(
    ("intent", "first", "reason"),
    [
        ("report_loss", "utter_loss_hotline", "loss_or_fraud"),
        ("dispute_transaction", "utter_dispute_hotline", "loss_or_fraud"),
        ("abuse", "utter_abuse", "abuse"),
        ("self_harm", "utter_self_harm", "distress"),
    ],
)
def test_what_helps_is_said_before_the_queue(
    intent: str, first: str, reason: str, desk: Desk, perform: Perform
) -> None:
    done = perform(HandOverAction, Said("…", intent, loop="complaint_form"))
    assert done.said == [first, "utter_person_coming"]
    assert desk.hand_overs[0]["reason"] == reason
    assert done.ends_loop


def test_the_hotline_is_said_even_when_nobody_can_be_reached(desk: Desk, perform: Perform) -> None:
    desk.failure = "error"
    done = perform(HandOverAction, Said("卡丢了", "report_loss", loop="complaint_form"))
    assert done.said == ["utter_loss_hotline", "utter_person_unavailable"]
    assert not done.ends_loop


def test_a_wish_for_a_person_out_of_hours_ends_no_form_however_often(desk: Desk, perform: Perform) -> None:
    desk.open = False
    said = Said("人工", "request_person", loop="complaint_form", slots={"complaint_draft": "d1"})
    for _ in range(3):
        done = perform(HandOverAction, said)
        assert done.said == ["utter_person_closed"]
        assert not done.ends_loop
        said.before = [*said.before, customer(), bot("utter_person_closed")]
    assert len(desk.hand_overs) == 3


def test_distress_out_of_hours_ends_the_form(desk: Desk, perform: Perform) -> None:
    desk.open = False
    said = Said("我不想活了", "self_harm", loop="complaint_form", slots={"complaint_draft": "d1"})
    assert perform(HandOverAction, said).ends_loop


def test_closed_hours_are_told(desk: Desk, perform: Perform) -> None:
    desk.open = False
    done = perform(HandOverAction, Said("转人工", "request_person"))
    assert done.said == ["utter_person_closed"]
    assert done.facts[0]["hours"] == "09:00–18:00"


def test_a_yes_takes_the_offer(perform: Perform) -> None:
    done = perform(TakeOffer, Said("好的", "affirm", slots={"offered": "view_accounts"}))
    assert done.follow_up == "action_show_accounts"


@pytest.mark.parametrize(("offered", "confidence"), [(None, 0.99), ("view_accounts", 0.4)])
def test_a_yes_to_nothing_or_an_unsure_one_does_nothing(
    offered: str | None, confidence: float, perform: Perform
) -> None:
    done = perform(TakeOffer, Said("好", "affirm", confidence, slots={"offered": offered}))
    assert done.follow_up is None
    assert done.said == ["utter_nothing_asked"]


def test_a_no_drops_the_offer(perform: Perform) -> None:
    done = perform(DeclineOffer, Said("不用", "deny", slots={"offered": "view_accounts"}))
    assert done.slots == {"offered": None}


def test_a_no_to_the_first_thing_leads_to_the_second_wish(perform: Perform) -> None:
    waiting = {"offered": "request_person", "next_wish": "file_complaint"}
    done = perform(DeclineOffer, Said("不用了", "deny", slots=waiting))
    assert done.said == ["utter_offer_declined", "utter_also", "utter_offer_file_complaint"]
    assert done.slots == {"offered": "file_complaint", "next_wish": None}


def test_the_second_wish_is_offered_when_the_first_is_done(desk: Desk, perform: Perform) -> None:
    desk.verified.add(CONVERSATION)
    done = perform(ShowAccounts, Said("…", "view_accounts", slots={"next_wish": "file_complaint"}))
    assert done.said == ["utter_accounts", "utter_also", "utter_offer_file_complaint"]
    assert done.slots["next_wish"] is None


def test_another_customers_number_finds_nothing(perform: Perform) -> None:
    said = Said(
        "C-20261121-0001", "complaint_status", entities=[entity("complaint_number", "C-20261121-0001")]
    )
    assert perform(ComplaintStatus, said).said == ["utter_no_complaints"]


class Broken(DeskAction):
    """An action with a mistake in it."""

    action_name = "action_broken"

    async def act(self, turn: Turn, say: Say) -> Events:
        """Say half of something, then fail."""
        say("utter_greet")
        raise RuntimeError(turn.text)


def test_no_exception_leaves_an_action(perform: Perform, capsys: pytest.CaptureFixture[str]) -> None:
    done = perform(Broken, Said("我的卡号是6222"))
    assert done.said == ["utter_sorry"]
    assert "action failed" in capsys.readouterr().out


def test_the_server_finds_exactly_the_actions_of_the_domain() -> None:
    executor = ActionExecutor()
    executor.register_package("actions")
    assert set(executor.actions) - {Broken.action_name} == set(domain()["actions"])


def test_actions_hold_no_customer_sentences() -> None:
    for path in sorted((ROOT / "actions").glob("*.py")):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert "dispatcher.utter_message(text" not in line, path
