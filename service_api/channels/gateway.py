"""The way of a customer's message to the assistant and back.

Messages of one conversation are taken strictly in order: by one task in this process, and by a lease in the
database among processes. No transaction is open while the assistant thinks.
"""

import asyncio
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service_api.channels.rasa import AssistantUnavailable
from service_api.channels.waiting_answers import with_waiting_answers
from service_api.conversations import queries, service, turns
from service_api.conversations.hours import OfficeHours, WorkingDay
from service_api.conversations.models import Conversation
from service_api.conversations.turns import Reply, Turn
from service_api.core.clock import Clock
from service_api.core.database import Database
from service_api.core.threads import in_thread

log = structlog.get_logger(__name__)
LEASE_BEYOND_TIMEOUT = timedelta(seconds=10)
SWEEP_SECONDS = 15.0
GRACE_SECONDS = 3.0


class Assistant(Protocol):
    async def ask(self, turn: Turn) -> Reply:
        """Raises `AssistantUnavailable`."""
        ...


class Gateway:
    """One per process. `wake` it when a conversation has something for the assistant."""

    def __init__(
        self,
        database: Database,
        assistant: Assistant,
        *,
        clock: Clock,
        machine: Clock,
        timeout: timedelta,
        hours: OfficeHours,
        working_day: WorkingDay,
        sweep_seconds: float = SWEEP_SECONDS,
    ) -> None:
        self._database = database
        self._assistant = assistant
        self._clock = clock
        self._machine = machine
        self._lease_for = timeout + LEASE_BEYOND_TIMEOUT
        self._hours = hours
        self._working_day = working_day
        self._sweep_seconds = sweep_seconds
        self._work: dict[uuid.UUID, asyncio.Task[None]] = {}
        self._woken: dict[uuid.UUID, Turn | None] = {}
        self._asking: set[asyncio.Task[Reply]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sweeping: asyncio.Task[None] | None = None
        self._stopped = False

    def start(self) -> None:
        """Take up what an earlier process left, then keep looking for lost turns."""
        self._loop = asyncio.get_running_loop()
        self._sweeping = asyncio.create_task(self._sweep())

    async def stop(self) -> None:
        """Wait a little for running turns, then cut them off; their leases are given back at once."""
        self._stopped = True
        if self._sweeping is not None:
            self._sweeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweeping
        working = set(self._work.values())
        if working:
            await asyncio.wait(working, timeout=GRACE_SECONDS)
        for asking in self._asking:
            asking.cancel()
        await asyncio.gather(*working)

    def wake(self, conversation_id: uuid.UUID, turn: Turn | None = None) -> None:
        """Work on the conversation until nothing waits, from the given turn on. From the event loop."""
        if self._stopped:
            if turn is not None:
                self._release(turn)
        elif conversation_id in self._work:
            # A task that is just ending may have let its lease go already: the new one must not be lost.
            self._woken[conversation_id] = turn or self._woken.get(conversation_id)
        else:
            self._work[conversation_id] = asyncio.create_task(self._work_on(conversation_id, turn))

    def received(self, session: Session, talk: Conversation) -> Callable[[], None]:
        """Lease the turn of a message just stored, in its transaction; call the result after the commit.

        Both work in any thread, so that a customer who goes away meanwhile cannot stop them.
        """
        turn = self._lease(session, talk)
        return partial(self._wake_from_thread, talk.id, turn)

    def _wake_from_thread(self, conversation_id: uuid.UUID, turn: Turn | None) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.wake, conversation_id, turn)

    @property
    def working(self) -> int:
        """On how many conversations this process works now."""
        return len(self._work)

    async def _work_on(self, conversation_id: uuid.UUID, turn: Turn | None) -> None:
        try:
            turn = turn or await in_thread(self._next_turn, conversation_id)
            while turn is not None:
                if self._woken.get(conversation_id) is None:
                    self._woken.pop(
                        conversation_id, None
                    )  # what was stored until now is seen after this turn
                turn = await self._take(turn)
        except SQLAlchemyError as error:
            log.error("turn lost for now", conversation_id=str(conversation_id), error=type(error).__name__)
        finally:
            del self._work[conversation_id]
        if conversation_id in self._woken:
            self.wake(conversation_id, self._woken.pop(conversation_id))

    async def _take(self, turn: Turn) -> Turn | None:
        """Ask, store the answer, and lease the next turn, if one is due."""
        # A task of its own: stopping cuts off the question only, never the writing of an answer.
        asking = asyncio.create_task(self._assistant.ask(turn))
        self._asking.add(asking)
        try:
            reply = await asking
        except AssistantUnavailable as failure:
            log.warning("assistant unavailable", conversation_id=str(turn.conversation_id), why=failure.why)
            await in_thread(self._write_failure, turn)
            return None
        except asyncio.CancelledError:
            await in_thread(self._release, turn)
            return None
        finally:
            self._asking.discard(asking)
        return await in_thread(self._write_reply, turn, reply)

    def _lease(self, session: Session, talk: Conversation) -> Turn | None:
        if self._stopped:
            return None
        now = self._clock.now()
        turn = turns.next_turn(
            session, talk, now=now, machine_now=self._machine.now(), lease_for=self._lease_for
        )
        return turn and with_waiting_answers(session, talk, turn, now=now)

    def _next_turn(self, conversation_id: uuid.UUID) -> Turn | None:
        with self._database.writing() as session:
            return self._lease(session, service.locked(session, conversation_id))

    def _write_reply(self, turn: Turn, reply: Reply) -> Turn | None:
        with self._database.writing() as session:
            talk = turns.store_reply(session, turn, reply, now=self._clock.now())
            if talk is not None:
                return self._lease(session, talk)
        log.warning("answer came after its lease", conversation_id=str(turn.conversation_id))
        return None

    def _write_failure(self, turn: Turn) -> None:
        with self._database.writing() as session:
            turns.store_failure(
                session, turn, now=self._clock.now(), hours=self._hours, working_day=self._working_day
            )

    def _release(self, turn: Turn) -> None:
        with self._database.writing() as session:
            turns.release(session, turn)

    async def _sweep(self) -> None:
        while True:
            try:
                for conversation_id in await in_thread(self._left_waiting):
                    self.wake(conversation_id)
            except SQLAlchemyError as error:
                log.warning("sweep failed", error=type(error).__name__)
            await asyncio.sleep(self._sweep_seconds)

    def _left_waiting(self) -> list[uuid.UUID]:
        with self._database.reading() as session:
            return list(queries.left_waiting(session, machine_now=self._machine.now()))
