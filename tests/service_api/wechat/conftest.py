"""A bank with an official account, and WeChat on loopback."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service_api.channels.file_links import FileLinks
from service_api.channels.files import FOLDER as SENT_FILES
from service_api.channels.wechat.delivery import Delivery
from service_api.channels.wechat.enclosures import Enclosures
from service_api.channels.wechat.platform import Platform
from service_api.channels.wechat.sender import Sender
from service_api.channels.wechat.tokens import Tokens
from service_api.core.clock import Clock, FrozenClock, SystemClock
from service_api.core.database import Database
from service_api.settings import Settings
from tests.service_api.conftest import settings_in
from tests.service_api.wechat.fake import APPID, SECRET, FakeWeChat
from tests.service_api.wechat.poster import SIGNING_TOKEN, Poster

PATIENCE_SECONDS = 20.0
PUBLIC_URL, PEPPER = "https://desk.bank.example/", "code-pepper-of-the-tests"


def wait_until(is_true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def with_account(settings: Settings, url: str, **more: object) -> Settings:
    chosen = {
        "wechat_appid": APPID,
        "wechat_secret": SECRET,
        "wechat_token": SIGNING_TOKEN,
        "wechat_api_url": url,
    }
    return Settings.model_validate(settings.model_dump(exclude={"database_address", "zone"}) | chosen | more)


@pytest.fixture
def fake() -> Iterator[FakeWeChat]:
    """WeChat in the machine's time, as the app has it."""
    fake = FakeWeChat(SystemClock())
    yield fake
    fake.close()


@pytest.fixture
def settings(tmp_path: Path, fake: FakeWeChat) -> Settings:
    return with_account(settings_in(tmp_path), fake.url)


@pytest.fixture
def customer(client: TestClient, fake: FakeWeChat) -> Poster:
    return Poster(client, fake)


@pytest.fixture
def frozen_fake(clock: FrozenClock) -> Iterator[FakeWeChat]:
    """WeChat in the time of the test."""
    fake = FakeWeChat(clock)
    yield fake
    fake.close()


@pytest.fixture
def platform(frozen_fake: FakeWeChat) -> Iterator[Platform]:
    platform = Platform(frozen_fake.url, appid=APPID, secret=SECRET)
    yield platform
    platform.close()


def tokens_of(database: Database, platform: Platform, clock: Clock) -> Tokens:
    return Tokens(database, platform, appid=APPID, machine=clock)


@pytest.fixture
def tokens(database: Database, platform: Platform, clock: FrozenClock) -> Tokens:
    return tokens_of(database, platform, clock)


@pytest.fixture
def sender(platform: Platform, tokens: Tokens) -> Sender:
    return Sender(platform, tokens)


@pytest.fixture
def enclosures(tmp_path: Path) -> Enclosures:
    return Enclosures(tmp_path / SENT_FILES, FileLinks(PUBLIC_URL, pepper=PEPPER))


@pytest.fixture
def delivery(database: Database, sender: Sender, enclosures: Enclosures, clock: FrozenClock) -> Delivery:
    return Delivery(database, sender, enclosures, clock=clock, machine=clock)
