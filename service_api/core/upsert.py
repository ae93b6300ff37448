"""Rows written once, and counters: statements that both databases know and SQLAlchemy does not share."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Table, literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from service_api.core.database import Base

Insert = sqlite.Insert | postgresql.Insert
Returned = TypeVar("Returned")


def insert_once(
    session: Session, model: type[Base], values: Mapping[str, Any], *, unique: Sequence[str]
) -> bool:
    """Insert a row unless one with the same unique columns is there; False when it was.

    On PostgreSQL a second writer of the same row waits for the first one's commit.
    """
    statement = _once(model, tuple(unique), session.get_bind().dialect.name)
    return session.execute(statement, dict(values)).scalar() is not None


def insert_new(
    session: Session,
    model: type[Base],
    rows: Sequence[Mapping[str, Any]],
    *,
    unique: Sequence[str],
    returning: InstrumentedAttribute[Returned],
) -> set[Returned]:
    """Insert many rows in one statement, without those that are there already; what it gives of the new."""
    if not rows:
        return set()
    insert = _insert(model, session.get_bind().dialect.name).on_conflict_do_nothing(
        index_elements=list(unique)
    )
    return set(session.execute(insert.returning(returning), [dict(row) for row in rows]).scalars())


def count_up(
    session: Session,
    model: type[Base],
    key: Mapping[str, Any],
    counter: InstrumentedAttribute[int],
) -> int:
    """Add one to the counter of the row with this key, which begins at 1, and give the new count."""
    counted = (
        _insert(model, session.get_bind().dialect.name)
        .values({**key, counter.key: 1})
        .on_conflict_do_update(index_elements=list(key), set_={counter.key: counter + 1})
    )
    return session.execute(counted.returning(counter)).scalar_one()


@cache  # building the statement costs more than running it
def _once(model: type[Base], unique: tuple[str, ...], dialect: str) -> Any:  # an INSERT … RETURNING 1
    insert = _insert(model, dialect).on_conflict_do_nothing(index_elements=list(unique))
    return insert.returning(literal_column("1"))


def _insert(model: type[Base], dialect: str) -> Insert:
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101  (narrows the type; mapped classes have one table)
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
