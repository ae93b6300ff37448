"""Figures of the complaint rooms, each beside the plainest thing that could do the work, in the same run.

`python -m tests.bench.complaints` prints them. PostgreSQL is started from the installed binaries.
"""

import json
import os
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import event, text
from sqlalchemy.orm import sessionmaker

from service_api.app import furnish, rooms
from service_api.complaints import queries
from service_api.complaints.models import FilingKey
from service_api.complaints.queries import Filters
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.core.migrate import migrate
from service_api.escalation.service import DeskClocks
from service_api.escalation.sweep import due_complaints, sweep
from service_api.settings import Settings
from service_api.staff.service import SignedIn
from tests.service_api.postgresql import Cluster, running_cluster

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
SECRET = "only-for-measuring-here"
BOSS = SignedIn(uuid.uuid4(), "boss", "Boss", "supervisor", "head-office", "csrf")
SMALL = 2_000
FEW_DUE = 1_000
MANY_DUE = 10_000
TURN = 100
SMALL = {"stored_on_sqlite": 20_000, "stored_on_postgresql": 50_000, "due": 500}
BEFORE = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
EMPTIED = ("outbox_events", "escalations", "complaint_clock_events", "complaint_clocks", "complaints")

# Complaints n = 1 … :stored with one legal clock each; the first :due are due now, the others later.
COMPLAINTS = """
INSERT INTO complaints (id, number, language, complainant, complainant_name, authority, business, product,
  channel, source, tier, description, demand, contact, group_size, legal, media, regulatory, strong_emotion,
  complex, answered_late, repeat_count, state, is_over, desk_order, level, version, received_at, due_at)
SELECT {id}, 'C-20261101-' || n, 'zh', 'self', '', '', 'credit-card', '', 'web', 'customer', 'ordinary',
  '没激活也扣我年费三百，必须退 ' || n, '', '', 1, {no}, {no}, {no}, {no}, {no}, {no}, 0,
  'received', {no}, 0, 0, 1,
  {received}, {due}
FROM {numbers}
"""
CLOCKS = """
INSERT INTO complaint_clocks (id, complaint_id, profile, kind, round, statutory, calendar, unit, length,
  started_at, due_at, status, paused_for, rest_seconds, credit_days, added, extensions, pauses, estimated,
  next_look_at)
SELECT id, id, 'cbirc', 'decision', 1, {yes}, 'cn', 'calendar_days', 15, received_at, due_at, 'running', '',
  0, 0, 0, 0, 0, {no}, due_at FROM complaints
"""
SQLITE = {
    "numbers": "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {stored}) "
    "SELECT n FROM s)",
    "id": "printf('%032x', n)",
    "received": "datetime('2026-11-01 04:00:00')",
    "due": "CASE WHEN n <= {due} THEN '2026-11-21 03:00:00.000000' ELSE '2027-01-01 00:00:00.000000' END",
    "yes": "1",
    "no": "0",
}
POSTGRESQL = {
    "numbers": "generate_series(1, {stored}) AS s(n)",
    "id": "lpad(to_hex(n), 32, '0')::uuid",
    "received": "TIMESTAMPTZ '2026-11-01 04:00:00+00'",
    "due": "CASE WHEN n <= {due} THEN TIMESTAMPTZ '2026-11-21 03:00:00+00' "
    "ELSE TIMESTAMPTZ '2027-01-01 00:00:00+00' END",
    "yes": "true",
    "no": "false",
}


def measure(
    *, stored_on_sqlite: int = 100_000, stored_on_postgresql: int = 1_000_000, due: int = MANY_DUE
) -> list[dict[str, Any]]:
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
        note(_sweep_on_sqlite(Path(folder), stored_on_sqlite))
    with running_cluster() as cluster:
        note(_sweep_on_postgresql(cluster, stored_on_postgresql))
        note(_two_workers(cluster.url("ting_tests"), due))
    return figures


