"""Tells the story in a terminal, one line for each thing that somebody says or sees."""

import json
import os
import re
import sys
import time
from pathlib import Path

import httpx

from service_api.demo import story
from service_api.demo.people import Customer, DemoControls, Employee, StoryFailed

WHO = {
    "customer": ("customer", 36),
    "assistant": ("assistant", 35),
    "phone": ("text message", 90),
    "agent": ("agent", 32),
    "worker": ("worker", 33),
    "supervisor": ("supervisor", 34),
    "clock": ("clock", 90),
    "system": ("notice", 90),
}
_SIGN_IN = re.compile(r"<code>([^<]+)</code></td><td><code>([^<]+)</code></td><td>([^<]+)</td>")
_PHONE = re.compile(r"<td>[\u4e00-\u9fff]+</td><td><code>(1\d{10})</code>")


def play() -> int:
    """Play against the desk that runs on this machine. The exit code: 0 when the whole story came true."""
    began = time.monotonic()
    address = running_address()
    try:
        _scenes(address)
    except (StoryFailed, httpx.HTTPError) as failure:
        sys.stdout.write(f"\nThe story broke off: {failure}\n")
        if isinstance(failure, httpx.ConnectError):
            sys.stdout.write(f"Nothing answers at {address}: start Ting with `make run` first.\n")
        return 1
    sys.stdout.write(f"\nThat was the whole job, in {time.monotonic() - began:.0f} s.\n")
    return 0


def running_address() -> str:
    """Where the desk listens: as its launcher noted it, else the default of the settings."""
    note = Path(os.environ.get("TING_DATA_DIR") or "var") / "run.json"
    if note.exists():
        return str(json.loads(note.read_text())["web"])
    return f"http://127.0.0.1:{os.environ.get('TING_WEB_PORT', '8000')}"


def sign_in_as(address: str, role: str) -> Employee:
    """Sign in with what the demo publishes on its sign-in page. `role` as the page says it in Chinese."""
    page = httpx.get(f"{address}/login", timeout=10, trust_env=False).text
    for username, password, words in _SIGN_IN.findall(page):
        if role in words:
            return Employee(address, username=username, password=password)
    raise StoryFailed(f"the sign-in page offers nobody with the role {role}")


def demo_phone(address: str) -> str:
    """The number of an invented customer with a Chinese name, as the demo's home page shows them."""
    found = _PHONE.search(httpx.get(address, timeout=10, trust_env=False).text)
    if found is None:
        raise StoryFailed("the home page shows no demo customer: is TING_DEMO off?")
    return found[1]


def _scenes(address: str) -> None:
    controls = DemoControls(address)
    _title("A question, in two languages")
    customer = Customer(address)
    story.ask(customer, "银行卡丢了怎么办", tell)
    visitor = Customer(address)
    story.ask(visitor, "How do I change my PIN?", tell)
    visitor.leave()

    _title("The customer proves who they are and sees their own data")
    story.verify_and_see_profile(customer, controls, demo_phone(address), tell)

    _title("A complaint, by answering questions")
    filed = story.file_complaint(customer, tell)

    _title("A person takes over")
    agent = sign_in_as(address, "客服")
    story.talk_to_person(customer, agent, tell)
    agent.leave()

    _title("Nobody settles it in time")
    story.let_it_become_overdue(controls, lambda: sign_in_as(address, "主管"), filed, tell)
    customer.leave()
    controls.leave()


def tell(who: str, what: str) -> None:
    """One line of the story; further lines of the same words are set under the first."""
    name, colour = WHO[who]
    label = f"{name:>13}"
    if sys.stdout.isatty():
        label = f"\x1b[{colour}m{label}\x1b[0m"
    first, *rest = what.splitlines() or [""]
    sys.stdout.write("\n".join([f"{label}  {first}", *(" " * 15 + line for line in rest)]) + "\n")
    sys.stdout.flush()


def _title(words: str) -> None:
    sys.stdout.write(f"\n── {words}\n")
