"""A desk with a customer, staff and complaints, made with the one fact that matters."""

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from service_api.audit.service import ASSISTANT, Actor
from service_api.complaints.handling import act
from service_api.complaints.lifecycle import Action
from service_api.complaints.models import Complaint
from service_api.complaints.schemas import ComplaintFiling
from service_api.complaints.service import file_complaint
from service_api.conversations.models import Conversation
from service_api.core.database import Database
from service_api.customers.models import Customer
from service_api.escalation.service import DeskClocks
from tests.service_api.complaints.cast import DESK, People
from tests.service_api.conftest import NOON, SERVICE_TOKEN
from tests.service_api.signed_in import a_member, a_session

SHANGHAI = ZoneInfo("Asia/Shanghai")
SERVICE = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
STORY = "我的信用卡没有激活，也扣了年费三百元，必须退。"


def a_conversation(session: Session, *, customer: Customer | None = None) -> Conversation:
    talk = Conversation(channel="web", language="zh", created_at=NOON, last_message_at=NOON)
    if customer is not None:
        talk.customer_id, talk.verified_at = customer.id, NOON
    session.add(talk)
    session.flush()
    return talk


def a_customer(session: Session, *, name: str = "张伟", tier: str = "ordinary") -> Customer:
    who = Customer(
        name=name,
        family_name=name[:1],
        certificate_masked="1****************X",
        certificate_hash=uuid.uuid4().hex,
        tier=tier,
        created_at=NOON,
    )
    session.add(who)
    session.flush()
    return who


def a_filing(**facts: Any) -> ComplaintFiling:
    return ComplaintFiling.model_validate({"business": "credit-card", "description": STORY, **facts})


def a_complaint(
    session: Session,
    *,
    by: Actor = ASSISTANT,
    now: datetime = NOON,
    desk: DeskClocks | None = None,
    **facts: Any,
) -> Complaint:
    filed = file_complaint(
        session,
        desk or DeskClocks(),
        a_filing(**facts),
        key=uuid.uuid4().hex,
        by=by,
        now=now,
        zone=SHANGHAI,
    )
    return session.get_one(Complaint, filed.complaint_id)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session that is rolled back."""
    with database._write() as session:
        yield session
        session.rollback()


@pytest.fixture
def talk_id(database: Database) -> uuid.UUID:
    with database.writing() as session:
        return a_conversation(session).id


@pytest.fixture
def file(client: TestClient, talk_id: uuid.UUID) -> Callable[..., Any]:
    """File through HTTP as the assistant does; facts replace those of an ordinary filing."""

    def file(key: str = "k1", **facts: Any) -> Any:
        body = {
            "conversation_id": str(talk_id),
            "language": "zh",
            "business": "credit-card",
            "cause": "pricing-and-fees",
            "description": STORY,
            "amount": {"amount": "300.00", "currency": "CNY"},
            "incident_date": "2026-11-11",
            "contact": "13800138000",
            "channel": "web",
            **facts,
        }
        return client.post("/api/v1/complaints", json=body, headers={**SERVICE, "Idempotency-Key": key})

    return file


@pytest.fixture
def staff(database: Database) -> dict[str, dict[str, str]]:
    """Headers of an agent, another, a lead, a branch manager of `west`, a supervisor and an auditor."""
    people = {
        "ann": ("agent", "head-office"),
        "bob": ("agent", "head-office"),
        "lead": ("team_lead", "head-office"),
        "west": ("branch_manager", "west"),
        "boss": ("supervisor", "head-office"),
        "audit": ("auditor", "head-office"),
    }
    with database.writing() as session:
        return {
            name: a_session(session, a_member(session, name, role=role, branch=branch))
            for name, (role, branch) in people.items()
        }


@pytest.fixture
def us(session: Session) -> People:
    return People(session)


def investigated(session: Session, us: People, **facts: object) -> Complaint:
    complaint = a_complaint(session, **facts)
    for action in (Action.ACKNOWLEDGE, Action.INVESTIGATE):
        act(session, DESK, complaint, action, by=us["ann"].actor, role="agent", now=NOON)
    return complaint
