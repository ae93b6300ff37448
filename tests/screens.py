"""Look at what people see: photograph every page (light, dark, phone; Chinese and English).

`python -m tests.screens [FOLDER]` writes PNGs into FOLDER, var/screens by default. Staff's pages are those of
a bank that has been at work for weeks (tests/scene.py). The chat and talks at the desk need the assistant:
they are played against the Ting that runs, and left out when none does. With `--scene` that one first gets
some complaints and days go by; with `--readme` it also renews the picture of the README.
"""

import argparse
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from service_api.demo.people import Customer, DemoControls
from tests.browsers import launch_chromium
from tests.scene import WITH_CODE, Scene, a_bank_at_work

# Days that go by after each filing, and what the customer says.
SCENE = (
    (6, "理财经理说是存款，结果给我妈买成了保险，5万块拿不出来"),
    (5, "贷款提前还款预约了两个月还没排到，利息照收"),
    (3, "上周三下午转账5000块，对方到现在没收到，客服说不清楚"),
    (1, "催收电话打到我单位和我爸妈那里"),
    (1, "在网点排队两小时，柜员还冲我嚷"),
)
DESKTOP = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 800}
PICTURE = Path("service_api/decisions/screenshot.png")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("folder", nargs="?", type=Path, default=Path("var/screens"))
    asked.add_argument("--scene", action="store_true")
    asked.add_argument("--readme", action="store_true")
    options = asked.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, launch_chromium(playwright) as browser:
        photograph_staff_pages(browser, options.folder)
        note = Path(os.environ.get("TING_DATA_DIR", "var")) / "run.json"
        if not note.exists():
            print("Ting does not run (make run): no pictures of the chat and of talks")
            return
        address = json.loads(note.read_text())["web"]
        if options.scene:
            set_the_scene(address)
        photograph(browser, address, options.folder)
        if options.readme:
            compose(browser, options.folder, PICTURE)


def set_the_scene(address: str) -> None:
    """Complaints of different age and kind, so that the log has something to say."""
    controls = DemoControls(address)
    for days, said in SCENE:
        customer = Customer(address)
        for words in ("我要投诉", said, *["跳过"] * 4):
            heard = "\n".join(message.text for message in customer.say(words))
            if "确认" in heard:
                customer.say("确认")
                break
        customer.leave()
        controls.move_clock(days=days)
    controls.leave()


def staff_pages(scene: Scene) -> dict[str, str]:
    """Every page of staff that needs no talk, by a name for it, and some of them empty."""
    return {
        "log": "/console",
        "log-empty": "/console?text=没有这个词",
        "report": "/console/report",
        "report-empty": "/console/report?first=2020-01-01&last=2020-01-07",
        "ledger": "/console/ledger",
        "ledger-empty": "/console/ledger?first=2020-01-01&last=2020-01-07",
        "improvements": "/console/improvements",
        "improvements-empty": "/console/improvements?closed=true",
        "improvement": f"/console/improvements/{scene.issue_id}",
        "unanswered": "/console/unanswered",
        "articles": "/console/articles",
        "article": "/console/articles/card-report-loss",
        "rules-ladder": "/console/rules/ladder",
        "rules-targets": "/console/rules/targets",
        "rules-calendar": "/console/rules/calendar",
        "rules-stand-ins": "/console/rules/stand-ins",
        "handlers": "/console/handlers",
        "handler": "/console/handlers/agent2",
        "people": "/console/staff",
        "audit": "/console/audit",
        "dead-letters": "/console/dead-letters",
        "account": "/desk/account",
        "inbox": "/desk/inbox",
        "replies": "/desk/replies",
        "complaints": "/desk/complaints",
        "complaint": f"/desk/complaints/{scene.number}",
    }


def photograph_staff_pages(browser: Browser, folder: Path) -> None:
    """Every page of staff as the supervisor sees it, of a bank with a past."""
    looks = (
        ("light", "zh-CN", DESKTOP, "light"),
        ("dark", "zh-CN", DESKTOP, "dark"),
        ("phone", "zh-CN", PHONE, "light"),
        ("en", "en-US", DESKTOP, "light"),
    )
    with TemporaryDirectory() as data, a_bank_at_work(Path(data)) as scene:
        for name, locale, viewport, scheme in looks:
            with _person(browser, locale, viewport=viewport, scheme=scheme) as supervisor:
                page = sign_in(supervisor, scene.address, "supervisor")
                if locale.startswith("en"):
                    choose_english(page)
                for title, path in staff_pages(scene).items():
                    page.goto(f"{scene.address}{path}")
                    _shoot(page, folder / f"{title}-{name}.png", full_page=True)
            with _person(browser, locale, viewport=viewport, scheme=scheme) as somebody:
                page = ask_for_code(somebody, scene.address)
                _shoot(page, folder / f"sign-in-code-{name}.png")


