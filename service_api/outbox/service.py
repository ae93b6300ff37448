"""Write events and deliver them.

Two kinds of handler: an *effect* writes to our own database in the transaction that marks the event done, so
it happens exactly once; a *sending* talks to the outside with no transaction open, so it happens at least
once and must be harmless when repeated.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from service_api.core.database import Database
from service_api.core.upsert import insert_new, insert_once
from service_api.outbox import queries
from service_api.outbox.models import DEAD, DONE, PENDING, OutboxEvent

log = structlog.get_logger(__name__)
LEASE = timedelta(seconds=60)
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=6)
MOST_ATTEMPTS = 10
BATCH = 100


@dataclass(frozen=True, slots=True)
class Event:
    """An event as a handler sees it. `attempt` counts from 1."""

    id: int
    key: str
    topic: str
    payload: Mapping[str, Any]  # JSON
    created_at: datetime
    attempt: int


Effect = Callable[[Session, Event, datetime], None]
Sending = Callable[[Event, datetime], None]


@dataclass(frozen=True, slots=True)
class Handlers:
    """Who takes which topic. Every topic has exactly one handler."""

    effects: Mapping[str, Effect]
    sendings: Mapping[str, Sending]

    def __post_init__(self) -> None:
        if both := self.effects.keys() & self.sendings.keys():
            raise ValueError(f"topics with two handlers: {sorted(both)}")


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of delivery did."""

    done: int = 0
    failed: int = 0
    dead: int = 0


@dataclass(frozen=True, slots=True)
class Writing:
    """An event to be written."""

    topic: str
    key: str
    payload: Mapping[str, object]


def write(session: Session, *, topic: str, key: str, payload: Mapping[str, object], now: datetime) -> bool:
    """Put an event into the outbox, in the caller's transaction. False when the key was there already."""
    row = _row(Writing(topic, key, payload), now=now)
    return insert_once(session, OutboxEvent, row, unique=["key"])


def write_all(session: Session, events: Sequence[Writing], *, now: datetime) -> set[str]:
    """Put many events into the outbox in one statement. The keys of those that were not there already."""
    rows = [_row(event, now=now) for event in events]
    return insert_new(session, OutboxEvent, rows, unique=["key"], returning=OutboxEvent.key)


def _row(event: Writing, *, now: datetime) -> dict[str, object]:
    return {
        "topic": event.topic,
        "key": event.key,
        "payload": dict(event.payload),
        "created_at": now,
        "due_at": now,
        "attempts": 0,
        "state": PENDING,
        "last_error": "",
    }


def deliver(database: Database, handlers: Handlers, *, now: datetime, limit: int = BATCH) -> Round:
    """Deliver what is due, oldest first, each event by itself: one that fails holds up no other."""
    with database.reading() as session:
        if not queries.is_anything_due(session, now=now):
            return Round()
    done = failed = dead = 0
    for event in _take(database, now=now, limit=limit):
        error = _handle(database, handlers, event, now=now)
        if error is None:
            done += 1
        elif _put_off(database, event, error, now=now) == DEAD:
            dead += 1
        else:
            failed += 1
    return Round(done, failed, dead)


def wait_before(attempt: int) -> timedelta:
    """5 s, 10 s, 20 s, … at most 6 hours: how long after this failed attempt the next one comes."""
    return min(FIRST_WAIT * (1 << min(attempt - 1, 20)), LONGEST_WAIT)


def replay(session: Session, *, event_id: int, now: datetime) -> bool:
    """Make a dead event due again. False when it is not dead."""
    result = session.execute(
        update(OutboxEvent)
        .where(OutboxEvent.id == event_id, OutboxEvent.state == DEAD)
        .values(state=PENDING, ended_at=None, due_at=now, attempts=0)
    )
    return isinstance(result, CursorResult) and result.rowcount == 1


def forget_done(session: Session, *, before: datetime) -> int:
    """Delete delivered events that ended before the given moment. Dead ones stay until a person decides."""
    result = session.execute(
        delete(OutboxEvent).where(OutboxEvent.state == DONE, OutboxEvent.ended_at < before)
    )
    return result.rowcount if isinstance(result, CursorResult) else 0


def _take(database: Database, *, now: datetime, limit: int) -> list[Event]:
    with database.writing() as session:
        rows = session.scalars(
            select(OutboxEvent)
            .where(OutboxEvent.state == PENDING, OutboxEvent.due_at <= now)
            .order_by(OutboxEvent.due_at, OutboxEvent.id)
            .limit(limit)
            .with_for_update(skip_locked=True)  # SQLite has no such clause: there the write lock does it
        ).all()
        for row in rows:
            row.attempts += 1
            row.due_at = now + LEASE
        return [Event(r.id, r.key, r.topic, r.payload, r.created_at, r.attempts) for r in rows]


def _handle(database: Database, handlers: Handlers, event: Event, *, now: datetime) -> str | None:
    try:
        if (sending := handlers.sendings.get(event.topic)) is not None:
            sending(event, now)
            with database.writing() as session:
                _finish(session, event, now=now)
            return None
        effect = handlers.effects.get(event.topic)
        if effect is None:
            return "no handler"
        with database.writing() as session:
            if _finish(session, event, now=now):
                effect(session, event, now)
    except Exception as error:  # the edge of the worker: one bad event must not stop the others
        log.warning("event not delivered", event_id=event.id, topic=event.topic, exc_info=error)
        return type(error).__name__
    return None


def _finish(session: Session, event: Event, *, now: datetime) -> bool:
    """Mark the event done unless another worker has taken it up since."""
    result = session.execute(
        update(OutboxEvent)
        .where(
            OutboxEvent.id == event.id,
            OutboxEvent.state == PENDING,
            OutboxEvent.attempts == event.attempt,
        )
        .values(state=DONE, ended_at=now, last_error="")
    )
    return isinstance(result, CursorResult) and result.rowcount == 1


def _put_off(database: Database, event: Event, error: str, *, now: datetime) -> str:
    over = event.attempt >= MOST_ATTEMPTS
    state = DEAD if over else PENDING
    with database.writing() as session:
        session.execute(
            update(OutboxEvent)
            .where(
                OutboxEvent.id == event.id,
                OutboxEvent.state == PENDING,
                OutboxEvent.attempts == event.attempt,
            )
            .values(
                state=state,
                last_error=error[:200],
                ended_at=now if over else None,
                due_at=now + wait_before(event.attempt),
            )
        )
    return state
