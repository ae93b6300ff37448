"""Intent by two linear models, on TF-IDF and, for English, sentence vectors: better and cheaper than DIET."""

import logging
from typing import Any, Dict, List, Optional, Text, Tuple

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
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline

from bot.components.sentence import SentenceModel, is_english, open_encoder, restored, stored
from bot.components.tokenizer import cut, is_wordlike
from bot.components.wishes import two_wishes

logger = logging.getLogger(__name__)
RANKING = 5


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
        self._model: "Pipeline | None" = None
        self._sentence: Optional[SentenceModel] = None
        self._known: Dict[Text, Text] = {}

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Regularisation (larger trusts examples more), lengths of n-grams, whether English is read twice."""
        return {
            "c": 20.0,
            "sentence_model": True,
            "sentence_c": 20.0,
            "word_ngrams": [1, 2],
            "character_ngrams": [1, 4],
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
                classifier._model, classifier._known, kept = joblib.load(folder / "classifier.joblib")
                classifier._sentence = restored(kept)
        except ValueError:
            logger.warning("no trained classifier in the model")
        return classifier

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on the intent examples and keep the result in the model storage."""
        examples = [e for e in training_data.intent_examples if e.get(TEXT) and e.get(INTENT)]
        if not examples:
            return self._resource
        texts = [features_of(example) for example in examples]
        intents = [str(example.get(INTENT)) for example in examples]
        self._known = _unambiguous(texts, intents)
        self._model = build_model(self._config).fit(texts, intents)
        self._sentence = self._learn_sentences([str(e.get(TEXT)) for e in examples], intents)
        with self._storage.write_to(self._resource) as folder:
            joblib.dump((self._model, self._known, stored(self._sentence)), folder / "classifier.joblib")
        return self._resource

    def _learn_sentences(self, texts: List[Text], intents: List[Text]) -> Optional[SentenceModel]:
        encoder = open_encoder() if self._config["sentence_model"] else None
        return SentenceModel.fit(encoder, texts, intents, c=self._config["sentence_c"]) if encoder else None

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing is added to the examples; other components do not need our opinion of them."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """The messages with `intent` and `intent_ranking`."""
        for message in messages:
            text = str(message.get(TEXT) or "")
            if self._model is None or text.startswith("/"):
                continue
            ranking = self._separate_wishes(message, text, self.rank(features_of(message), sentence=text))
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def _separate_wishes(
        self, message: Message, text: Text, ranking: List[Dict[Text, Any]]
    ) -> List[Dict[Text, Any]]:
        """With two wishes, rank the one to do now first and note the other as the entity `also`."""

        def judge(clause: Text) -> Tuple[Text, float]:
            best = self.rank(features_of_text(clause))[0]
            return best["name"], best["confidence"]

        wishes = two_wishes(text, judge) if ranking[0]["confidence"] < 1.0 else None
        if wishes is None:
            return ranking
        (now, confidence), (other, (start, end)) = wishes
        entity = {"entity": "also", "start": start, "end": end, "value": other, "extractor": "TingClassifier"}
        message.set(ENTITIES, [*message.get(ENTITIES, []), entity], add_to_output=True)
        rest = [one for one in ranking if one["name"] != now]
        return [{"name": now, "confidence": confidence}, *rest][:RANKING]

    def rank(self, features: Text, *, sentence: Text = "") -> List[Dict[Text, Any]]:
        """The best intents with their probabilities, the best first; `sentence` is the whole text as written.

        Parts of a message come without it: they are judged by their words.
        """
        if self._model is None:
            return []
        probabilities = self._model.predict_proba([features])[0]
        if self._sentence and features not in self._known and is_english(sentence):
            probabilities = self._sentence.weigh_in(sentence, probabilities)
        scored = sorted(zip(self._model.classes_, probabilities, strict=True), key=lambda one: -one[1])
        known = self._known.get(features)
        if known is not None:
            scored = [(known, 1.0)] + [(name, 0.0) for name, _ in scored if name != known]
        return [{"name": str(name), "confidence": float(p)} for name, p in scored[:RANKING]]


def features_of(message: Message) -> Text:
    """The normalised tokens of a message with blanks between, the text that the vectorizers read."""
    return _features(message.get(TOKENS_NAMES[TEXT]) or cut(str(message.get(TEXT))))


def features_of_text(text: Text) -> Text:
    """The same for a bare text."""
    return _features(cut(text))


def _features(tokens: List[Token]) -> Text:
    lemmas = [token.lemma for token in tokens]
    return " ".join([lemma for lemma in lemmas if is_wordlike(lemma)] or lemmas)


def build_model(config: Dict[Text, Any]) -> Pipeline:
    """Word and character TF-IDF side by side, then logistic regression, one against the rest.

    liblinear: as accurate here as the multinomial model, at an eighth of its training time.
    """
    words: Tuple[int, int] = tuple(config["word_ngrams"])
    characters: Tuple[int, int] = tuple(config["character_ngrams"])
    union = FeatureUnion(
        [
            (
                "words",
                TfidfVectorizer(analyzer=str.split, ngram_range=words, sublinear_tf=True, dtype=np.float32),
            ),
            (
                "characters",
                TfidfVectorizer(
                    preprocessor=_join_chinese,
                    analyzer="char_wb",
                    ngram_range=characters,
                    sublinear_tf=True,
                    dtype=np.float32,
                    min_df=2,
                ),
            ),
        ]
    )
    return Pipeline(
        [
            ("features", union),
            ("regression", LogisticRegression(C=config["c"], solver="liblinear")),
        ]
    )


def _join_chinese(features: Text) -> Text:
    """Chinese characters next to one another again, so that character n-grams span them."""
    joined: List[Text] = []
    for piece in features.split(" "):
        chinese = len(piece) == 1 and not piece.isascii()
        if joined and chinese and not joined[-1][-1].isascii():
            joined[-1] += piece
        else:
            joined.append(piece)
    return " ".join(joined)


def _unambiguous(texts: List[Text], intents: List[Text]) -> Dict[Text, Text]:
    seen: Dict[Text, Text] = {}
    twice = set()
    for text, intent in zip(texts, intents, strict=True):
        if seen.setdefault(text, intent) != intent:
            twice.add(text)
    return {text: intent for text, intent in seen.items() if text not in twice}
