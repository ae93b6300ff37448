"""Processes that die or stand still in the middle of a form.

The customer is told the truth, the form is where it was when they are back, and nothing is filed twice.
"""

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.journeys.__main__ import database_address, domain_responses
from tests.journeys.checks import Wordings
from tests.journeys.conftest import CHECKS, running_in
from tests.journeys.desk import Answer, Chat, Desk, DeskFailed, Facts
from tests.running import RunningTing

pytestmark = [pytest.mark.journey, pytest.mark.timeout(400)]
EVERYTHING = "我要投诉，昨天信用卡被多扣了300元年费，客服态度还很差，我的电话13800138000"
BACK_WITHIN_SECONDS = 90.0
STARTED_AGAIN_SECONDS = 240.0
HELD_SECONDS = 3.0
SLOW_SECONDS = 6.0
WORDINGS = Wordings(domain_responses())


@pytest.fixture(scope="module")
def ting() -> Iterator[RunningTing]:
    """One that nobody else talks to."""
    with running_in(CHECKS / "outages", {}) as running:
        yield running


@pytest.fixture
def chat(desk: Desk) -> Chat:
    """A customer before the summary of a complaint. What the test before killed may still be starting."""
    end = time.monotonic() + STARTED_AGAIN_SECONDS
    while True:
        chat = Chat(desk.http, language="zh")
        try:
            if heard(chat.say([EVERYTHING], silent=False), "utter_complaint_summary"):
                return chat
        except (httpx.HTTPError, DeskFailed):
            pass
        assert time.monotonic() < end, "the assistant did not come back"
        time.sleep(2)


def facts(desk: Desk, chat: Chat) -> Facts:
    return desk.facts(chat.conversation_id)


def heard(answer: Answer, *responses: str, language: str = "zh") -> bool:
    return any(WORDINGS.says(one.text, name, language) for one in answer.heard for name in responses)


def kill(ting: RunningTing, process: str) -> None:
    """As a crash does. Each process is killed once so, while the pid of the start is still its own."""
    os.kill(ting.pids[process], signal.SIGKILL)


def say_until(chat: Chat, text: str, response: str, *, language: str = "zh") -> Answer:
    """Say it again, as a customer does who was asked to, until it is answered so."""
    end = time.monotonic() + BACK_WITHIN_SECONDS
    while True:
        try:
            answer = chat.say([text], silent=False)
            if heard(answer, response, language=language):
                return answer
        except (httpx.HTTPError, DeskFailed):
            pass  # the desk itself is down; the page would try again too
        assert time.monotonic() < end, f"{response} was never said"
        time.sleep(1)


def filed_once_or_handed_over(desk: Desk, chat: Chat) -> None:
    """Filed when things are back; or, after two failures, given to a person, who finds the draft."""
    end = time.monotonic() + BACK_WITHIN_SECONDS
    while not facts(desk, chat).complaints:
        if facts(desk, chat).answering != "assistant":
            assert facts(desk, chat).draft, "what the customer said is lost"
            return
        assert time.monotonic() < end, "neither filed nor handed over"
        time.sleep(1)
    assert len(facts(desk, chat).complaints) == 1


def newest_child(ting: RunningTing, *words: str) -> int:
    """The process under the launcher that runs with these words, however often it was started anew."""
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            command = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue  # it has just ended
        if int(parent) == ting.process.pid and all(word in command for word in words):
            return int(folder.name)
    raise AssertionError(f"no process {words}")


@contextmanager
def standing_still(process: int, *, seconds: float) -> Iterator[None]:
    """It goes on by itself after a while, as one does that waits for memory or a disk."""
    os.kill(process, signal.SIGSTOP)
    timer = threading.Timer(seconds, os.kill, (process, signal.SIGCONT))
    timer.start()
    try:
        yield
    finally:
        timer.join()


