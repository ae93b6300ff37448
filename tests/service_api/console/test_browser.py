"""Every page of staff in a real browser: nothing for axe-core to mend in either theme, no failing script."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.scene import Scene, a_bank_at_work
from tests.screens import choose_english, sign_in, staff_pages
from tests.service_api.web.chat_stage import AXE

pytestmark = pytest.mark.browser
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE_WIDTH = 360
ONE_LINE = 60  # points: what a header of one line takes at most


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with a_bank_at_work(tmp_path_factory.mktemp("bank")) as scene:
        yield scene


def test_axe_finds_nothing_to_mend_on_any_page(chromium: Browser, scene: Scene) -> None:
    context = chromium.new_context(locale="zh-CN", color_scheme="light")
    page = sign_in(context, scene.address, "supervisor")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    found = {}
    for name, path in staff_pages(scene).items():
        page.emulate_media(color_scheme="light")
        answer = page.goto(f"{scene.address}{path}")
        assert answer is not None and answer.ok, name
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found[name] = mend(page, {"type": "tag", "values": WCAG})
        page.emulate_media(color_scheme="dark")
        found[name] += mend(page, {"type": "rule", "values": ["color-contrast"]})
    context.close()
    assert {name: what for name, what in found.items() if what} == {}
    assert errors == []


def mend(page: Page, rules: dict[str, object]) -> list[str]:
    """What axe-core wants mended, in short."""
    found: list[str] = page.evaluate(
        "async rules => (await axe.run(document, {runOnly: rules})).violations.map("
        "v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.html).join(' ')}`)",
        rules,
    )
    return found


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_no_page_scrolls_sideways_on_a_phone(chromium: Browser, scene: Scene, locale: str) -> None:
    context = chromium.new_context(locale=locale, viewport={"width": PHONE_WIDTH, "height": 800})
    page = sign_in(context, scene.address, "supervisor")
    if locale.startswith("en"):
        choose_english(page)
    too_wide = {}
    for name, path in staff_pages(scene).items():
        page.goto(f"{scene.address}{path}")
        if wide := sideways(page):
            too_wide[name] = wide
        assert page.locator("header.bar").evaluate("bar => bar.clientHeight") <= ONE_LINE, name
    context.close()
    assert too_wide == {}


def sideways(page: Page) -> list[str]:
    """What is wider than its place: the page itself, or a part of it that one would have to push about."""
    found: list[str] = page.evaluate(
        """() => [document.documentElement, ...document.querySelectorAll("main *")]
          .filter(one => one.scrollWidth > one.clientWidth + 1 && one.checkVisibility())
          .filter(one => one === document.documentElement
            || !one.matches("input, textarea") && /auto|scroll/.test(getComputedStyle(one).overflowX))
          .map(one => `${one.localName}.${one.className}: ${one.scrollWidth}`)"""
    )
    return found
