"""The chat in pages of other origins, and text that wants to be more than text."""

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

from tests.service_api.stand_in import StandIn, answer
from tests.service_api.web.chat_stage import new_context, say, talked

pytestmark = pytest.mark.browser


def test_one_tag_puts_the_chat_into_a_page_of_another_origin(
    chromium: Browser, desk: str, host_address: str
) -> None:
    context = new_context(chromium)
    page = context.new_page()
    page.goto(f"{host_address}/?desk={desk}")
    page.get_by_role("button", name="联系客服").click()
    talked(page, "银行卡丢了")

    of = "getComputedStyle(document.querySelector('#ting-chat-floating').shadowRoot.querySelector('.text'))"
    assert page.evaluate(f"{of}.color") != "rgb(255, 0, 0)"
    assert page.evaluate(f"{of}.fontSize") == "16px"
    own = "getComputedStyle(document.querySelector('#own'))"
    assert page.evaluate(f"[{own}.fontSize, {own}.color]") == ["7px", "rgb(255, 0, 0)"]
    assert page.evaluate("Object.keys(window).filter(key => /^ting|chat/i.test(key))") == ["Ting"]

    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="联系客服")).to_be_focused()
    page.reload()
    page.get_by_role("button", name="联系客服").click()
    expect(page.locator(".row.customer .text")).to_have_text(["银行卡丢了"])
    context.close()


def test_a_page_that_the_setting_does_not_name_gets_no_chat_and_is_told_why(
    chromium: Browser, app: FastAPI, desk: str, host_address: str
) -> None:
    app.state.chat_origins = frozenset({"https://www.bank.example"})
    context = new_context(chromium)
    page = context.new_page()
    with page.expect_console_message(lambda message: "origin-not-allowed" in message.text):
        page.goto(f"{host_address}/?desk={desk}")
    expect(page.get_by_role("button", name="联系客服")).to_have_count(0)
    context.close()


def test_markup_and_scripts_are_text(page: Page, assistant: StandIn) -> None:
    bad = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    assistant.always(answer(bad, buttons=((bad, "好"),)))
    page.on("dialog", lambda _dialog: pytest.fail("a script has run"))
    say(page, bad)
    expect(page.locator(".row.assistant .text", has_text="onerror")).to_have_text(bad)
    expect(page.locator(".row.customer .text")).to_have_text(bad)
    expect(page.locator(".quick button")).to_have_text(bad)
    assert page.locator(".row img, .row script").count() == 0
