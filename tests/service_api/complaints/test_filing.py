"""A complaint is accepted at once, once per key, and never half."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from service_api.audit.models import AuditEntry
from service_api.audit.proof import first_flaw
from service_api.complaints.codes import BUSINESSES, products
from service_api.complaints.models import Complaint, ComplaintCounter, FilingKey
from service_api.complaints.service import next_number
from service_api.core.clock import FrozenClock
from service_api.core.database import Base, Database
from service_api.escalation.models import ComplaintClock
from service_api.outbox.models import OutboxEvent
from tests.service_api.complaints.conftest import SERVICE, a_conversation, a_customer
from tests.service_api.conftest import NOON

File = Callable[..., Any]


def count(database: Database, table: type[Base]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def nothing_was_written(database: Database) -> bool:
    return not any(
        count(database, t) for t in (Complaint, FilingKey, ComplaintCounter, OutboxEvent, AuditEntry)
    )


def test_number_and_due_date_come_in_the_same_answer(file: File) -> None:
    answer = file()
    assert answer.status_code == 201
    body = answer.json()
    assert body["number"] == "C-20261121-0001"
    assert body["state"] == "received"
    assert body["due_at"] == "2026-12-06T16:00:00Z"  # 24:00 in Shanghai on the 15th day after receipt
    assert body["due_date"] == "2026-12-06"


def test_complaint_audit_event_and_clocks_are_one_commit(file: File, database: Database) -> None:
    file()
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry)).one()
        event = session.scalars(select(OutboxEvent)).one()
        clocks = set(session.scalars(select(ComplaintClock.kind)))
        assert first_flaw(session) is None
    assert (entry.action, event.topic) == ("complaint.filed", "complaint.filed")
    assert clocks == {"decision", "acknowledge", "first_contact", "plan"}


def test_audit_holds_no_words_of_the_customer(file: File, database: Database) -> None:
    file(description="我的名字是王小明", contact="13800138000")
    with database.reading() as session:
        facts = str(session.scalars(select(AuditEntry.facts)).all())
    assert "王小明" not in facts
    assert "13800138000" not in facts


def test_the_same_key_and_body_answers_the_first_result(
    file: File, database: Database, clock: FrozenClock
) -> None:
    first = file()
    clock.move(timedelta(days=2))
    again = file()
    assert again.status_code == 200
    assert again.json() == first.json()
    assert count(database, Complaint) == 1


def test_the_same_key_with_another_body_is_refused(file: File, database: Database) -> None:
    file()
    answer = file(description="别的事情")
    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/idempotency-conflict"
    assert count(database, Complaint) == 1


def test_a_key_crossed_into_another_conversation_is_refused(file: File, database: Database) -> None:
    file()
    with database.writing() as session:
        other = a_conversation(session).id
    assert file(conversation_id=str(other)).status_code == 409


def test_a_key_is_needed(client: TestClient) -> None:
    answer = client.post("/api/v1/complaints", json={}, headers=SERVICE)
    assert answer.status_code == 422
    assert {"field": "idempotency-key", "message": "Field required"} in answer.json()["errors"]


def test_a_refused_filing_does_not_use_up_its_key(file: File) -> None:
    assert file(incident_date="2026-11-22").status_code == 422
    assert file().status_code == 201


def test_twenty_filings_at_once_with_one_key_make_one_complaint(file: File, database: Database) -> None:
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: file(), range(20)))
    assert sorted(a.status_code for a in answers) == [200] * 19 + [201]
    assert count(database, Complaint) == 1


def test_filings_at_once_get_different_numbers(file: File) -> None:
    with ThreadPoolExecutor(10) as pool:
        numbers = {a.json()["number"] for a in pool.map(lambda n: file(key=f"k{n}"), range(20))}
    assert numbers == {f"C-20261121-{n:04d}" for n in range(1, 21)}


def test_numbers_begin_anew_each_local_day(file: File, clock: FrozenClock) -> None:
    file()
    clock.move(timedelta(hours=12))  # midnight in Shanghai, still the 21st in UTC
    assert file(key="k2").json()["number"] == "C-20261122-0001"


def test_a_day_may_have_more_than_9999_complaints(database: Database) -> None:
    day = NOON.date()
    with database.writing() as session:
        session.add(ComplaintCounter(day=day, last=9999))
        session.flush()
        assert next_number(session, day=day) == "C-20261121-10000"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"business": "crypto"}, "business"),
        ({"cause": "bad-luck"}, "cause"),
        ({"channel": "pigeon"}, "channel"),
        ({"source": "neighbour"}, "source"),
        ({"language": "fr"}, "language"),
        ({"incident_date": "2026-11-22"}, "incident_date"),
        ({"incident_date": "2026-02-31"}, "incident_date"),
        ({"incident_date": "0001-01-01"}, "incident_date"),
        ({"incident_date": 1700000000}, "incident_date"),
        ({"amount": {"amount": "1.005", "currency": "CNY"}}, "amount"),
        ({"amount": {"amount": "1000000000000000", "currency": "CNY"}}, "amount"),
        ({"amount": {"amount": "-1", "currency": "CNY"}}, "amount.amount"),
        ({"amount": {"amount": "1e3", "currency": "CNY"}}, "amount.amount"),
        ({"amount": {"amount": "1", "currency": "XXX"}}, "amount.currency"),
        ({"amount": {"amount": 1.5, "currency": "CNY"}}, "amount.amount"),
        ({"description": ""}, "description"),
        ({"description": " \u200b\u0000\n"}, "description"),
        ({"description": "长" * 5001}, "description"),
        ({"description": "x" * 1_000_000}, "description"),
        ({"contact": "not a phone"}, "contact"),
        ({"contact": "a@b"}, "contact"),
        ({"group_size": 0}, "group_size"),
        ({"conversation_id": str(uuid.uuid4())}, "conversation_id"),
        ({"conversation_id": "not-a-uuid"}, "conversation_id"),
        ({"customer_id": str(uuid.uuid4())}, "customer_id"),
        ({"surprise": 1}, "surprise"),
        ({"complainant": "proxy"}, "body"),
        ({"product": "moon-loan"}, "product"),
        ({"product": "home-loan"}, "body"),
        ({"branch": "../etc"}, "branch"),
    ],
)
def test_bad_input_is_a_clear_problem_and_nothing_is_written(
    file: File, database: Database, facts: dict[str, Any], field: str
) -> None:
    answer = file(**facts)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert nothing_was_written(database)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("钱呢😡👨‍👩‍👧", "钱呢😡👨‍👩‍👧"),
        ("a\x00b\x07c", "abc"),
        ("شكوى \u202eevil", "شكوى evil"),
        (
            "<script>alert(1)</script>'; DROP TABLE complaints;--",
            "<script>alert(1)</script>'; DROP TABLE complaints;--",
        ),
        ("长" * 5000, "长" * 5000),
    ],
)
def test_odd_text_is_kept_as_text(file: File, database: Database, said: str, kept: str) -> None:
    assert file(description=said).status_code == 201
    with database.reading() as session:
        assert session.scalars(select(Complaint.description)).one() == kept


def test_a_lone_surrogate_is_refused_or_cleaned_never_an_error(
    client: TestClient, talk_id: uuid.UUID
) -> None:
    body = f'{{"conversation_id": "{talk_id}", "business": "loan", "description": "a\\ud800b"}}'
    answer = client.post(
        "/api/v1/complaints",
        content=body,
        headers={**SERVICE, "Idempotency-Key": "k", "Content-Type": "application/json"},
    )
    assert answer.status_code == 422


def test_money_is_kept_to_the_fen(file: File, database: Database) -> None:
    file(amount={"amount": "9999999999999.99", "currency": "CNY"})
    with database.reading() as session:
        assert session.scalars(select(Complaint.amount_minor)).one() == 999_999_999_999_999


def test_a_verified_customers_complaint_is_theirs_and_of_their_tier(
    client: TestClient, database: Database
) -> None:
    with database.writing() as session:
        who = a_customer(session, tier="platinum")
        talk = a_conversation(session, customer=who)
    answer = client.post(
        "/api/v1/complaints",
        json={"conversation_id": str(talk.id), "business": "loan", "description": "等了两个月"},
        headers={**SERVICE, "Idempotency-Key": "k"},
    )
    assert answer.status_code == 201
    with database.reading() as session:
        row = session.scalars(select(Complaint)).one()
    assert (row.customer_id, row.tier) == (who.id, "platinum")


@pytest.mark.parametrize("token", ["", "Bearer wrong", "Basic abc"])
def test_strangers_cannot_file(client: TestClient, token: str) -> None:
    headers = {"Idempotency-Key": "k"} | ({"Authorization": token} if token else {})
    assert client.post("/api/v1/complaints", json={}, headers=headers).status_code in {401, 422}
    body = {"business": "loan", "description": "x"}
    assert client.post("/api/v1/complaints", json=body, headers=headers).status_code == 401


def test_the_same_matter_again_is_shown_in_the_answer(file: File) -> None:
    first = file().json()
    assert first["possible_duplicates"] == []
    (shown,) = file(key="k2").json()["possible_duplicates"]
    assert (shown["number"], shown["state"]) == (first["number"], "received")


def test_another_customers_number_is_not_shown_to_who_knows_their_phone(
    file: File, database: Database
) -> None:
    file()
    with database.writing() as session:
        stranger = a_conversation(session).id
    assert file(key="k2", conversation_id=str(stranger)).json()["possible_duplicates"] == []


def test_a_product_is_one_of_the_banks_own(file: File, database: Database) -> None:
    assert file(product="credit-card-gold").status_code == 201
    with database.reading() as session:
        assert session.scalars(select(Complaint.product)).one() == "credit-card-gold"


def test_every_product_belongs_to_a_business() -> None:
    assert {product.business for product in products().values()} <= BUSINESSES.keys()
    assert all(product.zh and product.en for product in products().values())


def test_the_code_tables_are_there_for_whoever_fills_in_a_form(client: TestClient) -> None:
    tables = client.get("/api/v1/complaint-codes").json()
    assert len(tables["businesses"]) == 15
    assert {"slug", "zh", "en", "jrt_code", "business"} == set(tables["products"][0])
