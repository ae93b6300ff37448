"""A real server and a real Chromium for tests of the chat: what browsers show, and what staff do."""

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import compress, crc32

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from service_api.conversations import handover, service
from service_api.conversations.models import Conversation
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.staff.models import StaffMember

ROOT = Path(__file__).resolve().parents[3]
AXE = ROOT / "tests/vendor/axe.min.js"
DESKTOP = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 800}
PATIENCE_SECONDS = 20.0
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + kind + body + crc32(kind + body).to_bytes(4)


# A picture of 4 × 3 points, all of one colour.
PICTURE = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", (4).to_bytes(4) + (3).to_bytes(4) + bytes([8, 2, 0, 0, 0]))
    + _chunk(b"IDAT", compress(3 * (b"\x00" + 4 * b"\x20\x80\x70")))
    + _chunk(b"IEND", b"")
)


@contextmanager
def served(app: FastAPI | Any) -> Iterator[str]:
    """The address of a server on a port of its own."""
    config = uvicorn.Config(app, port=0, log_config=None, lifespan="auto", ws="websockets-sansio")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@dataclass
class Staff:
    """A person at the desk, acting on the database as the desk's pages do."""

    database: Database
    clock: FrozenClock
    id: uuid.UUID
    name: str = "林晓"

    @classmethod
    def hired(cls, database: Database, clock: FrozenClock) -> "Staff":
        with database.writing() as session:
            member = StaffMember(
                username=uuid.uuid4().hex,
                display_name=cls.name,
                role="agent",
                password_hash="signs in nowhere",
                created_at=clock.now(),
            )
            session.add(member)
            session.flush()
            return cls(database, clock, member.id)

    def act(self, do: Callable[..., object], **facts: object) -> None:
        with self.database.writing() as session:
            latest = (
                select(Conversation.id).order_by(Conversation.created_at.desc(), Conversation.id).limit(1)
            )
            talk = service.locked(session, session.execute(latest).scalar_one())
            do(session, talk, staff_id=self.id, now=self.clock.now(), **facts)

    def claim(self) -> None:
        self.act(handover.claim, name=self.name)

    def say(self, text: str) -> None:
        self.act(handover.answer, text=text)

    def hand_back(self) -> None:
        self.act(handover.hand_back)


def new_context(browser: Browser, *, locale: str = "zh-CN", **wishes: Any) -> BrowserContext:
    context = browser.new_context(locale=locale, viewport=wishes.pop("viewport", DESKTOP), **wishes)
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    return context


def say(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="输入消息").or_(page.get_by_role("textbox", name="Message")).fill(text)
    page.keyboard.press("Enter")


def until(is_true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.02)


def violations(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA, in short; shadow roots included."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", WCAG)
    return [
        f"{v['id']}: {node['target']} {node['failureSummary']}"
        for v in found["violations"]
        for node in v["nodes"]
    ]


def talked(page: Page, text: str) -> None:
    say(page, text)
    expect(page.locator(".row.assistant .text", has_text=f"回复：{text}")).to_have_count(1)
