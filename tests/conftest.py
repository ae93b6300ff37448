"""What tests of every room may ask for."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browsers import launch_chromium


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of a module. While it is open, nothing else may run an event loop."""
    with sync_playwright() as playwright, launch_chromium(playwright) as browser:
        yield browser
