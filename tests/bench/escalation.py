"""What the sweep costs: with few and with many stored, by one worker and by two. Seconds on the wall."""

import os
import statistics
import time
import uuid
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sqlalchemy import text

from service_api.core.database import Database
from service_api.escalation.service import DeskClocks
from service_api.escalation.sweep import due_complaints, sweep
from tests.bench.complaint_rows import fill, migrated_sqlite
from tests.bench.figures import ratio_figure, wall_ms
from tests.service_api.postgresql import Cluster

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
BEFORE = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
FEW_STORED = 2_000
DUE = 1_000
TURN = 100


def sweep_on_sqlite(folder: Path, stored: int) -> dict[str, Any]:
    return _sweeps(migrated_sqlite(folder / "few.db"), migrated_sqlite(folder / "many.db"), stored, "SQLite")


def sweep_on_postgresql(cluster: Cluster, stored: int) -> dict[str, Any]:
    few, many = Database(cluster.url(cluster.copy("few"))), Database(cluster.url(cluster.copy("many")))
    return _sweeps(few, many, stored, "PostgreSQL")


def _sweeps(few: Database, many: Database, stored: int, name: str) -> dict[str, Any]:
    """The same due among few and among many, turn by turn: what else the machine does meets both alike."""
    fill(few, stored=FEW_STORED, due=DUE)
    fill(many, stored=stored, due=DUE)
    looked = [(wall_ms(lambda: _look(many)), wall_ms(lambda: _look(few))) for _ in range(9)]
    desk = DeskClocks()
    _warm(desk, few, many)
    turns: list[tuple[float, float]] = []
    for n in range(DUE // TURN):
        order = (many, few) if n % 2 else (few, many)
        took = {id(d): wall_ms(lambda d=d: sweep(d, desk, now=NOW, limit=TURN)) for d in order}
        turns.append((took[id(many)], took[id(few)]))
    assert not _look(many) and not _look(few)
    for database in (few, many):
        database.close()
    ours, plain = (sum(each) for each in zip(*turns, strict=True))
    ratio = statistics.median(a / b for a, b in turns)
    found = [statistics.median(each) for each in zip(*looked, strict=True)]
    note = (
        f"median of {len(turns)} turns; finding them {found[0]:.1f} ms against {found[1]:.1f} ms; "
        f"{ours / DUE:.2f} ms a complaint with its three levels, clocks, audit and outbox"
    )
    what = f"sweep of {DUE:,} due among {stored:,} / among {FEW_STORED:,} ({name})"
    return ratio_figure(what, ours, plain, note) | {"ratio": round(ratio, 2)}


def _warm(desk: DeskClocks, *databases: Database) -> None:
    """Statements compiled, pages read: nothing is due yet at that moment."""
    for database in databases:
        sweep(database, desk, now=BEFORE)


def _look(database: Database) -> list[uuid.UUID]:
    with database.reading() as session:
        return list(due_complaints(session, now=NOW, limit=DUE))


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


def two_workers(address: str, due: int) -> dict[str, Any]:
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
    return ratio_figure(f"two workers draining {due:,} due / one (PostgreSQL)", two, one, note)


def _idle(_number: int) -> None:
    time.sleep(0.2)
