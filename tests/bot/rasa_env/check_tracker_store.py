"""The tracker store: what it keeps in memory is what the database says, and a failed turn leaves no trace."""

import asyncio
import tempfile
import unittest
from pathlib import Path
from typing import Any, List

from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.components.tracker_store import RememberingTrackerStore

DOMAIN = Domain.from_dict(
    {"intents": ["greet"], "slots": {"a": {"type": "any", "mappings": [{"type": "custom"}]}}}
)


def events_of(tracker: Any) -> List[str]:
    return [event.as_story_string() or event.type_name for event in tracker.events]


class TrackerStore(unittest.TestCase):
    """On a file, as the product uses it."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.address = f"sqlite:///{Path(folder.name) / 'tracker.db'}"

    def store(self, remembered: int = 500) -> RememberingTrackerStore:
        return RememberingTrackerStore(domain=DOMAIN, host=self.address, remembered=remembered)

    def turn(self, store: Any, words: str, sender: str = "a") -> DialogueStateTracker:
        """One turn: taken out, widened, saved."""
        tracker = asyncio.run(store.get_or_create_tracker(sender))
        tracker.update(UserUttered(words, intent={"name": "greet", "confidence": 1.0}))
        tracker.update(SlotSet("a", words))
        asyncio.run(store.save(tracker))
        return tracker

    def test_a_restart_finds_every_turn(self) -> None:
        store = self.store()
        for words in ("one", "two", "three"):
            last = self.turn(store, words)
        read = asyncio.run(self.store().retrieve("a"))
        self.assertEqual(events_of(read), events_of(last))
        self.assertEqual(read.get_slot("a"), "three")

    def test_rasas_own_store_reads_what_it_wrote(self) -> None:
        last = self.turn(self.store(), "one")
        read = asyncio.run(SQLTrackerStore(domain=DOMAIN, host=self.address).retrieve("a"))
        self.assertEqual(events_of(read), events_of(last))

    def test_a_turn_that_fails_leaves_nothing_behind(self) -> None:
        store = self.store()
        self.turn(store, "one")
        half = asyncio.run(store.retrieve("a"))
        half.update(ActionExecuted("action_listen"))
        half.update(SlotSet("a", "half"))
        self.assertEqual(asyncio.run(store.retrieve("a")).get_slot("a"), "one")
        self.turn(store, "two")
        read = asyncio.run(self.store().retrieve("a"))
        self.assertNotIn("half", str([event.as_dict() for event in read.events]))

    def test_forgetting_the_oldest_costs_only_a_read(self) -> None:
        store = self.store(remembered=1)
        for sender in ("a", "b", "a", "b"):
            self.turn(store, "hi", sender)
        read = asyncio.run(self.store().retrieve("a"))
        self.assertEqual([e.text for e in read.events if isinstance(e, UserUttered)], ["hi", "hi"])

    def test_two_processes_that_remember_nothing_see_each_others_turns(self) -> None:
        here, there = self.store(remembered=0), self.store(remembered=0)
        self.turn(here, "one")
        self.turn(there, "two")
        self.turn(here, "three")
        read = asyncio.run(self.store().retrieve("a"))
        self.assertEqual([e.text for e in read.events if isinstance(e, UserUttered)], ["one", "two", "three"])


if __name__ == "__main__":
    unittest.main()
