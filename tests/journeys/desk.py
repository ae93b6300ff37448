"""A running Ting as a script sees it: chat and demo controls over HTTP, facts from its database."""

import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from sqlalchemy import func, select

from service_api.complaints.models import Complaint
from service_api.conversations.callback_models import CallbackRequest
from service_api.conversations.draft_models import ComplaintDraft
from service_api.conversations.models import Conversation, HandOver
from service_api.conversations.rating_models import ConversationRating
from service_api.core.database import Database
from service_api.core.money import Money
from service_api.customers.models import Customer

ANSWER_WITHIN_SECONDS = 40.0
FIRST_LOOK_SECONDS = 0.08
LOOK_EVERY_SECONDS = 0.12
SILENCE_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 30
BANK_ZONE = ZoneInfo("Asia/Shanghai")
CODE_PAUSE = timedelta(seconds=61)
CODES_AN_HOUR = 5
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
_DEMO_CUSTOMER = re.compile(r"<td>([^<]+)</td><td><code>(1\d{10})</code>")


class DeskFailed(Exception):
    """The system did not do what every script takes for granted; the words say what."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One message from the other side."""

    author: str
    text: str
    buttons: Mapping[str, str]  # title → payload, in order


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back on one step. `refused` is the problem's slug when a message was not taken."""

    heard: tuple[Heard, ...] = ()
    refused: str = "none"

    @property
    def text(self) -> str:
        return "\n".join(one.text for one in self.heard)

    @property
    def shown(self) -> str:
        """The text with the titles of its buttons."""
        return "\n".join([self.text, *(title for one in self.heard for title in one.buttons)])


@dataclass(frozen=True, slots=True)
class Facts:
    """How a conversation stands in the database."""

    answering: str
    language: str
    verified: bool
    assistant: Mapping[str, Any]  # what the gateway keeps of the assistant's state, as JSON
    handovers: tuple[str, ...]
    complaints: tuple[Mapping[str, str], ...]
    callbacks: int = 0  # that people still have to make
    rating: tuple[int, str] | None = None
    draft: str = ""  # what is kept of a half-told complaint


class Chat:
    """Someone with the chat window open."""

    def __init__(self, http: httpx.Client, *, language: str) -> None:
        self._http = http
        opened = self._post("/chat/sessions", {"language": language}, {}).json()
        self.conversation_id = uuid.UUID(opened["conversation_id"])
        self._headers = {"Authorization": f"Bearer {opened['token']}"}
        self._seen = 0
        self.shown: Mapping[str, str] = {}

    def say(self, texts: list[str], *, silent: bool) -> Answer:
        """Send one after the other without waiting, then wait until everything is answered.

        With `silent` no answer is awaited: what comes within a second is returned.
        """
        last = 0
        for text in texts:
            sent = self._post("/chat/messages", {"client_id": str(uuid.uuid4()), "text": text}, self._headers)
            if sent.status_code != 202:
                return Answer(refused=str(sent.json().get("type", "")).rpartition("/")[2])
            last = sent.json()["seq"]
        if silent:
            time.sleep(SILENCE_SECONDS)
            return self._keep(self._new()[0])
        return self._wait(last, texts)

    def listen(self) -> Answer:
        """What has come without being asked for."""
        time.sleep(LOOK_EVERY_SECONDS)
        return self._keep(self._new()[0])

    def hear_of(self, words: str) -> Answer:
        """What has come without being asked for, as soon as it holds these words."""
        end = time.monotonic() + ANSWER_WITHIN_SECONDS
        while time.monotonic() < end:
            messages, _ = self._new()
            if any(words in m["text"] for m in messages):
                return self._keep(messages)
            time.sleep(LOOK_EVERY_SECONDS)
        raise DeskFailed(f"nothing with {words!r} within {ANSWER_WITHIN_SECONDS:.0f} s")

    def _wait(self, last: int, texts: list[str]) -> Answer:
        end = time.monotonic() + ANSWER_WITHIN_SECONDS
        time.sleep(FIRST_LOOK_SECONDS)
        while time.monotonic() < end:
            messages, typing = self._new()
            if not typing and any(m["seq"] > last for m in messages if m["author"] != "customer"):
                return self._keep(messages)
            time.sleep(LOOK_EVERY_SECONDS)
        raise DeskFailed(f"no answer within {ANSWER_WITHIN_SECONDS:.0f} s to {texts[-1][:80]!r}")

    def _new(self) -> tuple[list[dict[str, Any]], bool]:
        page = self._http.get(
            "/chat/messages", params={"after": self._seen, "limit": 100}, headers=self._headers
        )
        if page.status_code != 200:
            raise DeskFailed(f"reading the chat answered {page.status_code}: {page.text[:200]}")
        body = page.json()
        return body["messages"], bool(body["state"]["typing"])

    def _keep(self, messages: list[dict[str, Any]]) -> Answer:
        self._seen = max([self._seen, *(m["seq"] for m in messages)])
        heard = tuple(
            Heard(m["author"], m["text"], {b["title"]: b["payload"] for b in m["buttons"]})
            for m in messages
            if m["author"] != "customer"
        )
        if heard:
            self.shown = heard[-1].buttons
        return Answer(heard)

    def _post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> httpx.Response:
        """Waits as told when the desk asks to slow down."""
        while True:
            answer = self._http.post(path, json=body, headers=dict(headers))
            if answer.status_code != 429:
                break
            wait = int(answer.headers.get("Retry-After") or answer.json().get("retry_after") or 1)
            time.sleep(min(wait, LONGEST_RETRY_SECONDS))
        if answer.status_code not in (201, 202, 422):
            raise DeskFailed(f"{path} answered {answer.status_code}: {answer.text[:200]}")
        return answer