def fill(database: Database, *, stored: int, due: int) -> None:
    """Empty the tables and put so many complaints in, with a clock each."""
    words = SQLITE if database.is_sqlite else POSTGRESQL
    named = {name: value.format(stored=stored, due=due) for name, value in words.items()}
    with database.writing() as session:
        if database.is_sqlite:
            for table in EMPTIED:
                session.execute(text(f"DELETE FROM {table}"))
        else:
            session.execute(text(f"TRUNCATE {', '.join(EMPTIED)} CASCADE"))
        session.execute(text(COMPLAINTS.format(**named)))
        session.execute(text(CLOCKS.format(**named)))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE")


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
    database = _sqlite(folder / "filing.db")
    app = rooms(demo=True)
    furnish(app, settings, database, FrozenClock(NOW))
    body = {
        "business": "credit-card",
        "description": "没激活也扣我年费三百，必须退",
        "contact": "13800138000",
    }
    plain = _plain_app(_sqlite(folder / "plain.db"))
    with TestClient(app) as ours, TestClient(plain) as theirs:

        def file() -> None:
            headers = {"Authorization": f"Bearer {SECRET}", "Idempotency-Key": uuid.uuid4().hex}
            assert ours.post("/api/v1/complaints", json=body, headers=headers).status_code == 201

        def insert() -> None:
            assert theirs.post("/rows", json={"key": uuid.uuid4().hex}).status_code == 201

        ours_ms, plain_ms = _turns(file, insert, rounds=150)
        with _counting(database) as statements:
            file()
    note = f"{len(statements)} statements: key, number, complaint, 4 clocks with events, audit, outbox"
    return _figure(
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
    database = _sqlite(folder / "list.db")
    fill(database, stored=stored, due=FEW_DUE)
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

    ours_ms, plain_ms = _turns(ours, plain, rounds=100)
    with _counting(database) as statements:
        ours()
    reads = [s for s in statements if s.lstrip().upper().startswith("SELECT")]
    note = f"{len(reads)} query; the rest is making 51 objects of 46 columns"
    what = f"supervisor's list at {stored:,} complaints / the same SQL by hand (SQLite)"
    return _figure(what, ours_ms, plain_ms, note)


def _sweep_on_sqlite(folder: Path, stored: int) -> dict[str, Any]:
    return _sweeps(_sqlite(folder / "few.db"), _sqlite(folder / "many.db"), stored, "SQLite")


def _sweep_on_postgresql(cluster: Cluster, stored: int) -> dict[str, Any]:
    few, many = Database(cluster.url(cluster.copy("few"))), Database(cluster.url(cluster.copy("many")))
    return _sweeps(few, many, stored, "PostgreSQL")


def _sweeps(few: Database, many: Database, stored: int, name: str) -> dict[str, Any]:
    """The same due among few and among many, turn by turn: what else the machine does meets both alike."""
    fill(few, stored=SMALL, due=FEW_DUE)
    fill(many, stored=stored, due=FEW_DUE)
    looked = [(_timed(lambda: _look(many)), _timed(lambda: _look(few))) for _ in range(9)]
    desk = DeskClocks()
    _warm(desk, few, many)
    turns: list[tuple[float, float]] = []
    for n in range(FEW_DUE // TURN):
        order = (many, few) if n % 2 else (few, many)
        took = {id(d): _timed(lambda d=d: sweep(d, desk, now=NOW, limit=TURN)) for d in order}
        turns.append((took[id(many)], took[id(few)]))
    assert not _look(many) and not _look(few)
    for database in (few, many):
        database.close()
    ours, plain = (sum(each) for each in zip(*turns, strict=True))
    ratio = statistics.median(a / b for a, b in turns)
    found = [statistics.median(each) for each in zip(*looked, strict=True)]
    note = (
        f"median of {len(turns)} turns; finding them {found[0]:.1f} ms against {found[1]:.1f} ms; "
        f"{ours / FEW_DUE:.2f} ms a complaint with its three levels, clocks, audit and outbox"
    )
    what = f"sweep of {FEW_DUE:,} due among {stored:,} / among {SMALL:,} ({name})"
    return _figure(what, ours, plain, note) | {"ratio": round(ratio, 2)}


def _warm(desk: DeskClocks, *databases: Database) -> None:
    """Statements compiled, pages read: nothing is due yet at that moment."""
    for database in databases:
        sweep(database, desk, now=BEFORE)


def _look(database: Database) -> list[uuid.UUID]:
    with database.reading() as session:
        return list(due_complaints(session, now=NOW, limit=FEW_DUE))


def _drain(database: Database) -> None:
    desk = DeskClocks()
    while sweep(database, desk, now=NOW).looked_at:
        pass


def _drain_at(address: str) -> float:
    """The processor time it took here, in seconds; the database's comes on top."""
    began = time.process_time()
    database = Database(address)
    _drain(database)
    database.close()
    return time.process_time() - began


def _two_workers(address: str, due: int) -> dict[str, Any]:
    """One, two, two, one, …: each pair of turns meets the machine in the same mood."""
    database = Database(address)
    took: dict[int, list[float]] = {1: [], 2: []}
    own: list[float] = []
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(_idle, range(2)))
        fill(database, stored=200, due=200)
        list(pool.map(_drain_at, [address] * 2))
        for workers in (1, 2, 2, 1):
            fill(database, stored=due, due=due)
            began = time.perf_counter()
            busy = sum(pool.map(_drain_at, [address] * workers))
            took[workers].append((time.perf_counter() - began) * 1000)
            if workers == 1:
                own.append(busy * 1000)
            with database.reading() as session:
                fired = session.scalar(text("SELECT count(*) FROM escalations")) or 0
                distinct = (
                    "SELECT count(*) FROM (SELECT DISTINCT complaint_id, clock, level FROM escalations) d"
                )
                assert fired == session.scalar(text(distinct)) == 3 * due, fired
    database.close()
    one, two = statistics.median(took[1]), statistics.median(took[2])
    share = statistics.median(own) / one
    note = (
        f"every level once; {due / two * 1000:,.0f} complaints a second with two. A worker's own Python is "
        f"{share:.0%} of its time, PostgreSQL has the rest on the same {os.cpu_count()} cores"
    )
    return _figure(f"two workers draining {due:,} due / one (PostgreSQL)", two, one, note)


def _idle(_number: int) -> None:
    time.sleep(0.2)


def _turns(ours: Callable[[], None], plain: Callable[[], None], *, rounds: int) -> tuple[float, float]:
    """Medians of processor time in milliseconds: what others do on the machine does not count."""
    for _ in range(5):
        ours()
        plain()
    pairs = [(_cpu(ours), _cpu(plain)) for _ in range(rounds)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _cpu(work: Callable[[], None]) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def _sqlite(path: Path) -> Database:
    database = Database(f"sqlite:///{path}")
    migrate(database)
    return database


@contextmanager
def _counting(database: Database):  # type: ignore[no-untyped-def]  # a context manager of a plain list
    statements: list[str] = []

    def count(*arguments: Any) -> None:
        statements.append(arguments[2])

    event.listen(database.engine, "before_cursor_execute", count)
    yield statements
    event.remove(database.engine, "before_cursor_execute", count)


def _figure(what: str, ours: float, plain: float, note: str) -> dict[str, Any]:
    return {
        "what": what,
        "ours_ms": round(ours, 2),
        "plain_ms": round(plain, 2),
        "ratio": round(ours / plain, 2),
        "note": note,
    }


if __name__ == "__main__":
    found = measure(**SMALL) if "--small" in sys.argv else measure()
    print(json.dumps(found, indent=2, ensure_ascii=False))
