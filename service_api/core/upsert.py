"""Rows written once, and counters: statements that both databases know and SQLAlchemy does not share."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from service_api.core.database import Base


def insert_once(
    session: Session, model: type[Base], values: Mapping[str, Any], *, unique: Sequence[str]
) -> bool:
    """Insert a row unless one with the same unique columns is there; False when it was.

    On PostgreSQL a second writer of the same row waits for the first one's commit.
    """
    insert = _insert(session, model).values(dict(values)).on_conflict_do_nothing(index_elements=list(unique))
    return session.execute(insert.returning(literal_column("1"))).scalar() is not None


def count_up(
    session: Session,
    model: type[Base],
    key: Mapping[str, Any],
    counter: InstrumentedAttribute[int],
) -> int:
    """Add one to the counter of the row with this key, which begins at 1, and give the new count."""
    insert = _insert(session, model).values({**key, counter.key: 1})
    counted = insert.on_conflict_do_update(
        index_elements=list(key), set_={counter.key: counter + 1}
    ).returning(counter)
    return session.execute(counted).scalar_one()


def _insert(session: Session, model: type[Base]) -> sqlite.Insert | postgresql.Insert:
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101  (narrows the type; mapped classes have one table)
    return postgresql.insert(table) if on_postgresql else sqlite.insert(table)
