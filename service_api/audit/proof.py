"""Prove that the audit log is whole: nothing in it was changed, and nothing cut off its end.

The chain shows a change in the middle, the head a missing end. Who may write to the database could rewrite
both; what they said earlier stands in the checkpoints, a file (and a line of the worker's log) that the
database cannot reach. An auditor who keeps copies of it elsewhere needs to trust nobody here.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.audit.models import AuditEntry, AuditHead
from service_api.audit.service import FIRST_HASH, HEAD, entry_hash
from service_api.settings import Settings


class Wrong(StrEnum):
    CHANGED = "changed"
    CUT = "cut"
    HEAD = "head"
    CHECKPOINT = "checkpoint"


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong first. `entry_id`: the entry that does not fit, or the last one before the cut."""

    wrong: Wrong
    entry_id: int
    missing: int = 0

    def __str__(self) -> str:
        return {
            Wrong.CHANGED: f"entry {self.entry_id} does not fit the one before it or its own content",
            Wrong.CUT: f"it ends after entry {self.entry_id}: {self.missing} more were written",
            Wrong.HEAD: f"its head does not fit the log, which ends with entry {self.entry_id}",
            Wrong.CHECKPOINT: f"entry {self.entry_id} is not what a checkpoint says it was",
        }[self.wrong]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How long the log was at a moment, and the hash of its last entry."""

    at: datetime
    entries: int
    last_hash: str


class ForgedCheckpoint(ValueError):
    """A line of the checkpoints was not written by us, or one before it was taken out."""


def first_flaw(session: Session, checkpoints: Iterable[Checkpoint] = ()) -> Flaw | None:
    """The first thing that is wrong with the log, None when it is whole. Writers need not stop for it."""
    said = {point.entries: point.last_hash for point in checkpoints}
    entries, head_hash = _head(session)
    count, last_id, last_hash = 0, 0, FIRST_HASH
    query = select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=500)
    with closing(session.scalars(query)) as log:
        for entry in log:
            if entry.previous_hash != last_hash or entry.hash != entry_hash(entry):
                return Flaw(Wrong.CHANGED, entry.id)
            count, last_id, last_hash = count + 1, entry.id, entry.hash
            if said.get(count, last_hash) != last_hash:
                return Flaw(Wrong.CHECKPOINT, entry.id)
            if count == entries and last_hash != head_hash:
                return Flaw(Wrong.HEAD, entry.id)
    longest = max([entries, *said])
    if count < longest:
        return Flaw(Wrong.CUT, last_id, missing=longest - count)
    return Flaw(Wrong.HEAD, last_id) if count > _head(session)[0] else None


@dataclass(frozen=True, slots=True)
class CheckpointFile:
    """Sealed lines, oldest first; whoever lacks the key cannot write one."""

    path: Path
    key: str

    def add(self, session: Session, *, now: datetime) -> Checkpoint | None:
        """A line about the log as it is now; None when it has not grown. Raises `ForgedCheckpoint`."""
        lines = list(self._lines())
        entries, last_hash = _head(session)
        if entries == (lines[-1][0].entries if lines else 0):
            return None
        point = Checkpoint(now, entries, last_hash)
        seal = self._seal(point, lines[-1][1] if lines else "")
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(_content(point) | {"seal": seal}) + "\n")
        return point

    def read(self) -> list[Checkpoint]:
        """Raises `ForgedCheckpoint`."""
        return [point for point, _ in self._lines()]

    def _lines(self) -> Iterator[tuple[Checkpoint, str]]:
        if not self.path.exists():
            return
        seal = ""
        with self.path.open(encoding="utf-8") as file:
            for number, text in enumerate(file, start=1):
                try:
                    line = json.loads(text)
                    point = Checkpoint(datetime.fromisoformat(line["at"]), line["entries"], line["hash"])
                    expected, seal = self._seal(point, seal), str(line["seal"])
                except (ValueError, KeyError, TypeError) as error:
                    raise ForgedCheckpoint(f"line {number} cannot be read") from error
                if not hmac.compare_digest(expected, seal):
                    raise ForgedCheckpoint(f"line {number} does not bear our seal")
                yield point, seal

    def _seal(self, point: Checkpoint, previous: str) -> str:
        """Covers the line before as well, so that none can be taken out of the middle."""
        text = json.dumps(["audit checkpoint", _content(point), previous], sort_keys=True)
        return hmac.new(self.key.encode(), text.encode(), hashlib.sha256).hexdigest()


def _head(session: Session) -> tuple[int, str]:
    query = select(AuditHead.entries, AuditHead.last_hash).where(AuditHead.id == HEAD)
    row = session.execute(query).one_or_none()
    return (row.entries, row.last_hash) if row is not None else (0, FIRST_HASH)


def _content(point: Checkpoint) -> dict[str, str | int]:
    return {"at": point.at.isoformat(), "entries": point.entries, "hash": point.last_hash}


def checkpoints_of(settings: Settings) -> CheckpointFile:
    """In the data folder, sealed with a key of this service."""
    path = settings.data_dir / "audit" / "checkpoints.jsonl"
    return CheckpointFile(path, settings.code_pepper.get_secret_value())
