"""The edge of the action server: whatever goes wrong inside an action, the customer gets a sentence."""

from abc import ABC, abstractmethod
from typing import Any

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.desk_client import DeskClient, shared_desk
from actions.say import Say
from actions.turn import Turn

log = structlog.get_logger()
Events = list[dict[str, Any]]  # Rasa's events are JSON objects


class DeskAction(Action, ABC):
    """An action that reads a turn, asks the desk and speaks. No exception leaves `run`."""

    action_name: str

    def __init__(self, desk: DeskClient | None = None) -> None:
        self._desk = desk

    @property
    def desk(self) -> DeskClient:
        """The client given at construction, else that of the process."""
        return self._desk or shared_desk()

    def name(self) -> str:
        """The name in domain.yml."""
        return self.action_name

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Act; on any error log it without the customer's words and say sorry."""
        turn = Turn.of(tracker, domain)
        try:
            events = await self.act(turn, Say(dispatcher, turn))
        except Exception as error:  # the edge
            log.exception(
                "action failed",
                action=self.action_name,
                conversation_id=turn.conversation_id,
                error=type(error).__name__,
            )
            dispatcher.messages.clear()
            dispatcher.utter_message(response="utter_sorry")
            events = self.stand_still(turn)
        return [*events, *self._listens(tracker, events)]

    def _listens(self, tracker: Tracker, events: Events) -> Events:
        """No rule says what comes after an offer was taken, and Rasa would apologise for a failure."""
        inside_a_form = self.action_name.startswith(("validate_", "action_ask_"))
        goes_on = any(event["event"] == "followup" for event in events)
        taken = tracker.latest_action_name == "action_take_offer"
        return [FollowupAction("action_listen")] if taken and not inside_a_form and not goes_on else []

    @abstractmethod
    async def act(self, turn: Turn, say: Say) -> Events:
        """What the action does."""

    def stand_still(self, turn: Turn) -> Events:
        """Events that leave the dialogue as it is; a form overrides it, as "nothing" would end its turn."""
        return []
