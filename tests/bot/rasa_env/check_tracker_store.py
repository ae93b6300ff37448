"""The tracker store: what it keeps is what the database says, whoever wrote it; a failed turn leaves none."""

import asyncio
import os
import random
import tempfile
import unittest
import uuid
from pathlib import Path
from typing import Any, Dict, List, Sequence
from unittest.mock import patch

from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    FollowupAction,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from sqlalchemy.exc import DBAPIError

from bot.components.tracker_store import ROWS, RememberingTrackerStore

DOMAIN = Domain.from_dict(
    {"intents": ["greet"], "slots": {"a": {"type": "any", "mappings": [{"type": "custom"}]}}}
)
POSTGRESQL = "TING_CHECK_POSTGRESQL"


def words_of(tracker: Any) -> List[str]:
    return [event.text for event in tracker.events if isinstance(event, UserUttered)]


def said(words: str) -> UserUttered:
    return UserUttered(words, intent={"name": "greet", "confidence": 1.0})


class OnSqlite(unittest.TestCase):
    """On a file, as the product uses it with one worker."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.address = f"sqlite:///{Path(folder.name) / 'tracker.db'}"
        self.sender = str(uuid.uuid4())

    def store(self, remembered: int = 500) -> RememberingTrackerStore:
        """As one worker has it."""
        store = RememberingTrackerStore(domain=DOMAIN, host=self.address, remembered=remembered)
        self.addCleanup(store.engine.dispose)
        return store

    def turn(self, store: Any, words: str, *more: Event, sender: str = "") -> DialogueStateTracker:
        """One turn: taken out, widened, saved."""
        tracker = asyncio.run(store.get_or_create_tracker(sender or self.sender))
        for event in (said(words), SlotSet("a", words), *more):
            tracker.update(event)
        asyncio.run(store.save(tracker))
        return tracker

    def read(self, store: Any) -> Any:
        return asyncio.run(store.retrieve(self.sender))

    def stock(self) -> Any:
        """What Rasa's own store reads."""
        store = SQLTrackerStore(domain=DOMAIN, host=self.address)
        try:
            return self.read(store)
        finally:
            store.engine.dispose()

    def assert_as_stock(self, tracker: Any) -> None:
        """In the same state as Rasa's own, with the same events."""

        def state(of: Any) -> Dict[str, Any]:
            return {
                **of.current_state(EventVerbosity.NONE),
                "loop": of.active_loop,
                "next": of.followup_action,
            }

        stock = self.stock()
        self.assertEqual(state(tracker), state(stock))
        self.assertEqual([e.as_dict() for e in tracker.events], [e.as_dict() for e in stock.events])

    def test_a_restart_finds_every_turn(self) -> None:
        store = self.store()
        for words in ("one", "two", "three"):
            self.turn(store, words)
        read = self.read(self.store())
        self.assert_as_stock(read)
        self.assertEqual((words_of(read), read.get_slot("a")), (["one", "two", "three"], "three"))

    def test_the_next_turn_reads_no_event(self) -> None:
        store = self.store()
        last = self.turn(store, "one")
        self.assertIs(self.read(store), last)
        self.assertIsNot(self.read(store), last)  # taken out, never put back: a turn that failed

    def test_a_turn_that_fails_leaves_nothing_behind(self) -> None:
        store = self.store()
        self.turn(store, "one")
        half = self.read(store)
        half.update(ActionExecuted("action_listen"))
        half.update(SlotSet("a", "half"))
        self.assertEqual(self.read(store).get_slot("a"), "one")
        self.turn(store, "two")
        self.assertNotIn("half", str([event.as_dict() for event in self.read(self.store()).events]))

    def test_a_first_turn_that_fails_leaves_nothing_behind(self) -> None:
        store = self.store()
        half = asyncio.run(store.get_or_create_tracker(self.sender))
        half.update(SlotSet("a", "half"))
        self.turn(store, "one")
        self.assertNotIn("half", str([event.as_dict() for event in self.read(store).events]))
        self.assert_as_stock(self.read(self.store()))

    def test_forgetting_the_oldest_costs_only_a_read(self) -> None:
        store = self.store(remembered=1)
        for sender in (self.sender, "b", self.sender, "b"):
            self.turn(store, "hi", sender=sender)
        self.assertEqual(words_of(self.read(self.store())), ["hi", "hi"])

    def test_a_worker_sees_what_another_has_added_and_reads_no_more(self) -> None:
        here, there = self.store(), self.store()
        self.turn(here, "one")
        self.turn(there, "two", ActiveLoop("form"), SlotSet("requested_slot", "a"), BotUttered("and?"))
        with patch.object(here, "_read", side_effect=AssertionError("read anew")):
            tracker = self.read(here)
        self.assertEqual((words_of(tracker), tracker.active_loop_name), (["one", "two"], "form"))
        self.assert_as_stock(tracker)

    def test_a_session_that_another_worker_began_is_a_new_one_here(self) -> None:
        for beginning in (SessionStarted(), Restarted()):
            here, there = self.store(), self.store()
            self.turn(here, "before", ActiveLoop("form"))
            self.turn(there, "again", beginning, ActionExecuted("action_listen"))
            tracker = self.read(here)
            self.assertIsNone(tracker.active_loop_name)
            self.assert_as_stock(tracker)

    def test_two_turns_at_once_are_both_seen_by_everybody(self) -> None:
        here, there = self.store(), self.store()
        self.turn(here, "one")
        late = self.read(here)  # a turn so slow that the lock has let another one in
        self.turn(there, "two")
        late.update(said("three"))
        asyncio.run(here.save(late))
        for store in (here, there):
            tracker = self.read(store)
            self.assertEqual(words_of(tracker), ["one", "two", "three"])
            self.assert_as_stock(tracker)

    def test_a_row_that_comes_to_light_late_is_seen(self) -> None:
        here, there = self.store(), self.store()
        early = self.turn(there, "took its number", sender="early").stored.last_row
        last = self.turn(here, "one").stored.last_row
        self.turn(there, "committed last")
        with there.engine.begin() as connection:
            connection.execute(ROWS.delete().where(ROWS.c.sender_id == "early"))
            late = ROWS.update().where(ROWS.c.id > last)
            connection.execute(late.values(id=ROWS.c.id - last + early - 2))
        self.assertEqual(words_of(self.read(here)), ["committed last", "one"])

    def test_a_talk_that_was_erased_is_forgotten(self) -> None:
        here, there = self.store(), self.store()
        self.turn(here, "one")
        with there.engine.begin() as connection:
            connection.execute(ROWS.delete())
        self.assertIsNone(self.read(here))

    def test_an_error_tells_nothing_of_what_was_said(self) -> None:
        store = self.store()
        tracker = asyncio.run(store.get_or_create_tracker(self.sender))
        tracker.update(said("6222 0200 1234 5678"))
        broken = patch("bot.components.tracker_store._row", return_value={"data": "6222 0200 1234 5678"})
        with broken, self.assertRaises(DBAPIError) as refused:
            asyncio.run(store.save(tracker))
        self.assertNotIn("1234", str(refused.exception).split("DETAIL")[0])

    def test_any_walk_over_three_workers_is_as_rasa_reads_it(self) -> None:
        chance = random.Random(7)
        workers: Sequence[RememberingTrackerStore] = [self.store(), self.store(), self.store(remembered=0)]
        for number in range(60):
            kinds: List[Event] = [
                ActionExecuted("action_listen"),
                ActiveLoop(chance.choice(["form", None])),
                BotUttered(f"answer {number}"),
                FollowupAction("action_listen"),
                Restarted() if chance.random() < 0.1 else SlotSet("a", number),
                SessionStarted() if chance.random() < 0.2 else SlotSet("a", None),
                SlotSet("a", [number]),
                UserUtteranceReverted(),
            ]
            worker = chance.choice(workers)
            if chance.random() < 0.15:
                asyncio.run(worker.get_or_create_tracker(self.sender)).update(SlotSet("a", "failed"))
            self.turn(worker, f"words {number}", *chance.sample(kinds, chance.randint(0, len(kinds))))
            watcher = chance.choice(workers)
            tracker = self.read(watcher)
            self.assert_as_stock(tracker)
            asyncio.run(watcher.save(tracker))


class OnPostgresql(OnSqlite):
    """As the product uses it with several workers."""

    def setUp(self) -> None:
        super().setUp()
        self.address = os.environ[POSTGRESQL]
        self.addCleanup(self.empty)

    def empty(self) -> None:
        with self.store().engine.begin() as connection:
            connection.execute(ROWS.delete())

    def test_a_talk_that_was_erased_and_begun_anew_is_the_new_one(self) -> None:
        here, there = self.store(), self.store()
        self.turn(here, "one")
        self.empty()
        self.turn(there, "ONE")
        self.assertEqual(words_of(self.read(here)), ["ONE"])

    def test_a_database_that_was_started_again_costs_no_turn(self) -> None:
        here, there = self.store(), self.store()
        self.turn(here, "one", ActiveLoop("form"))
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        with there.engine.begin() as connection:
            connection.exec_driver_sql(others + " AND datname = current_database()")
        self.turn(here, "two")
        self.assertEqual(words_of(self.read(there)), ["one", "two"])
        self.assert_as_stock(self.read(self.store()))


if __name__ == "__main__":
    unittest.main()
