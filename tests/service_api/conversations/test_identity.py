"""Who writes: proved by a one-time code, within limits, and telling nothing about who banks here."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.app import create_app
from service_api.audit.models import AuditEntry
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.customers.models import DemoMessage, OneTimeCode
from service_api.seed import add_customers
from service_api.settings import Settings
from tests.service_api.conftest import SERVICE_TOKEN
from tests.service_api.stand_in import StandIn
from tests.service_api.visitor import Visitor

ZHANG, WANG, STRANGER = "13800138000", "13900139000", "13500135000"
SERVICE = {"Authorization": f"Bearer {SERVICE_TOKEN}"}


class Actions:
    """What the assistant's actions can ask for one conversation."""

    def __init__(self, client: TestClient, conversation_id: uuid.UUID) -> None:
        self.client = client
        self.base = f"/api/v1/conversations/{conversation_id}"

    def ask_code(self, phone: str) -> Any:
        return self.client.post(f"{self.base}/verification", json={"phone": phone}, headers=SERVICE)

    def confirm(self, code: str) -> Any:
        return self.client.post(f"{self.base}/verification/confirm", json={"code": code}, headers=SERVICE)

    def profile(self) -> Any:
        return self.client.get(f"{self.base}/profile", headers=SERVICE)


@pytest.fixture
def visitor(client: TestClient, database: Database, clock: FrozenClock, settings: Settings) -> Visitor:
    with database.writing() as session:
        add_customers(session, now=clock.now(), pepper=settings.code_pepper.get_secret_value())
    return Visitor(client)


@pytest.fixture
def actions(client: TestClient, visitor: Visitor) -> Actions:
    return Actions(client, visitor.conversation_id)


def sent_code(client: TestClient, phone: str = ZHANG) -> str:
    """The code as the phone shows it."""
    newest = client.get("/demo/messages", params={"phone": phone}).json()["messages"][0]["text"]
    found = re.search(r"\d{6}", newest)
    assert found
    return found[0]


def another_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def slug(response: Any) -> str:
    return str(response.json()["type"]).removeprefix("/problems/")


def test_the_right_code_opens_ones_own_masked_profile(actions: Actions, client: TestClient) -> None:
    asked = actions.ask_code("138 0013 8000")
    assert (asked.status_code, asked.json()) == (202, {"sent_to": "138****8000", "expires_in": 300})

    confirmed = actions.confirm(sent_code(client))
    assert (confirmed.status_code, confirmed.json()) == (
        200,
        {"verified": True, "salutation": {"family_name": "张"}},
    )

    profile = actions.profile().json()
    assert (profile["name"], profile["phone"], profile["tier"]) == ("张*", "138****8000", "platinum")
    assert profile["accounts"][1] == {
        "kind": "debit_card",
        "tail": "6688",
        "balance": {"amount": "128050.50", "currency": "CNY"},
        "status": "active",
    }


def test_without_proof_nothing_of_a_customer_is_shown(actions: Actions) -> None:
    refused = actions.profile()

    assert (refused.status_code, slug(refused)) == (403, "verification-required")


def test_asking_for_a_number_on_file_and_for_another_looks_the_same(
    client: TestClient, visitor: Visitor, database: Database
) -> None:
    known = Actions(client, visitor.conversation_id).ask_code(ZHANG)
    unknown = Actions(client, Visitor(client).conversation_id).ask_code(STRANGER)

    assert (known.status_code, unknown.status_code) == (202, 202)
    assert unknown.json() == {"sent_to": "135****5000", "expires_in": 300}
    assert known.headers.keys() == unknown.headers.keys()
    with database.reading() as session:
        assert session.scalars(select(DemoMessage.phone)).all() == ["+8613800138000"]
        assert len(session.scalars(select(OneTimeCode)).all()) == 2


def test_a_stranger_is_refused_like_a_wrong_code(client: TestClient, actions: Actions) -> None:
    actions.ask_code(STRANGER)
    refused = actions.confirm("123456")

    assert (refused.status_code, slug(refused), refused.json()["tries_left"]) == (422, "wrong-code", 4)


