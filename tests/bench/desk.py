"""The desk's queue page with thousands of open conversations, against hand-written SQL for the same rows.

`python -m tests.bench.desk [CONVERSATIONS]` fills a fresh database (5 000 by default) and prints the number
of queries and the time of the page, of the pulse that open pages ask for, and of the bare queries.
"""

import json
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import insert, text

from service_api import seed
from service_api.app import create_app
from service_api.conversations.models import Conversation, HandOver, Message
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.core.migrate import migrate
from service_api.customers.models import Customer
from service_api.settings import Settings
from tests.bench.figures import Spread, spread
from tests.service_api.conftest import NOON, settings_in
from tests.statements import statements_of

OPEN = 5_000
ROUNDS = 40
# What a person would write for the two lists of the page and its counts.
WAITING = """
SELECT c.id, c.language, c.answering, c.queued_at, c.last_message_at, p.name, p.tier, m.text, m.author,
       (SELECT h.reason FROM hand_overs h WHERE h.conversation_id = c.id ORDER BY h.id DESC LIMIT 1)
FROM conversations c
LEFT JOIN customers p ON p.id = c.customer_id
LEFT JOIN messages m ON m.conversation_id = c.id AND m.seq = c.last_seq
WHERE c.queued_at IS NOT NULL AND c.answering <> 'agent'
ORDER BY c.queue_rank, c.queued_at, c.id LIMIT 50
"""
COUNTS = """
SELECT sum(queued_at IS NOT NULL AND answering <> 'agent'), count(agent_id), max(last_message_at), count(*)
FROM conversations WHERE closed_at IS NULL AND last_seq > 0
"""


def main() -> int:
    conversations = int(sys.argv[1]) if len(sys.argv) > 1 else OPEN
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), conversations), indent=2))
    return 0


def measure(folder: Path, conversations: int = OPEN) -> dict[str, Any]:
    """Queries and milliseconds of the page, the left pane, the pulse, and the two bare statements."""
    database = Database(f"sqlite:///{folder / 'ting.db'}")
    migrate(database)
    settings = settings_in(folder)
    clock = FrozenClock(NOON)
    seed.seed(database, clock, settings)
    fill(database, conversations)
    result: dict[str, Any] = {"conversations": conversations}
    with _signed_in(settings, database, clock) as browser:
        for name, address in (
            ("queue page", "/desk"),
            ("left pane", "/desk/queues"),
            ("pulse", "/desk/live"),
        ):
            result[name] = _measured(
                lambda address=address: browser.get(address).raise_for_status(), database
            )
    with database.reading() as session:
        for name, statement in (("hand-written list", WAITING), ("hand-written counts", COUNTS)):
            query = text(statement)
            result[name] = _measured(lambda query=query: session.execute(query).all(), database)
    database.close()
    return result


def fill(database: Database, conversations: int) -> None:
    """Three in ten wait for a person; all have four messages; a third belong to known customers."""
    talks, messages, passings = [], [], []
    with database.writing() as session:
        people = [person.id for person in session.query(Customer).order_by(Customer.name)]
        for number in range(conversations):
            talk_id, at = uuid.uuid4(), NOON - timedelta(seconds=number)
            waits = number % 10 < 3
            talks.append(
                {
                    "id": talk_id,
                    "channel": "web",
                    "language": "zh",
                    "answering": "queue" if waits else "assistant",
                    "queued_at": at if waits else None,
                    "queue_rank": 1 + number % 3,
                    "customer_id": people[number % len(people)] if number % 3 == 0 else None,
                    "last_seq": 4,
                    "created_at": at,
                    "last_message_at": at,
                    "assistant_state": {},
                }
            )
            for seq in range(1, 5):
                messages.append(
                    {
                        "conversation_id": talk_id,
                        "seq": seq,
                        "author": "customer" if seq % 2 else "assistant",
                        "text": "转账五千块对方到现在都没有收到，客服也说不清楚",
                        "buttons": [],
                        "created_at": at,
                        "handled_at": at,
                    }
                )
            if waits:
                passings.append(
                    {"conversation_id": talk_id, "reason": "requested", "packet": {}, "asked_at": at}
                )
        session.execute(insert(Conversation), talks)
        session.execute(insert(Message), messages)
        session.execute(insert(HandOver), passings)


def _signed_in(settings: Settings, database: Database, clock: FrozenClock) -> TestClient:
    browser = TestClient(create_app(settings, database=database, clock=clock))
    person = seed.SIGN_INS[0]
    browser.post("/login", data={"username": person.username, "password": person.password})
    return browser


def _measured(work: Callable[[], object], database: Database) -> dict[str, Any]:
    work()
    with statements_of(database) as asked:
        work()
    taken = []
    cpu = time.process_time()
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    figures: Spread = spread(taken)
    used = (time.process_time() - cpu) / ROUNDS * 1000
    return {"queries": len(asked), "cpu_ms": round(used, 1), **asdict(figures)}


if __name__ == "__main__":
    sys.exit(main())
