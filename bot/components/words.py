"""How the assistant chooses its words: in turn where there are several, plainer where that is wished."""

import copy
from typing import Any, Dict, List, Optional, Text

from rasa.core.nlg.generator import ResponseVariationFilter
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

PLAIN = "_elderly"


class TingWords(TemplatedNaturalLanguageGenerator):
    """The responses of domain.yml, as Rasa's own generator takes them, with two differences.

    Who wished for plain words hears `utter_x_elderly` where there is one. Of several variations the next is
    taken each time and never one by chance: nothing grates by repetition, and a talk can be repeated exactly.
    """

    def __init__(
        self, endpoint_config: Optional[EndpointConfig] = None, domain: Optional[Domain] = None
    ) -> None:
        """Rasa gives the endpoint's settings, of which there are none, and the domain."""
        del endpoint_config
        super().__init__(domain.responses if domain is not None else {})

    async def generate(
        self, utter_action: Text, tracker: DialogueStateTracker, output_channel: Text, **kwargs: Any
    ) -> Optional[Dict[Text, Any]]:
        """The message for a response; None when there is no such response."""
        plain = utter_action + PLAIN
        name = plain if plain in self.responses and wishes_plain_words(tracker) else utter_action
        if name not in self.responses:
            return None
        slots = tracker.current_slot_values()
        found: List[Dict[Text, Any]] = ResponseVariationFilter(self.responses).responses_for_utter_action(
            name, output_channel, slots
        )
        if not found:
            return None
        chosen = found[times_said(tracker, utter_action) % len(found)]
        filled: Dict[Text, Any] = self._fill_response(copy.deepcopy(chosen), slots, **kwargs)
        return filled


def wishes_plain_words(tracker: DialogueStateTracker) -> bool:
    """By the slot, which the channel sets to what is wished in the whole conversation."""
    return bool(tracker.get_slot("elderly") == "on")


def times_said(tracker: DialogueStateTracker, utter_action: Text) -> int:
    """How often this response was said in the session."""
    return sum(
        isinstance(event, BotUttered) and event.metadata.get("utter_action") == utter_action
        for event in tracker.events
    )
