"""The database: SQLite in WAL mode by default, PostgreSQL by setting. Rooms see only sessions."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, MetaData, create_engine, event, make_url, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from service_api.core.problems import Malformed

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLITE_BUSY_MS = 10_000
WRITES = "ting_writes"
NO_ANSWER = (OperationalError, NoConnectionFree)  # what `does_not_answer` is asked about


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC, on both databases. SQLite keeps no zone, so it is put on again when read.

    Raises `ValueError` for a naive moment: which zone it meant cannot be known.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """One engine and its two kinds of session.

    A writing session takes SQLite's write lock when it begins (`BEGIN IMMEDIATE`), so that it waits for its
    turn instead of failing half-way with "database is locked".
    """

    def __init__(self, address: str) -> None:
        self.engine = _engine(address)
        self._read = sessionmaker(self.engine, expire_on_commit=False)
        self._write = sessionmaker(
            self.engine.execution_options(**{WRITES: True}), expire_on_commit=False, autoflush=True
        )

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that commits when the block ends and rolls back when it raises."""
        with _refusing_unfit(), self._write() as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reading only; whatever it changed is rolled back."""
        with _refusing_unfit(), self._read() as session:
            yield session

    def after_write(self, listener: Callable[[Session], None]) -> None:
        """Call `listener` with the session after each commit of a writing session, in the writer's thread."""
        event.listen(self._write, "after_commit", listener)

    def ping(self) -> None:
        """Raises `sqlalchemy.exc.SQLAlchemyError` when the database does not answer."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        self.engine.dispose()


def does_not_answer(error: Exception) -> bool:
    """Whether the database is locked for too long, gone, or asked by too many: the same may be tried again.

    SQLite has one class of errors for these and for faults of ours, as a table that is missing.
    """
    cause = getattr(error, "orig", None)
    return isinstance(error, NO_ANSWER) and getattr(cause, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR


@contextmanager
def _refusing_unfit() -> Iterator[None]:
    """What no column holds, as a NUL in a text of PostgreSQL's, is the sender's fault: `Malformed`."""
    try:
        yield
    except DataError as error:
        raise Malformed from error


def _engine(address: str) -> Engine:
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        if url.database and url.database != ":memory:":
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args={"timeout": SQLITE_BUSY_MS / 1000})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=10)


def _prepare_sqlite(dbapi_connection: Any, _record: object) -> None:  # DBAPI connections carry no type
    # The driver's own transactions begin too late; SQLAlchemy's documented remedy is to take them over.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "synchronous=NORMAL",
        f"busy_timeout={SQLITE_BUSY_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
