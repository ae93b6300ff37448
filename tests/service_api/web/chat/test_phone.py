"""The chat on a telephone: the keyboard stays away after a tap, and what was said last stays in sight."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

from service_api.settings import Settings
from tests.service_api.stand_in import StandIn, answer
from tests.service_api.web.chat_stage import PHONE, new_context, say, served

KEYBOARD = 340  # what a telephone's keyboard leaves out of sight


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"office_hours": "00:00-24:00 daily"})


@pytest.fixture
def phone(chromium: Browser, app: FastAPI) -> Iterator[Page]:
    with served(app) as desk:
        context = new_context(chromium, viewport=PHONE, has_touch=True, is_mobile=True)
        page = context.new_page()
        page.goto(f"{desk}/chat")
        yield page
        context.close()


def test_a_tap_on_a_ready_answer_opens_no_keyboard(phone: Page, assistant: StandIn) -> None:
    said = answer("请选择")
    said["messages"][0]["buttons"] = [{"title": "我要挂失", "payload": "我要挂失"}]
    assistant.always(said)
    say(phone, "你好")
    phone.get_by_role("textbox").blur()
    phone.get_by_role("button", name="我要挂失", exact=True).tap()
    expect(phone.get_by_text("我要挂失").first).to_be_visible()
    assert phone.evaluate("document.activeElement.shadowRoot.activeElement.className") == "log"


def test_what_was_said_last_stays_in_sight_when_the_keyboard_opens(phone: Page, assistant: StandIn) -> None:
    assistant.always(answer("这是一段很长的说明。\n" * 12 + "说完了。"))
    say(phone, "你好")
    last = phone.get_by_text("说完了。")
    expect(last).to_be_in_viewport()
    phone.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"] - KEYBOARD})
    phone.wait_for_timeout(200)
    box, field = last.bounding_box(), phone.get_by_role("textbox").bounding_box()
    assert box is not None
    assert field is not None
    assert box["y"] + box["height"] <= field["y"]
