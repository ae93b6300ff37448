"""Sends at once what this process has just written; everything else the worker's round finds."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import structlog
from sqlalchemy.orm import Session

from service_api.channels.wechat.delivery import Delivery
from service_api.conversations.service import TOUCHED

log = structlog.get_logger(__name__)
AT_ONCE = 4


class Courier:
    """Has threads of its own, so that a slow platform holds up nobody else's request."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._lock = threading.Lock()
        self._called: set[uuid.UUID] = set()
        self._pool: ThreadPoolExecutor | None = None

    def start(self) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="wechat")

    def stop(self) -> None:
        """What has begun is finished; the rest is left to the worker."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)

    def after_write(self, session: Session) -> None:
        """Look at the conversations that a committed session touched; called in any thread."""
        for conversation_id in session.info.get(TOUCHED, ()):
            self.wake(conversation_id)

    def wake(self, conversation_id: uuid.UUID) -> None:
        with self._lock:
            if self._pool is not None and conversation_id not in self._called:
                self._called.add(conversation_id)
                self._pool.submit(self._work, conversation_id)

    def _work(self, conversation_id: uuid.UUID) -> None:
        with self._lock:
            self._called.discard(conversation_id)
        try:
            self._delivery.deliver(conversation_id)
        except Exception as error:  # the edge of the thread; the worker's round tries again
            log.error("delivery failed", conversation_id=str(conversation_id), exc_info=error)
