"""The two places where we step into Rasa's server: the check of action replies, and the channel."""

import unittest
from types import SimpleNamespace
from typing import Any, Optional

import rasa
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import UserMessage
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActiveLoop, BotUttered, SlotSet, UserUttered
from rasa.shared.core.slots import TextSlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException

from bot.components import action_validation
from bot.components.channel import (
    GivenAnswers,
    TingInput,
    answered_already,
    as_plain_text,
    follow_wish,
    listen_for_verdict,
    read_turn,
    shown,
    without_fallback,
)

GOOD = [
    {"events": [], "responses": []},
    {"events": [{"event": "slot", "name": "a", "value": 1, "timestamp": None}], "responses": [{"text": "a"}]},
    {"events": [{"event": "followup", "name": "a"}, {"event": "active_loop", "name": None}]},
    {},
]
BAD: "list[Any]" = [
    {"events": {}},
    {"events": [{"event": "slot"}]},
    {"events": [{"event": "no such event", "name": 5}]},
    {"events": [{"name": "no event"}]},
    {"responses": "text"},
    {"responses": ["text"]},
    [],
    None,
    "text",
]


class ActionReplies(unittest.TestCase):
    """The validator that is built once."""

    def setUp(self) -> None:
        self.original = RemoteAction._validate_action_result
        self.addCleanup(setattr, RemoteAction, "_validate_action_result", self.original)
        self.action = RemoteAction("action_x", None)

    def verdict(self, reply: Any) -> bool:
        """Whether the present check accepts a reply."""
        try:
            return self.action._validate_action_result(reply)
        except ValidationError:
            return False

    def test_it_accepts_and_refuses_exactly_what_rasa_does(self) -> None:
        before = [self.verdict(reply) for reply in [*GOOD, *BAD]]
        action_validation.install()
        self.assertIsNot(RemoteAction._validate_action_result, self.original)
        self.assertEqual([self.verdict(reply) for reply in [*GOOD, *BAD]], before)
        self.assertTrue(all(before[: len(GOOD)]))

    def test_it_is_for_this_version_only(self) -> None:
        self.assertEqual(rasa.__version__, action_validation.KNOWN_VERSION)
        with self.assertRaisesRegex(RasaException, "3.7.0"):
            action_validation.install("3.7.0")


def a_request(body: Any) -> Any:
    """As much of a request as the channel reads."""
    return SimpleNamespace(json=body)


def attention(
    metadata: "dict[str, Any]", loop: Optional[str] = None, events: Any = (), **slots: str
) -> Optional[str]:
    """What the channel tells the understanding of a message, in this state of the dialogue."""
    names = ("offered", "case_act", "requested_slot")
    tracker = DialogueStateTracker("a", [TextSlot(name, [], influence_conversation=False) for name in names])
    happened = [*events, *(SlotSet(name, value) for name, value in slots.items()), ActiveLoop(loop)]
    for event in happened:
        tracker.update(event)
    message = UserMessage("行吧", sender_id="a", metadata=dict(metadata))
    listen_for_verdict(tracker, message)
    told: Optional[str] = (message.metadata or {}).get("attention")
    return told


