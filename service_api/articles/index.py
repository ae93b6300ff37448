"""The search engine inside this process: opened in the background; from then on it follows new indexes."""

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Protocol

import structlog

from knowledge.article import Language
from knowledge.index import IndexUnavailable, stamp
from knowledge.results import Result
from service_api.core.problems import Unavailable

log = structlog.get_logger(__name__)
TRY_EVERY_SECONDS = 2.0
LOOK_EVERY_SECONDS = 2.0


class SearchUnavailable(Unavailable):
    type = "search-unavailable"
    title = "知识库暂不可用"


class Engine(Protocol):
    """An opened index; safe to ask from any thread. It goes over to a newer index by itself."""

    def search(self, text: str, language: Language | None = None) -> Result: ...


OpenEngine = Callable[[], Engine]
KeepUp = Callable[[Engine], object]
"""Brings an engine's index up to what the desk has published; cheap when nothing has changed."""


def engine_in(directory: Path, *, today: Callable[[], date]) -> OpenEngine:
    """Opens the index of a folder, its models loaded. Raises `IndexUnavailable` while there is none."""

    def open_engine() -> Engine:
        if stamp(directory) is None:
            raise IndexUnavailable("the index is missing")
        # The search brings the embedding libraries along: no import of this module should wait for them.
        from knowledge.search import Engine as FaqEngine

        engine = FaqEngine.open(directory, today=today)
        engine.wait_until_ready()
        return engine

    return open_engine


class LiveIndex:
    """The engine once it is there. The service answers meanwhile, and says what is missing."""

    def __init__(self, open_engine: OpenEngine, keep_up: KeepUp | None = None) -> None:
        self._open = open_engine
        self._keep_up = keep_up
        self._engine: Engine | None = None
        self._problem = "loading"
        self._stopping = threading.Event()
        self._news = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Open in a thread of its own, again and again until there is an index; from then on keep up."""
        self._thread = threading.Thread(target=self._run, name="index", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._news.set()
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
            raise SearchUnavailable(self._problem)
        return self._engine

    def try_to_open(self) -> bool:
        """True once it is open; otherwise `problem` says why not."""
        try:
            engine = self._open()
            self._bring_up(engine)  # before it serves: a retired answer must not come back with a restart
            self._engine = engine
        except IndexUnavailable:
            self._problem = "the index is missing or damaged"
            return False
        except Exception as error:  # the edge of a thread: a broken index must not stop the service
            self._problem = f"the index cannot be opened: {type(error).__name__}"
            log.error("index not opened", error=type(error).__name__, exc_info=error)
            return False
        log.info("index opened")
        return True

    def look_again(self) -> None:
        """Something was published in this process: do not wait for the next look."""
        self._news.set()

    def _run(self) -> None:
        while not self._stopping.is_set() and not self.try_to_open():
            self._stopping.wait(TRY_EVERY_SECONDS)
        while not self._stopping.is_set():
            self._news.wait(LOOK_EVERY_SECONDS)
            self._news.clear()
            if self._engine is not None and not self._stopping.is_set():
                self._bring_up(self._engine)

    def _bring_up(self, engine: Engine) -> None:
        if self._keep_up is None:
            return
        try:
            self._keep_up(engine)
        except (
            Exception
        ) as error:  # the edge of a thread: the index serves on as it is, and the next look tries again
            log.error("index not brought up to date", error=type(error).__name__, exc_info=error)
