"""One access token for all processes, made by one of them, and never asked for without end."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from service_api.channels.wechat.platform import Platform, Refused
from service_api.channels.wechat.sender import Sender
from service_api.channels.wechat.tokens import NoToken, Tokens
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from tests.service_api.wechat.conftest import tokens_of
from tests.service_api.wechat.fake import FakeWeChat


def test_a_token_of_600_characters_is_kept_whole_and_made_once(
    tokens: Tokens, frozen_fake: FakeWeChat
) -> None:
    token = tokens.current()
    assert len(token) == 600
    assert tokens.current() == token
    assert frozen_fake.token_calls == [False]


def test_many_processes_at_once_make_one_token(
    database: Database, platform: Platform, clock: FrozenClock, frozen_fake: FakeWeChat
) -> None:
    together = threading.Barrier(8)

    def ask(_number: int) -> str:
        own = tokens_of(database, platform, clock)
        together.wait()
        return own.current()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1
    assert frozen_fake.token_calls == [False]


def test_the_old_token_serves_while_another_process_renews_it(
    database: Database, tokens: Tokens, platform: Platform, clock: FrozenClock, frozen_fake: FakeWeChat
) -> None:
    old = tokens.current()
    clock.move(timedelta(seconds=7200 - 240))
    seen: list[str] = []
    frozen_fake.before_token = lambda: seen.append(tokens_of(database, platform, clock).current())

    assert tokens.current() != old
    assert seen == [old]
    assert frozen_fake.token_calls == [False, False]


def test_a_refused_token_is_replaced_once_and_the_message_goes_out(
    sender: Sender, frozen_fake: FakeWeChat
) -> None:
    frozen_fake.wrote("oA")
    sender.send("oA", "一")
    frozen_fake.forget_token()
    sender.send("oA", "二")
    assert frozen_fake.texts("oA") == ["一", "二"]
    assert frozen_fake.token_calls == [False, True]


def test_a_platform_that_takes_no_token_is_asked_twice_and_no_more(
    sender: Sender, frozen_fake: FakeWeChat
) -> None:
    frozen_fake.never_satisfied = True
    with pytest.raises(Refused) as refusal:
        sender.send("oA", "一")
    assert refusal.value.code == 40001
    assert frozen_fake.tries == 2
    assert frozen_fake.token_calls == [False, True]


def test_who_comes_later_takes_the_token_that_another_has_made(
    database: Database, tokens: Tokens, platform: Platform, clock: FrozenClock, frozen_fake: FakeWeChat
) -> None:
    refused = tokens.current()
    fresh = tokens.after_refusal(refused)
    assert tokens_of(database, platform, clock).after_refusal(refused) == fresh != refused
    assert frozen_fake.token_calls == [False, True]


def test_forced_renewals_keep_their_distance_and_their_number(
    tokens: Tokens, clock: FrozenClock, frozen_fake: FakeWeChat
) -> None:
    token = tokens.after_refusal(tokens.current())
    with pytest.raises(NoToken):
        tokens.after_refusal(token)
    for _ in range(19):
        clock.move(timedelta(seconds=31))
        token = tokens.after_refusal(token)
    clock.move(timedelta(minutes=5))
    with pytest.raises(NoToken):
        tokens.after_refusal(token)
    assert frozen_fake.token_calls.count(True) == 20
    clock.move(timedelta(days=1))
    assert tokens.after_refusal(tokens.current())


def test_after_a_failure_the_platform_is_left_in_peace_for_a_moment(
    tokens: Tokens, clock: FrozenClock, frozen_fake: FakeWeChat
) -> None:
    calls: list[None] = []
    frozen_fake.before_token = lambda: calls.append(None)
    frozen_fake.http_status = 502
    for _ in range(3):
        with pytest.raises(NoToken):
            tokens.current()
    frozen_fake.http_status = 200
    with pytest.raises(NoToken):
        tokens.current()
    assert not calls
    clock.move(timedelta(seconds=11))
    assert tokens.current()


def test_a_wrong_secret_is_told_by_its_code_only(
    database: Database, frozen_fake: FakeWeChat, clock: FrozenClock
) -> None:
    platform = Platform(frozen_fake.url, appid="wx134c8103faa5a59e", secret="wrong-secret")
    with pytest.raises(NoToken) as error:
        tokens_of(database, platform, clock).current()
    platform.close()
    assert str(error.value) == "errcode 40125"


def test_a_process_that_died_while_renewing_blocks_nobody_for_long(
    database: Database, platform: Platform, clock: FrozenClock
) -> None:
    dead = tokens_of(database, platform, clock)
    assert dead._take_lease() is not None
    clock.move(timedelta(seconds=16))
    assert tokens_of(database, platform, clock).current()
