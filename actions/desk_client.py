"""Typed client of the desk's API. Every failure is one of three errors; nothing else leaves a method."""

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TypeVar
from urllib.parse import quote

import httpx
import structlog
from pydantic import BaseModel, ValidationError

from actions.desk_views import (
    Callback,
    CallbackStanding,
    CodeSent,
    Complaint,
    ComplaintItem,
    ComplaintList,
    Draft,
    DraftFound,
    Filing,
    HandOver,
    Profile,
    Rating,
    SearchResult,
    Verified,
)

log = structlog.get_logger()
View = TypeVar("View", bound=BaseModel)

TIMEOUT = httpx.Timeout(5.0, connect=1.0)
DELAYS = (0.2, 0.6)
PATIENCE = 4.0
"""Seconds after which nothing is tried again: a customer waits, and a slow desk must not be asked twice."""


class DeskError(Exception):
    """The desk did not do what was asked."""


class DeskUnavailable(DeskError):
    """No answer in time, no connection, or a server error: it may work later."""


class DeskNonsense(DeskError):
    """An answer that is not what the API promises."""


class DeskProblem(DeskError):
    """A refusal by the desk (RFC 9457). `slug` names the fact, `extra` holds the whole document."""

    def __init__(self, status: int, slug: str, extra: Mapping[str, object]) -> None:
        super().__init__(f"{status} {slug}")
        self.status = status
        self.slug = slug
        self.extra = extra


@dataclass(frozen=True)
class DeskSettings:
    """Where the desk is and how it knows us."""

    url: str
    token: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "DeskSettings":
        """TING_SERVICE_URL and TING_SERVICE_TOKEN; the token has no default."""
        return cls(
            environment.get("TING_SERVICE_URL", "http://127.0.0.1:8000"), environment["TING_SERVICE_TOKEN"]
        )


