"""An agent's browser, and what the desk holds after they acted."""

import uuid
from datetime import UTC, datetime

from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.conversations.models import Conversation, Message
from service_api.core.database import Database
from service_api.notifications.models import InboxItem
from service_api.outbox import service as outbox
from service_api.settings import Settings
from service_api.staff.models import StaffMember
from service_api.worker import furnish
from tests.service_api.web.test_pages import csrf


class Agent:
    """A browser of one agent; `press` posts a form of the desk with its token."""

    def __init__(self, browser: TestClient) -> None:
        self.browser = browser
        self.token = csrf(browser.get("/desk").text)

    def page(self, address: str) -> str:
        answer = self.browser.get(address)
        assert answer.status_code == 200, answer.text
        return answer.text

    def press(self, address: str, *, status: int = 200, **fields: str) -> str:
        answer = self.browser.post(address, data={"csrf_token": self.token, **fields})
        assert answer.status_code == status, answer.text
        return answer.text


def at(conversation_id: uuid.UUID) -> str:
    return f"/desk/conversations/{conversation_id}"


def state(database: Database, conversation_id: uuid.UUID) -> Conversation:
    with database.reading() as session:
        return session.get_one(Conversation, conversation_id)


def said(database: Database, conversation_id: uuid.UUID) -> list[str]:
    with database.reading() as session:
        query = select(Message.text).where(Message.conversation_id == conversation_id)
        return list(session.scalars(query.order_by(Message.seq)))


def deliver_due(database: Database, settings: Settings) -> None:
    """What the worker does every two seconds."""
    outbox.deliver(database, furnish(settings, database).handlers, now=datetime(2027, 1, 1, tzinfo=UTC))


def inbox(database: Database, settings: Settings, username: str) -> list[str]:
    """Kinds of lines, once the worker has delivered what is due."""
    deliver_due(database, settings)
    with database.reading() as session:
        member = session.scalars(select(StaffMember.id).where(StaffMember.username == username)).one()
        query = select(InboxItem.kind).where(InboxItem.staff_id == member)
        return list(session.scalars(query.order_by(InboxItem.created_at, InboxItem.id)))
