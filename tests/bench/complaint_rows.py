"""Many complaints with their legal clocks, put into a database by one statement."""

from pathlib import Path

from sqlalchemy import text

from service_api.core.database import Database
from service_api.core.migrate import migrate

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


def migrated_sqlite(path: Path) -> Database:
    database = Database(f"sqlite:///{path}")
    migrate(database)
    return database


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