def test_five_wrong_codes_end_it_even_though_each_was_refused(actions: Actions, client: TestClient) -> None:
    actions.ask_code(ZHANG)
    code = sent_code(client)
    left = [actions.confirm(another_than(code)).json()["tries_left"] for _ in range(5)]

    assert left == [4, 3, 2, 1, 0]
    assert slug(actions.confirm(code)) == "no-code"
    assert actions.profile().status_code == 403


def test_a_code_is_good_for_five_minutes(actions: Actions, client: TestClient, clock: FrozenClock) -> None:
    actions.ask_code(ZHANG)
    clock.move(timedelta(minutes=5))

    expired = actions.confirm(sent_code(client))
    assert (expired.status_code, slug(expired)) == (410, "code-expired")


def test_a_code_works_once(actions: Actions, client: TestClient) -> None:
    actions.ask_code(ZHANG)
    code = sent_code(client)
    actions.confirm(code)

    assert slug(actions.confirm(code)) == "no-code"


def test_a_code_works_in_its_own_conversation_only(actions: Actions, client: TestClient) -> None:
    actions.ask_code(ZHANG)
    other = Actions(client, Visitor(client).conversation_id)

    assert slug(other.confirm(sent_code(client))) == "no-code"


def test_a_new_code_replaces_the_old_one(actions: Actions, client: TestClient, clock: FrozenClock) -> None:
    actions.ask_code(ZHANG)
    old = sent_code(client)
    clock.move(timedelta(seconds=60))
    actions.ask_code(ZHANG)
    new = sent_code(client)

    if old != new:
        assert slug(actions.confirm(old)) == "wrong-code"
    assert actions.confirm(new).status_code == 200


def test_full_width_digits_with_spaces_are_a_code_too(actions: Actions, client: TestClient) -> None:
    actions.ask_code(ZHANG)
    code = sent_code(client)
    wide = " ".join(chr(ord(digit) + 0xFEE0) for digit in code)

    assert actions.confirm(wide).status_code == 200


def test_codes_are_a_minute_apart_and_five_an_hour(actions: Actions, clock: FrozenClock) -> None:
    assert actions.ask_code(ZHANG).status_code == 202
    hasty = actions.ask_code(ZHANG)
    assert (hasty.status_code, slug(hasty)) == (429, "too-many-codes")
    assert hasty.json()["retry_after"] <= 61

    for _ in range(4):
        clock.move(timedelta(seconds=61))
        assert actions.ask_code(ZHANG).status_code == 202
    clock.move(timedelta(seconds=61))
    assert actions.ask_code(ZHANG).status_code == 429
    clock.move(timedelta(hours=1))
    assert actions.ask_code(ZHANG).status_code == 202


def test_the_limits_hold_for_a_phone_over_conversations_and_for_a_conversation_over_phones(
    actions: Actions, client: TestClient
) -> None:
    actions.ask_code(STRANGER)

    assert Actions(client, Visitor(client).conversation_id).ask_code(STRANGER).status_code == 429
    assert actions.ask_code(ZHANG).status_code == 429


@pytest.mark.parametrize("phone", ["", "95588", "12345", "１３８", "'; DROP TABLE customers; --", "9" * 41])
def test_what_is_no_phone_is_refused(actions: Actions, phone: str) -> None:
    assert actions.ask_code(phone).status_code == 422


def test_proof_wears_off(actions: Actions, client: TestClient, clock: FrozenClock) -> None:
    actions.ask_code(ZHANG)
    actions.confirm(sent_code(client))
    clock.move(timedelta(hours=12))

    assert actions.profile().status_code == 403


def test_a_code_opens_the_accounts(actions: Actions, client: TestClient) -> None:
    actions.ask_code(ZHANG)
    actions.confirm(sent_code(client))

    assert [one["tail"] for one in actions.profile().json()["accounts"]]


def test_a_conversation_stays_with_the_customer_it_was_first(
    actions: Actions, client: TestClient, clock: FrozenClock
) -> None:
    actions.ask_code(ZHANG)
    actions.confirm(sent_code(client))
    clock.move(timedelta(minutes=2))
    actions.ask_code(WANG)

    refused = actions.confirm(sent_code(client, WANG))
    assert (refused.status_code, slug(refused)) == (409, "another-customer")
    assert actions.profile().json()["name"] == "张*"


