"""The edge of the action server: whatever goes wrong inside an action, the customer gets a sentence."""

from abc import ABC, abstractmethod
from typing import Any

import structlog
from rasa_sdk import Action, Tracker
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
            return await self.act(turn, Say(dispatcher, turn))
        except Exception as error:  # the edge
            log.exception(
                "action failed",
                action=self.action_name,
                conversation_id=turn.conversation_id,
                error=type(error).__name__,
            )
            dispatcher.messages.clear()
            dispatcher.utter_message(response="utter_sorry")
            return self.stand_still(turn)

    @abstractmethod
    async def act(self, turn: Turn, say: Say) -> Events:
        """What the action does."""

    def stand_still(self, turn: Turn) -> Events:
        """Events that leave the dialogue as it is; a form overrides it, as "nothing" would end its turn."""
        return []
