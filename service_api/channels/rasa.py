"""The assistant, seen from the desk: one question, one answer, or one kind of failure."""

import asyncio
from dataclasses import dataclass
from time import monotonic
from typing import Any

import httpx
from pydantic import BaseModel, Field, ValidationError

from service_api.conversations.turns import Reply, Said, Turn
from service_api.settings import Settings

CONNECT_SECONDS = 2.0
HEALTH_SECONDS = 2.0
HEALTH_IS_FRESH_SECONDS = 5.0
AT_ONCE = 32
LONGEST_ANSWER = 4000
KEPT_STATE = ("active_loop", "requested_slot", "intent_ranking")
NOT_KEPT = "verification_"  # slots of phone and one-time code: of no use later


class AssistantUnavailable(Exception):
    """The assistant could not be reached, was too slow, or said nothing of use. `why` is for logs."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class _Button(BaseModel):
    title: str = Field(max_length=200)
    payload: str = Field(max_length=500)


class _Message(BaseModel):
    text: str | None = None
    buttons: list[_Button] | None = Field(None, max_length=20)
    custom: dict[str, Any] | None = None


class _Intent(BaseModel):
    name: str | None = Field(None, max_length=64)
    confidence: float | None = None


class _Answer(BaseModel):
    messages: list[_Message] = Field(max_length=20)
    intent: _Intent = _Intent()
    intent_ranking: list[dict[str, Any]] = Field(default_factory=list, max_length=20)
    active_loop: str | None = None
    requested_slot: str | None = None
    slots: dict[str, Any] = Field(default_factory=dict)
    language: str | None = None


@dataclass(slots=True)
class _Health:
    problem: str | None
    asked_at: float


class Rasa:
    """Client of the assistant's input channel. Keeps connections open; close it when done."""

    def __init__(self, settings: Settings, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._longest = settings.rasa_timeout_seconds
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._health: _Health | None = None
        self._client = httpx.AsyncClient(
            base_url=settings.rasa_url,
            headers={"X-Ting-Secret": settings.rasa_secret.get_secret_value()},
            timeout=httpx.Timeout(self._longest, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE),
            transport=transport,
            trust_env=False,
        )

    async def ask(self, turn: Turn) -> Reply:
        """One turn. Raises `AssistantUnavailable`, whatever went wrong."""
        remembered = {
            "ended_form": turn.ended_form,
            "draft": turn.draft or None,
            "elderly": turn.plain_words,
            "answer_waits": turn.answer_waits or None,
            "answer_read": turn.answer_read or None,
        }
        body = {
            "sender": turn.sender,
            "text": turn.text,
            "message_id": f"{turn.conversation_id}:{turn.seq}",
            "metadata": {
                "language": turn.language,
                "channel": turn.channel,
                "sent_at": turn.sent_at.isoformat(),
                "verified": turn.verified,
                "settled": turn.settled,
                **{name: value for name, value in remembered.items() if value is not None},
            },
        }
        async with self._slots:
            response = await self._post(body)
        if response.status_code != 200:
            raise AssistantUnavailable(f"status {response.status_code}")
        try:
            answer = _Answer.model_validate_json(response.content)
        except ValidationError as error:
            raise AssistantUnavailable(f"nonsense: {error.error_count()} errors") from None
        return _reply(answer)

    async def _post(self, body: dict[str, Any]) -> httpx.Response:
        try:
            # httpx counts its time-out anew for every piece it reads; a turn has one limit for all.
            async with asyncio.timeout(self._longest):
                return await self._client.post("/webhooks/ting/turn", json=body)
        except (httpx.HTTPError, TimeoutError) as error:
            raise AssistantUnavailable(type(error).__name__) from None

    async def problem(self) -> str | None:
        """What keeps the assistant from answering, None when it is well; asked at most every five seconds."""
        if self._health is None or monotonic() - self._health.asked_at > HEALTH_IS_FRESH_SECONDS:
            self._health = _Health(await self._ask_health(), monotonic())
        return self._health.problem

    async def _ask_health(self) -> str | None:
        try:
            response = await self._client.get("/webhooks/ting/health", timeout=HEALTH_SECONDS)
        except httpx.HTTPError as error:
            return type(error).__name__
        return None if response.status_code == 200 else f"status {response.status_code}"

    async def close(self) -> None:
        await self._client.aclose()


def _reply(answer: _Answer) -> Reply:
    # Silence is a failure too: the assistant always has an answer, so something behind it broke.
    said = [
        Said(text=m.text.strip()[:LONGEST_ANSWER], buttons=[b.model_dump() for b in m.buttons or []])
        for m in answer.messages
        if m.text is not None and m.text.strip()
    ]
    if not said:
        raise AssistantUnavailable("nothing said")
    state: dict[str, Any] = {key: getattr(answer, key) for key in KEPT_STATE}
    state["slots"] = {k: v for k, v in answer.slots.items() if not k.startswith(NOT_KEPT)}
    state |= {"intent": answer.intent.name, "confidence": answer.intent.confidence}
    return Reply(said, answer.intent.name, answer.intent.confidence, answer.language, state)
