"""Entities by rule: the values of a message, and the language it is written in."""

from datetime import datetime, timezone
from typing import Any, Dict, List, Optional, Sequence, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.code_noise import without_tags
from bot.components.language import language_of
from bot.components.values import Found, find_values

LONGEST_READ = 2000


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class TingExtractor(GraphComponent):
    """Adds every value of `values.find_values` as an entity, and `lang` when the words tell the language.

    `lang` is for the dialogue, so only what came through the gateway has it; a message that is merely read,
    as in Rasa's own tests, holds values alone.

    Relative days count from `metadata.sent_at`; where the words do not tell the language, the gateway's
    `metadata.language` decides.
    """

    def __init__(self, config: Dict[Text, Any]) -> None:
        """Keep the configuration; the extractor has no state."""
        self._config = config

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,  # noqa: ARG003 - Rasa's signature
        resource: Resource,  # noqa: ARG003 - Rasa's signature
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
    ) -> "TingExtractor":
        """An extractor; nothing is loaded."""
        return cls(config)

    def process(self, messages: List[Message]) -> List[Message]:
        """The messages with their entities."""
        for message in messages:
            text = message.get(TEXT)
            if text:
                self._add_entities(message, str(text)[:LONGEST_READ])
        return messages

    def _add_entities(self, message: Message, text: str) -> None:
        metadata = message.get("metadata") or {}
        language = language_of(text) or metadata.get("language")
        plain, places = without_tags(text)
        entities = [
            _entity(found, places) for found in find_values(plain, sent_at(metadata), language=language)
        ]
        if metadata and language in ("zh", "en"):
            entities.append(_entity(Found("lang", 0, len(text), language), range(len(text))))
        message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)


def sent_at(metadata: Dict[Text, Any]) -> datetime:
    """When the message was sent: the gateway's word, else now. A time without a zone is taken as UTC."""
    moment: Optional[datetime] = None
    try:
        moment = datetime.fromisoformat(str(metadata.get("sent_at", "")).replace("Z", "+00:00"))
    except ValueError:
        moment = None
    if moment is None:
        return datetime.now(timezone.utc)
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _entity(found: Found, places: Sequence[int]) -> Dict[Text, Any]:
    return {
        "entity": found.entity,
        "start": places[found.start],
        "end": places[found.end - 1] + 1,
        "value": found.value,
        "extractor": "TingExtractor",
        **found.details,
    }
