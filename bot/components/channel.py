"""The only way into the assistant: one POST per customer turn, from the gateway that knows the secret."""

import hmac
import inspect
import logging
from collections import OrderedDict
from itertools import takewhile
from typing import Any, Awaitable, Callable, Dict, List, Optional, Text, Tuple

import rasa
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.core.tracker_store import FailSafeTrackerStore, TrackerStore
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.components import action_validation, event_kinds, known_domain
from bot.components.leaning import ASKED, OPEN, TOLD
from bot.components.values.text import in_simplified

logger = logging.getLogger(__name__)
LONGEST_TEXT = 4000
ANSWERS_KEPT = 2000
TROUBLE_RESPONSE = "utter_default"
ENDED_RESPONSE = "utter_form_ended"


class TingInput(InputChannel):
    """Takes a customer's turn and answers with the messages and what the assistant understood by it."""

    def __init__(self, secret: Text) -> None:
        """Keep the shared secret."""
        self._secret = secret
        self._given = GivenAnswers()

    @classmethod
    def name(cls) -> Text:
        """The channel's part of the address."""
        return "ting"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[Text, Any]]) -> "TingInput":
        """The channel of bot/credentials.yml. Without a secret it would be open to anybody: refused."""
        secret = str((credentials or {}).get("secret") or "")
        if not secret or secret.startswith("${"):
            raise RasaException("bot/credentials.yml needs a secret: set TING_RASA_SECRET.")
        for change in (action_validation, event_kinds, known_domain):
            change.install()
        return cls(secret)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The two routes of the channel."""
        module = inspect.getmodule(self)
        routes = Blueprint("ting_input", module.__name__ if module else None)

        @routes.route("/health", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            agent = request.app.ctx.agent
            if agent is None or not agent.is_ready():
                return response.json({"status": "no model"}, status=503)
            return response.json({"status": "ok", "model": agent.processor.model_filename})

        @routes.route("/turn", methods=["POST"])
        async def turn(request: Request) -> HTTPResponse:
            if not self._knows_secret(request):
                return response.json({"error": "unauthorised"}, status=401)
            message = read_turn(request)
            if message is None:
                return response.json({"error": "expected sender, text and metadata"}, status=422)
            agent = request.app.ctx.agent
            if agent is None or not agent.is_ready():
                return response.json({"error": "no model"}, status=503)
            return response.json(await answer(agent, message, self._given))

        return routes

    def _knows_secret(self, request: Request) -> bool:
        given = request.headers.get("x-ting-secret", "")
        return hmac.compare_digest(given.encode(), self._secret.encode())


def read_turn(request: Request) -> Optional[UserMessage]:
    """The message of a request; None when its body has not the agreed form.

    The actions read one script: what is written in traditional characters has `simplified` beside it.
    """
    try:
        body = request.json
    except Exception:  # the edge: sanic raises one of several for a body that is no JSON
        return None
    if not isinstance(body, dict):
        return None
    sender, text, metadata = body.get("sender"), body.get("text"), body.get("metadata", {})
    if not isinstance(sender, str) or not isinstance(text, str) or not isinstance(metadata, dict):
        return None
    if not sender or not text.strip() or len(text) > LONGEST_TEXT:
        return None
    message_id = body.get("message_id")
    said = as_plain_text(text)
    if (plain := in_simplified(said)) != said:
        metadata = {**metadata, "simplified": plain}
    return UserMessage(
        said,
        CollectingOutputChannel(),
        sender,
        input_channel=TingInput.name(),
        message_id=str(message_id) if message_id else None,
        metadata=metadata,
    )


def as_plain_text(text: Text) -> Text:
    """Rasa executes a text that begins with "/" as a command; a customer's slash becomes a full-width one."""
    stripped = text.lstrip()
    return "／" + stripped[1:] if stripped.startswith("/") else text


class GivenAnswers:
    """The last answer given to each sender, so that the same message asked again moves no form a second time.

    The gateway asks again when an answer was lost on its way (a time-out, a restart of the gateway).
    """

    def __init__(self, most: int = ANSWERS_KEPT) -> None:
        """Keep the answers of this many senders, those who wrote last."""
        self._most = most
        self._answers: "OrderedDict[Text, Tuple[Text, Dict[Text, Any]]]" = OrderedDict()

    def to(self, message: UserMessage) -> Optional[Dict[Text, Any]]:
        """The answer given to this very message; None when it is new or has no id."""
        known = self._answers.get(message.sender_id)
        return known[1] if known and known[0] == message.message_id else None

    def keep(self, message: UserMessage, given: Dict[Text, Any]) -> None:
        """Remember the answer, and forget the oldest when there are too many."""
        self._answers[message.sender_id] = (message.message_id, given)
        self._answers.move_to_end(message.sender_id)
        while len(self._answers) > self._most:
            self._answers.popitem(last=False)


async def answer(agent: Any, message: UserMessage, given: GivenAnswers) -> Dict[Text, Any]:
    """Handle the message as `Agent.handle_message` does, and tell what came of it.

    These are the steps of `MessageProcessor.handle_message` in Rasa 3.6.21, taken one by one to have the
    tracker at the end without reading it from the store again.
    """
    processor = agent.processor
    processor.tracker_store = without_fallback(processor.tracker_store)
    async with agent.lock_store.lock(message.sender_id):
        before = given.to(message)
        if before is not None:
            return before
        tracker = await processor.get_tracker(message.sender_id)
        before = answered_already(tracker, message)
        if before is not None:
            return before
        await processor._update_tracker_session(tracker, message.output_channel, message.metadata)
        listen_for_verdict(tracker, message)
        await processor._handle_message_with_tracker(message, tracker)
        follow_wish(tracker, message.metadata or {})
        tracker = await processor.run_action_extract_slots(message.output_channel, tracker)
        await processor._run_prediction_loop(message.output_channel, tracker)
        await processor.save_tracker(tracker)
        messages = [shown(one) for one in message.output_channel.messages]
        if not messages:
            messages = [await fixed(processor, tracker, TROUBLE_RESPONSE)]
            logger.error("no answer in this turn; is the action server running?")
        if lost_a_form(message.metadata or {}):
            messages.insert(0, await fixed(processor, tracker, ENDED_RESPONSE))
        said = {"messages": messages, **understood(tracker)}
        given.keep(message, said)
    return said


