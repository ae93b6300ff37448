"""One turn of a talk at a time, however many workers there are."""

import asyncio
import time
import uuid
from contextlib import asynccontextmanager
from typing import AsyncGenerator, Text

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockError, RedisLockStore
from rasa.utils.endpoints import EndpointConfig

RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"
LOOK_AGAIN_SECONDS = 0.05


class OneTurnAtATime(RedisLockStore):
    """Rasa's locks in Redis, with two commands for a turn instead of seven.

    Rasa keeps a queue of tickets, whose waiters look once a second. The gateway hands in the messages of a
    talk one by one, so no queue is needed; who waits looks twenty times a second. As with Rasa's, a lock ends
    by itself with its lifetime: a worker that dies takes no talk with it.
    """

    def __init__(self, endpoint_config: EndpointConfig) -> None:
        """As Rasa's own, with the settings of its `type: redis`."""
        super().__init__(host=endpoint_config.url, **endpoint_config.kwargs)
        self._release = self.red.register_script(RELEASE)

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: Text,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = LOOK_AGAIN_SECONDS,
    ) -> AsyncGenerator[TicketLock, None]:
        """Wait for the talk, then hold it. Raises `LockError` when it is not free within a lifetime."""
        key, mine = f"{self.key_prefix}turn:{conversation_id}", uuid.uuid4().hex
        lifetime_ms = int(lock_lifetime * 1000)
        end = time.monotonic() + lock_lifetime
        while not self.red.set(key, mine, nx=True, px=lifetime_ms):
            if time.monotonic() > end:
                raise LockError(f"The talk {conversation_id} is held by another turn.")
            await asyncio.sleep(wait_time_in_seconds)
        try:
            yield TicketLock(conversation_id)
        finally:
            self._release(keys=[key], args=[mine])
