"""What other systems are told: signed, once more when they did not take it, and whatever they answer."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from service_api.audit.service import SYSTEM
from service_api.core.clock import SystemClock
from service_api.core.database import Database
from service_api.notifications import webhooks
from service_api.notifications.models import WebhookEndpoint
from service_api.outbox import service as outbox
from service_api.settings import Settings
from service_api.worker import furnish
from tests.service_api.conftest import NOON
from tests.service_api.notifications.test_notifications import Staff, deliver_all, with_talk


class Receiver:
    """Another system that checks signatures, and may be down."""

    def __init__(self, secret: str) -> None:
        self.webhook, self.got, self.status = Webhook(secret), [], 200
        self.ids: list[str] = []

    got: list[Any]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.status == 200:
            self.got.append(self.webhook.verify(request.content, dict(request.headers)))
            self.ids.append(request.headers["webhook-id"])
        return httpx.Response(self.status)


def test_a_webhook_is_signed_retried_and_recognisable(
    database: Database, staff: Staff, settings: Settings
) -> None:
    with database.writing() as session:
        endpoint = webhooks.add_endpoint(session, url="https://crm.bank.example/ting", by=SYSTEM, now=NOON)
    receiver = Receiver(endpoint.secret)
    client = httpx.Client(transport=httpx.MockTransport(receiver))
    usual = furnish(settings, database)
    sendings = {
        **usual.handlers.sendings,
        "webhook.post": webhooks.sending(database, client, machine=SystemClock()),
    }
    desk = replace(usual, handlers=outbox.Handlers(usual.handlers.effects, sendings))
    with_talk(database, media=True)
    receiver.status = 503
    outbox.deliver(database, desk.handlers, now=NOON)
    assert outbox.deliver(database, desk.handlers, now=NOON).failed == 1
    receiver.status = 200
    deliver_all(desk, NOON + timedelta(minutes=1))
    assert [body["data"]["level"] for body in receiver.got] == [3]
    assert "信用卡" not in json.dumps(receiver.got, ensure_ascii=False)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 40).verify(
            b"{}", {"webhook-id": "1", "webhook-timestamp": "1", "webhook-signature": "v1,x"}
        )


def _endless() -> Iterator[bytes]:
    yield b"thank you, "
    raise AssertionError("what the receiver says is not read")


def _nonsense(_request: httpx.Request) -> httpx.Response:
    raise httpx.RemoteProtocolError("no HTTP at all")


def _silence(_request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("not a word")


@pytest.mark.parametrize(
    ("receiver", "done"),
    [
        (lambda _: httpx.Response(200, content=_endless()), 1),
        (lambda _: httpx.Response(500, content=_endless()), 0),
        (_nonsense, 0),
        (_silence, 0),
    ],
)
def test_a_receiver_that_never_ends_talks_nonsense_or_is_silent_holds_up_nothing(
    database: Database,
    staff: Staff,
    settings: Settings,
    receiver: Callable[[httpx.Request], httpx.Response],
    done: int,
) -> None:
    with database.writing() as session:
        endpoint = webhooks.add_endpoint(session, url="https://crm.bank.example/ting", by=SYSTEM, now=NOON)
        payload = {"endpoint_id": str(endpoint.id), "body": {"type": "complaint.escalated"}}
        outbox.write(session, topic="webhook.post", key="w", payload=payload, now=NOON)
    client = httpx.Client(transport=httpx.MockTransport(receiver))
    posting = {"webhook.post": webhooks.sending(database, client, machine=SystemClock())}
    handlers = outbox.Handlers(effects={}, sendings=posting)
    assert outbox.deliver(database, handlers, now=NOON) == outbox.Round(done=done, failed=1 - done)


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example/x",
        "ftp://crm.example",
        "https://10.0.0.1/x",
        "https://localhost/x",
        "https://a:b@crm.example",
        "https://[::1",
        "javascript:alert(1)",
        "",
    ],
)
def test_a_webhook_goes_only_to_a_named_host_over_https(session: Session, url: str) -> None:
    with pytest.raises(webhooks.BadEndpoint):
        webhooks.add_endpoint(session, url=url, by=SYSTEM, now=NOON)
    assert session.scalar(select(WebhookEndpoint.id)) is None
