"""What surrounds every request: an id for its log lines, a bound on its body, headers for browsers."""

import uuid
from collections.abc import MutableMapping
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service_api.core.files import LARGEST
from service_api.core.problems import Problem, problem_response

LARGEST_BODY = LARGEST + 2 * 1024 * 1024  # a file of the largest size, and what a form puts around it
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'self'"
    ),
}


class BodyTooLarge(Problem):
    status = 413
    type = "body-too-large"
    title = "请求内容过大"


class Frame:
    """ASGI middleware; plain, since it stands around every message of every customer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        structlog.contextvars.bind_contextvars(request_id=uuid.uuid4().hex[:12])

        async def send_framed(message: MutableMapping[str, Any]) -> None:  # ASGI's own type
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        said = Headers(scope=scope).get("content-length", "")
        if said.isdigit() and int(said) > LARGEST_BODY:
            answer = problem_response(BodyTooLarge(largest=LARGEST_BODY))
            await answer(scope, receive, send_framed)
            return
        taken = 0

        async def receive_bounded() -> Message:
            """Who does not say how much comes is cut off once it is too much."""
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            return {"type": "http.disconnect"} if taken > LARGEST_BODY else message

        await self._app(scope, receive_bounded, send_framed)
