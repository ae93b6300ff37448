"""The customer withdraws, adds, accepts or rejects, only their own complaint, through the assistant."""

import uuid
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.audit.service import WORKER
from service_api.complaints.case_models import ComplaintNote
from service_api.complaints.handling import act
from service_api.complaints.lifecycle import Action
from service_api.complaints.models import Complaint
from service_api.core.database import Database
from service_api.escalation.models import ComplaintClock
from service_api.escalation.service import DeskClocks
from tests.service_api.complaints.conftest import SERVICE, a_complaint, a_conversation, a_customer
from tests.service_api.conftest import NOON

TO_ANSWERED = ("acknowledge", "investigate", "propose_decision", "approve_decision", "send_answer")


@pytest.fixture
def number(database: Database, talk_id: uuid.UUID) -> str:
    with database.writing() as session:
        return a_complaint(session, conversation_id=str(talk_id)).number


def wish(client: TestClient, talk_id: uuid.UUID, number: str, action: str, text: str = "") -> Any:
    url = f"/api/v1/conversations/{talk_id}/complaints/{number}/actions"
    return client.post(url, json={"action": action, "text": text}, headers=SERVICE)


def take(database: Database, *steps: str) -> None:
    with database.writing() as session:
        complaint = session.scalars(select(Complaint)).one()
        for step in steps:
            act(session, DeskClocks(), complaint, Action(step), by=WORKER, role="supervisor", now=NOON)


def test_a_withdrawal_ends_the_case_the_same_day_and_all_its_clocks(
    client: TestClient, database: Database, talk_id: uuid.UUID, number: str
) -> None:
    assert wish(client, talk_id, number, "withdraw").json()["state"] == "withdrawn"
    with database.reading() as session:
        assert set(session.scalars(select(ComplaintClock.status))) == {"stopped"}
        assert session.scalars(select(Complaint.closed_at)).one() == NOON


@pytest.mark.parametrize(("action", "state"), [("accept", "closed"), ("reject", "review")])
def test_the_answer_is_accepted_or_rejected(
    client: TestClient, database: Database, talk_id: uuid.UUID, number: str, action: str, state: str
) -> None:
    take(database, *TO_ANSWERED)
    assert wish(client, talk_id, number, action).json()["state"] == state


def test_words_that_were_asked_for_let_the_case_go_on(
    client: TestClient, database: Database, talk_id: uuid.UUID, number: str
) -> None:
    take(database, "acknowledge", "investigate", "ask_customer")
    assert wish(client, talk_id, number, "add", "交易时间是晚上八点").json()["state"] == "investigating"
    with database.reading() as session:
        assert session.scalars(select(ComplaintNote.text)).one() == "交易时间是晚上八点"


def test_words_that_were_not_asked_for_are_kept_too(
    client: TestClient, database: Database, talk_id: uuid.UUID, number: str
) -> None:
    assert wish(client, talk_id, number, "add", "还有一笔").json()["state"] == "received"


@pytest.mark.parametrize(
    ("action", "text", "status"),
    [("add", " ", 422), ("explode", "", 422), ("accept", "", 409), ("add", "x" * 2001, 422)],
)
def test_what_makes_no_sense_is_refused_and_nothing_kept(
    client: TestClient,
    database: Database,
    talk_id: uuid.UUID,
    number: str,
    action: str,
    text: str,
    status: int,
) -> None:
    assert wish(client, talk_id, number, action, text).status_code == status
    with database.reading() as session:
        assert session.scalar(select(ComplaintNote.id)) is None


def test_another_customers_complaint_is_not_found(
    client: TestClient, database: Database, number: str
) -> None:
    with database.writing() as session:
        strangers = [a_conversation(session), a_conversation(session, customer=a_customer(session))]
        ids = [talk.id for talk in strangers]
    for talk_id in (*ids, uuid.uuid4()):
        assert wish(client, talk_id, number, "withdraw").status_code == 404
    with database.reading() as session:
        assert session.scalars(select(Complaint.state)).one() == "received"
