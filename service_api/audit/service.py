"""Write the audit log and prove that it is whole."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from service_api.audit.models import AuditEntry

ActorKind = Literal["customer", "staff", "assistant", "worker", "system"]
FIRST_HASH = "0" * 64
CHAIN_LOCK = 0x7469_6E67  # any constant: PostgreSQL's advisory lock that makes writers of the chain queue


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
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CHAIN_LOCK})
    previous = session.scalar(select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)) or FIRST_HASH
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
        entry.hash = previous = _hash(entry)
        entries.append(entry)
    session.add_all(entries)
    session.flush()
    return entries


def first_broken_link(session: Session) -> int | None:
    """The id of the first entry whose hash or predecessor does not fit; None when the chain is whole."""
    previous = FIRST_HASH
    query = select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=500)
    for entry in session.scalars(query):
        if entry.previous_hash != previous or entry.hash != _hash(entry):
            return entry.id
        previous = entry.hash
    return None


def _hash(entry: AuditEntry) -> str:
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
