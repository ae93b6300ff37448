"""Between the platform's post and the database: answer in time, lose nothing while the database is away."""

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from service_api.channels.wechat.intake import Intake
from service_api.channels.wechat.messages import Incoming
from service_api.core.problems import Problem, Unavailable
from service_api.core.threads import in_thread

log = structlog.get_logger(__name__)
ANSWER_WITHIN_SECONDS = 3.0  # the platform waits five
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0, 60.0, 60.0)
MOST_WAITING = 1000
GRACE_SECONDS = 3.0


class Reception:
    """One per process, used from its event loop."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._storing: set[asyncio.Task[None]] = set()

    async def receive(self, incoming: Incoming) -> None:
        """Back when it is stored, or when the platform must not wait longer: then it is stored later.

        Raises `Unavailable` when too much waits already; the platform posts it again.
        """
        if len(self._storing) >= MOST_WAITING:
            raise Unavailable(retry_after=5)
        task = asyncio.create_task(self._store(incoming))
        self._storing.add(task)
        task.add_done_callback(self._storing.discard)
        await asyncio.wait({task}, timeout=ANSWER_WITHIN_SECONDS)

    async def stop(self) -> None:
        """Wait a little for what is being stored."""
        if self._storing:
            _, left = await asyncio.wait(set(self._storing), timeout=GRACE_SECONDS)
            for task in left:
                task.cancel()
            if left:
                log.error("messages not stored", count=len(left))
                await asyncio.wait(left)

    async def _store(self, incoming: Incoming) -> None:
        for pause in (*PAUSES, None):
            try:
                await in_thread(self._intake.take, incoming)
                return
            except SQLAlchemyError as error:
                log.warning("message not stored yet", kind=incoming.kind, error=type(error).__name__)
            except Problem as problem:
                log.warning("message not taken", kind=incoming.kind, problem=problem.type)
                return
            except Exception as error:  # the edge: the platform has its answer, and posts it no second time
                log.error("message lost", kind=incoming.kind, exc_info=error)
                return
            if pause is not None:
                await asyncio.sleep(pause)
        log.error("message lost", kind=incoming.kind)
