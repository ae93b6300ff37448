"""The intent of a customer's word on the bank's answer, where an answer waits for it."""

from typing import List, Text

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.labelled_component import LabelledComponent
from bot.components.leaning import ATTENTIONS, Leaning, verdict
from bot.components.reading import put_first

ATTENTION = "attention"
"""In the metadata of a message, by the channel; without it nothing is read anew."""
LONGEST_READ = 300
MATTERS = frozenset({"amount", "date", "business", "product", "branch", "card_tail"})
SETTLED_BEFORE = frozenset({"also", "declined"})
"""Two wishes, or an act that is refused: the message was understood by its parts."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TingVerdict(LabelledComponent[Leaning], IntentClassifier):
    """Learns from bot/verdict, which has labels of its own; stands behind the classifier of intents."""

    MODEL = Leaning

    def process(self, messages: List[Message]) -> List[Message]:
        """The messages, those with a verdict on a waiting answer with its intent first."""
        for message in messages:
            attention = (message.get("metadata") or {}).get(ATTENTION)
            if attention in ATTENTIONS and self.model is not None:
                self._read_anew(message, attention, self.model)
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
