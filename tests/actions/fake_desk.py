"""A small service desk over real HTTP, in memory, whose failures a test chooses."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "a-service-token"
CODE = "246810"
CUSTOMER = {
    "name": "张*",
    "phone": "138****8000",
    "tier": "platinum",
    "relationship_manager": None,
    "accounts": [
        {
            "kind": "debit_card",
            "tail": "6688",
            "balance": {"amount": "1280.50", "currency": "CNY"},
            "status": "active",
        },
        {"kind": "credit_card", "tail": "1024", "balance": None, "status": "frozen"},
    ],
}
LOSS = {
    "id": "card-report-loss",
    "question": "银行卡丢了怎么挂失？",
    "answer": "请马上拨打客服热线挂失。",
    "actions": ["report_loss"],
}
FEE = {"id": "annual-fee", "question": "信用卡年费怎么收？", "answer": "每年刷满6次免年费。", "actions": []}


@dataclass
class Desk:
    """What the desk knows and how it behaves."""

    failure: str | None = None  # error, slow, garbage, wrong-shape, closed, refuse
    delay: float = 0.0
    verified: set[str] = field(default_factory=set)
    shows_accounts: bool = True  # else the customer is only signed in
    codes_sent: list[str] = field(default_factory=list)
    tries_left: int = 5
    filed: dict[str, dict[str, Any]] = field(default_factory=dict)
    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)
    hand_overs: list[dict[str, Any]] = field(default_factory=list)
    open: bool = True
    searches: list[str] = field(default_factory=list)
    drafts: dict[str, dict[str, Any]] = field(default_factory=dict)
    drafts_fail: bool = False
    acts: list[tuple[str, str, str]] = field(default_factory=list)
    callbacks: list[dict[str, Any]] = field(default_factory=list)
    booked: dict[str, Any] | None = None
    call_ended: str | None = None
    call_acts: list[tuple[str, Any]] = field(default_factory=list)
    ratings: list[dict[str, Any]] = field(default_factory=list)
    duplicates: list[dict[str, str]] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    fail_times: int = 0

    def answer(
        self, method: str, path: str, query: dict[str, str], body: Any, key: str | None
    ) -> tuple[int, Any]:
        """Status and document for one request."""
        parts = path.removeprefix("/api/v1/").split("/")
        if parts == ["articles", "search"]:
            return 200, self.search(query["q"])
        if parts == ["complaints"] and method == "POST":
            return self.file(body, key)
        conversation, rest = parts[1], parts[2:]
        if rest == ["verification"]:
            self.codes_sent.append(body["phone"])
            return 202, {"sent_to": body["phone"][:3] + "****" + body["phone"][-4:], "expires_in": 300}
        if rest == ["verification", "confirm"]:
            return self.confirm(conversation, body["code"])
        if rest == ["profile"]:
            if conversation not in self.verified:
                return problem(403, "verification-required")
            return 200, CUSTOMER if self.shows_accounts else CUSTOMER | {"accounts": None}
        if rest == ["complaints"]:
            mine = [one for one in self.filed.values() if query.get("number") in (None, one["number"])]
            return 200, {"items": [{**one, "summary": "", "level": 0} for one in mine]}
        if rest and rest[0] == "complaint-draft":
            return self.draft(method, conversation, body)
        if rest[:1] == ["complaints"] and rest[2:] == ["actions"]:
            return self.act(rest[1], body)
        if rest[:1] == ["callbacks"]:
            return self.call(method, rest[1:], body)
        if rest == ["rating"]:
            self.ratings.append(body)
            return 200, {**body, "rated_at": "2026-11-21T12:00:00Z"}
        if rest == ["handover"]:
            self.hand_overs.append(body)
            return 200, {"open": self.open, "position": 1, "hours": "09:00–18:00"}
        return problem(404, "not-found")

    def draft(self, method: str, conversation: str, body: Any) -> tuple[int, Any]:
        """One per conversation."""
        if self.drafts_fail:
            return problem(503, "maintenance")
        if method == "PUT":
            self.drafts[conversation] = {**body, "changed_at": "2026-11-20T08:00:00Z", "elsewhere": False}
            return 204, None
        if method == "DELETE":
            self.drafts.pop(conversation, None)
            return 204, None
        return 200, {"draft": self.drafts.get(conversation)}

    def call(self, method: str, rest: list[str], body: Any) -> tuple[int, Any]:
        """At most one is booked; `call_ended` is how the last one ended, and what then refuses a change."""
        if method == "GET":
            ended = {"outcome": self.call_ended, "ended_at": "2026-11-21T04:00:00Z"}
            return 200, {"open": self.booked, "ended": ended if self.call_ended and not self.booked else None}
        if not rest:
            self.callbacks.append(body)
            shown = body["phone"][:3] + "****" + body["phone"][-4:]
            day = body["wanted_on"] or "2026-11-21"
            return 201, {**body, "id": "call-1", "phone": shown, "wanted_on": day}
        self.call_acts.append((rest[-1], body))
        if self.call_ended or self.booked is None:
            return problem(409, "callback-already-done")
        booked = self.booked
        if rest[-1] == "cancel":
            self.booked, self.call_ended = None, "cancelled"
            return 200, booked
        changes = {key: value for key, value in body.items() if value is not None}
        if "phone" in changes:
            changes["phone"] = changes["phone"][:3] + "****" + changes["phone"][-4:]
        self.booked = {**booked, **changes}
        return 200, self.booked

    def act(self, number: str, body: dict[str, Any]) -> tuple[int, Any]:
        """Of a filed complaint; withdrawn ones take nothing more."""
        found = next((one for one in self.filed.values() if one["number"] == number), None)
        if found is None:
            return problem(404, "not-found")
        if found["state"] == "withdrawn":
            return problem(409, "action-not-allowed")
        self.acts.append((number, body["action"], body["text"]))
        if body["action"] == "withdraw":
            found["state"] = "withdrawn"
        return 200, {**found, "summary": "", "level": 0}

    def search(self, question: str) -> dict[str, Any]:
        """挂失 and lost are known, 年费 and fee too; 卡 alone gives suggestions; the rest is unknown."""
        self.searches.append(question)
        lowered = question.lower()
        if "年费" in lowered or "fee" in lowered:
            return {"outcome": "answer", "confidence": 0.9, "language": "zh", "articles": [FEE]}
        if "挂失" in lowered or "lost" in lowered:
            return {"outcome": "answer", "confidence": 0.9, "language": "zh", "articles": [LOSS]}
        if "卡" in lowered:
            three = [{**LOSS, "answer": None}, {**FEE, "answer": None}, {**LOSS, "id": "x", "answer": None}]
            return {"outcome": "suggestions", "confidence": 0.5, "language": "zh", "articles": three}
        return {"outcome": "none", "confidence": 0.1, "language": "zh", "articles": []}

    def confirm(self, conversation: str, code: str) -> tuple[int, Any]:
        """The one right code verifies."""
        if code == CODE:
            self.verified.add(conversation)
            return 200, {"verified": True, "salutation": {"family_name": "张"}}
        self.tries_left -= 1
        return problem(422, "wrong-code", tries_left=self.tries_left)

    def file(self, body: dict[str, Any], key: str | None) -> tuple[int, Any]:
        """Once per key."""
        if not key:
            return problem(400, "no-idempotency-key")
        if key in self.filed:
            same = self.bodies[key] == body
            return (200, self.filed[key]) if same else problem(409, "idempotency-conflict")
        self.bodies[key] = body
        number = f"C-20261121-{len(self.filed) + 42:04d}"
        self.filed[key] = {
            "number": number,
            "state": "received",
            "received_at": "2026-11-21T12:00:00Z",
            "due_at": "2026-12-06T16:00:00Z",
            "due_date": "2026-12-06",
            "possible_duplicates": self.duplicates,
        }
        return 201, self.filed[key]


def problem(status: int, slug: str, **extra: object) -> tuple[int, Any]:
    """An RFC 9457 document."""
    return status, {"type": f"/problems/{slug}", "title": slug, "status": status, "detail": "", **extra}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._handle("GET")

    def do_POST(self) -> None:
        self._handle("POST")

    def do_PATCH(self) -> None:
        self._handle("PATCH")

    def do_PUT(self) -> None:
        self._handle("PUT")

    def do_DELETE(self) -> None:
        self._handle("DELETE")

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _handle(self, method: str) -> None:
        desk: Desk = self.server.desk  # type: ignore[attr-defined]
        length = int(self.headers.get("content-length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        address = urlsplit(self.path)
        desk.calls.append((method, address.path))
        failure = desk.failure
        if desk.fail_times:
            desk.fail_times -= 1
            failure = "error"
        if desk.delay:
            time.sleep(desk.delay)
        if failure == "closed":
            self.close_connection = True
            return
        if self.headers.get("authorization") != f"Bearer {TOKEN}":
            self._reply(*problem(401, "unauthorised"))
        elif failure == "error":
            self._reply(*problem(503, "maintenance"))
        elif failure == "garbage":
            self._reply_bytes(200, b"<html>gateway</html>", "text/html")
        elif failure == "wrong-shape":
            self._reply(200, {"surprise": True})
        elif failure == "refuse":
            self._reply_bytes(404, b"nothing here", "text/plain")
        else:
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            self._reply(*desk.answer(method, address.path, query, body, self.headers.get("idempotency-key")))

    def _reply(self, status: int, document: Any) -> None:
        kind = "application/problem+json" if status >= 400 else "application/json"
        self._reply_bytes(status, b"" if status == 204 else json.dumps(document).encode(), kind)

    def _reply_bytes(self, status: int, content: bytes, kind: str) -> None:
        try:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True


@contextmanager
def serving(desk: Desk, port: int = 0) -> Iterator[str]:
    """The address of a desk on a free port of the loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", port), _Handler)
    server.daemon_threads = True
    server.desk = desk  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