@dataclass
class Desk:
    """The system under test. `database_address` is empty when its data cannot be reached from here."""

    address: str
    database_address: str = ""
    http: httpx.Client = field(init=False)
    _database: Database | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.address, timeout=20, trust_env=False)
        if self.database_address:
            self._database = Database(self.database_address)

    def close(self) -> None:
        self.http.close()
        if self._database is not None:
            self._database.engine.dispose()

    def now(self) -> datetime:
        """The desk's moment in the bank's zone; the demo's clock may be ahead."""
        shown = self.http.get("/demo/clock")
        moment = (
            datetime.fromisoformat(shown.json()["now"])
            if shown.status_code == 200
            else datetime.now(BANK_ZONE)
        )
        return moment.astimezone(BANK_ZONE)

    def move_clock(self, *, days: int = 0, minutes: int = 0) -> None:
        """For everybody, and only forward."""
        moved = self.http.post("/demo/clock", json={"days": days, "minutes": minutes})
        if moved.status_code != 200:
            raise DeskFailed(f"the clock could not be moved: {moved.status_code} (only the demo's can)")

    def pass_an_hour(self) -> None:
        """Every phone may then be sent codes again: it gets one a minute and five an hour."""
        self.move_clock(minutes=61)

    def demo_customers(self) -> dict[str, str]:
        """Name → phone, as the home page of the demo shows them."""
        return dict(_DEMO_CUSTOMER.findall(self.http.get("/").text))

    def newest_code(self, phone: str) -> str:
        """The one-time code that this phone got last."""
        for message in self._text_messages(phone):
            found = _CODE.search(message["text"])
            if found:
                return found[0]
        raise DeskFailed(f"no one-time code was sent to {phone}")

    def wait_until_code_may_be_sent(self, phone: str) -> None:
        """Sleeps until it is time. Raises `DeskFailed` when the hour's five codes are used up."""
        now = self.now()
        sent = [datetime.fromisoformat(m["created_at"]) for m in self._text_messages(phone)]
        if len([moment for moment in sent if moment > now - timedelta(hours=1)]) >= CODES_AN_HOUR:
            raise DeskFailed(f"{phone} had five codes within the hour: run with --move-clock")
        if sent:
            time.sleep(max(0.0, (max(sent) + CODE_PAUSE - now).total_seconds()))

    def _text_messages(self, phone: str) -> list[dict[str, Any]]:
        answer = self.http.get("/demo/messages", params={"phone": phone})
        if answer.status_code != 200:
            raise DeskFailed(f"the text messages cannot be read ({answer.status_code}): is it the demo?")
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages

    def facts(self, conversation_id: uuid.UUID) -> Facts:
        """Raises `DeskFailed` when the database is out of reach."""
        if self._database is None:
            raise DeskFailed("records can only be checked with the data folder at hand: --data-dir")
        with self._database.reading() as session:
            talk = session.get_one(Conversation, conversation_id)
            handovers = session.scalars(
                select(HandOver.reason)
                .where(HandOver.conversation_id == conversation_id)
                .order_by(HandOver.id)
            )
            complaints = session.execute(
                select(Complaint, Customer.name)
                .outerjoin(Customer, Customer.id == Complaint.customer_id)
                .where(Complaint.conversation_id == conversation_id)
                .order_by(Complaint.number)
            )
            rating = session.execute(
                select(ConversationRating.score, ConversationRating.comment)
                .where(ConversationRating.conversation_id == conversation_id)
                .order_by(ConversationRating.episode.desc())
                .limit(1)
            ).first()
            callbacks = session.scalar(
                select(func.count()).where(
                    CallbackRequest.conversation_id == conversation_id, CallbackRequest.done_at.is_(None)
                )
            )
            draft = session.get(ComplaintDraft, conversation_id)
            return Facts(
                callbacks=callbacks or 0,
                rating=(rating.score, rating.comment) if rating else None,
                draft=str(draft.fields.get("description", "")) if draft else "",
                answering=talk.answering,
                language=talk.language,
                verified=talk.verified_at is not None,
                assistant=talk.assistant_state,
                handovers=tuple(handovers),
                complaints=tuple(_complaint(row, name) for row, name in complaints),
            )


def _complaint(row: Complaint, customer: str | None) -> Mapping[str, str]:
    amount = "none"
    if row.amount_minor is not None and row.currency is not None:
        money = Money.from_minor(row.amount_minor, row.currency)
        amount = f"{Decimal(money.amount):f}"
    return {
        "business": row.business,
        "description": row.description,
        "amount": amount,
        "currency": row.currency or "none",
        "date": row.incident_date.isoformat() if row.incident_date else "none",
        "contact": row.contact or "none",
        "state": row.state,
        "language": row.language,
        "customer": customer or "none",
    }
