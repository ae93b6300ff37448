"""One Ting for all journeys: starting every process takes long, and people share it in life too."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from service_api.core.clock import SystemClock
from tests.journeys.__main__ import OWN_SETTINGS
from tests.running import ROOT, RunningTing, start_ting
from tests.service_api.wechat.fake import APPID, SECRET, FakeWeChat
from tests.service_api.wechat.poster import SIGNING_TOKEN

DATA = ROOT / "var" / "checks" / "journey"
# The main job moves the clock by weeks, so it comes late; stopping comes last.
STARTED_WITHIN_SECONDS = 1200
ORDER = (
    "test_scripts.py",
    "test_browser.py",
    "test_two_channels.py",
    "test_main_job.py",
    "test_outages.py",
    "test_stop.py",
)


def account_at(url: str) -> dict[str, str]:
    """The settings of an official account on a stand-in's platform."""
    return {
        "TING_WECHAT_APPID": APPID,
        "TING_WECHAT_SECRET": SECRET,
        "TING_WECHAT_TOKEN": SIGNING_TOKEN,
        "TING_WECHAT_API_URL": url,
    }


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent

    def place(item: pytest.Item) -> int:
        name = item.path.name
        return ORDER.index(name) if item.path.parent == here and name in ORDER else -1

    items.sort(key=place)
    for item in items:
        if item.path.parent == here:  # whichever comes first waits for training and for the index
            item.add_marker(pytest.mark.timeout(STARTED_WITHIN_SECONDS), append=False)


@pytest.fixture(scope="session")
def wechat() -> Iterator[FakeWeChat]:
    """WeChat's platform, with which the bank has an account."""
    fake = FakeWeChat(SystemClock())
    yield fake
    fake.close()


@pytest.fixture(scope="session")
def ting(wechat: FakeWeChat) -> Iterator[RunningTing]:
    """On an empty database; model and index of an earlier run serve again while their inputs are the same."""
    for old in DATA.glob("*"):
        if old.name not in {"models", "index"}:
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    running = start_ting(DATA, settings={**OWN_SETTINGS, **account_at(wechat.url)})
    try:
        running.wait_until_ready()
        print(f"\nup after {running.ready_seconds:.0f} s: {running.web}")
        yield running
    finally:
        running.stop()
