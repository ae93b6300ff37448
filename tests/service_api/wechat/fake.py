"""A stand-in for api.weixin.qq.com on loopback that enforces the limits WeChat documents."""

import email
import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from service_api.core.clock import Clock

APPID, SECRET = "wx134c8103faa5a59e", "secret-of-the-account"
TOKEN_SECONDS, OLD_TOKEN_SECONDS, MOST_BYTES = 7200, 300, 2048
LARGEST_PICTURE, MEDIA_KEPT = 10 * 2**20, timedelta(days=3)
PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8")
FORCED_A_DAY, FORCED_APART = 20, timedelta(seconds=30)
AFTER_WORD, AFTER_TOUCH = (5, timedelta(hours=48)), (3, timedelta(minutes=1))
Answer = tuple[int, str, bytes]


@dataclass
class Follower:
    """How many messages may be sent to this one, and until when, for each deed."""

    windows: dict[str, tuple[int, datetime]] = field(default_factory=dict)


class FakeWeChat:
    """`sent` holds what customers read, a picture as `[media id]`; `uploaded` pictures by media id.

    `next_codes` are errcodes for the next sendings, `next_upload_codes` for uploads; `before_token` runs
    while a token is being made, `before_upload` in an upload; `never_satisfied` refuses every token.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.sent: list[tuple[str, str]] = []
        self.uploaded: dict[str, bytes] = {}
        self.next_codes: list[int] = []
        self.next_upload_codes: list[int] = []
        self.http_status = 200
        self.tries = 0
        self.token_calls: list[bool] = []
        self.files: dict[str, tuple[str, bytes]] = {}
        self.before_token: Callable[[], None] = lambda: None
        self.before_upload: Callable[[], None] = lambda: None
        self.never_satisfied = False
        self._followers: dict[str, Follower] = {}
        self._tokens: dict[str, datetime] = {}
        self._current = ""
        self._forced: list[datetime] = []
        self._uploaded_at: dict[str, datetime] = {}
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"fake": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def pictures(self, openid: str) -> list[bytes]:
        return [self.uploaded[said[1:-1]] for said in self.texts(openid) if said[1:-1] in self.uploaded]

    def texts(self, openid: str) -> list[str]:
        return [text for to, text in self.sent if to == openid]

    def wrote(self, openid: str) -> None:
        self._open(openid, "word", AFTER_WORD)

    def touched(self, openid: str) -> None:
        self._open(openid, "touch", AFTER_TOUCH)

    def left(self, openid: str) -> None:
        self._followers.pop(openid, None)

    def forget_token(self) -> None:
        """As when somebody else makes one: ours is worth nothing any more."""
        self._tokens.clear()

    def answer(self, path: str, query: dict[str, list[str]], body: bytes, content_type: str) -> Answer:
        if self.http_status != 200:
            return self.http_status, "text/plain", b"no"
        if path == "/cgi-bin/stable_token":
            return self._token(json.loads(body))
        token = query.get("access_token", [""])[0]
        with self._lock:
            if self.never_satisfied or self._tokens.get(token, self.clock.now()) <= self.clock.now():
                self.tries += 1
                return _said(40001)
            if path == "/cgi-bin/message/custom/send":
                return self._send(body)
            if path == "/cgi-bin/media/upload":
                return self._upload(query.get("type", [""])[0], body, content_type)
            if path == "/cgi-bin/media/get":
                found = self.files.get(query["media_id"][0])
                return (200, *found) if found else _said(40007)
        return 404, "text/plain", b""

    def _token(self, asked: dict[str, Any]) -> Answer:
        now = self.clock.now()
        self.before_token()
        with self._lock:
            force = bool(asked["force_refresh"])
            self.token_calls.append(force)
            if asked["appid"] != APPID or asked["grant_type"] != "client_credential":
                return _said(40013)
            if asked["secret"] != SECRET:
                return _said(40125)
            if force:
                today = [at for at in self._forced if at > now - timedelta(days=1)]
                if len(today) >= FORCED_A_DAY or (today and now - today[-1] < FORCED_APART):
                    return _said(45011)
                self._forced.append(now)
            until = self._tokens.get(self._current, now)
            if force or until - now < timedelta(seconds=OLD_TOKEN_SECONDS):
                if self._current in self._tokens:
                    self._tokens[self._current] = min(until, now + timedelta(seconds=OLD_TOKEN_SECONDS))
                self._current = secrets.token_hex(300)  # 600 characters
                until = now + timedelta(seconds=TOKEN_SECONDS)
                self._tokens[self._current] = until
            return _json({"access_token": self._current, "expires_in": int((until - now).total_seconds())})

    def _send(self, body: bytes) -> Answer:
        self.tries += 1
        if self.next_codes and (code := self.next_codes.pop(0)) != 0:
            return _said(code)
        message = json.loads(body)
        openid, kind = message["touser"], message["msgtype"]
        assert b"\\u" not in body, "the customer would read the escapes"
        if kind not in {"text", "image"}:
            return _said(40008)
        picture = message["image"]["media_id"] if kind == "image" else None
        if picture is not None and self._is_forgotten(picture):
            return _said(40007)
        text = f"[{picture}]" if picture is not None else message["text"]["content"]
        follower = self._followers.get(openid)
        if follower is None:
            return _said(43004)
        if not text:
            return _said(44004)
        if len(text.encode()) > MOST_BYTES:
            return _said(45002)
        now = self.clock.now()
        running = {kind: w for kind, w in follower.windows.items() if w[1] > now}
        if not running:
            return _said(45015)
        usable = sorted((until, kind) for kind, (left, until) in running.items() if left > 0)
        if not usable:
            return _said(45047)
        until, kind = usable[0]
        follower.windows[kind] = (running[kind][0] - 1, until)
        self.sent.append((openid, text))
        return _said(0)

    def _upload(self, kind: str, body: bytes, content_type: str) -> Answer:
        self.before_upload()
        if self.next_upload_codes and (code := self.next_upload_codes.pop(0)) != 0:
            return _said(code)
        if kind != "image":
            return _said(40004)
        head = f"content-type: {content_type}\r\n\r\n".encode()
        parts = [part for part in email.message_from_bytes(head + body).walk() if part.get_filename()]
        if len(parts) != 1 or parts[0].get_param("name", header="content-disposition") != "media":
            return _said(41005)
        content = parts[0].get_payload(decode=True)
        if not isinstance(content, bytes) or not content.startswith(PICTURES):
            return _said(40004)
        if len(content) > LARGEST_PICTURE:
            return _said(45001)
        media_id = secrets.token_urlsafe(48)
        self.uploaded[media_id], self._uploaded_at[media_id] = content, self.clock.now()
        return _json({"type": kind, "media_id": media_id, "created_at": int(self.clock.now().timestamp())})

    def _is_forgotten(self, media_id: str) -> bool:
        at = self._uploaded_at.get(media_id)
        return at is None or self.clock.now() - at > MEDIA_KEPT

    def _open(self, openid: str, kind: str, limit: tuple[int, timedelta]) -> None:
        with self._lock:
            follower = self._followers.setdefault(openid, Follower())
            follower.windows[kind] = (limit[0], self.clock.now() + limit[1])


class _Handler(BaseHTTPRequestHandler):
    fake: FakeWeChat
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["content-length"])))

    def log_message(self, format: str, *args: object) -> None:
        return

    def _answer(self, body: bytes) -> None:
        asked = urlsplit(self.path)
        said_type = self.headers.get("content-type", "")
        status, content_type, content = self.fake.answer(asked.path, parse_qs(asked.query), body, said_type)
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(content)))
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(content)


def _said(code: int) -> Answer:
    return _json({"errcode": code, "errmsg": "ok" if code == 0 else "no"})


def _json(body: dict[str, Any]) -> Answer:
    return 200, "application/json; encoding=utf-8", json.dumps(body).encode()
