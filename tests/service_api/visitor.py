"""A customer with the chat open, for tests."""

import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx
from fastapi.testclient import TestClient

PATIENCE_SECONDS = 20.0


class Visitor:
    def __init__(self, client: TestClient | httpx.Client, *, language: str = "zh") -> None:
        self.client = client
        opened = client.post("/chat/sessions", json={"language": language})
        assert opened.status_code == 201, opened.text
        self.token: str = opened.json()["token"]
        self.conversation_id = uuid.UUID(opened.json()["conversation_id"])
        self.headers = {"Authorization": f"Bearer {self.token}"}

    def write(self, text: str, *, client_id: str | None = None) -> Any:
        body = {"client_id": client_id or str(uuid.uuid4()), "text": text}
        return self.client.post("/chat/messages", json=body, headers=self.headers)

    def look(self, *, after: int = 0) -> dict[str, Any]:
        seen = self.client.get("/chat/messages", params={"after": after}, headers=self.headers)
        assert seen.status_code == 200, seen.text
        page: dict[str, Any] = seen.json()
        return page

    @property
    def messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.look()["messages"]
        return found

    def texts(self, *authors: str) -> list[str]:
        return [m["text"] for m in self.messages if not authors or m["author"] in authors]

    def wait_until(self, is_true: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The page once it is as wished."""
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            page = self.look()
            if is_true(page):
                return page
            assert time.monotonic() < end, f"waited in vain; last seen: {page}"
            time.sleep(0.01)

    def wait_for_answers(self, count: int) -> list[str]:
        """The assistant's words, once there are so many messages of it and it rests."""
        page = self.wait_until(
            lambda p: (
                sum(m["author"] == "assistant" for m in p["messages"]) >= count and not p["state"]["typing"]
            )
        )
        return [m["text"] for m in page["messages"] if m["author"] == "assistant"]

    def say(self, text: str) -> list[str]:
        """Write and wait; gives what the assistant answered to it."""
        before = sum(m["author"] == "assistant" for m in self.messages)
        assert self.write(text).status_code == 202
        return self.wait_for_answers(before + 1)[before:]
