"""The search engine inside this process: loaded in the background, swapped when a newer index is there."""

import threading
from typing import Protocol

import structlog

from knowledge.results import Result
from service_api.core.problems import Unavailable

log = structlog.get_logger(__name__)
LOOK_EVERY_SECONDS = 3.0


class SearchUnavailable(Unavailable):
    type = "search-unavailable"
    title = "知识库暂不可用"


class Engine(Protocol):
    """A loaded index. Safe to call from several threads."""

    def search(self, query: str, *, language: str | None = None) -> Result: ...


class Source(Protocol):
    """Where indexes come from."""

    def version(self) -> str | None:
        """Names the newest complete index; None when there is none."""
        ...

    def load(self) -> Engine: ...


class LiveIndex:
    """The engine in force. A newer index replaces it in one assignment; a broken one leaves it in place."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._engine: Engine | None = None
        self._version: str | None = None
        self._problem: str | None = "loading"
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Load in a thread of its own, so that the service answers at once."""
        self._thread = threading.Thread(target=self._follow, name="index", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=1)

    @property
    def problem(self) -> str | None:
        """What keeps the search from answering, None when it does."""
        return self._problem if self._engine is None else None

    @property
    def engine(self) -> Engine:
        """Raises `SearchUnavailable` while there is none."""
        if self._engine is None:
            raise SearchUnavailable(self._problem or "")
        return self._engine

    def look(self) -> None:
        """Load the newest index when it is not the one in force."""
        version = self._source.version()
        if version is None:
            self._problem = "the index is missing"
            return
        if version == self._version:
            return
        try:
            engine = self._source.load()
        except Exception as error:  # the edge of this thread: a broken index must not stop the service
            self._problem = f"the index cannot be read: {type(error).__name__}"
            log.error("index not loaded", version=version, error=type(error).__name__, exc_info=error)
            self._version = version
            return
        self._engine, self._version, self._problem = engine, version, None
        log.info("index loaded", version=version)

    def _follow(self) -> None:
        while not self._stopping.is_set():
            self.look()
            self._stopping.wait(LOOK_EVERY_SECONDS)


class NoIndex:
    """Where no index is, as in a test of other things."""

    def version(self) -> str | None:
        return None

    def load(self) -> Engine:
        raise FileNotFoundError("there is no index")
