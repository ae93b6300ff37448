"""A talk with the assistant and with a person: files, stars, what was helpful, who is away."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import select

from service_api.conversations.desk_models import ConversationLook
from service_api.conversations.models import Conversation
from service_api.conversations.rating_models import ConversationRating
from service_api.core.clock import SystemClock
from service_api.core.database import Database
from tests.service_api.web.chat_stage import PICTURE, Staff, new_context, say, talked, until

pytestmark = pytest.mark.browser


def test_a_person_types_reads_answers_and_is_rated_by_keyboard(
    page: Page, staff: Staff, database: Database
) -> None:
    talked(page, "你好")
    staff.claim()
    expect(page.get_by_role("status").filter(has_text="客服 林晓 正在为您服务")).to_be_visible()
    say(page, "在吗")
    expect(page.locator(".row.customer").last.get_by_text("已送达")).to_be_visible()
    look(database, staff, typing=True)
    expect(page.locator(".row.customer").last.get_by_text("已读")).to_be_visible()
    expect(page.locator(".typing")).to_contain_text("林晓正在输入")
    staff.say("在的")
    expect(page.locator(".row.agent .text")).to_have_text("在的")

    staff.hand_back()
    expect(page.get_by_role("group", name="这次服务怎么样？")).to_be_visible()
    page.get_by_role("radio", name="1 星，很不满意").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.get_by_role("textbox", name="想多说一句？（选填）").fill("很耐心")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("谢谢您的评价")).to_be_visible()
    with database.reading() as session:
        row = session.scalars(select(ConversationRating)).one()
        assert (row.score, row.comment, row.staff_id) == (4, "很耐心", staff.id)
    page.reload()
    expect(page.locator(".row.agent .text")).to_have_text("在的")
    expect(page.locator(".stars")).to_be_hidden()


def look(database: Database, staff: Staff, *, typing: bool) -> None:
    now = SystemClock().now()
    with database.writing() as session:
        talk = session.scalars(select(Conversation)).one()
        session.merge(
            ConversationLook(
                conversation_id=talk.id,
                staff_id=staff.id,
                read_seq=talk.last_seq,
                seen_at=now,
                typing_until=now.replace(year=now.year + 1) if typing else None,
            )
        )


def test_words_of_a_person_are_counted_on_the_closed_chat(
    chromium: Browser, desk: str, host_address: str, staff: Staff
) -> None:
    context = new_context(chromium)
    page = context.new_page()
    page.goto(f"{host_address}/?desk={desk}")
    page.get_by_role("button", name="联系客服").click()
    talked(page, "转人工")
    page.get_by_role("button", name="收起").click()
    staff.claim()
    staff.say("您好，我是林晓")
    expect(page.get_by_role("button", name="联系客服, 2 条新消息")).to_be_visible()
    expect(page.locator(".peek")).to_contain_text("您好，我是林晓")
    assert page.title() == "(2) 银行首页"
    page.locator(".peek").click()
    expect(page.locator(".row.agent .text")).to_be_visible()
    until(lambda: page.title() == "银行首页", "the title is plain again")
    context.close()


def test_a_file_goes_up_is_shown_small_and_opens_large(page: Page, tmp_path: Path, staff: Staff) -> None:
    talked(page, "你好")
    staff.claim()
    (tmp_path / "转账 <b>截图.png").write_bytes(PICTURE)
    (tmp_path / "流水.pdf").write_bytes(b"%PDF-1.4 x")
    (tmp_path / "坏.png").write_bytes(b"MZ\x00\x01")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="发送图片或文件").click()
    chooser.value.set_files([tmp_path / "转账 <b>截图.png", tmp_path / "流水.pdf"])
    picture = page.get_by_role("button", name=re.compile("图片：转账 <b>截图.png"))
    expect(picture.locator("canvas")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="下载 流水.pdf").click()
    assert download.value.suggested_filename == "流水.pdf"
    picture.click()
    expect(page.get_by_role("dialog", name="转账 <b>截图.png")).to_be_visible()
    page.keyboard.press("Escape")
    expect(picture).to_be_visible()

    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="发送图片或文件").click()
    chooser.value.set_files(tmp_path / "坏.png")
    expect(page.get_by_role("alert").filter(has_text="只能发送图片、PDF 或文本文件")).to_be_visible()
    expect(page.locator(".row.customer")).to_have_count(3)


def test_an_answer_from_an_article_can_be_called_helpful(page: Page, desk: str) -> None:
    talked(page, "你好")
    given: list[object] = []

    def name_the_article(route: Route) -> None:
        answered = route.fetch()
        body = answered.json()
        for message in body["messages"]:
            message["article"] = "card-report-loss" if message["author"] == "assistant" else None
        route.fulfill(response=answered, json=body)

    def take_the_verdict(route: Route) -> None:
        given.append(route.request.post_data_json)
        route.fulfill(status=204)

    page.route(f"{desk}/chat/messages?*", name_the_article)
    page.route(f"{desk}/chat/articles/card-report-loss/feedback", take_the_verdict)
    page.reload()
    question = page.get_by_role("group", name="这个回答有帮助吗？")
    question.get_by_role("button", name="没帮助").click()
    expect(page.get_by_text("谢谢您的反馈")).to_be_visible()
    assert given == [{"verdict": "unhelpful"}]


def test_when_people_are_away_the_chat_says_when_they_are_back(page: Page, app: FastAPI, desk: str) -> None:
    page.route(
        f"{desk}/chat/people",
        lambda route: route.fulfill(json={"open": False, "hours": "09:00–18:00", "daily": False,
                                          "zone": "Asia/Shanghai", "back_at": "2036-11-24T01:00:00Z"}),
    )  # fmt: skip
    page.route(f"{desk}/chat/messages*", lambda route: route.abort())
    page.context.clear_cookies()
    page.evaluate("localStorage.clear()")
    page.route(f"{desk}/chat/sessions", lambda route: route.abort())
    page.reload()
    expect(page.get_by_text("人工客服休息中，11月24日 09:00 回来")).to_be_visible()
    expect(page.get_by_text("人工服务时间：工作日 09:00–18:00")).to_be_visible()
