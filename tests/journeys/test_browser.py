"""People in front of real browsers: a customer, an agent, a supervisor, and the page in between."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from service_api.demo import story
from service_api.demo.people import DemoControls
from tests.running import RunningTing
from tests.screens import say, sign_in

pytestmark = [pytest.mark.journey, pytest.mark.browser]
WIDE = {"width": 1280, "height": 720}
OVERDUE = re.compile("[二三四]级")  # from the second level on a legal period has run out


@pytest.fixture
def opened(chromium: Browser, ting: RunningTing) -> Iterator[tuple[Page, str]]:
    """The chat page of somebody whose browser speaks Chinese, and the id of the conversation it has opened.

    A script error on the page fails the test.
    """
    context = chromium.new_context(locale="zh-CN", viewport=WIDE)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console", lambda line: errors.append(line.text) if "Content Security Policy" in line.text else None
    )
    with page.expect_response("**/chat/sessions") as session:
        page.goto(f"{ting.web}/chat")
    yield page, session.value.json()["conversation_id"]
    context.close()
    assert errors == []


@pytest.fixture
def customer(opened: tuple[Page, str]) -> Page:
    return opened[0]


@pytest.fixture
def at_the_desk(opened: tuple[Page, str]) -> str:
    """Where staff see what this customer says; the queue itself shows only its beginning."""
    return f"/desk/conversations/{opened[1]}"


def heard(page: Page) -> list[str]:
    return page.locator(".row.assistant .text").all_inner_texts()


def test_a_customer_asks_in_chinese_and_is_answered_without_reloading(customer: Page) -> None:
    say(customer, "银行卡丢了，怎么挂失？")
    assert any("挂失" in text for text in heard(customer)[1:])


def test_markup_is_shown_as_it_was_typed(customer: Page) -> None:
    say(customer, "<img src=x onerror=alert(1)><b>粗</b>")
    mine = customer.locator(".row.customer .text").last
    expect(mine).to_have_text("<img src=x onerror=alert(1)><b>粗</b>")
    assert customer.locator(".row img").count() == 0


def test_a_button_says_its_words_and_the_choices_go_away(customer: Page) -> None:
    say(customer, "我要投诉，昨天信用卡被多扣了300元年费，客服态度还很差，我的电话13800138000")
    first = customer.locator(".quick button").first
    words = first.inner_text()
    first.click()
    expect(customer.locator(".row.customer .text").last).to_have_text(words)
    expect(customer.locator(".quick button", has_text=words)).to_have_count(0, timeout=20_000)


def test_the_talk_is_there_again_after_a_reload(customer: Page) -> None:
    say(customer, "你好")
    before = customer.locator(".row").count()
    customer.reload()
    expect(customer.locator(".row")).to_have_count(before)


def test_what_is_typed_while_the_line_is_down_arrives_once_when_it_is_back(customer: Page) -> None:
    say(customer, "你好")
    customer.context.set_offline(True)
    box = customer.locator("textarea")
    box.fill("断网时说的话")
    box.press("Enter")
    expect(customer.locator(".banner")).to_be_visible(timeout=30_000)
    customer.context.set_offline(False)
    expect(customer.locator(".row[data-seq] .text", has_text="断网时说的话")).to_be_visible(timeout=40_000)
    customer.reload()
    expect(customer.locator(".row.customer .text", has_text="断网时说的话")).to_have_count(1)


def test_too_long_a_text_is_not_sent_and_not_lost(customer: Page) -> None:
    box = customer.locator("textarea")
    box.fill("长" * 2001)
    box.press("Enter")
    expect(customer.locator(".note")).to_contain_text("2001")
    assert len(box.input_value()) == 2001


def test_english_and_large_text_are_one_press_away(customer: Page) -> None:
    customer.get_by_role("button", name="English").click()
    expect(customer.locator("textarea")).to_have_attribute("placeholder", re.compile("Type"))
    size = (
        "getComputedStyle(document.querySelector('#ting-chat').shadowRoot.querySelector('textarea')).fontSize"
    )
    before = customer.evaluate(size)
    customer.get_by_role("button", name="Easy view").click()
    assert float(customer.evaluate(size)[:-2]) > float(before[:-2]) >= 16


def test_keyboard_alone_is_enough(customer: Page) -> None:
    customer.locator("textarea").focus()
    customer.keyboard.type("谢谢")
    customer.keyboard.press("Enter")
    expect(customer.locator(".row.assistant")).to_have_count(2, timeout=20_000)


def test_an_agent_in_a_second_browser_takes_over_and_answers(
    customer: Page, at_the_desk: str, chromium: Browser, ting: RunningTing
) -> None:
    say(customer, "转人工")
    context = chromium.new_context(locale="zh-CN", viewport=WIDE)
    agent = sign_in(context, ting.web, "agent2")
    agent.goto(f"{ting.web}{at_the_desk}")
    agent.get_by_role("button", name="接入").click()
    agent.locator(".answer textarea").fill("您好，我在看您的问题")
    agent.locator(".answer textarea").press("Enter")
    expect(customer.locator(".row.agent .text").last).to_have_text("您好，我在看您的问题", timeout=10_000)
    say_to_agent(customer, "太好了")
    expect(agent.locator(".line.customer .said").last).to_have_text("太好了", timeout=10_000)
    agent.get_by_role("button", name="交回机器人").click()
    agent.locator("#give-back textarea").fill("已说明年费规则")
    agent.locator("#give-back button.primary").click()
    expect(customer.locator(".row.system .text").last).to_contain_text("已说明年费规则", timeout=10_000)
    context.close()


def test_the_documentation_of_the_api_is_drawn_without_another_host(
    chromium: Browser, ting: RunningTing
) -> None:
    page = chromium.new_page()
    refused: list[str] = []
    page.on(
        "console", lambda line: refused.append(line.text) if "Content Security Policy" in line.text else None
    )
    page.goto(f"{ting.web}/docs")
    expect(page.locator(".opblock").first).to_be_visible(timeout=20_000)
    page.close()
    assert refused == []


def say_to_agent(page: Page, words: str) -> None:
    page.locator("textarea").fill(words)
    page.locator("textarea").press("Enter")


def test_a_supervisor_sees_a_new_complaint_in_the_log_without_reloading(
    customer: Page, chromium: Browser, ting: RunningTing
) -> None:
    context = chromium.new_context(locale="zh-CN", viewport=WIDE)
    log = sign_in(context, ting.web, "supervisor")
    log.goto(f"{ting.web}/console?text=8123")  # among many that are more urgent it is not on the first page
    for words in ("我要投诉", "理财说保本，结果亏了8123块", "上周三", "跳过", "确认"):
        say(customer, words)
    number = story.NUMBER.search("\n".join(heard(customer)))
    assert number, heard(customer)
    expect(log.locator("tbody a", has_text=number[0])).to_be_visible(timeout=15_000)
    context.close()


def test_from_the_first_question_over_a_person_and_an_escalation_to_the_stars(
    customer: Page, at_the_desk: str, chromium: Browser, ting: RunningTing
) -> None:
    """The whole story in the order in which people live it. It moves the clock: nothing comes after it."""
    say(customer, "银行卡丢了，怎么挂失？")
    assert any("挂失" in text for text in heard(customer)[1:]), heard(customer)
    say(customer, "转人工")

    desk = chromium.new_context(locale="zh-CN", viewport=WIDE)
    agent = sign_in(desk, ting.web, "agent")
    agent.goto(f"{ting.web}{at_the_desk}")
    expect(agent.locator(".packet")).to_contain_text("客户要求人工")
    agent.get_by_role("button", name="接入").click()
    answer(agent, "您好，我来帮您看年费的问题")
    expect(customer.locator(".row.agent .text").last).to_have_text(
        "您好，我来帮您看年费的问题", timeout=10_000
    )
    say_to_agent(customer, "卡没激活也扣了我300块年费，打了三次电话没人管，我要投诉")
    expect(agent.locator(".line.customer .said").last).to_contain_text("打了三次电话", timeout=10_000)

    number = file_from_the_talk(agent)
    told = customer.locator(".row.system .text", has_text=number)
    expect(told).to_be_visible(timeout=10_000)
    desk.close()

    controls = DemoControls(ting.web)
    controls.move_clock(days=16)  # the legal period is fifteen days
    controls.leave()
    acknowledge_in_the_console(chromium, ting, number)

    desk = chromium.new_context(locale="zh-CN", viewport=WIDE)
    agent = sign_in(desk, ting.web, "agent")
    agent.goto(f"{ting.web}/desk/complaints/{number}")
    expect(agent.locator(".timeline").first).to_contain_text("升级")
    agent.get_by_role("link", name="查看会话").click()
    answer(agent, "让您久等了，年费今天退回，以后也不再收取")
    expect(customer.locator(".row.agent .text").last).to_contain_text("年费今天退回", timeout=10_000)
    agent.get_by_role("button", name="结束会话").click()
    desk.close()

    stars = customer.locator("form.stars")
    expect(stars).to_be_visible(timeout=15_000)
    stars.locator("label[for=star-4]").click()
    stars.locator("textarea").fill("慢，但解决了")
    stars.get_by_role("button", name="提交评价").click()
    expect(customer.get_by_text("谢谢您的评价")).to_be_visible()
    expect(stars).to_be_hidden()


def answer(agent: Page, words: str) -> None:
    agent.locator(".answer textarea").fill(words)
    agent.locator(".answer textarea").press("Enter")


def file_from_the_talk(agent: Page) -> str:
    """The agent files the complaint from the open conversation; the number that the page then shows."""
    agent.locator("[data-key=p]").click()
    story_told = agent.locator("[name=description]")
    expect(story_told).to_have_value(re.compile("打了三次电话"))
    agent.locator("[name=business]").select_option("credit-card")
    agent.locator("[name=amount]").fill("300")
    agent.get_by_role("button", name="登记", exact=True).click()
    number = story.NUMBER.search(agent.locator("#customer-facts").inner_text())
    assert number
    return number[0]


def acknowledge_in_the_console(chromium: Browser, ting: RunningTing, number: str) -> None:
    """The supervisor finds it late and escalated in the log, and takes note of each level."""
    context = chromium.new_context(locale="zh-CN", viewport=WIDE)
    page = sign_in(context, ting.web, "supervisor")
    row = page.locator("tbody tr", has_text=number)
    end = time.monotonic() + story.ESCALATION_WITHIN_SECONDS
    while not (row.count() and OVERDUE.search(row.inner_text())):
        assert time.monotonic() < end, "it was not escalated"
        page.wait_for_timeout(1000)
        page.goto(f"{ting.web}/console?text={number}")
    row.get_by_role("link", name=number).click()
    unread = page.get_by_role("button", name="确认收到升级")
    expect(unread.first).to_be_visible()
    while unread.count():
        unread.first.click()
        page.wait_for_load_state()
    expect(page.locator("aside .timeline")).to_contain_text("已确认 刘洋")
    context.close()