def test_one_customer_never_sees_anothers_profile(client: TestClient, visitor: Visitor) -> None:
    names = []
    for phone in (ZHANG, WANG):
        mine = Actions(client, Visitor(client).conversation_id)
        mine.ask_code(phone)
        mine.confirm(sent_code(client, phone))
        names.append(mine.profile().json()["name"])

    assert names == ["张*", "王*"]


@pytest.mark.parametrize("token", ["", "Bearer wrong", "Basic abc"])
def test_only_our_own_processes_may_ask(client: TestClient, visitor: Visitor, token: str) -> None:
    headers = {"Authorization": token} if token else {}
    base = f"/api/v1/conversations/{visitor.conversation_id}"

    assert client.get(f"{base}/profile", headers=headers).status_code == 401
    assert client.post(f"{base}/verification", json={"phone": ZHANG}, headers=headers).status_code == 401
    assert client.post(f"{base}/verification/confirm", json={"code": "1"}, headers=headers).status_code == 401
    assert client.post(f"{base}/handover", json={"reason": "requested"}, headers=headers).status_code == 401


def test_a_conversation_that_is_not_there_is_not_found(client: TestClient) -> None:
    assert Actions(client, uuid.uuid4()).profile().status_code == 404
    assert Actions(client, uuid.uuid4()).ask_code(ZHANG).status_code == 404


def test_a_typed_code_reaches_the_assistant_but_not_the_transcript(
    visitor: Visitor, actions: Actions, client: TestClient, assistant: StandIn, database: Database
) -> None:
    visitor.say("订单号是654321吗")
    actions.ask_code(ZHANG)
    code = sent_code(client)
    visitor.say(f"验证码是 {code}")

    assert assistant.texts[-1] == f"验证码是 {code}"
    assert visitor.texts("customer") == ["订单号是654321吗", "验证码是 ••••••"]
    with database.reading() as session:
        stored = (
            session.connection().exec_driver_sql("SELECT text, raw_text FROM messages WHERE seq = 3").one()
        )
    assert tuple(stored) == ("验证码是 ••••••", None)


@pytest.mark.parametrize("code", ["一二三四五六", "１２３４５６", "123 456", "幺二三、四五六"])
def test_a_code_is_kept_out_of_the_transcript_however_it_is_written(
    visitor: Visitor, actions: Actions, code: str
) -> None:
    actions.ask_code(ZHANG)
    visitor.say(f"验证码是{code}")

    assert visitor.texts("customer") == ["验证码是••••••"]


def test_codes_are_stored_as_keyed_hashes_and_logged_by_fact_only(
    actions: Actions, client: TestClient, database: Database
) -> None:
    actions.ask_code(ZHANG)
    code = sent_code(client)
    actions.confirm(another_than(code))
    actions.confirm(code)

    with database.reading() as session:
        row = session.scalars(select(OneTimeCode)).one()
        assert len(row.code_hash) == 64
        deeds = [
            (entry.action, entry.facts)
            for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))
            if entry.action.startswith("verification.")
        ]
    assert deeds == [
        ("verification.code_sent", {}),
        ("verification.refused", {"why": "wrong-code"}),
        ("verification.confirmed", {"how": "code"}),
    ]


def test_without_a_provider_every_number_is_refused_alike(settings: Settings, database: Database) -> None:
    real = create_app(settings.model_copy(update={"demo": False}), database=database)
    with TestClient(real) as client:
        conversation_id = Visitor(client).conversation_id
        for phone in (ZHANG, STRANGER):
            refused = Actions(client, conversation_id).ask_code(phone)
            assert (refused.status_code, slug(refused)) == (503, "sms-not-configured")


def test_outside_the_demo_there_is_no_demo(settings: Settings, database: Database) -> None:
    real = create_app(settings.model_copy(update={"demo": False}), database=database)
    with TestClient(real) as client:
        assert client.get("/demo/messages").status_code == 404
        assert client.get("/demo/clock").status_code == 404
        assert client.post("/demo/clock", json={"days": 1}).status_code == 404
