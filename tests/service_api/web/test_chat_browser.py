"""The chat as a customer's Chromium shows it: on our page and in other people's, on good lines and bad."""

import re
from collections.abc import Iterator
from pathlib import Path
from zlib import compress, crc32

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, Playwright, Route, expect, sync_playwright
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route as Path_

from service_api.conversations.desk_models import ConversationLook
from service_api.conversations.models import Conversation
from service_api.conversations.rating_models import ConversationRating
from service_api.core.clock import FrozenClock, SystemClock
from service_api.core.database import Database
from service_api.settings import Settings
from tests.browsers import launch_chromium
from tests.service_api.stand_in import StandIn, answer
from tests.service_api.web.chat_stage import PHONE, Staff, new_context, say, served, until, violations

pytestmark = pytest.mark.browser


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + kind + body + crc32(kind + body).to_bytes(4)


# A picture of 4 × 3 points, all of one colour.
PICTURE = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", (4).to_bytes(4) + (3).to_bytes(4) + bytes([8, 2, 0, 0, 0]))
    + _chunk(b"IDAT", compress(3 * (b"\x00" + 4 * b"\x20\x80\x70")))
    + _chunk(b"IEND", b"")
)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    with launch_chromium(playwright) as browser:
        yield browser


@pytest.fixture
def host() -> Starlette:
    """Somebody else's site: its own fonts, colours and rules for everything."""
    return Starlette(routes=[Path_("/", _host_page), Path_("/ting-token", _no_token)])


async def _host_page(request: Request) -> HTMLResponse:
    desk = request.query_params["desk"]
    return HTMLResponse(
        "<!doctype html><html lang='zh-CN'><title>银行首页</title>"
        "<style>* { color: rgb(255, 0, 0) !important; font-size: 7px !important; } button { display: none }"
        "</style><main><h1>银行首页</h1><p id='own'>主页</p></main>"
        f"<script type='module' src='{desk}/static/chat/widget.js' data-token-url='/ting-token'></script>"
    )


async def _no_token(_request: Request) -> Response:
    return Response(status_code=204)


@pytest.fixture
def host_address(host: Starlette) -> Iterator[str]:
    with served(host) as address:
        yield address.replace("127.0.0.1", "localhost")


@pytest.fixture
def settings(settings: Settings, host_address: str) -> Settings:
    hours = {"office_hours": "00:00-24:00 daily", "chat_origins": host_address}
    return settings.model_copy(update=hours)


@pytest.fixture
def desk(app: FastAPI) -> Iterator[str]:
    with served(app) as address:
        yield address


@pytest.fixture
def staff(database: Database, clock: FrozenClock) -> Staff:
    return Staff.hired(database, clock)


@pytest.fixture
def page(chromium: Browser, desk: str) -> Iterator[Page]:
    context = new_context(chromium)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{desk}/chat")
    yield page
    context.close()
    assert wrong == []


def talked(page: Page, text: str) -> None:
    say(page, text)
    expect(page.locator(".row.assistant .text", has_text=f"回复：{text}")).to_have_count(1)


# --- in any page of any origin ---


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


# --- on bad lines ---


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


# --- with people ---


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


# --- words, looks, access ---


def test_markup_and_scripts_are_text(page: Page, assistant: StandIn) -> None:
    bad = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    assistant.always(answer(bad, buttons=((bad, "好"),)))
    page.on("dialog", lambda _dialog: pytest.fail("a script has run"))
    say(page, bad)
    expect(page.locator(".row.assistant .text", has_text="onerror")).to_have_text(bad)
    expect(page.locator(".row.customer .text")).to_have_text(bad)
    expect(page.locator(".quick button")).to_have_text(bad)
    assert page.locator(".row img, .row script").count() == 0


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
