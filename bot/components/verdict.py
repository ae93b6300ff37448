"""The intent of a customer's word on the bank's answer, where an answer waits for it."""

import hashlib
import logging
from typing import Any, Dict, List, Optional, Text

import joblib
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.leaning import ATTENTIONS, Leaning, read_examples, training_files, verdict
from bot.components.reading import put_first
from bot.components.sentence import open_encoder

logger = logging.getLogger(__name__)
ATTENTION = "attention"
"""In the metadata of a message, by the channel; without it nothing is read anew."""
LONGEST_READ = 300
MATTERS = frozenset({"amount", "date", "business", "product", "branch", "card_tail"})
SETTLED_BEFORE = frozenset({"also", "declined"})
"""Two wishes, or an act that is refused: the message was understood by its parts."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TingVerdict(GraphComponent, IntentClassifier):
    """Learns from bot/verdict, which has labels of its own; stands behind the classifier of intents."""

    def __init__(self, model_storage: ModelStorage, resource: Resource) -> None:
        """An untrained component, which leaves every message as it is."""
        self._storage = model_storage
        self._resource = resource
        self._leaning: Optional[Leaning] = None

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],  # noqa: ARG003 - Rasa's signature
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
    ) -> "TingVerdict":
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
    ) -> "TingVerdict":
        """As it was trained; without the sentence encoder English is judged by its words."""
        component = cls(model_storage, resource)
        try:
            with model_storage.read_from(resource) as folder:
                words, sentences = joblib.load(folder / "verdict.joblib")
        except ValueError:
            logger.warning("no trained verdicts in the model")
            return component
        component._leaning = Leaning(words, sentences, open_encoder() if sentences is not None else None)
        return component

    @classmethod
    def fingerprint_addon(cls, config: Dict[Text, Any]) -> Optional[str]:  # noqa: ARG003 - Rasa's signature
        """Other examples, another component: Rasa would otherwise take the one it trained before."""
        return hashlib.sha256(b"".join(file.read_bytes() for file in training_files())).hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on bot/verdict and keep the result in the model storage."""
        leaning = Leaning.fit(read_examples(training_files()), open_encoder())
        with self._storage.write_to(self._resource) as folder:
            joblib.dump((leaning.words, leaning.sentences), folder / "verdict.joblib")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing is added to the examples."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """The messages, those with a verdict on a waiting answer with its intent first."""
        for message in messages:
            attention = (message.get("metadata") or {}).get(ATTENTION)
            if attention in ATTENTIONS and self._leaning is not None:
                self._read_anew(message, attention, self._leaning)
        return messages

    def _read_anew(self, message: Message, attention: Text, leaning: Leaning) -> None:
        text, ranking = str(message.get(TEXT) or ""), message.get("intent_ranking") or []
        kinds = {one["entity"] for one in message.get(ENTITIES, [])}
        if not ranking or len(text) > LONGEST_READ or kinds & SETTLED_BEFORE:
            return
        found = verdict(text, ranking, attention, leaning, names_matter=bool(kinds & MATTERS))
        if found is not None:
            ranking = put_first(found.intent, found.confidence, ranking)
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
