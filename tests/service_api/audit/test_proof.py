"""The audit log cannot be changed unseen: not in the middle, not at its end, not as a whole."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from service_api.audit.models import AuditEntry, AuditHead
from service_api.audit.proof import CheckpointFile, Flaw, ForgedCheckpoint, Wrong, first_flaw
from service_api.audit.service import SYSTEM, Deed, entry_hash, record, record_all, record_apart
from service_api.core.database import Database

MOMENT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


def deeds(count: int) -> list[Deed]:
    return [Deed(SYSTEM, "a.deed", ("thing", str(number))) for number in range(count)]


@pytest.fixture
def ids(database: Database) -> list[int]:
    """Five entries."""
    with database.writing() as session:
        return [entry.id for entry in record_all(session, deeds(5), now=MOMENT)]


@pytest.fixture
def checkpoints(tmp_path: Path) -> CheckpointFile:
    return CheckpointFile(tmp_path / "audit" / "checkpoints.jsonl", "a key of the tests")


def behind_the_triggers(database: Database, *statements: str) -> None:
    """What somebody with the database's own rights can do."""
    with database.writing() as session:
        connection = session.connection()
        if database.is_sqlite:
            names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all()
            for (name,) in names:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for statement in statements:
            connection.exec_driver_sql(statement)


def flaw(database: Database, checkpoints: CheckpointFile | None = None) -> Flaw | None:
    with database.reading() as session:
        return first_flaw(session, checkpoints.read() if checkpoints else ())


def note(database: Database, checkpoints: CheckpointFile) -> bool:
    with database.reading() as session:
        return checkpoints.add(session, now=MOMENT) is not None


def test_an_empty_log_is_whole_and_so_is_one_that_was_only_added_to(
    database: Database, checkpoints: CheckpointFile
) -> None:
    assert flaw(database, checkpoints) is None
    for _ in range(3):
        record_apart(database, deeds(1)[0], now=MOMENT)
        assert note(database, checkpoints)
    assert not note(database, checkpoints)
    assert flaw(database, checkpoints) is None
    assert [point.entries for point in checkpoints.read()] == [1, 2, 3]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET action = 'x'",
        "DELETE FROM audit_entries",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET entries = entries - 1",
        "UPDATE audit_head SET last_hash = 'x'",
    ],
)
def test_the_database_itself_refuses_changes(database: Database, ids: list[int], statement: str) -> None:
    with pytest.raises(Exception, match="append-only"), database.writing() as session:
        session.connection().exec_driver_sql(statement)


def test_a_changed_entry_is_named(database: Database, ids: list[int]) -> None:
    behind_the_triggers(database, f"UPDATE audit_entries SET subject_id = '9' WHERE id = {ids[2]}")
    assert flaw(database) == Flaw(Wrong.CHANGED, ids[2])


def test_the_entry_after_one_that_was_taken_out_is_named(database: Database, ids: list[int]) -> None:
    behind_the_triggers(database, f"DELETE FROM audit_entries WHERE id = {ids[2]}")
    assert flaw(database) == Flaw(Wrong.CHANGED, ids[3])


def test_a_tail_that_was_cut_off_is_named(database: Database, ids: list[int]) -> None:
    behind_the_triggers(database, f"DELETE FROM audit_entries WHERE id > {ids[2]}")
    assert flaw(database) == Flaw(Wrong.CUT, ids[2], missing=2)
    assert "ends after entry" in str(flaw(database))


def test_what_is_written_after_a_cut_does_not_heal_it(database: Database, ids: list[int]) -> None:
    behind_the_triggers(database, f"DELETE FROM audit_entries WHERE id > {ids[2]}")
    with database.writing() as session:
        after = record(session, by=SYSTEM, action="a.deed", subject=("thing", "9"), now=MOMENT).id
    assert flaw(database) == Flaw(Wrong.CHANGED, after)


def test_a_cut_tail_with_a_head_to_match_is_found_by_the_checkpoints(
    database: Database, ids: list[int], checkpoints: CheckpointFile
) -> None:
    note(database, checkpoints)
    with database.reading() as session:
        kept = session.get_one(AuditEntry, ids[2]).hash
    behind_the_triggers(
        database,
        f"DELETE FROM audit_entries WHERE id > {ids[2]}",
        f"UPDATE audit_head SET entries = 3, last_hash = '{kept}'",
    )
    assert flaw(database) is None
    assert flaw(database, checkpoints) == Flaw(Wrong.CUT, ids[2], missing=2)


def test_a_history_written_anew_is_found_by_the_checkpoints(
    database: Database, ids: list[int], checkpoints: CheckpointFile
) -> None:
    note(database, checkpoints)
    with database.reading() as session:
        last = session.get_one(AuditEntry, ids[-1])
        last.subject_id = "another"
        anew = entry_hash(last)
    behind_the_triggers(
        database,
        f"UPDATE audit_entries SET subject_id = 'another', hash = '{anew}' WHERE id = {ids[-1]}",
        f"UPDATE audit_head SET last_hash = '{anew}'",
    )
    assert flaw(database) is None
    assert flaw(database, checkpoints) == Flaw(Wrong.CHECKPOINT, ids[-1])


def test_a_head_that_was_taken_away_or_turned_is_named(database: Database, ids: list[int]) -> None:
    behind_the_triggers(database, "UPDATE audit_head SET last_hash = 'x'")
    assert flaw(database) == Flaw(Wrong.HEAD, ids[-1])
    behind_the_triggers(database, "DELETE FROM audit_head")
    assert flaw(database) == Flaw(Wrong.HEAD, ids[-1])


@pytest.mark.parametrize("lines", [slice(1, None), slice(None, None, -1)])
def test_a_line_taken_out_of_the_checkpoints_or_moved_is_found(
    database: Database, checkpoints: CheckpointFile, lines: slice
) -> None:
    for _ in range(3):
        record_apart(database, deeds(1)[0], now=MOMENT)
        note(database, checkpoints)
    kept = checkpoints.path.read_text().splitlines(keepends=True)
    checkpoints.path.write_text("".join(kept[lines]))
    with pytest.raises(ForgedCheckpoint):
        checkpoints.read()


@pytest.mark.parametrize("line", ["no json", "{}", '{"at": 1}', "[]", '{"at":"2026-11-21","entries":1}'])
def test_rubbish_among_the_checkpoints_is_found(checkpoints: CheckpointFile, line: str) -> None:
    checkpoints.path.parent.mkdir()
    checkpoints.path.write_text(line + "\n")
    with pytest.raises(ForgedCheckpoint):
        checkpoints.read()


def test_who_lacks_the_key_cannot_write_a_checkpoint(
    database: Database, ids: list[int], checkpoints: CheckpointFile
) -> None:
    note(database, CheckpointFile(checkpoints.path, "another key"))
    with pytest.raises(ForgedCheckpoint):
        checkpoints.read()


def test_writers_at_once_make_one_chain(database: Database) -> None:
    def work(_: int) -> None:
        record_apart(database, deeds(1)[0], now=MOMENT + timedelta(seconds=1))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(20)))
    assert flaw(database) is None
    with database.reading() as session:
        assert session.scalar(select(AuditHead.entries)) == 20
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == 20


def test_what_is_rolled_back_does_not_count(database: Database, ids: list[int]) -> None:
    with pytest.raises(RuntimeError), database.writing() as session:
        record_all(session, deeds(2), now=MOMENT)
        raise RuntimeError
    assert flaw(database) is None
    with database.reading() as session:
        assert session.scalar(select(AuditHead.entries)) == 5
