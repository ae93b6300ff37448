"""Good lines and bad: cut, without sockets, offline, answers lost, two windows."""

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.service_api.web.chat_stage import new_context, say, talked, until

pytestmark = pytest.mark.browser


def test_a_line_that_is_cut_again_and_again_loses_and_doubles_nothing(page: Page) -> None:
    page.add_init_script(
        "const Real = WebSocket; window.lines = [];"
        "window.WebSocket = class extends Real { constructor(...a) { super(...a); lines.push(this); } }"
    )
    page.reload()
    for number in range(6):
        until(lambda: page.evaluate("lines.some(line => line.readyState === 1)"), "a line is open")
        say(page, f"第{number}句")
        page.evaluate("lines.forEach(line => line.close())")
    expect(page.locator(".row.assistant .text", has_text="回复：第")).to_have_count(6, timeout=20_000)
    assert page.locator(".row.customer .text").all_inner_texts() == [f"第{n}句" for n in range(6)]
    assert page.evaluate("lines.length") >= 6


def test_without_sockets_the_chat_polls(chromium: Browser, desk: str) -> None:
    context = new_context(chromium)
    page = context.new_page()
    page.add_init_script(
        "window.WebSocket = class {"
        "constructor() { setTimeout(() => this.onclose({code: 1006})); } close() {} }"
    )
    page.goto(f"{desk}/chat")
    talked(page, "没有长连接也行")
    expect(page.locator(".banner")).to_be_hidden()
    context.close()


def test_what_is_written_offline_waits_says_so_and_goes_out_once(page: Page, desk: str) -> None:
    talked(page, "你好")
    page.route(f"{desk}/chat/messages*", lambda route: route.abort())
    page.context.set_offline(True)
    say(page, "断网时说的话")
    failed = page.get_by_role("button", name="未发送，点此重试")
    expect(failed).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text="网络断开")).to_be_visible()

    page.unroute(f"{desk}/chat/messages*")
    page.context.set_offline(False)
    expect(page.locator(".row.assistant .text", has_text="断网时说的话")).to_have_count(1, timeout=20_000)
    expect(page.locator(".banner")).to_be_hidden()
    page.reload()
    expect(page.locator(".row.customer .text")).to_have_text(["你好", "断网时说的话"])


def test_an_answer_lost_on_its_way_doubles_nothing(page: Page, desk: str) -> None:
    talked(page, "你好")
    lost: list[Route] = []

    def lose_the_first(route: Route) -> None:
        if not lost and route.request.method == "POST":
            lost.append(route)
            route.fetch()
            route.abort()
        else:
            route.fallback()

    page.route(f"{desk}/chat/messages", lose_the_first)
    talked(page, "只说一次")
    page.reload()
    expect(page.locator(".row.customer .text")).to_have_text(["你好", "只说一次"])


def test_two_windows_of_one_customer_show_the_same(page: Page, desk: str) -> None:
    talked(page, "第一个窗口")
    other = page.context.new_page()
    other.goto(f"{desk}/chat")
    expect(other.locator(".row.customer .text")).to_have_text(["第一个窗口"])
    talked(other, "第二个窗口")
    expect(page.locator(".row.customer .text")).to_have_text(["第一个窗口", "第二个窗口"])
