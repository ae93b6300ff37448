"""Typed client of the desk's API. Every failure is one of three errors; nothing else leaves a method."""

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar
from urllib.parse import quote

import httpx
import structlog
from pydantic import BaseModel, ValidationError

from actions.desk_views import (
    CodeSent,
    Complaint,
    ComplaintList,
    Filing,
    HandOver,
    Profile,
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
        path = f"/api/v1/conversations/{quote(conversation_id, safe='')}/verification"
        return await self._write(path, CodeSent, {"phone": phone})

    async def confirm_code(self, conversation_id: str, *, code: str) -> Verified:
        """Verify. Raises DeskProblem `wrong-code` (with `tries_left`), `code-expired`, `no-code`."""
        path = f"/api/v1/conversations/{quote(conversation_id, safe='')}/verification/confirm"
        return await self._write(path, Verified, {"code": code})

    async def profile(self, conversation_id: str) -> Profile:
        """The verified customer, masked. Raises DeskProblem `verification-required`."""
        return await self._read(f"/api/v1/conversations/{quote(conversation_id, safe='')}/profile", Profile)

    async def file_complaint(self, filing: Filing, *, key: str) -> Complaint:
        """File once per key: the same key and filing give the first result again.

        Raises DeskProblem `idempotency-conflict` when the key was used for another filing, or one with
        `errors`.
        """
        body = filing.model_dump(mode="json")
        return await self._write("/api/v1/complaints", Complaint, body, key=key)

    async def complaints(self, conversation_id: str, *, number: str | None = None) -> ComplaintList:
        """Complaints of this conversation and, once verified, of its customer. Never another's."""
        parameters = {"number": number} if number else {}
        path = f"/api/v1/conversations/{quote(conversation_id, safe='')}/complaints"
        return await self._read(path, ComplaintList, parameters)

    async def hand_over(self, conversation_id: str, *, reason: str, note: str) -> HandOver:
        """Put the conversation into the queue of the agents."""
        path = f"/api/v1/conversations/{quote(conversation_id, safe='')}/handover"
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
