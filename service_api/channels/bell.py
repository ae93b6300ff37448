"""Says "look now" to those who read a conversation in this process.

Losing a ring loses nothing: readers go by cursor, and once a second the bell itself looks for what other
processes wrote. It rings for those only who have not been shown it yet.
"""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service_api.channels.signs import Look, PeopleSigns, people_signs
from service_api.conversations import queries
from service_api.conversations.service import TOUCHED
from service_api.core.clock import Clock
from service_api.core.database import Database
from service_api.core.threads import in_thread

log = structlog.get_logger(__name__)
LOOK_EVERY_SECONDS = 1.0
AT_A_TIME = 500
NOBODY = PeopleSigns()


@dataclass(eq=False, slots=True)
class Reader:
    """Somebody who reads one conversation: `news` is set when there is something to look at, `shown` is what
    they saw last, None before their first look."""

    news: asyncio.Event = field(default_factory=asyncio.Event)
    shown: Look | None = None


class Bell:
    """One per process. `listen` gives a reader whose event is set whenever the conversation has news."""

    def __init__(self, database: Database, machine: Clock) -> None:
        self._database = database
        self._machine = machine
        self._readers: dict[uuid.UUID, set[Reader]] = defaultdict(set)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """From the event loop that serves."""
        self._loop = asyncio.get_running_loop()
        self._looking = asyncio.create_task(self._look_for_news())

    async def stop(self) -> None:
        self._loop = None
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking

    @contextmanager
    def listen(self, conversation_id: uuid.UUID) -> Iterator[Reader]:
        """There is news at first: a new reader looks at once. The reader clears it before it looks."""
        reader = Reader()
        reader.news.set()
        self._readers[conversation_id].add(reader)
        try:
            yield reader
        finally:
            self._readers[conversation_id].discard(reader)
            if not self._readers[conversation_id]:
                del self._readers[conversation_id]

    def readers_of(self, conversation_id: uuid.UUID) -> int:
        return len(self._readers.get(conversation_id, ()))

    @property
    def listening(self) -> int:
        """How many readers there are."""
        return sum(len(readers) for readers in self._readers.values())

    def after_write(self, session: Session) -> None:
        """Ring for the conversations that a committed session touched; called in any thread."""
        touched: set[uuid.UUID] = session.info.pop(TOUCHED, set())
        loop = self._loop
        if touched and loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._ring, touched)

    def _ring(self, ids: set[uuid.UUID]) -> None:
        for conversation_id in ids:
            for reader in self._readers.get(conversation_id, ()):
                reader.news.set()

    async def _look_for_news(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            ids = list(self._readers)
            for start in range(0, len(ids), AT_A_TIME):
                try:
                    await self._look_at(ids[start : start + AT_A_TIME])
                except SQLAlchemyError as error:
                    log.warning("looking for news failed", error=type(error).__name__)

    async def _look_at(self, ids: list[uuid.UUID]) -> None:
        for conversation_id, look in (await in_thread(self._read, ids)).items():
            for reader in self._readers.get(conversation_id, ()):
                if reader.shown is not None and reader.shown != look:
                    reader.news.set()

    def _read(self, ids: list[uuid.UUID]) -> dict[uuid.UUID, Look]:
        now = self._machine.now()
        with self._database.reading() as session:
            pulses = queries.pulses(session, ids, machine_now=now)
            signs = people_signs(session, ids, machine_now=now)
        return {key: Look(pulse, signs.get(key, NOBODY)) for key, pulse in pulses.items()}
