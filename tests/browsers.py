"""Debian's Chromium, headless, driven by Playwright; it looks up nothing outside this machine."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Playwright, expect

QUIET = (
    "--no-sandbox",  # tests run as root in a container, where Chromium's own sandbox cannot start
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# A claim is what a page comes to say; how soon, on a machine that is busy with other tests, is none.
expect.set_options(timeout=20_000)


@contextmanager
def launch_chromium(playwright: Playwright) -> Iterator[Browser]:
    """Raises `RuntimeError` that says what to install when there is no Chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        raise RuntimeError("no Chromium on the PATH: apt-get install chromium fonts-noto-cjk")
    browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
    try:
        yield browser
    finally:
        browser.close()
