"""One Ting for all journeys: starting every process takes long, and people share it in life too.

Only what makes processes die has a Ting of its own.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from service_api.core.clock import SystemClock
from tests.checks import STARTING
from tests.journeys.__main__ import OWN_SETTINGS, database_address
from tests.journeys.desk import Desk
from tests.running import ROOT, RunningTing, start_ting
from tests.service_api.wechat.fake import APPID, SECRET, FakeWeChat
from tests.service_api.wechat.poster import SIGNING_TOKEN
from tests.several import stores_of

CHECKS = ROOT / "var" / "checks"
DATA = CHECKS / "journey"
KEPT = ("models", "index")
WORKERS = int(os.environ.get("TING_TESTS_WORKERS", "1"))  # of the assistant
collect_ignore = ["test_locks.py"] if WORKERS == 1 else []  # one worker needs no Redis, nor do its tests
# The main job moves the clock by weeks, so it comes late; stopping comes last.
STARTED_WITHIN_SECONDS = 1200
ORDER = (
    "test_scripts.py",
    "test_browser.py",
    "test_two_channels.py",
    "test_notices.py",
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


@contextmanager
def running_in(data: Path, settings: dict[str, str]) -> Iterator[RunningTing]:
    """On an empty database; model and index of an earlier run serve again while their inputs are the same."""
    for old in data.glob("*"):
        if old.name not in KEPT:
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    stores = stores_of(WORKERS) if WORKERS > 1 else nullcontext({})
    with stores as several:
        running = _started(data, OWN_SETTINGS | settings | several)
        print(f"\nup after {running.ready_seconds:.0f} s: {running.web}")
        try:
            yield running
        finally:
            running.stop()


def _started(data: Path, settings: dict[str, str]) -> RunningTing:
    with _one_start_at_a_time():
        for kept in KEPT:
            if data != DATA and (DATA / kept).exists():
                shutil.copytree(DATA / kept, data / kept, dirs_exist_ok=True)
        running = start_ting(data, settings=settings)
        try:
            running.wait_until_ready()
        except BaseException:
            running.stop()
            raise
    return running


@contextmanager
def _one_start_at_a_time() -> Iterator[None]:
    """Who starts second, in whichever process, finds what the first has trained and built."""
    STARTING.parent.mkdir(parents=True, exist_ok=True)
    with STARTING.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def wechat() -> Iterator[FakeWeChat]:
    """WeChat's platform, with which the bank has an account."""
    fake = FakeWeChat(SystemClock())
    yield fake
    fake.close()


@pytest.fixture(scope="session")
def ting(wechat: FakeWeChat) -> Iterator[RunningTing]:
    with running_in(DATA, account_at(wechat.url)) as running:
        yield running


@pytest.fixture
def desk(ting: RunningTing) -> Iterator[Desk]:
    desk = Desk(ting.web, database_address(ting.data_dir))
    yield desk
    desk.close()
