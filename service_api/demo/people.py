"""Stand-ins for people, who use what everybody uses: the chat's addresses and the staff's pages."""

import re
import time
import uuid
from dataclasses import dataclass
from html import unescape

import httpx

ANSWER_WITHIN_SECONDS = 30.0
LOOK_EVERY_SECONDS = 0.1
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


class StoryFailed(Exception):
    """Something did not happen that the story tells; the words say what and who waited for it."""


class Overtaken(StoryFailed):
    """Somebody else has changed what the page showed."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as the customer sees it."""

    seq: int
    author: str
    text: str
    buttons: tuple[str, ...]
    by: str


class Customer:
    """Someone with the chat window open."""

    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=address, timeout=10, trust_env=False)
        opened = _good(self._http.post("/chat/sessions", json={})).json()
        self.conversation_id: str = opened["conversation_id"]
        self.token: str = opened["token"]
        self._http.headers["Authorization"] = f"Bearer {self.token}"
        self._seen = 0
        self.state: dict[str, object] = {}

    def say(self, text: str) -> list[Heard]:
        """Send it and wait for the whole answer. Raises `StoryFailed` when none comes."""
        sent = _good(
            self._http.post("/chat/messages", json={"client_id": str(uuid.uuid4()), "text": text})
        ).json()
        return self.hear(beyond=sent["seq"], after_saying=text)

    def hear(self, *, beyond: int | None = None, after_saying: str = "") -> list[Heard]:
        """Wait for messages from the other side, until nobody is typing any more."""
        end = time.monotonic() + ANSWER_WITHIN_SECONDS
        floor = self._seen if beyond is None else beyond
        while time.monotonic() < end:
            page = _good(self._http.get("/chat/messages", params={"after": self._seen, "limit": 100})).json()
            heard = [_heard(m) for m in page["messages"] if m["seq"] > floor and m["author"] != "customer"]
            self.state = page["state"]
            if heard and not page["state"]["typing"]:
                self._seen = max(m["seq"] for m in page["messages"])
                return heard
            time.sleep(LOOK_EVERY_SECONDS)
        raise StoryFailed(
            f"the customer waited {ANSWER_WITHIN_SECONDS:.0f} s in vain after: {after_saying!r}"
        )

    def leave(self) -> None:
        self._http.close()


class Employee:
    """Someone of the bank with a browser, signed in."""

    def __init__(self, address: str, *, username: str, password: str) -> None:
        self.username = username
        self._http = httpx.Client(base_url=address, timeout=10, trust_env=False)
        answer = self._http.post("/login", data={"username": username, "password": password, "next": "/"})
        if answer.status_code != 303:
            raise StoryFailed(f"{username} could not sign in ({answer.status_code})")

    def page(self, path: str, **query: str) -> str:
        """The page's HTML."""
        return _good(self._http.get(path, params=query, follow_redirects=True)).text

    def press(self, path: str, *, on: str, **fields: str) -> None:
        """Send a form of the page `on`, with the token that the page carries. Raises `Overtaken`."""
        found = _CSRF.search(self.page(on))
        if found is None:
            raise StoryFailed(f"{self.username} sees no form on {on}")
        answer = self._http.post(path, data={"csrf_token": unescape(found[1]), **fields})
        if answer.status_code == 412:
            raise Overtaken(f"{self.username} was overtaken at {path}")
        if answer.status_code != 303:
            raise StoryFailed(f"{self.username} pressed {path} and got {answer.status_code}")

    def leave(self) -> None:
        self._http.close()


class DemoControls:
    """What only the demo has: the text messages in sight, and a clock that can be moved."""

    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=address, timeout=10, trust_env=False)

    def newest_code(self) -> str:
        """The one-time code that was sent last."""
        found = _CODE.search(visible(_good(self._http.get("/demo/codes")).text))
        if found is None:
            raise StoryFailed("no one-time code was sent")
        return found[0]

    def move_clock(self, *, days: int) -> None:
        answer = self._http.post("/demo/clock/forward", data={"days": str(days)})
        if answer.status_code != 303:
            raise StoryFailed(f"the clock could not be moved ({answer.status_code})")

    def leave(self) -> None:
        self._http.close()


def visible(html: str) -> str:
    """The words of a page, roughly as they are read."""
    bare = re.sub(r"<(script|style)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", bare))).strip()


def _heard(message: dict[str, object]) -> Heard:
    buttons = message.get("buttons") or []
    titles = tuple(str(b["title"]) for b in buttons) if isinstance(buttons, list) else ()
    name = message.get("agent_name")
    return Heard(
        seq=int(str(message["seq"])),
        author=str(message["author"]),
        text=str(message["text"]),
        buttons=titles,
        by=str(name or message["author"]),
    )


def _good(response: httpx.Response) -> httpx.Response:
    if response.status_code >= 300:
        asked = f"{response.request.method} {response.request.url.path}"
        raise StoryFailed(f"{asked}: {response.status_code} {response.text[:300]}")
    return response