def without_fallback(store: TrackerStore) -> TrackerStore:
    """The store that may fail: a turn that cannot read its talk is no turn, and the gateway says so.

    Rasa would go on with a fresh tracker: who is in the middle of a form would be answered as if new.
    """
    return store._tracker_store if isinstance(store, FailSafeTrackerStore) else store


def answered_already(tracker: DialogueStateTracker, message: UserMessage) -> Optional[Dict[Text, Any]]:
    """What another worker, or this one before it was started again, answered to this very message."""
    events = list(tracker.events)
    last = max((n for n, event in enumerate(events) if isinstance(event, UserUttered)), default=None)
    if last is None or events[last].message_id != message.message_id:
        return None
    said = [event for event in events[last:] if isinstance(event, BotUttered)]
    messages = [shown({**event.data, "text": event.text}) for event in said]
    return {"messages": messages, **understood(tracker)} if messages else None


def listen_for_verdict(tracker: DialogueStateTracker, message: UserMessage) -> None:
    """Tell the understanding how much of this message may be about an answer that waits.

    The gateway knows that one waits and what was read last; whether anything else was asked is known here. A
    form's question is answered before all, and so is an offer made in the same breath.
    """
    told = message.metadata or {}
    if not told.get("answer_waits"):
        return
    if tracker.active_loop_name is not None:
        attention = ASKED if asks_for_yes_to_answer(tracker) else None
    else:
        attention = TOLD if told.get("answer_read") and not has_just_offered(tracker) else OPEN
    if attention is not None:
        told["attention"] = attention


def asks_for_yes_to_answer(tracker: DialogueStateTracker) -> bool:
    """Whether the form that runs asks just this: does the customer accept the answer?"""
    dialogue = (tracker.active_loop_name, tracker.get_slot("case_act"), tracker.get_slot("requested_slot"))
    return dialogue == ("case_form", "accept", "case_confirmed")


def has_just_offered(tracker: DialogueStateTracker) -> bool:
    """Whether something was offered in the assistant's last turn: a yes takes that."""
    since = takewhile(lambda event: not isinstance(event, UserUttered), reversed(tracker.events))
    offers = [event.value for event in since if isinstance(event, SlotSet) and event.key == "offered"]
    return bool(offers and offers[0])


def follow_wish(tracker: DialogueStateTracker, metadata: Dict[Text, Any]) -> None:
    """Few and plain words are a matter of the whole conversation: the gateway knows what is wished now."""
    wish = metadata.get("elderly")
    if wish is not None and tracker.get_slot("elderly") != (said := "on" if wish else "off"):
        tracker.update(SlotSet("elderly", said))


def lost_a_form(metadata: Dict[Text, Any]) -> bool:
    """Whether the session before ended in the middle of something of which nothing is kept."""
    return bool(metadata.get("ended_form")) and not metadata.get("draft")


async def fixed(processor: Any, tracker: DialogueStateTracker, response_name: Text) -> Dict[Text, Any]:
    """A sentence that no action says: something broke, or the customer comes back too late."""
    sentence = await processor.nlg.generate(response_name, tracker, TingInput.name())
    return shown(sentence or {"text": ""})


def shown(message: Dict[Text, Any]) -> Dict[Text, Any]:
    """A message as the gateway gets it; buttons without a title (unused places) are left out."""
    buttons: List[Dict[Text, Any]] = message.get("buttons") or []
    return {
        "text": message.get("text") or "",
        "buttons": [
            {"title": b["title"], "payload": b.get("payload") or b["title"]}
            for b in buttons
            if b.get("title")
        ],
        "custom": message.get("custom") or None,
    }


def understood(tracker: DialogueStateTracker) -> Dict[Text, Any]:
    """Intent, entities, form and slots at the end of the turn.

    The last user event is right even in a form, where `latest_message` and the applied events are stale.
    """
    said = next((event for event in reversed(tracker.events) if isinstance(event, UserUttered)), None)
    parse = said.parse_data if said else {}
    slots = {name: value for name, value in tracker.current_slot_values().items() if value is not None}
    intent = parse.get("intent") or {}
    return {
        "intent": {"name": intent.get("name"), "confidence": intent.get("confidence", 0.0)},
        "intent_ranking": [
            {"name": one.get("name"), "confidence": one.get("confidence")}
            for one in parse.get("intent_ranking", [])[:5]
        ],
        "entities": parse.get("entities") or [],
        "active_loop": tracker.active_loop_name,
        "requested_slot": slots.get("requested_slot"),
        "slots": {name: value for name, value in slots.items() if name != "session_started_metadata"},
        "language": slots.get("language", "zh"),
    }


if rasa.__version__ != action_validation.KNOWN_VERSION:
    raise RasaException(
        f"bot/components/channel.py follows Rasa {action_validation.KNOWN_VERSION}, not {rasa.__version__}."
    )