class Channel(unittest.TestCase):
    """What comes in and what goes out."""

    def test_a_slash_is_text(self) -> None:
        for text in ("/restart", "  /restart", "\n\t/file_complaint{}", "\u3000/greet"):
            self.assertTrue(as_plain_text(text).startswith("／"), text)
        self.assertEqual(as_plain_text("1/2"), "1/2")

    def test_a_turn_needs_sender_text_and_metadata(self) -> None:
        good = {"sender": "a.1", "text": "你好", "metadata": {"language": "zh"}}
        message = read_turn(a_request(good))
        assert message is not None
        self.assertEqual((message.sender_id, message.text), ("a.1", "你好"))
        for change in (
            {"sender": ""},
            {"sender": 5},
            {"text": "  "},
            {"text": None},
            {"metadata": []},
            {"text": "a" * 5000},
        ):
            self.assertIsNone(read_turn(a_request({**good, **change})), change)
        self.assertIsNone(read_turn(a_request([])))
        self.assertIsNone(read_turn(a_request(None)))

    def test_one_script_is_told_beside_what_is_written_in_the_other(self) -> None:
        for text, plain in (("我要投訴，應該是8000元", "我要投诉，应该是8000元"), ("我要投诉", None)):
            message = read_turn(a_request({"sender": "a.1", "text": text, "metadata": {"language": "zh"}}))
            self.assertEqual(message.text, text)
            self.assertEqual(message.metadata.get("simplified"), plain)

    def test_buttons_without_a_title_are_left_out(self) -> None:
        message = {"text": "a", "buttons": [{"title": "", "payload": ""}, {"title": "是", "payload": "是"}]}
        self.assertEqual(shown(message)["buttons"], [{"title": "是", "payload": "是"}])

    def test_the_same_message_is_answered_once(self) -> None:
        given = GivenAnswers(most=2)
        first = UserMessage("hello", sender_id="a", message_id="1")
        self.assertIsNone(given.to(first))
        given.keep(first, {"messages": ["hello to you"]})
        self.assertEqual(
            given.to(UserMessage("hello", sender_id="a", message_id="1")), {"messages": ["hello to you"]}
        )
        self.assertIsNone(given.to(UserMessage("hello", sender_id="a", message_id="2")))
        self.assertIsNone(given.to(UserMessage("hello", sender_id="b", message_id="1")))

    def test_only_the_latest_answers_are_kept(self) -> None:
        given = GivenAnswers(most=2)
        for sender in ("a", "b", "c"):
            given.keep(UserMessage("x", sender_id=sender, message_id="1"), {})
        kept = [
            s for s in ("a", "b", "c") if given.to(UserMessage("x", sender_id=s, message_id="1")) is not None
        ]
        self.assertEqual(kept, ["b", "c"])

    def test_what_another_worker_answered_is_said_again(self) -> None:
        button = {"title": "是", "payload": "是"}
        events = [
            UserUttered("hello", message_id="1", parse_data={"intent": {"name": "greet", "confidence": 1.0}}),
            BotUttered("hello to you", {"buttons": [button]}),
        ]
        tracker = DialogueStateTracker.from_events("a", events)

        def said(message_id: str) -> "Optional[dict[str, Any]]":
            return answered_already(tracker, UserMessage("hello", sender_id="a", message_id=message_id))

        again = said("1")
        assert again is not None
        self.assertEqual(again["messages"], [{"text": "hello to you", "buttons": [button], "custom": None}])
        self.assertEqual(again["intent"]["name"], "greet")
        self.assertIsNone(said("2"))
        self.assertIsNone(answered_already(DialogueStateTracker("a", []), UserMessage("a", message_id="1")))

    def test_a_tracker_that_cannot_be_read_is_an_error_and_no_new_talk(self) -> None:
        store = InMemoryTrackerStore(Domain.empty())
        self.assertIs(without_fallback(FailSafeTrackerStore(store)), store)
        self.assertIs(without_fallback(store), store)

    def test_the_wish_for_plain_words_is_the_gateways(self) -> None:
        tracker = DialogueStateTracker("a", [TextSlot("elderly", [], influence_conversation=False)])
        for wish, slot in ((None, None), (False, "off"), (True, "on"), (None, "on"), (False, "off")):
            follow_wish(tracker, {} if wish is None else {"elderly": wish})
            self.assertEqual(tracker.get_slot("elderly"), slot)
        changes = len(tracker.events)
        follow_wish(tracker, {"elderly": False})
        self.assertEqual(len(tracker.events), changes)

    def test_how_much_may_be_about_a_waiting_answer(self) -> None:
        read = {"answer_waits": True, "answer_read": "C-20261121-0042"}
        asks_to_accept = {"case_act": "accept", "requested_slot": "case_confirmed"}
        asks_to_contest = {**asks_to_accept, "case_act": "reject"}
        offer = [UserUttered("a"), SlotSet("offered", "request_person")]
        self.assertEqual(attention({}), None)
        self.assertEqual(attention(read), "told")
        self.assertEqual(attention({"answer_waits": True}), "open")
        self.assertEqual(attention(read, loop="complaint_form"), None)
        self.assertEqual(attention(read, loop="rating_form", **asks_to_accept), None)
        self.assertEqual(attention(read, loop="case_form", **asks_to_accept), "asked")
        self.assertEqual(attention(read, loop="case_form", **asks_to_contest), None)
        self.assertEqual(attention(read, events=offer), "open")
        self.assertEqual(attention(read, events=[*offer, UserUttered("b")]), "told")
        self.assertEqual(attention(read, events=[*offer, SlotSet("offered", None)]), "told")

    def test_the_secret_is_demanded(self) -> None:
        for credentials in (None, {}, {"secret": ""}, {"secret": "${TING_RASA_SECRET}"}):
            with self.assertRaises(RasaException):
                TingInput.from_credentials(credentials)
        channel = TingInput("s3cret")
        for given, known in (("s3cret", True), ("S3cret", False), ("", False), ("é", False)):
            self.assertEqual(channel._knows_secret(SimpleNamespace(headers={"x-ting-secret": given})), known)


if __name__ == "__main__":
    unittest.main()
