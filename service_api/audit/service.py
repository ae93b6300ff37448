"""Write the audit log: each entry is chained to the one before it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from service_api.audit.models import AuditEntry, AuditHead
from service_api.core.database import Database
from service_api.core.upsert import insert_once

ActorKind = Literal["customer", "staff", "assistant", "worker", "system"]
FIRST_HASH = "0" * 64
HEAD = 1


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a customer (conversation id), a member of staff (id), the assistant, or the worker."""

    kind: ActorKind
    id: str = ""


ASSISTANT = Actor("assistant")
WORKER = Actor("worker")
SYSTEM = Actor("system")


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done, to be recorded. `subject` is (kind, id)."""

    by: Actor
    action: str
    subject: tuple[str, str]
    facts: Mapping[str, object] = field(default_factory=dict)


def record(
    session: Session, *, by: Actor, action: str, subject: tuple[str, str], now: datetime, **facts: object
) -> AuditEntry:
    """Append one deed to the log, in the caller's transaction. `subject` is (kind, id)."""
    return record_all(session, [Deed(by, action, subject, facts)], now=now)[0]


def record_all(session: Session, deeds: Sequence[Deed], *, now: datetime) -> list[AuditEntry]:
    """Append deeds in their order. Writers of the chain queue from here to their commit: call it last."""
    session.flush()
    if not deeds:
        return []
    count, previous = _locked_head(session)
    entries = []
    for deed in deeds:
        entry = AuditEntry(
            at=now,
            actor_kind=deed.by.kind,
            actor_id=deed.by.id,
            action=deed.action,
            subject_kind=deed.subject[0],
            subject_id=deed.subject[1],
            facts={key: _plain(value) for key, value in deed.facts.items()},
            previous_hash=previous,
        )
        entry.hash = previous = entry_hash(entry)
        entries.append(entry)
    session.add_all(entries)
    session.flush()
    session.execute(
        update(AuditHead)
        .where(AuditHead.id == HEAD)
        .values(entries=count + len(entries), last_hash=previous)
        .execution_options(synchronize_session=False)
    )
    return entries


def record_apart(database: Database, deed: Deed, *, now: datetime) -> None:
    """Append one deed in a transaction of its own: for what was only read, before the answer leaves."""
    with database.writing() as session:
        record_all(session, [deed], now=now)


def _locked_head(session: Session) -> tuple[int, str]:
    query = select(AuditHead.entries, AuditHead.last_hash).where(AuditHead.id == HEAD).with_for_update()
    row = session.execute(query).one_or_none()
    if row is None:
        # The first entry of a new database. Were the row taken away later, the entries that are left begin a
        # new count, and the checkpoints tell.
        count = session.scalar(select(func.count()).select_from(AuditEntry)) or 0
        last = session.scalar(select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1))
        first = {"id": HEAD, "entries": count, "last_hash": last or FIRST_HASH}
        insert_once(session, AuditHead, first, unique=["id"])
        row = session.execute(query).one()
    return row.entries, row.last_hash


def entry_hash(entry: AuditEntry) -> str:
    """SHA-256 over the content and the hash before it."""
    content = [
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor_kind,
        entry.actor_id,
        entry.action,
        entry.subject_kind,
        entry.subject_id,
        entry.facts,
        entry.previous_hash,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, str | int | bool | list | dict) else str(value)
