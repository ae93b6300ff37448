"""Signed webhooks to other systems of the bank (Standard Webhooks)."""

import base64
import ipaddress
import json
import secrets
import uuid
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
from sqlalchemy.orm import Session
from standardwebhooks.webhooks import Webhook

from service_api.audit.service import Actor, record
from service_api.core.clock import Clock
from service_api.core.database import Database
from service_api.core.problems import Malformed
from service_api.notifications.models import WebhookEndpoint
from service_api.outbox.service import Event, Sending

SECONDS = 10.0


class BadEndpoint(Malformed):
    type = "bad-endpoint"
    title = "回调地址无效"


class NotTaken(RuntimeError):
    """The other system did not answer with 2xx; the outbox tries again later."""


def add_endpoint(session: Session, *, url: str, by: Actor, now: datetime) -> WebhookEndpoint:
    """A new receiver with a secret of its own. Raises `BadEndpoint` for anything but HTTPS to a named host.

    A bare address is taken only for this machine, over HTTP too, which a demo and tests need.
    """
    if not _is_fit(url):
        raise BadEndpoint("https to a host by name")
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    endpoint = WebhookEndpoint(url=url, secret=secret, created_at=now)
    session.add(endpoint)
    session.flush()
    subject = ("webhook", str(endpoint.id))
    record(session, by=by, action="webhook.added", subject=subject, now=now, host=urlsplit(url).hostname)
    return endpoint


def sending(database: Database, client: httpx.Client, *, machine: Clock) -> Sending:
    """The outbox's sender of webhooks. The webhook-id is the event's, so that receivers can drop repeats."""

    def post(event: Event, _now: datetime) -> None:
        with database.reading() as session:
            endpoint = session.get(WebhookEndpoint, uuid.UUID(event.payload["endpoint_id"]))
        if endpoint is None or not endpoint.active:
            return
        body = json.dumps(event.payload["body"], ensure_ascii=False, separators=(",", ":"))
        message_id = f"msg_{uuid.uuid5(uuid.NAMESPACE_URL, event.key).hex}"
        at = machine.now().astimezone(UTC)  # receivers refuse what is not of now: never the demo's time
        signature = Webhook(endpoint.secret).sign(msg_id=message_id, timestamp=at, data=body)
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signature,
        }
        # Only the status is waited for: what the other side has to say may never end.
        with client.stream("POST", endpoint.url, content=body.encode(), headers=headers) as answer:
            if not answer.is_success:
                raise NotTaken(str(answer.status_code))

    return post


def new_client() -> httpx.Client:
    return httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False)


def _is_fit(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return False
    if parts.username or len(url) > 500:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback and parts.scheme in {"http", "https"}
    except ValueError:
        return parts.scheme == "https" and "." in host
