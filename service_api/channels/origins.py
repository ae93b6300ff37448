"""Which pages may hold the chat: the service's own, and those of the origins that a setting names."""

import re
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from service_api.core.problems import Forbidden, problem_response

CHAT, ASSETS = "/chat", "/static/chat/"
METHODS = "GET, POST"
REQUEST_HEADERS = "authorization, content-type, x-file-name, x-client-id"
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?")


class OriginNotAllowed(Forbidden):
    type = "origin-not-allowed"
    title = "此网页未获准使用在线客服"


def parse_origins(written: str) -> frozenset[str]:
    """`https://www.bank.example, https://m.bank.example`. Raises `ValueError` for what is no origin."""
    origins = frozenset(each.strip().lower() for each in written.split(",") if each.strip())
    for origin in origins:
        if not ORIGIN.fullmatch(origin):
            raise ValueError(f"not an origin like https://www.bank.example: {origin}")
    return origins


def is_foreign(headers: Headers) -> bool:
    """True when the request comes from a page of another host than the one it is sent to."""
    origin = headers.get("origin", "")
    return bool(origin) and origin.partition("://")[2].lower() != headers.get("host", "").lower()


def may_use_chat(headers: Headers, allowed: frozenset[str]) -> bool:
    """Also true without an origin: that is a program, not somebody else's page."""
    return not is_foreign(headers) or headers.get("origin", "").lower() in allowed


class Doors:
    """ASGI middleware: answers pages of other origins about the chat, and lets them in or refuses them.

    A refusal may be read by the page that gets it, so that whoever embeds the chat learns why it stays away.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not (path.startswith((f"{CHAT}/", ASSETS)) or path == CHAT):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if path.startswith(ASSETS):
            # Modules are only run across origins when anybody may read them; they hold no secret.
            await self._app(scope, receive, _answering(send, "*"))
            return
        if not is_foreign(headers):
            await self._app(scope, receive, send)
            return
        origin = headers["origin"]
        if not may_use_chat(headers, scope["app"].state.chat_origins):
            refusal = problem_response(OriginNotAllowed("the setting TING_CHAT_ORIGINS does not name it"))
            await refusal(scope, receive, _answering(send, origin))
        elif scope["method"] == "OPTIONS":
            await _preflight(send, origin)
        else:
            await self._app(scope, receive, _answering(send, origin))


def _answering(send: Send, origin: str) -> Send:
    async def send_with_origin(message: MutableMapping[str, Any]) -> None:  # ASGI's own type
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Access-Control-Allow-Origin"] = origin
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            if origin != "*":
                headers.add_vary_header("Origin")
                headers["Access-Control-Expose-Headers"] = "Retry-After"
        await send(message)

    return send_with_origin


async def _preflight(send: Send, origin: str) -> None:
    headers = {
        "access-control-allow-origin": origin,
        "access-control-allow-methods": METHODS,
        "access-control-allow-headers": REQUEST_HEADERS,
        "access-control-max-age": "600",
        "vary": "Origin",
    }
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 204, "headers": raw})
    await send({"type": "http.response.body", "body": b""})
