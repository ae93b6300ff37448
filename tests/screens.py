"""Look at what people see: play a short scene against the Ting that runs and photograph every page.

`python -m tests.screens [FOLDER]` writes PNGs (light, dark, phone; Chinese and English) into FOLDER,
var/screens by default. With `--scene` it first files some complaints and lets days go by; with `--readme` it
also renews the picture of the README.
"""

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from service_api.demo.people import Customer, DemoControls
from service_api.settings import load_settings
from tests.browsers import launch_chromium

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
    address = json.loads((load_settings().data_dir / "run.json").read_text())["web"]
    if options.scene:
        set_the_scene(address)
    with sync_playwright() as playwright, launch_chromium(playwright) as browser:
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
            page.get_by_role("button", name="English").click()
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
