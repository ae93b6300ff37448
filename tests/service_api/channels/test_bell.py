"""The bell rings for those who have not been shown it yet, and for nobody else."""

import asyncio
import uuid
from collections.abc import Callable

from service_api.channels.bell import Bell, Reader
from service_api.channels.signs import Look, PeopleSigns
from service_api.conversations import service
from service_api.conversations.queries import Pulse
from service_api.core.clock import FrozenClock
from service_api.core.database import Database


def a_talk(database: Database, clock: FrozenClock) -> uuid.UUID:
    with database.writing() as session:
        opened = service.open_conversation(
            session, channel="web", language="zh", now=clock.now(), pepper="pepper-of-the-test"
        )
        return opened.conversation.id


def rings(database: Database, clock: FrozenClock, shown: Callable[[Look], Look | None]) -> bool:
    """Whether a reader who was shown that hears the bell, when it looks for itself."""
    talk = a_talk(database, clock)
    now = Look(Pulse(0, "assistant", "zh", False, None), PeopleSigns())

    async def look() -> bool:
        bell = Bell(database, clock)
        with bell.listen(talk) as reader:
            reader.news.clear()
            reader.shown = shown(now)
            await bell._look_at([talk])
            return reader.news.is_set()

    return asyncio.run(look())


def test_who_has_seen_everything_is_left_in_peace(database: Database, clock: FrozenClock) -> None:
    assert not rings(database, clock, lambda now: now)


def test_who_has_not_looked_yet_is_left_to_it(database: Database, clock: FrozenClock) -> None:
    assert not rings(database, clock, lambda _now: None)


def test_who_has_seen_something_else_is_rung(database: Database, clock: FrozenClock) -> None:
    for before in (
        Pulse(1, "assistant", "zh", False, None),
        Pulse(0, "queue", "zh", False, 1),
        Pulse(0, "assistant", "zh", True, None),
    ):
        assert rings(database, clock, lambda now, before=before: now._replace(pulse=before))
    assert rings(database, clock, lambda now: now._replace(people=PeopleSigns(read_seq=3)))


def test_a_new_reader_has_news_at_once(database: Database, clock: FrozenClock) -> None:
    bell = Bell(database, clock)
    with bell.listen(uuid.uuid4()) as reader:
        assert isinstance(reader, Reader)
        assert reader.news.is_set()
    assert bell.listening == 0
