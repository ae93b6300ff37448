"""The inbox is one's own; stand-ins, receivers and dead letters are for those who may."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service_api.core.database import Database
from service_api.outbox import service as outbox
from service_api.settings import Settings
from service_api.worker import furnish
from tests.service_api.complaints.conftest import a_complaint
from tests.service_api.conftest import NOON

Headers = dict[str, str]


def test_a_person_reads_their_own_lines(
    client: TestClient, database: Database, api_staff: dict[str, Headers], settings: Settings
) -> None:
    with database.writing() as session:
        number = a_complaint(session).number
    desk = furnish(settings, database)
    while outbox.deliver(database, desk.handlers, now=NOON) != outbox.Round():
        pass
    inbox = client.get("/api/v1/inbox", headers=api_staff["ann"]).json()
    assert (inbox["unread"], inbox["items"][0]["facts"]["number"]) == (1, number)
    url = f"/api/v1/inbox/{inbox['items'][0]['id']}/read"
    assert client.post(url, headers=api_staff["boss"]).status_code == 404
    assert client.post(url, headers=api_staff["ann"]).status_code == 204
    assert client.get("/api/v1/inbox", headers=api_staff["ann"]).json() == {"unread": 0, "items": []}


def away(username: str, stand_in: str, **more: Any) -> dict[str, Any]:
    week = {"starts_at": NOON.isoformat(), "ends_at": (NOON + timedelta(days=7)).isoformat()}
    return {"username": username, "stand_in": stand_in} | week | more


@pytest.mark.parametrize(
    ("who", "body", "status"),
    [
        ("ann", away("ann", "bob"), 204),
        ("ann", away("bob", "ann"), 403),
        ("lead", away("bob", "ann"), 204),
        ("lead", away("bob", "nobody"), 422),
        ("lead", away("bob", "bob"), 422),
        ("lead", away("bob", "ann", ends_at=NOON.isoformat()), 422),
        ("lead", away("bob", "ann", ends_at="2026-12-01T00:00:00"), 422),
    ],
)
def test_stand_ins_are_set_for_oneself_or_by_a_lead(
    client: TestClient, api_staff: dict[str, Headers], who: str, body: dict[str, Any], status: int
) -> None:
    assert client.post("/api/v1/stand-ins", json=body, headers=api_staff[who]).status_code == status


def test_a_dead_letter_is_seen_and_replayed_by_a_supervisor(
    client: TestClient, database: Database, api_staff: dict[str, Headers]
) -> None:
    with database.writing() as session:
        outbox.write(session, topic="nobody takes this", key="k", payload={}, now=NOON)
    nobody = outbox.Handlers(effects={}, sendings={})
    now = NOON
    for _ in range(outbox.MOST_ATTEMPTS):
        outbox.deliver(database, nobody, now=now)
        now += outbox.LONGEST_WAIT
    (letter,) = client.get("/api/v1/dead-letters", headers=api_staff["boss"]).json()
    assert (letter["topic"], letter["last_error"]) == ("nobody takes this", "no handler")
    url = f"/api/v1/dead-letters/{letter['id']}/replay"
    assert client.post(url, headers=api_staff["lead"]).status_code == 403
    assert client.post(url, headers=api_staff["boss"]).status_code == 204
    assert client.post(url, headers=api_staff["boss"]).status_code == 404


def test_a_receiver_gets_its_secret_once(client: TestClient, api_staff: dict[str, Headers]) -> None:
    body = {"url": "https://crm.bank.example/ting"}
    made = client.post("/api/v1/webhooks", json=body, headers=api_staff["boss"])
    assert made.json()["secret"].startswith("whsec_")
    assert client.post("/api/v1/webhooks", json=body, headers=api_staff["lead"]).status_code == 403
    bad = client.post("/api/v1/webhooks", json={"url": "http://x"}, headers=api_staff["boss"])
    assert bad.json()["type"] == "/problems/bad-endpoint"
