"""The entity `emotion: strong` on messages of fury or despair, to bring a person sooner."""

from typing import List

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.feelings import STRONG, Feelings
from bot.components.labelled_component import LabelledComponent

LONGEST_READ = 500
HEATED = frozenset({"abuse", "file_complaint", "reject_answer", "request_person", "self_harm"})
"""Intents whose examples may be furious; a known text of any other is calm, and is not read."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class TingEmotion(LabelledComponent[Feelings]):
    """Learns from bot/emotion, which has labels of its own; the intents' examples are not read."""

    MODEL = Feelings

    def process(self, messages: List[Message]) -> List[Message]:
        """The messages, those of strong emotion with the entity."""
        for message in messages:
            text = str(message.get(TEXT) or "")[:LONGEST_READ]
            if self.model is None or not text or text.startswith("/") or _known_to_be_calm(message):
                continue
            if self.model.is_strong(text):
                entity = {
                    "entity": "emotion",
                    "start": 0,
                    "end": len(text),
                    "value": STRONG,
                    "extractor": "TingEmotion",
                }
                message.set(ENTITIES, [*message.get(ENTITIES, []), entity], add_to_output=True)
        return messages


def _known_to_be_calm(message: Message) -> bool:
    intent = message.get(INTENT) or {}
    return bool(intent.get("confidence") == 1.0 and intent.get("name") not in HEATED)
