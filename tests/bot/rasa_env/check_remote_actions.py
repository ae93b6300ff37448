"""What we change in how Rasa calls its action server: the domain is sent once, events are found by name."""

import asyncio
import unittest
from typing import Any, Dict, List, Optional
from unittest.mock import patch

from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.shared.utils.common import all_subclasses
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from bot.components import event_kinds, known_domain

Call = Dict[str, Any]


class ActionServer(EndpointConfig):
    """Answers as rasa_sdk does: it remembers a domain by its digest, and asks for one it does not know."""

    def __init__(self, *, fails: int = 0) -> None:
        super().__init__(url="http://actions")
        self.calls: List[Call] = []
        self.ran: List[Call] = []
        self.domain: Optional[Dict[str, Any]] = None
        self.digest: Optional[str] = None
        self.fails = fails

    async def request(self, *_: Any, json: Call, **__: Any) -> Any:
        self.calls.append(json)
        if self.fails:
            raise ClientResponseError(self.fails, "refused", "{}")
        if json.get("domain"):
            self.domain, self.digest = json["domain"], json.get("domain_digest")
        elif self.digest is None or self.digest != json.get("domain_digest"):
            raise ClientResponseError(449, "no domain", "{}")
        self.ran.append({**json, "domain": self.domain})
        return {"events": [{"event": "slot", "name": "a", "value": 1}], "responses": []}


class RemoteActions(unittest.TestCase):
    def setUp(self) -> None:
        for name in ("run", "_action_call_format"):
            self.addCleanup(setattr, RemoteAction, name, getattr(RemoteAction, name))
        known_domain.install()
        self.domain = Domain.from_dict({"intents": ["greet"]})

    def run_at(self, server: ActionServer, domain: Optional[Domain] = None) -> List[Event]:
        action = RemoteAction("action_x", server)
        says = TemplatedNaturalLanguageGenerator({})
        tracker = DialogueStateTracker("a", [])
        events: List[Event] = asyncio.run(
            action.run(CollectingOutputChannel(), says, tracker, domain or self.domain)
        )
        return events

    def test_the_domain_is_sent_once(self) -> None:
        server = ActionServer()
        for _ in range(3):
            self.assertEqual(self.run_at(server), [SlotSet("a", 1)])
        self.assertEqual(["domain" in call for call in server.calls], [True, False, False])
        self.assertEqual([call["domain"] for call in server.ran], [self.domain.as_dict()] * 3)

    def test_a_server_that_was_started_again_gets_it_again_and_runs_the_action_once(self) -> None:
        self.run_at(ActionServer())
        anew = ActionServer()
        self.assertEqual(self.run_at(anew), [SlotSet("a", 1)])
        self.assertEqual((len(anew.calls), len(anew.ran)), (2, 1))
        self.assertEqual(anew.ran[0]["domain"], self.domain.as_dict())

    def test_another_domain_is_never_taken_for_the_first(self) -> None:
        server, other = ActionServer(), Domain.from_dict({"intents": ["goodbye"]})
        for domain in (self.domain, other, self.domain, self.domain):
            self.run_at(server, domain)
            self.assertEqual(server.ran[-1]["domain"], domain.as_dict())

    def test_other_failures_are_those_of_rasa(self) -> None:
        server = ActionServer(fails=500)
        with self.assertRaises(RasaException):
            self.run_at(server)
        self.assertEqual(len(server.calls), 1)
        server.fails = 0
        self.run_at(server)
        self.assertIn("domain", server.calls[-1])

    def test_installed_twice_is_installed_once(self) -> None:
        run = RemoteAction.run
        known_domain.install()
        self.assertIs(RemoteAction.run, run)


class EventKinds(unittest.TestCase):
    def setUp(self) -> None:
        self.stock = Event.resolve_by_type
        self.addCleanup(setattr, Event, "resolve_by_type", staticmethod(self.stock))

    def test_every_event_is_found_as_rasa_finds_it(self) -> None:
        names = [kind.type_name for kind in all_subclasses(Event)]
        before = [self.stock(name) for name in names]
        event_kinds.install()
        for _ in range(2):
            self.assertEqual([Event.resolve_by_type(name) for name in names], before)
        with patch("rasa.shared.utils.common.all_subclasses", side_effect=AssertionError("searched")):
            self.assertIs(Event.resolve_by_type("user"), UserUttered)

    def test_unknown_names_are_treated_as_rasa_treats_them(self) -> None:
        event_kinds.install()
        with self.assertRaises(ValueError):
            Event.resolve_by_type("no such event")
        self.assertIs(Event.resolve_by_type("no such event", ActionExecuted), ActionExecuted)
        with self.assertRaises(ValueError):
            Event.resolve_by_type("no such event")
        self.assertIsNone(Event.resolve_by_type("topic"))


if __name__ == "__main__":
    unittest.main()
