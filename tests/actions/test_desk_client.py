"""The client of the desk: every failure is one of three errors, and only safe things are repeated."""

import time
from collections.abc import Callable, Coroutine
from datetime import date
from typing import Any

import pytest

from actions.desk_client import DeskClient, DeskNonsense, DeskProblem, DeskSettings, DeskUnavailable
from actions.desk_views import Filing, Money
from tests.actions.conftest import CONVERSATION, SHORT, in_loop
from tests.actions.fake_desk import CODE, Desk

Work = Callable[[DeskClient], Coroutine[Any, Any, Any]]
FILING = Filing(
    conversation_id=CONVERSATION,
    language="zh",
    business="credit-card",
    description="没激活也扣我年费",
    amount=Money(amount="300.00", currency="CNY"),
)

CALLS: dict[str, Work] = {
    "search": lambda client: client.search("年费", language="zh", conversation_id=CONVERSATION),
    "send_code": lambda client: client.send_code(CONVERSATION, phone="13800138000"),
    "confirm_code": lambda client: client.confirm_code(CONVERSATION, code=CODE),
    "profile": lambda client: client.profile(CONVERSATION),
    "file_complaint": lambda client: client.file_complaint(FILING, key="k"),
    "complaints": lambda client: client.complaints(CONVERSATION),
    "act_on_complaint": lambda client: client.act_on_complaint(
        CONVERSATION, "C-20261121-0042", action="add", text="x"
    ),
    "draft": lambda client: client.draft(CONVERSATION),
    "request_callback": lambda client: client.request_callback(
        CONVERSATION, phone="13800138000", wanted="随时", wanted_on=None
    ),
    "callbacks": lambda client: client.callbacks(CONVERSATION),
    "change_callback": lambda client: client.change_callback(CONVERSATION, "call-1", wanted="随时"),
    "cancel_callback": lambda client: client.cancel_callback(CONVERSATION, "call-1"),
    "rate": lambda client: client.rate(CONVERSATION, score=5, comment=None),
    "hand_over": lambda client: client.hand_over(CONVERSATION, reason="requested", note=""),
}
REPEATED = {"search", "profile", "file_complaint", "complaints", "draft", "callbacks"}


@pytest.fixture
def desk() -> Desk:
    """With one complaint, one half-told complaint and a call-back."""
    desk = Desk(booked={"id": "call-1", "phone": "138****8000", "wanted": "今晚", "wanted_on": "2026-11-21"})
    desk.file({"description": "earlier"}, "earlier")
    desk.draft("PUT", CONVERSATION, {"key": "d1", "fields": {"description": "x"}})
    return desk


@pytest.mark.parametrize("call", CALLS)
def test_every_call_answers_with_its_view(call: str, desk: Desk, desk_url: str) -> None:
    desk.verified.add(CONVERSATION)
    assert in_loop(desk_url, CALLS[call]) is not None


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("failure", "error"),
    [
        ("error", DeskUnavailable),
        ("closed", DeskUnavailable),
        ("garbage", DeskNonsense),
        ("wrong-shape", DeskNonsense),
        ("refuse", DeskNonsense),
    ],
)
def test_every_failure_is_one_of_three_errors(
    call: str, failure: str, error: type[Exception], desk: Desk, desk_url: str
) -> None:
    desk.failure = failure
    with pytest.raises(error):
        in_loop(desk_url, CALLS[call])


def test_an_absent_desk_is_unavailable() -> None:
    with pytest.raises(DeskUnavailable):
        in_loop("http://127.0.0.1:9", CALLS["hand_over"])


def test_a_slow_desk_is_unavailable_in_time(desk: Desk, desk_url: str) -> None:
    desk.delay = 3.0
    started = time.monotonic()
    with pytest.raises(DeskUnavailable):
        in_loop(desk_url, CALLS["hand_over"], patience=SHORT)
    assert time.monotonic() - started < 2.5


@pytest.mark.parametrize("call", CALLS)
def test_only_reading_and_the_idempotent_filing_are_repeated(call: str, desk: Desk, desk_url: str) -> None:
    desk.verified.add(CONVERSATION)
    desk.fail_times = 1
    if call in REPEATED:
        in_loop(desk_url, CALLS[call])
        assert len(desk.calls) == 2
    else:
        with pytest.raises(DeskUnavailable):
            in_loop(desk_url, CALLS[call])
        assert len(desk.calls) == 1


def test_a_refusal_carries_its_slug_and_members(desk_url: str) -> None:
    with pytest.raises(DeskProblem) as caught:
        in_loop(desk_url, lambda client: client.confirm_code(CONVERSATION, code="000000"))
    assert (caught.value.status, caught.value.slug, caught.value.extra["tries_left"]) == (
        422,
        "wrong-code",
        4,
    )


def test_the_same_key_files_once(desk: Desk, desk_url: str) -> None:
    async def twice(client: DeskClient) -> tuple[str, str]:
        first = await client.file_complaint(FILING, key="k")
        second = await client.file_complaint(FILING, key="k")
        return first.number, second.number

    assert len(set(in_loop(desk_url, twice))) == 1
    assert len(desk.filed) == 2


def test_filing_sends_plain_dates_and_amounts(desk: Desk, desk_url: str) -> None:
    filing = FILING.model_copy(update={"incident_date": date(2026, 11, 11)})
    in_loop(desk_url, lambda client: client.file_complaint(filing, key="k"))
    sent = desk.bodies["k"]
    assert sent["incident_date"] == "2026-11-11"
    assert sent["amount"] == {"amount": "300.00", "currency": "CNY"}


def test_the_token_has_no_default() -> None:
    with pytest.raises(KeyError):
        DeskSettings.from_environment({})
