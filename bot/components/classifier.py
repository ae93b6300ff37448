"""Intent by linear models, on TF-IDF and, for English, sentence vectors: better and cheaper than DIET."""

import logging
from typing import Any, Collection, Dict, List, Optional, Text, Tuple

import joblib
import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.minilm import MiniLM
from bot.components.reading import RANKING, read
from bot.components.sentence import SentenceModel, is_english, open_encoder, restored, stored
from bot.components.spelling import Spelling
from bot.components.tokenizer import cut, is_wordlike
from bot.components.word_model import Probabilities, WordModel, sharpened

logger = logging.getLogger(__name__)
ABOUT_THE_WHOLE = frozenset(
    {"lang", "language", "also", "business", "emotion", "product", "branch", "currency"}
)
"""Entities that are no value of their own; where they stand alone nothing was answered."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TingClassifier(GraphComponent, IntentClassifier):
    """Ranks the intents of a message.

    A message that equals a training example (after normalising) has that example's intent with confidence 1:
    what a button says is always understood.
    """

    def __init__(self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource) -> None:
        """An untrained classifier."""
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._model: Optional[WordModel] = None
        self._sentence: Optional[SentenceModel] = None
        self._spelling = Spelling({}, ())
        self._known: Dict[Text, Text] = {}

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Regularisation, lengths of n-grams, how and when English is read twice, sureness.

        `c`, `sentence_c`: larger trusts the examples more. `bayes_share`, `bayes_smoothing`: how much naive
        Bayes weighs beside the regression, and what it grants the unseen. `word_ngrams`: of Latin words.
        `sure`: from this probability by words on, English is not read a second time. `sharpness`: see
        `word_model.sharpened`, chosen by cross-validation (best at 1.0 in Chinese, 1.1 in English).
        `cautious`: an intent that is passed over below its probability, as acting on it by mistake hurts.
        `grave`: one that goes first from its probability on, as missing it hurts more.
        """
        return {
            "c": 20.0,
            "bayes_share": 0.2,
            "bayes_smoothing": 0.03,
            "sentence_model": True,
            "sentence_c": 20.0,
            "word_ngrams": [1, 2],
            "character_ngrams": [1, 4],
            "sure": 0.8,
            "sharpness": 1.1,
            "cautious": {"abuse": 0.6},
            "grave": {"self_harm": 0.25},
        }

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
    ) -> "TingClassifier":
        """A new untrained classifier."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
        **kwargs: Any,  # noqa: ARG003 - Rasa's signature
    ) -> "TingClassifier":
        """The classifier as it was trained; an untrained one when there were no examples."""
        classifier = cls(config, model_storage, resource)
        try:
            with model_storage.read_from(resource) as folder:
                kept = joblib.load(folder / "classifier.joblib")
        except ValueError:
            logger.warning("no trained classifier in the model")
            return classifier
        encoder = classifier._open_encoder()
        classifier._model, classifier._known, regression, taught = kept
        classifier._sentence = restored(regression, encoder)
        classifier._spelling = Spelling(taught, _english_of(encoder))
        return classifier

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on the intent examples and keep the result in the model storage."""
        examples = [e for e in training_data.intent_examples if e.get(TEXT) and e.get(INTENT)]
        if not examples:
            return self._resource
        texts = [str(example.get(TEXT)) for example in examples]
        features = [features_of(example) for example in examples]
        intents = [str(example.get(INTENT)) for example in examples]
        encoder = self._open_encoder()
        self._spelling = Spelling.learn(texts, _english_of(encoder))
        self._known = _unambiguous(features, intents)
        self._model = WordModel.fit([self._spelling.mend(one) for one in features], intents, self._config)
        if encoder is not None:
            mended = [self._spelling.mend(one) for one in texts]
            self._sentence = SentenceModel.fit(encoder, mended, intents, c=self._config["sentence_c"])
        with self._storage.write_to(self._resource) as folder:
            kept = self._model, self._known, stored(self._sentence), self._spelling.taught
            joblib.dump(kept, folder / "classifier.joblib")
        return self._resource

    def _open_encoder(self) -> Optional[MiniLM]:
        return open_encoder() if self._config["sentence_model"] else None

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing is added to the examples; other components do not need our opinion of them."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """The messages with `intent` and `intent_ranking`."""
        for message in messages:
            text = str(message.get(TEXT) or "")
            if self._model is None or text.startswith("/"):
                continue
            reading = read(
                text,
                lambda said: self.rank(features_of_text(said), sentence=said),
                lambda clause: self.rank(features_of_text(clause)),
                holds_values=_holds_values(message),
                grave=self._config["grave"],
            )
            message.set(ENTITIES, [*message.get(ENTITIES, []), *reading.entities], add_to_output=True)
            message.set("intent", reading.ranking[0], add_to_output=True)
            message.set("intent_ranking", reading.ranking, add_to_output=True)
        return messages

    def rank(self, features: Text, *, sentence: Text = "") -> List[Dict[Text, Any]]:
        """The best intents with their probabilities, the best first; `sentence` is the text as written.

        Clauses of a message come without it: they are judged by their words.
        """
        if self._model is None:
            return []
        known = None if is_command(sentence) else self._known.get(features)
        names = self._model.intents
        if known is not None:
            ranking = [(known, 1.0)] + [(name, 0.0) for name in names if name != known]
        else:
            probabilities = self._probabilities(self._model, features, sentence)
            ranking = sorted(zip(names, probabilities.tolist(), strict=True), key=lambda one: -one[1])
            ranking = _grave(_cautious(ranking, self._config["cautious"]), self._config["grave"])
        return [{"name": name, "confidence": p} for name, p in ranking[:RANKING]]

    def _probabilities(self, model: WordModel, features: Text, sentence: Text) -> Probabilities:
        if is_command(sentence):  # "／back" is a text: no wish, and not to be guessed at
            return np.full(len(model.intents), 1.0 / len(model.intents))
        probabilities = model.probabilities(self._spelling.mend(features))
        unsure = probabilities.max() < self._config["sure"]
        if self._sentence and unsure and is_english(sentence):
            probabilities = self._sentence.weigh_in(self._spelling.mend(sentence), probabilities)
        return sharpened(probabilities, self._config["sharpness"])


def _english_of(encoder: Optional[MiniLM]) -> Collection[Text]:
    return encoder.words if encoder else ()


def _holds_values(message: Message) -> bool:
    return any(one["entity"] not in ABOUT_THE_WHOLE for one in message.get(ENTITIES, []))


def is_command(text: Text) -> bool:
    """Whether a text begins as commands of machines do; the channel makes the slash full-width."""
    return text.lstrip(" \t\n\u3000\"'“‘").startswith(("/", "／"))


def _cautious(ranking: List[Tuple[Text, float]], least: Dict[Text, float]) -> List[Tuple[Text, float]]:
    """The ranking, without a first intent that is less sure than it must be."""
    name, probability = ranking[0]
    return ranking[1:] if probability < least.get(name, 0.0) else ranking


def _grave(ranking: List[Tuple[Text, float]], enough: Dict[Text, float]) -> List[Tuple[Text, float]]:
    """The ranking, with a grave intent that is likely enough put first.

    It takes the probabilities of those it passes, so that no rule about doubtful readings can lose it.
    """
    for place, (name, probability) in enumerate(ranking):
        if place and probability >= enough.get(name, 1.0):
            passed = ranking[:place]
            first = (name, probability + sum(one[1] for one in passed))
            return [first, *ranking[place + 1 :], *((one[0], 0.0) for one in passed)]
    return ranking


def features_of(message: Message) -> Text:
    """The normalised tokens of a message with blanks between, the text that the vectorizers read."""
    return _features(message.get(TOKENS_NAMES[TEXT]) or cut(str(message.get(TEXT))))


def features_of_text(text: Text) -> Text:
    """The same for a bare text."""
    return _features(cut(text))


def _features(tokens: List[Token]) -> Text:
    lemmas = [token.lemma for token in tokens]
    return " ".join([lemma for lemma in lemmas if is_wordlike(lemma)] or lemmas)


def _unambiguous(texts: List[Text], intents: List[Text]) -> Dict[Text, Text]:
    seen: Dict[Text, Text] = {}
    twice = set()
    for text, intent in zip(texts, intents, strict=True):
        if seen.setdefault(text, intent) != intent:
            twice.add(text)
    return {text: intent for text, intent in seen.items() if text not in twice}
