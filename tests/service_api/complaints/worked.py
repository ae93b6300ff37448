"""A customer who writes in the chat, the people who handle the complaints, and the worker beside them."""

import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.settings import Settings
from service_api.worker import Desk, furnish
from tests.service_api.complaints.calls import Headers, change
from tests.service_api.complaints.conftest import SERVICE, a_conversation

NOTICE = {"findings": "属实", "basis": "规定", "reasons": "未激活", "remedies": "退款。"}


@dataclass
class Worked:
    """`desk` is the worker's; `clock` is everybody's and only tests move it."""

    client: TestClient
    database: Database
    staff: dict[str, Headers]
    desk: Desk
    clock: FrozenClock
    talk: uuid.UUID

    def change(self, number: str, who: Headers, path: str, body: object) -> Any:
        """What somebody does who has just seen the complaint; the answer, whatever it is."""
        return change(self.client, who, number, path, body)

    def customer_wishes(self, number: str, action: str, text: str) -> Any:
        """What the customer asks the assistant to do; the answer, whatever it is."""
        url = f"/api/v1/conversations/{self.talk}/complaints/{number}/actions"
        return self.client.post(url, json={"action": action, "text": text}, headers=SERVICE)


@pytest.fixture
def worked(
    client: TestClient,
    database: Database,
    staff: dict[str, Headers],
    settings: Settings,
    clock: FrozenClock,
) -> Worked:
    """With a conversation and no complaint yet."""
    with database.writing() as session:
        talk = a_conversation(session).id
    return Worked(client, database, staff, furnish(settings, database), clock, talk)
