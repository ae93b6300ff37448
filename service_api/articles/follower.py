"""Keeping the index at what the desk has published: each process compares and puts right what differs.

The database says what customers may be told; an index is a copy of it that may be old, newly built from the
files, or on another machine. So nobody sends news about: whoever serves an index looks at the stamp every two
seconds, and one of the processes that share a folder writes the next version, which the others take over.
"""

import fcntl
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Protocol, runtime_checkable
from zoneinfo import ZoneInfo

import structlog

from knowledge.article import Article
from knowledge.yaml_source import ArticleError
from service_api.articles.files import Handbook, read_files
from service_api.articles.shelf import Shelf, shelf_on, stamp
from service_api.core.clock import Clock
from service_api.core.database import Database

log = structlog.get_logger(__name__)


class ServingSnapshot(Protocol):
    @property
    def articles(self) -> tuple[Article, ...]: ...


@runtime_checkable
class Publishing(Protocol):
    """An engine whose index can be changed while it serves."""

    @property
    def version(self) -> str: ...

    @property
    def snapshot(self) -> ServingSnapshot: ...

    def refresh(self) -> bool: ...

    def publish(self, changed: Sequence[Article], *, removed: Collection[str] = ()) -> str: ...


class Follower:
    """Calls cost one small query while nothing has changed."""

    def __init__(
        self, database: Database, clock: Clock, zone: ZoneInfo, handbook: Handbook, index: Path
    ) -> None:
        self._database = database
        self._clock = clock
        self._zone = zone
        self._handbook = handbook
        self._index = index
        self._seen: tuple[int, date, str] | None = None

    def __call__(self, engine: object) -> bool:
        """Bring the index up to the day and the stamp. True when a version was written."""
        if not isinstance(engine, Publishing):
            return False
        today = self._clock.now().astimezone(self._zone).date()
        with self._database.reading() as session:
            now_at = stamp(session)
        if self._seen == (now_at, today, engine.version):
            return False
        with self._only_writer():
            return self._bring_up(engine, today)

    def _bring_up(self, engine: Publishing, today: date) -> bool:
        try:
            read_files(self._database, self._handbook, today=today, now=self._clock.now())
        except ArticleError as error:  # a mistake in a file must not keep back what the desk has published
            log.error("article files not read", reason=str(error))
        engine.refresh()
        with self._database.reading() as session:
            now_at = stamp(session)
            shelf = shelf_on(session, today, self._handbook.rates)
        changed, removed = differences(engine.snapshot.articles, shelf)
        for id in shelf.broken:
            log.error("article cannot be read, the index keeps its old text", article_id=id)
        if changed or removed:
            version = engine.publish(changed, removed=removed)
            log.info("articles published", changed=len(changed), removed=len(removed), version=version)
        self._seen = (now_at, today, engine.version)
        return bool(changed or removed)

    @contextmanager
    def _only_writer(self) -> Iterator[None]:
        # Two processes that publish at once would each leave out what the other has put in.
        with (self._index / ".follower.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def differences(serving: Sequence[Article], shelf: Shelf) -> tuple[list[Article], list[str]]:
    """Articles to put into the index, and ids to take out. What the desk does not know of stays."""
    served = {article.id: article.content_hash for article in serving}
    changed = [one for one in shelf.articles.values() if served.get(one.id) != one.content_hash]
    removed = [id for id in served if id in shelf.known and id not in shelf.articles]
    return changed, removed
