"""Which statements a piece of work sends to the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from service_api.core.database import Database


@contextmanager
def statements_of(database: Database) -> Iterator[list[str]]:
    """Their texts in order; complete when the block ends."""
    texts: list[str] = []

    def note(*given: Any) -> None:
        texts.append(given[2])

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield texts
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
