"""Figures of the complaint rooms, each beside the plainest thing that could do the work, in the same run.

`python -m tests.bench.complaints` prints them. PostgreSQL is started from the installed binaries.
"""

import json
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.orm import sessionmaker

from service_api.app import furnish, rooms
from service_api.complaints import queries
from service_api.complaints.models import FilingKey
from service_api.complaints.queries import Filters
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.settings import Settings
from service_api.staff.service import SignedIn
from tests.bench import escalation
from tests.bench.complaint_rows import fill, migrated_sqlite
from tests.bench.escalation import DUE, NOW
from tests.bench.figures import paired_cpu_ms, ratio_figure
from tests.service_api.postgresql import running_cluster
from tests.statements import statements_of

SECRET = "only-for-measuring-here"
BOSS = SignedIn(uuid.uuid4(), "boss", "Boss", "supervisor", "head-office", "csrf")
FULL = {"stored_on_sqlite": 100_000, "stored_on_postgresql": 1_000_000, "due": 10_000}
SMALL = {"stored_on_sqlite": 20_000, "stored_on_postgresql": 50_000, "due": 500}


def measure(*, stored_on_sqlite: int, stored_on_postgresql: int, due: int) -> list[dict[str, Any]]:
    """Every figure as {"what", "ours_ms", "plain_ms", "ratio", "note"}.

    Filing and list: medians of processor time. Sweeps: seconds on the wall, since the database works too.
    """
    figures: list[dict[str, Any]] = []

    def note(figure: dict[str, Any]) -> None:
        figures.append(figure)
        print(json.dumps(figure, ensure_ascii=False), file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory() as folder:
        note(_filing(Path(folder)))
        note(_list(Path(folder), stored_on_sqlite))
        note(escalation.sweep_on_sqlite(Path(folder), stored_on_sqlite))
    with running_cluster() as cluster:
        note(escalation.sweep_on_postgresql(cluster, stored_on_postgresql))
        note(escalation.two_workers(cluster.url("ting_tests"), due))
    return figures


def _filing(folder: Path) -> dict[str, Any]:
    settings = Settings(
        data_dir=folder,
        demo=True,
        secure_cookies=False,
        log_level="WARNING",
        rasa_secret=SECRET,
        service_token=SECRET,
        code_pepper=SECRET,
    )
    database = migrated_sqlite(folder / "filing.db")
    app = rooms(demo=True)
    furnish(app, settings, database, FrozenClock(NOW))
    body = {
        "business": "credit-card",
        "description": "没激活也扣我年费三百，必须退",
        "contact": "13800138000",
    }
    plain = _plain_app(migrated_sqlite(folder / "plain.db"))
    with TestClient(app) as ours, TestClient(plain) as theirs:

        def file() -> None:
            headers = {"Authorization": f"Bearer {SECRET}", "Idempotency-Key": uuid.uuid4().hex}
            assert ours.post("/api/v1/complaints", json=body, headers=headers).status_code == 201

        def insert() -> None:
            assert theirs.post("/rows", json={"key": uuid.uuid4().hex}).status_code == 201

        ours_ms, plain_ms = paired_cpu_ms(file, insert, rounds=150)
        with statements_of(database) as statements:
            file()
    note = f"{len(statements)} statements: key, number, complaint, 4 clocks with events, audit, outbox"
    return ratio_figure(
        "file a complaint over HTTP / bare FastAPI + SQLAlchemy insert of a row", ours_ms, plain_ms, note
    )


def _plain_app(database: Database) -> FastAPI:
    app = FastAPI()
    make = sessionmaker(database.engine)

    @app.post("/rows", status_code=201)
    def insert(body: dict[str, str]) -> dict[str, str]:
        with make() as session, session.begin():
            session.add(FilingKey(key=body["key"], body_hash="", answer={}, created_at=NOW))
        return body

    return app


def _list(folder: Path, stored: int) -> dict[str, Any]:
    database = migrated_sqlite(folder / "list.db")
    fill(database, stored=stored, due=DUE)
    by_hand = text(
        "SELECT * FROM complaints WHERE NOT EXISTS (SELECT 1 FROM complaint_recusals r "
        "WHERE r.complaint_id = complaints.id AND (r.staff_id = :me OR r.branch = :branch)) "
        "ORDER BY desk_order, due_at, id LIMIT 51"
    )

    def ours() -> None:
        with database.reading() as session:
            queries.complaints_for(session, BOSS, Filters(), now=NOW, cursor=None)

    def plain() -> None:
        with database.engine.connect() as connection:
            connection.execute(by_hand, {"me": BOSS.staff_id.hex, "branch": BOSS.branch}).all()

    ours_ms, plain_ms = paired_cpu_ms(ours, plain, rounds=100)
    with statements_of(database) as statements:
        ours()
    reads = [s for s in statements if s.lstrip().upper().startswith("SELECT")]
    note = f"{len(reads)} query; the rest is making 51 objects of 46 columns"
    what = f"supervisor's list at {stored:,} complaints / the same SQL by hand (SQLite)"
    return ratio_figure(what, ours_ms, plain_ms, note)


if __name__ == "__main__":
    found = measure(**(SMALL if "--small" in sys.argv else FULL))
    print(json.dumps(found, indent=2, ensure_ascii=False))
