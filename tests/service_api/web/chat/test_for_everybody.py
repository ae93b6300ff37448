"""Anybody can use it: language, large words, keyboard alone, screen readers."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.service_api.stand_in import StandIn, answer
from tests.service_api.web.chat_stage import PHONE, PICTURE, Staff, new_context, say, talked, violations

pytestmark = pytest.mark.browser


def test_the_language_follows_the_browser_and_then_the_customer(chromium: Browser, desk: str) -> None:
    context = new_context(chromium, locale="en-GB")
    page = context.new_page()
    page.goto(f"{desk}/chat")
    expect(page.get_by_role("heading", name="Tinglan Bank · Ting")).to_be_visible()
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", name="听澜银行 · 听")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="听澜银行 · 听")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    context.close()


def test_the_easy_view_and_the_assistants_plain_words_are_one_wish(page: Page, assistant: StandIn) -> None:
    large = page.locator(".ting.large")
    talked(page, "你好")
    page.get_by_role("button", name="长辈版").click()
    expect(large).to_have_count(1)
    talked(page, "我要投诉")
    assert assistant.heard[-1]["metadata"]["elderly"] is True

    assistant.always(answer("好的，换回普通模式了。", slots={"elderly": "off"}))
    say(page, "退出长辈版")
    expect(large).to_have_count(0)
    assistant.always(answer("好的，我说短一点。", slots={"elderly": "on"}))
    say(page, "长辈模式")
    expect(large).to_have_count(1)

    page.evaluate("localStorage.removeItem('ting.likes')")
    page.reload()
    expect(large).to_have_count(1)


@pytest.fixture
def wish(page: Page) -> Route:
    """The wish for the large view, still on its way while a message is sent."""
    talked(page, "你好")
    held: list[Route] = []
    page.route("**/chat/plain-words", lambda route: held.append(route), times=1)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url.rpartition("/")[2]))
    with page.expect_request("**/chat/plain-words"):
        page.get_by_role("button", name="长辈版").click()
    say(page, "我要投诉")
    page.wait_for_timeout(300)
    assert "messages" not in sent, "it waits"
    return held[0]


def test_a_message_waits_for_the_wish_before_it(page: Page, assistant: StandIn, wish: Route) -> None:
    wish.continue_()
    expect(page.locator(".row.assistant .text", has_text="回复：我要投诉")).to_have_count(1)
    assert assistant.heard[-1]["metadata"]["elderly"] is True


@pytest.mark.usefixtures("wish")
def test_a_message_does_not_wait_for_ever(page: Page) -> None:
    expect(page.locator(".row.assistant .text", has_text="回复：我要投诉")).to_have_count(1)


def test_the_easy_view_has_large_words_and_large_targets(page: Page) -> None:
    talked(page, "你好")
    page.get_by_role("button", name="长辈版").click()
    for size in (20, 24, 30):
        text = page.locator(".row.assistant .text").last
        assert text.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") == size
        assert text.evaluate("e => parseFloat(getComputedStyle(e).lineHeight)") >= 1.3 * size
        small = page.locator("button:enabled:visible, textarea:visible").evaluate_all(
            "all => all.map(e => [e.getBoundingClientRect(), e.className])"
            ".filter(([b]) => b.width < 60 || b.height < 60).map(([, name]) => name)"
        )
        assert small == []
        if size < 30:
            page.get_by_role("button", name="A+ 放大文字").click()
    page.reload()
    expect(page.get_by_role("button", name="标准版")).to_be_visible()


def test_the_keyboard_alone_reaches_everything_in_order(page: Page) -> None:
    talked(page, "你好")
    page.locator("textarea").focus()
    names: list[str] = []
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        names.append(page.evaluate(
            "() => { const e = document.querySelector('#ting-chat').shadowRoot.activeElement;"
            "return e ? e.getAttribute('aria-label') || e.textContent : '' }"
        ))  # fmt: skip
        if names[-1] == "长辈版":
            break
    assert names == ["发送图片或文件", "对话记录", "转人工", "English", "长辈版"]


def test_a_screen_reader_is_told_of_new_messages_but_not_of_old_ones(page: Page) -> None:
    log = page.get_by_role("log", name="对话记录")
    expect(log).to_have_attribute("aria-live", "polite")
    talked(page, "你好")
    expect(log.get_by_role("listitem").last).to_contain_text("小听")


LOOKS = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "English": {"locale": "en-GB"},
    "phone": {"viewport": PHONE},
    "large": {},
    "large dark phone": {"color_scheme": "dark", "viewport": PHONE},
}


@pytest.mark.parametrize("name", LOOKS)
def test_nothing_stands_in_the_way_of_anybody(
    name: str, chromium: Browser, desk: str, staff: Staff, assistant: StandIn, tmp_path: Path
) -> None:
    assistant.always(answer("请选择", buttons=(("挂失", "挂失"), ("转人工", "转人工"))))
    context = new_context(chromium, **LOOKS[name])
    page = context.new_page()
    page.goto(f"{desk}/chat")
    if "large" in name:
        page.get_by_role("button", name="长辈版").click()
    expect(page.get_by_role("log")).to_have_attribute("aria-live", "polite")
    assert violations(page) == []

    say(page, "你好")
    expect(page.locator(".quick button").first).to_have_text("挂失")
    staff.claim()
    (tmp_path / "a.png").write_bytes(PICTURE)
    page.locator("input[type=file]").set_input_files(tmp_path / "a.png")
    expect(page.locator(".picture canvas")).to_be_visible()
    staff.say("您好")
    assert violations(page) == []

    staff.hand_back()
    page.locator(".stars").wait_for()
    assert violations(page) == []
    context.close()
