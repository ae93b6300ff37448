"""The locks in Redis: one turn of a talk at a time over all workers, and none held for ever."""

import asyncio
import os
import unittest
import uuid
from typing import List
from urllib.parse import urlsplit

from rasa.core.lock_store import LockError
from rasa.utils.endpoints import EndpointConfig

from bot.components.lock_store import OneTurnAtATime

REDIS = "TING_CHECK_REDIS"


def a_worker() -> OneTurnAtATime:
    address = urlsplit(os.environ[REDIS])
    store = OneTurnAtATime(EndpointConfig(address.hostname, port=address.port, db=0, key_prefix="ting"))
    unittest.addModuleCleanup(store.red.close)
    return store


class Locks(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        self.talk = str(uuid.uuid4())

    async def test_turns_of_one_talk_follow_one_another(self) -> None:
        inside: List[int] = []
        most = 0

        async def turn(worker: OneTurnAtATime, number: int) -> None:
            nonlocal most
            async with worker.lock(self.talk, wait_time_in_seconds=0.001):
                inside.append(number)
                most = max(most, len(inside))
                await asyncio.sleep(0.01)
                inside.remove(number)

        workers = [a_worker(), a_worker()]
        await asyncio.gather(*(turn(workers[number % 2], number) for number in range(8)))
        self.assertEqual((most, inside), (1, []))

    async def test_talks_do_not_wait_for_each_other(self) -> None:
        async with a_worker().lock(self.talk), a_worker().lock("another " + self.talk, 0.05):
            pass

    async def test_a_turn_that_fails_lets_the_next_one_in(self) -> None:
        with self.assertRaises(ZeroDivisionError):
            async with a_worker().lock(self.talk):
                raise ZeroDivisionError
        async with a_worker().lock(self.talk, 0.05):
            pass

    async def test_who_waits_for_a_lifetime_gives_up(self) -> None:
        async with a_worker().lock(self.talk):
            with self.assertRaises(LockError):
                async with a_worker().lock(self.talk, 0.05):
                    self.fail("two turns at once")

    async def test_a_worker_that_dies_takes_no_talk_with_it(self) -> None:
        died = a_worker().lock(self.talk, 0.05)
        await died.__aenter__()
        async with a_worker().lock(self.talk):
            pass

    async def test_who_was_too_slow_does_not_end_the_turn_of_another(self) -> None:
        slow = a_worker().lock(self.talk, 0.05)
        await slow.__aenter__()
        async with a_worker().lock(self.talk):
            await slow.__aexit__(None, None, None)
            with self.assertRaises(LockError):
                async with a_worker().lock(self.talk, 0.05):
                    self.fail("two turns at once")


if __name__ == "__main__":
    unittest.main()
