"""Migrations lead from nothing to exactly what the models say, on both databases, and back."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, inspect, text

from service_api import tables
from service_api.audit.models import AuditEntry
from service_api.audit.proof import first_flaw
from service_api.audit.service import FIRST_HASH, Actor, entry_hash, record
from service_api.core.database import Database
from service_api.core.migrate import alembic_config, is_current, migrate
from tests.service_api.conftest import SERVICE_TOKEN


def test_the_migrated_schema_is_what_the_models_say(database: Database) -> None:
    assert is_current(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.METADATA) == []


def test_migrations_lead_back_to_nothing_and_up_again(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/there-and-back.db")
    migrate(database)
    command.downgrade(alembic_config(database), "base")
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    migrate(database)
    assert is_current(database)
    database.close()


def test_an_older_database_keeps_its_rows_and_its_proof(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/older.db")
    command.upgrade(alembic_config(database), "0001")
    with database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO unanswered_questions (language, key, question, outcome, confidence, "
                "times_asked, first_asked_at, last_asked_at) "
                "VALUES ('zh', 'k', '能不能用积分抵年费', 'none', 0.4, 2, "
                "'2026-11-20 04:00:00', '2026-11-20 04:00:00')"
            )
        )
        entry = AuditEntry(
            at=datetime(2026, 11, 20, tzinfo=UTC),
            actor_kind="system",
            actor_id="",
            action="staff.added",
            subject_kind="staff",
            subject_id="1",
            facts={},
            previous_hash=FIRST_HASH,
        )
        names = {column.name for column in AuditEntry.__table__.columns} - {"id", "hash"}
        row = {name: getattr(entry, name) for name in names}
        connection.execute(insert(AuditEntry).values(**row, hash=entry_hash(entry)))
    migrate(database)

    with database.reading() as session:
        assert session.scalar(text("SELECT question FROM unanswered_questions")) == "能不能用积分抵年费"
        assert session.scalar(text("SELECT entries FROM audit_head")) == 1
        assert first_flaw(session) is None
    with database.writing() as session:
        record(
            session, by=Actor("system"), action="staff.changed", subject=("staff", "1"), now=datetime.now(UTC)
        )
    with database.reading() as session:
        assert first_flaw(session) is None
    database.close()


def test_audit_verify_names_the_first_broken_link(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/ting.db")
    migrate(database)
    environment = os.environ | {
        "TING_DATA_DIR": str(tmp_path),
        "TING_DATABASE_URL": "",
        "TING_RASA_SECRET": SERVICE_TOKEN,
        "TING_SERVICE_TOKEN": SERVICE_TOKEN,
        "TING_CODE_PEPPER": SERVICE_TOKEN,
    }
    verify = [sys.executable, "-m", "service_api", "audit", "verify"]
    assert subprocess.run(verify, env=environment, check=False, capture_output=True).returncode == 0
    with database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO audit_entries (at, actor_kind, actor_id, action, subject_kind, subject_id, "
                "facts, previous_hash, hash) "
                "VALUES ('2026-11-21 04:00:00', 'staff', '', 'x', 'y', 'z', '{}', 'no', 'no')"
            )
        )
    database.close()
    done = subprocess.run(verify, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "entry 1 " in done.stdout
