"""The desk in a real browser: it lives without reloading, and a keyboard is enough."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import select

from service_api.core.database import Database
from service_api.notifications.service import tell
from service_api.staff.models import StaffMember
from tests.service_api.conftest import NOON
from tests.service_api.desk.agents import said
from tests.service_api.desk.conftest import ZHANG, Scene
from tests.service_api.web.conftest import FileComplaint

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def agent(chromium: Browser, address: str) -> Iterator[Page]:
    """林悦 at her desk; a script error or a refusal of the content policy fails the test."""
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1280, "height": 720}, base_url=address)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if "Security Policy" in line.text else None)
    sign_in(page, "agent")
    yield page
    context.close()
    assert errors == []


def sign_in(page: Page, username: str) -> None:
    page.goto("/login")
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(f"{username.rstrip('0123456789')}-demo")
    page.locator("form button.primary").first.click()
    page.wait_for_url(lambda url: "/login" not in url)


def test_who_comes_shows_up_and_is_answered_by_keyboard_alone(agent: Page, scene: Scene) -> None:
    talk = scene.talk("信用卡年费怎么收", phone=ZHANG)
    expect(agent.locator("#queues .waiting")).to_contain_text("张*")
    agent.keyboard.press("n")
    agent.wait_for_url(f"**/{talk}")
    expect(agent.locator(".packet")).to_contain_text("白金")
    agent.keyboard.press("r")
    agent.keyboard.type("/hello")
    expect(agent.locator("#ready li").first).to_contain_text("张先生/女士，您好")
    agent.keyboard.press("Enter")
    agent.keyboard.press("Enter")
    expect(agent.locator(".line.agent .said")).to_contain_text("张先生/女士，您好，我是林悦")
    expect(agent.locator(".answer textarea")).to_have_value("")
    scene.hear(talk, "好的谢谢")
    expect(agent.locator(".line.customer .said").last).to_have_text("好的谢谢")
    agent.keyboard.press("Escape")
    agent.keyboard.press("b")
    expect(agent.locator("#give-back")).to_be_visible()
    agent.locator("#give-back textarea").fill("年费已说明")
    agent.locator("#give-back button.primary").click()
    expect(agent.locator(".line.system").last).to_contain_text("年费已说明")


def test_a_suggestion_goes_into_the_answer_and_what_was_typed_survives_a_reload(
    agent: Page, scene: Scene
) -> None:
    talk = scene.talk("信用卡年费怎么收")
    agent.goto(f"/desk/conversations/{talk}")
    agent.locator("[data-key=c]").click()
    agent.locator("#suggestions [data-insert]").first.click()
    typed = agent.locator(".answer textarea").input_value()
    assert "年费" in typed
    agent.reload()
    expect(agent.locator(".answer textarea")).to_have_value(typed)


def test_what_is_sent_twice_is_said_once(agent: Page, scene: Scene, database: Database) -> None:
    talk = scene.talk("信用卡年费怎么收")
    agent.goto(f"/desk/conversations/{talk}")
    agent.locator("[data-key=c]").click()
    expect(agent.locator("[popovertarget=give-back]")).to_be_visible()
    box = agent.locator(".answer textarea")
    box.fill("您好，请稍等")
    box.evaluate("box => { box.form.requestSubmit(); box.form.requestSubmit(); }")
    expect(box).to_have_value("")
    assert said(database, talk).count("您好，请稍等") == 1

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    agent.route("**/messages", lose_the_answer, times=1)
    box.fill("年费三百")
    box.press("Enter")
    expect(agent.locator("#trouble")).to_be_visible()
    box.press("Enter")
    expect(box).to_have_value("")
    box.fill("年费三百")
    box.press("Enter")
    expect(box).to_have_value("")
    assert said(database, talk).count("年费三百") == 2, "once for the two presses, and once more on purpose"


def test_what_is_typed_while_an_answer_is_on_its_way_stays(
    agent: Page, scene: Scene, database: Database
) -> None:
    talk = scene.talk("信用卡年费怎么收")
    agent.goto(f"/desk/conversations/{talk}")
    agent.locator("[data-key=c]").click()
    expect(agent.locator("[popovertarget=give-back]")).to_be_visible()
    box = agent.locator(".answer textarea")
    begun: list[Route] = []
    agent.route("**/messages", lambda route: begun.append(route), times=2)

    def while_it_is_sent(typed: str) -> None:
        with agent.expect_request("**/messages"):
            box.press("Enter")
        box.press_sequentially(typed)
        begun.pop().continue_()

    box.fill("年费三百")
    while_it_is_sent("，刷满六次免")
    expect(box).to_have_value("，刷满六次免")
    while_it_is_sent("。")
    expect(box).to_have_value("。")
    agent.reload()
    expect(box).to_have_value("。")
    assert said(database, talk)[-2:] == ["年费三百", "，刷满六次免"]


def test_a_form_pressed_twice_is_sent_once(agent: Page, scene: Scene) -> None:
    talk = scene.talk("你好")
    agent.goto(f"/desk/conversations/{talk}")
    sent: list[str] = []
    agent.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    agent.locator("form[action$='/claim']").evaluate(
        "form => { form.requestSubmit(); form.requestSubmit(); }"
    )
    expect(agent.locator("[popovertarget=give-back]")).to_be_visible()
    assert len(sent) == 1


def test_a_note_that_was_begun_never_ends_up_in_the_reply(agent: Page, scene: Scene) -> None:
    talk = scene.talk("你好")
    agent.goto(f"/desk/conversations/{talk}")
    agent.locator("[data-key=c]").click()
    expect(agent.locator("[popovertarget=give-back]")).to_be_visible()
    box = agent.locator(".answer textarea")
    agent.keyboard.press("i")
    box.fill("客户情绪激动，@lead 请看")
    agent.keyboard.press("Escape")
    agent.keyboard.press("r")
    expect(box).to_have_value("")
    box.fill("我马上为您查")
    agent.reload()
    expect(box).to_have_value("我马上为您查")
    box.fill("")
    agent.reload()
    expect(box).to_have_value("客户情绪激动，@lead 请看")
    expect(agent.locator("[name=mode][value=note]")).to_be_checked()


def test_two_agents_see_each_other_and_the_form_changes_hands(
    agent: Page, chromium: Browser, address: str, scene: Scene
) -> None:
    talk = scene.talk("转人工")
    other = chromium.new_context(locale="zh-CN", base_url=address).new_page()
    sign_in(other, "agent2")
    for page in (agent, other):
        page.goto(f"/desk/conversations/{talk}")
    expect(agent.locator(".onlooker")).to_contain_text("Daniel Wu")
    other.locator("[data-key=c]").click()
    expect(agent.locator("[data-key=c]")).to_have_count(0)
    other.context.close()


def test_the_palette_and_the_sheet_of_keys(agent: Page, scene: Scene) -> None:
    talk = scene.talk("你好", phone=ZHANG)
    agent.keyboard.press("?")
    expect(agent.locator("#keys")).to_be_visible()
    agent.locator("#keys-on").uncheck()
    agent.keyboard.press("Escape")
    agent.keyboard.press("n")
    assert str(talk) not in agent.url, "single keys were switched off"
    agent.keyboard.press("Control+k")
    agent.keyboard.type("张")
    expect(agent.locator("#palette-list li").first).to_contain_text("张*")
    agent.keyboard.press("Enter")
    agent.wait_for_url(f"**/{talk}")


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_wider_than_the_screen(agent: Page, scene: Scene, width: int) -> None:
    talk = scene.talk("很长的话" * 60 + "verylongwordwithoutspaces" * 12, phone=ZHANG)
    agent.set_viewport_size({"width": width, "height": 720})
    for path in (
        "/desk",
        f"/desk/conversations/{talk}",
        f"/desk/conversations/{talk}/complaint",
        "/desk/inbox",
    ):
        agent.goto(path)
        assert agent.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing_to_mend(agent: Page, scene: Scene, language: str) -> None:
    speak(agent, language)
    talk = scene.talk("信用卡年费怎么收", phone=ZHANG, slots={"complaint_business": "credit-card"})
    agent.goto(f"/desk/conversations/{talk}")
    agent.locator("[data-key=c]").click()
    paths = ("", "/desk", f"/desk/conversations/{talk}/complaint", "/desk/replies", "/desk/inbox")
    for path in paths:
        if path:
            agent.goto(path)
        assert to_mend_in_both_themes(agent) == {}, path or "conversation"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing_to_mend_in_the_forms_of_a_complaint(
    chromium: Browser, address: str, file_complaint: FileComplaint, language: str
) -> None:
    file_complaint(description="年费三百，没人管", contact="13800138000")
    number = file_complaint(description="年费三百，还是没人管", contact="13800138000")
    page = chromium.new_context(locale="zh-CN", base_url=address).new_page()
    sign_in(page, "lead")
    speak(page, language)
    page.goto(f"/desk/complaints/{number}")
    press(page, "acknowledge")
    press(page, "investigate")
    refuse(page, "grant", amount="1e9", reason="补偿")
    forms = open_all(page)
    assert {"grant", "recuse", "merge", "classify", "contact_customer", "propose_decision"} <= forms
    assert to_mend_in_both_themes(page) == {}
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    page.context.close()


def press(page: Page, step: str) -> None:
    page.locator(f"form[action$='/{step}'] button").first.click()
    page.wait_for_load_state()


def refuse(page: Page, step: str, **typed: str) -> None:
    """Send a form that will be refused, as a browser without its own checks would."""
    open_all(page)
    form = page.locator(f"form[action$='/{step}']").first
    for name, value in typed.items():
        form.locator(f"[name={name}]").fill(value)
    form.evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
    page.locator("[role=alert]").first.wait_for()


def open_all(page: Page) -> set[str]:
    """Unfold everything; gives the steps that have a form."""
    steps: list[str] = page.evaluate(
        "() => { for (const one of document.querySelectorAll('main details')) one.open = true;"
        " return [...document.querySelectorAll('main form')].map(form => form.action.split('/').pop()); }"
    )
    return set(steps)


def speak(page: Page, language: str) -> None:
    if language == "en":
        page.get_by_role("button", name="English").click()


def to_mend_in_both_themes(page: Page) -> dict[str, str]:
    found = {}
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        found[theme] = to_mend(page)
    return {theme: what for theme, what in found.items() if what}


def to_mend(page: Page) -> str:
    """What axe-core finds, in short; empty when there is nothing."""
    page.wait_for_timeout(400)
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        "async rules => (await axe.run(document, {runOnly: rules})).violations.map("
        "v => ({id: v.id, nodes: v.nodes.map(n => n.html.slice(0, 160))}))",
        RULES,
    )
    return json.dumps(found, ensure_ascii=False, indent=1) if found else ""


def test_the_inbox_counts_on_a_page_of_the_console_too(
    chromium: Browser, address: str, database: Database
) -> None:
    page = chromium.new_context(locale="zh-CN", base_url=address).new_page()
    sign_in(page, "lead")
    page.goto("/console/articles")
    expect(page.locator("#inbox-count")).to_be_empty()
    with database.writing() as session:
        lead = session.scalars(select(StaffMember).where(StaffMember.username == "lead")).one()
        tell(session, lead, kind="calendar", key="k", facts={"calendar": "cn", "year": 2027}, now=NOON)
    expect(page.locator("#inbox-count")).to_have_text("1")
    page.context.close()