class DeskClient:
    """One shared connection pool. Only reading and the idempotent filing are tried again."""

    def __init__(
        self,
        settings: DeskSettings,
        *,
        timeout: httpx.Timeout = TIMEOUT,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=settings.url,
            timeout=timeout,
            transport=transport,
            headers={"Authorization": f"Bearer {settings.token}", "Accept": "application/json"},
            trust_env=False,
        )

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def search(self, question: str, *, language: str, conversation_id: str) -> SearchResult:
        """The article that answers a question, three that may, or none."""
        parameters = {"q": question, "language": language, "conversation_id": conversation_id}
        return await self._read("/api/v1/articles/search", SearchResult, parameters)

    async def send_code(self, conversation_id: str, *, phone: str) -> CodeSent:
        """Ask for a one-time code. Raises DeskProblem `too-many-codes`."""
        path = f"{_conversation(conversation_id)}/verification"
        return await self._write(path, CodeSent, {"phone": phone})

    async def confirm_code(self, conversation_id: str, *, code: str) -> Verified:
        """Verify. Raises DeskProblem `wrong-code` (with `tries_left`), `code-expired`, `no-code`."""
        path = f"{_conversation(conversation_id)}/verification/confirm"
        return await self._write(path, Verified, {"code": code})

    async def profile(self, conversation_id: str) -> Profile:
        """The customer, masked, as far as they are known here. Raises DeskProblem `verification-required`."""
        return await self._read(f"{_conversation(conversation_id)}/profile", Profile)

    async def file_complaint(self, filing: Filing, *, key: str) -> Complaint:
        """File once per key: the same key and filing give the first result again.

        Raises DeskProblem `idempotency-conflict` when the key was used for another filing, or one with
        `errors`.
        """
        body = filing.model_dump(mode="json")
        return await self._write("/api/v1/complaints", Complaint, body, key=key)

    async def complaints(self, conversation_id: str, *, number: str | None = None) -> ComplaintList:
        """Complaints of this conversation and, once known, of its customer. Never another's."""
        parameters = {"number": number} if number else {}
        return await self._read(f"{_conversation(conversation_id)}/complaints", ComplaintList, parameters)

    async def act_on_complaint(
        self, conversation_id: str, number: str, *, action: str, text: str = ""
    ) -> ComplaintItem:
        """Withdraw, add to, accept or reject. Raises DeskProblem `not-found`, `action-not-allowed`."""
        path = f"{_conversation(conversation_id)}/complaints/{quote(number, safe='')}/actions"
        return await self._write(path, ComplaintItem, {"action": action, "text": text})

    async def draft(self, conversation_id: str) -> Draft | None:
        """The half-told complaint that this customer may go on with."""
        path = f"{_conversation(conversation_id)}/complaint-draft"
        return (await self._read(path, DraftFound)).draft

    async def keep_draft(self, conversation_id: str, *, key: str, fields: Mapping[str, object]) -> None:
        """Keep what was told so far."""
        path = f"{_conversation(conversation_id)}/complaint-draft"
        await self._send(self._http.build_request("PUT", path, json={"key": key, "fields": dict(fields)}))

    async def forget_draft(self, conversation_id: str, *, key: str) -> None:
        """It was filed or given up."""
        path = f"{_conversation(conversation_id)}/complaint-draft/{quote(key, safe='')}"
        await self._send(self._http.build_request("DELETE", path))

    async def request_callback(
        self, conversation_id: str, *, phone: str, wanted: str, wanted_on: date | None
    ) -> Callback:
        """Ask people to call; asking again changes the open wish. Raises DeskProblem `bad-phone`."""
        body = {"phone": phone, "wanted": wanted, "wanted_on": wanted_on.isoformat() if wanted_on else None}
        return await self._write(f"{_conversation(conversation_id)}/callbacks", Callback, body)

    async def callbacks(self, conversation_id: str) -> CallbackStanding:
        """The call-back that is booked here, or by the verified customer elsewhere."""
        return await self._read(f"{_conversation(conversation_id)}/callbacks", CallbackStanding)

    async def change_callback(
        self,
        conversation_id: str,
        callback_id: str,
        *,
        phone: str | None = None,
        wanted: str | None = None,
        wanted_on: date | None = None,
    ) -> Callback:
        """Move one; None leaves a thing as it is. Raises DeskProblem `callback-already-done`,
        `callback-cancelled`, `bad-phone`, `day-is-past`."""
        wishes = {
            "phone": phone,
            "wanted": wanted,
            "wanted_on": wanted_on.isoformat() if wanted_on else None,
        }
        path = f"{_conversation(conversation_id)}/callbacks/{quote(callback_id, safe='')}"
        return _view_of(await self._send(self._http.build_request("PATCH", path, json=wishes)), Callback)

    async def cancel_callback(self, conversation_id: str, callback_id: str) -> Callback:
        """Take one back; again is no error. Raises DeskProblem `callback-already-done`, `not-found`."""
        path = f"{_conversation(conversation_id)}/callbacks/{quote(callback_id, safe='')}/cancel"
        return await self._write(path, Callback, {})

    async def rate(self, conversation_id: str, *, score: int, comment: str | None) -> Rating:
        """Pass on 1 to 5 stars and a sentence; the same again changes nothing."""
        body = {"score": score, "comment": comment}
        return await self._write(f"{_conversation(conversation_id)}/rating", Rating, body)

    async def hand_over(self, conversation_id: str, *, reason: str, note: str) -> HandOver:
        """Put the conversation into the queue of the agents."""
        path = f"{_conversation(conversation_id)}/handover"
        return await self._write(path, HandOver, {"reason": reason, "note": note})

    async def _read(self, path: str, view: type[View], parameters: Mapping[str, str] | None = None) -> View:
        request = self._http.build_request("GET", path, params=dict(parameters or {}))
        return _view_of(await self._send_patiently(request), view)

    async def _write(
        self, path: str, view: type[View], body: Mapping[str, object], *, key: str | None = None
    ) -> View:
        headers = {"Idempotency-Key": key} if key else {}
        request = self._http.build_request("POST", path, json=dict(body), headers=headers)
        response = await (self._send_patiently(request) if key else self._send(request))
        return _view_of(response, view)

    async def _send_patiently(self, request: httpx.Request) -> httpx.Response:
        started = time.monotonic()
        for delay in DELAYS:
            try:
                return await self._send(request)
            except DeskUnavailable as error:
                if time.monotonic() - started + delay > PATIENCE:
                    raise
                log.info("desk asked again", path=request.url.path, error=str(error))
            await asyncio.sleep(delay)
        return await self._send(request)

    async def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            response = await self._http.send(request)
        except httpx.HTTPError as error:
            raise DeskUnavailable(type(error).__name__) from error
        if response.status_code >= 500:
            raise DeskUnavailable(str(response.status_code))
        if response.status_code >= 400:
            raise _problem_of(response)
        if response.status_code >= 300:
            raise DeskNonsense(f"unexpected status {response.status_code}")
        return response


def _conversation(conversation_id: str) -> str:
    return f"/api/v1/conversations/{quote(conversation_id, safe='')}"


def _view_of(response: httpx.Response, view: type[View]) -> View:
    try:
        return view.model_validate_json(response.content)
    except ValidationError as error:
        raise DeskNonsense(f"{view.__name__}: {error.error_count()} errors") from None


def _problem_of(response: httpx.Response) -> DeskError:
    try:
        document = response.json()
    except ValueError:
        return DeskNonsense(f"{response.status_code} without a problem document")
    if not isinstance(document, dict) or not isinstance(document.get("type"), str):
        return DeskNonsense(f"{response.status_code} without a problem document")
    return DeskProblem(response.status_code, document["type"].rsplit("/", 1)[-1], document)


@lru_cache(maxsize=1)
def shared_desk() -> DeskClient:
    """The client of this process, made at first use."""
    return DeskClient(DeskSettings.from_environment())