@contextmanager
def database_held(path: str) -> Iterator[None]:
    """Nobody else can write meanwhile."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


def test_actions_that_die_in_a_form_lose_nothing(ting: RunningTing, desk: Desk, chat: Chat) -> None:
    kill(ting, "actions")
    said = chat.say(["金额不是300，是350元"], silent=False)
    assert heard(said, "utter_default", "utter_complaint_corrected"), said.text
    say_until(chat, "金额是350元", "utter_complaint_corrected")
    say_until(chat, "确认", "utter_complaint_filed")
    [complaint] = facts(desk, chat).complaints
    assert (complaint["amount"], complaint["business"]) == ("350.00", "credit-card")


def test_a_desk_that_dies_while_filing_files_once(ting: RunningTing, desk: Desk, chat: Chat) -> None:
    chat.say(["确认"], silent=True)
    kill(ting, "web")
    end = time.monotonic() + BACK_WITHIN_SECONDS
    while not facts(desk, chat).complaints:
        assert time.monotonic() < end, "the lost turn was never taken up again"
        time.sleep(1)
    say_until(chat, "查投诉进度", "utter_complaint_state")
    assert len(facts(desk, chat).complaints) == 1


def test_an_assistant_that_dies_in_a_form_goes_on_where_it_was(
    ting: RunningTing, desk: Desk, chat: Chat
) -> None:
    kill(ting, "rasa")
    said = chat.say(["确认"], silent=False)
    assert "智能助手" in said.text, "the customer is told that it does not answer"
    filed_once_or_handed_over(desk, chat)


def test_a_database_that_stands_still_is_waited_for_and_files_once(
    ting: RunningTing, desk: Desk, chat: Chat
) -> None:
    path = database_address(ting.data_dir).removeprefix("sqlite:///")
    with ThreadPoolExecutor(1) as pool:
        with database_held(path):
            saying = pool.submit(chat.say, ["确认"], silent=False)
            time.sleep(HELD_SECONDS)
        said = saying.result(timeout=BACK_WITHIN_SECONDS)
    if not heard(said, "utter_complaint_filed"):
        assert heard(said, "utter_complaint_not_filed"), said.text
        say_until(chat, "确认", "utter_complaint_filed")
    assert len(facts(desk, chat).complaints) == 1


def test_a_code_that_is_typed_while_the_database_stands_still_proves_once(
    ting: RunningTing, desk: Desk, chat: Chat
) -> None:
    proving, phone = Chat(desk.http, language="zh"), desk.demo_customers()["王芳"]
    proving.say(["查询账户"], silent=False)
    proving.say([phone], silent=False)
    code = desk.newest_code(phone)
    path = database_address(ting.data_dir).removeprefix("sqlite:///")
    with ThreadPoolExecutor(1) as pool:
        with database_held(path):
            saying = pool.submit(proving.say, [code], silent=False)
            time.sleep(HELD_SECONDS)
        said = saying.result(timeout=BACK_WITHIN_SECONDS)
    if not heard(said, "utter_accounts"):
        assert heard(said, "utter_verification_unavailable"), said.text
        say_until(proving, code, "utter_accounts")
    assert facts(desk, proving).verified


def test_actions_that_die_in_a_call_back_are_told_in_english_and_book_one_call(
    ting: RunningTing, desk: Desk, chat: Chat
) -> None:
    wishing = Chat(desk.http, language="en")
    for text in ("please call me back", "13800138000", "tomorrow at 3 pm"):
        asked = wishing.say([text], silent=False)
    assert heard(asked, "utter_confirm_callback", language="en"), asked.text

    os.kill(newest_child(ting, "-m", "actions"), signal.SIGKILL)
    said = wishing.say(["yes"], silent=False)
    assert heard(said, "utter_default", "utter_callback_done", language="en"), said.text
    if not facts(desk, wishing).callbacks:
        say_until(wishing, "yes", "utter_callback_done", language="en")
    assert facts(desk, wishing).callbacks == 1


def test_slow_actions_are_waited_for(ting: RunningTing, desk: Desk, chat: Chat) -> None:
    with standing_still(newest_child(ting, "-m", "actions"), seconds=SLOW_SECONDS):
        said = chat.say(["确认"], silent=False)
    assert heard(said, "utter_complaint_filed"), said.text
    assert len(facts(desk, chat).complaints) == 1


def test_actions_that_stand_still_are_told_and_file_once(ting: RunningTing, desk: Desk, chat: Chat) -> None:
    before = facts(desk, chat)
    actions = newest_child(ting, "-m", "actions")
    os.kill(actions, signal.SIGSTOP)
    try:
        said = chat.say(["确认"], silent=False)
        assert "智能助手" in said.text, "after its patience the desk says that nobody answers"
        assert facts(desk, chat).complaints == before.complaints
    finally:
        os.kill(actions, signal.SIGCONT)
    filed_once_or_handed_over(desk, chat)
    time.sleep(3)
    assert len(facts(desk, chat).complaints) <= 1
