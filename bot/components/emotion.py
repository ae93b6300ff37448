"""The entity `emotion: strong` on messages of fury or despair, to bring a person sooner."""

import hashlib
import logging
from typing import Any, Dict, List, Optional, Text

import joblib
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.feelings import STRONG, Feelings, read_examples, training_files
from bot.components.sentence import open_encoder

logger = logging.getLogger(__name__)
LONGEST_READ = 500
HEATED = frozenset({"abuse", "file_complaint", "reject_answer", "request_person", "self_harm"})
"""Intents whose examples may be furious; a known text of any other is calm, and is not read."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class TingEmotion(GraphComponent):
    """Learns from bot/emotion, which has labels of its own; the intents' examples are not read."""

    def __init__(self, model_storage: ModelStorage, resource: Resource) -> None:
        """An untrained component, which finds nothing."""
        self._storage = model_storage
        self._resource = resource
        self._feelings: Optional[Feelings] = None

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],  # noqa: ARG003 - Rasa's signature
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
    ) -> "TingEmotion":
        """A new untrained component."""
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],  # noqa: ARG003 - Rasa's signature
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
        **kwargs: Any,  # noqa: ARG003 - Rasa's signature
    ) -> "TingEmotion":
        """As it was trained; without the sentence encoder English is judged by its words."""
        emotion = cls(model_storage, resource)
        try:
            with model_storage.read_from(resource) as folder:
                words, sentences = joblib.load(folder / "emotion.joblib")
        except ValueError:
            logger.warning("no trained emotion in the model")
            return emotion
        emotion._feelings = Feelings(words, sentences, open_encoder() if sentences is not None else None)
        return emotion

    @classmethod
    def fingerprint_addon(cls, config: Dict[Text, Any]) -> Optional[str]:  # noqa: ARG003 - Rasa's signature
        """Other emotion files, another component: Rasa would otherwise take the one it trained before."""
        return hashlib.sha256(b"".join(file.read_bytes() for file in training_files())).hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on bot/emotion and keep the result in the model storage."""
        feelings = Feelings.fit(read_examples(training_files()), open_encoder())
        with self._storage.write_to(self._resource) as folder:
            joblib.dump((feelings.words, feelings.sentences), folder / "emotion.joblib")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing is added to the examples."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """The messages, those of strong emotion with the entity."""
        for message in messages:
            text = str(message.get(TEXT) or "")[:LONGEST_READ]
            if self._feelings is None or not text or text.startswith("/") or _known_to_be_calm(message):
                continue
            if self._feelings.is_strong(text):
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
