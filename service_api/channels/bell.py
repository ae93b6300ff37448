"""Says "look now" to those who read a conversation in this process.

Losing a ring loses nothing: readers go by cursor, and once a second the bell itself looks for what other
processes wrote.
"""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service_api.channels.signs import PeopleSigns, people_signs
from service_api.conversations import queries
from service_api.conversations.queries import Pulse
from service_api.conversations.service import TOUCHED
from service_api.core.clock import Clock
from service_api.core.database import Database
from service_api.core.threads import in_thread

_Look = tuple[Pulse, PeopleSigns | None]
log = structlog.get_logger(__name__)
LOOK_EVERY_SECONDS = 1.0
AT_A_TIME = 500


class Bell:
    """One per process. `listen` gives an event that is set whenever the conversation has news."""

    def __init__(self, database: Database, machine: Clock) -> None:
        self._database = database
        self._machine = machine
        self._listeners: dict[uuid.UUID, set[asyncio.Event]] = defaultdict(set)
        self._pulses: dict[uuid.UUID, _Look] = {}
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
    def listen(self, conversation_id: uuid.UUID) -> Iterator[asyncio.Event]:
        """Set at first, so that a new reader looks at once. The reader clears it before it looks."""
        news = asyncio.Event()
        news.set()
        self._listeners[conversation_id].add(news)
        try:
            yield news
        finally:
            self._listeners[conversation_id].discard(news)
            if not self._listeners[conversation_id]:
                del self._listeners[conversation_id]
                self._pulses.pop(conversation_id, None)

    @property
    def listening(self) -> int:
        """How many readers there are."""
        return sum(len(events) for events in self._listeners.values())

    def after_write(self, session: Session) -> None:
        """Ring for the conversations that a committed session touched; called in any thread."""
        touched: set[uuid.UUID] = session.info.pop(TOUCHED, set())
        loop = self._loop
        if touched and loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._ring, touched)

    def _ring(self, ids: set[uuid.UUID]) -> None:
        for conversation_id in ids:
            for news in self._listeners.get(conversation_id, ()):
                news.set()

    async def _look_for_news(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            ids = list(self._listeners)
            for start in range(0, len(ids), AT_A_TIME):
                try:
                    await self._look_at(ids[start : start + AT_A_TIME])
                except SQLAlchemyError as error:
                    log.warning("looking for news failed", error=type(error).__name__)

    async def _look_at(self, ids: list[uuid.UUID]) -> None:
        found = await in_thread(self._read, ids)
        changed = {key for key, pulse in found.items() if self._pulses.get(key) != pulse}
        self._pulses.update({key: found[key] for key in changed if key in self._listeners})
        self._ring(changed)

    def _read(self, ids: list[uuid.UUID]) -> dict[uuid.UUID, _Look]:
        now = self._machine.now()
        with self._database.reading() as session:
            pulses = queries.pulses(session, ids, machine_now=now)
            signs = people_signs(session, ids, machine_now=now)
        return {key: (pulse, signs.get(key)) for key, pulse in pulses.items()}