def photograph(browser: Browser, address: str, folder: Path) -> None:
    """Every page, as the people it is for see it."""
    with _person(browser, "zh-CN") as customer:
        page = customer.new_page()
        page.goto(f"{address}/chat")
        _shoot(page, folder / "chat-empty.png", after_ms=800)
        for words in (
            "银行卡丢了怎么办",
            "我要投诉",
            "信用卡",
            "没激活也扣了我300块年费，打了三次电话没人管",
        ):
            say(page, words)
        _shoot(page, folder / "chat.png")
        page.get_by_role("button", name="长辈版").click()
        _shoot(page, folder / "chat-large.png", after_ms=400)
    with _person(browser, "en-US", viewport=PHONE) as customer:
        page = customer.new_page()
        page.goto(f"{address}/chat")
        say(page, "How do I report a lost card?")
        _shoot(page, folder / "chat-phone-en.png")
        say(page, "Talk to a person")
    for scheme in ("light", "dark"):
        with _person(browser, "zh-CN", scheme=scheme) as agent:
            _desk_pages(sign_in(agent, address, "agent"), address, folder, scheme)
        with _person(browser, "zh-CN", scheme=scheme) as supervisor:
            page = sign_in(supervisor, address, "supervisor")
            page.goto(f"{address}/console")
            _shoot(page, folder / f"console-{scheme}.png")
            choose_english(page)
            _shoot(page, folder / f"console-{scheme}-en.png")
    with _person(browser, "zh-CN", viewport=PHONE) as agent:
        page = sign_in(agent, address, "agent")
        _shoot(page, folder / "desk-phone.png")
        page.goto(f"{address}/desk/complaints")
        _shoot(page, folder / "complaints-phone.png")
    with _person(browser, "zh-CN") as visitor:
        page = visitor.new_page()
        page.goto(address)
        _shoot(page, folder / "home.png", full_page=True)
        page.goto(f"{address}/login")
        _shoot(page, folder / "sign-in.png", full_page=True)


def _desk_pages(page: Page, address: str, folder: Path, scheme: str) -> None:
    _shoot(page, folder / f"desk-{scheme}.png")
    first = page.locator("#queues .list a").first
    if first.count():
        first.click()
        _shoot(page, folder / f"desk-talk-{scheme}.png", after_ms=1500)
    page.goto(f"{address}/desk/complaints")
    _shoot(page, folder / f"complaints-{scheme}.png")
    number = page.locator("tbody a").first
    if number.count():
        number.click()
        _shoot(page, folder / f"complaint-{scheme}.png", full_page=True)


def say(page: Page, words: str) -> None:
    """Type as a customer does and wait until the assistant has answered."""
    box = page.locator("textarea")
    heard = page.locator(".row.assistant, .row.system").count()
    box.fill(words)
    box.press("Enter")
    page.wait_for_function(
        "n => { const root = document.querySelector('#ting-chat').shadowRoot;"
        " return root.querySelectorAll('.row.assistant, .row.system').length > n"
        " && root.querySelector('.typing').hidden; }",
        arg=heard,
        timeout=30_000,
    )
    page.wait_for_timeout(400)


def sign_in(context: BrowserContext, address: str, username: str) -> Page:
    """A page on which one of the demo's people has signed in."""
    page = context.new_page()
    page.goto(f"{address}/login")
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(f"{username.rstrip('0123456789')}-demo")
    page.locator("button.primary").click()
    page.wait_for_url(lambda url: "/login" not in url)
    return page


def choose_english(page: Page) -> None:
    """On a phone the button is in the menu."""
    menu = page.locator(".own-opener")
    if menu.is_visible():
        menu.click()
    page.get_by_role("button", name="English").click()


def ask_for_code(context: BrowserContext, address: str) -> Page:
    """The page that wants the code of somebody's authenticator app."""
    page = context.new_page()
    page.goto(f"{address}/login")
    page.locator("[name=username]").fill(WITH_CODE)
    page.locator("[name=password]").fill("agent-demo")
    page.locator("button.primary").click()
    page.locator("[name=code]").wait_for()
    return page


def compose(browser: Browser, folder: Path, target: Path) -> None:
    """Three pages side by side, for the README."""
    names = ("chat.png", "desk-talk-light.png", "console-light.png")
    pictures = "".join(f"<img src='{(folder / name).absolute().as_uri()}'>" for name in names)
    sheet = folder / "sheet.html"
    sheet.write_text(
        "<style>body{margin:0;padding:24px;background:#dfeceb;display:grid;gap:20px;"
        "grid-template-columns:1fr 1fr}img{width:100%;border-radius:10px;box-shadow:0 6px 24px #0003}"
        f"img:first-child{{grid-column:1/-1;width:62%;margin:auto}}</style>{pictures}"
    )
    page = browser.new_page(viewport={"width": 1400, "height": 980})
    page.goto(sheet.absolute().as_uri())
    page.wait_for_timeout(300)
    page.screenshot(path=target, full_page=True)
    page.close()


@contextmanager
def _person(
    browser: Browser, locale: str, *, viewport: dict[str, int] = DESKTOP, scheme: str = "light"
) -> Iterator[BrowserContext]:
    context = browser.new_context(locale=locale, viewport=viewport, color_scheme=scheme)
    try:
        yield context
    finally:
        context.close()


def _shoot(page: Page, target: Path, *, after_ms: int = 300, full_page: bool = False) -> None:
    page.wait_for_timeout(after_ms)
    page.screenshot(path=target, full_page=full_page)


if __name__ == "__main__":
    main()
