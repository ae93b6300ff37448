"""What the components share that learn labels of their own beside the intents."""

import hashlib
import logging
from typing import Any, ClassVar, Dict, Generic, Optional, Text, Type, TypeVar

import joblib
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.labelled import Labelled, read_examples
from bot.components.sentence import open_encoder

logger = logging.getLogger(__name__)
Model = TypeVar("Model", bound=Labelled)
Component = TypeVar("Component", bound="LabelledComponent[Any]")


class LabelledComponent(GraphComponent, Generic[Model]):
    """Learns from the folder of its `MODEL`; the intents' examples are not read."""

    MODEL: ClassVar[Type[Labelled]]

    def __init__(self, model_storage: ModelStorage, resource: Resource) -> None:
        """An untrained component, which leaves every message as it is."""
        self._storage = model_storage
        self._resource = resource
        self.model: Optional[Model] = None

    @classmethod
    def create(
        cls: Type[Component],
        config: Dict[Text, Any],  # noqa: ARG003 - Rasa's signature
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
    ) -> Component:
        """A new untrained component."""
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls: Type[Component],
        config: Dict[Text, Any],  # noqa: ARG003 - Rasa's signature
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
        **kwargs: Any,  # noqa: ARG003 - Rasa's signature
    ) -> Component:
        """As it was trained; without the sentence encoder English is judged by its words."""
        component = cls(model_storage, resource)
        try:
            with model_storage.read_from(resource) as folder:
                words, sentences = joblib.load(folder / cls._file())
        except ValueError:
            logger.warning("no trained %s in the model", cls.__name__)
            return component
        component.model = cls.MODEL(words, sentences, open_encoder() if sentences is not None else None)
        return component

    @classmethod
    def fingerprint_addon(cls, config: Dict[Text, Any]) -> Optional[str]:  # noqa: ARG003 - Rasa's signature
        """Other examples, another component: Rasa would otherwise take the one it trained before."""
        files = cls.MODEL.training_files()
        return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on the own examples and keep the result in the model storage."""
        model = self.MODEL.fit(read_examples(self.MODEL.training_files()), open_encoder())
        with self._storage.write_to(self._resource) as folder:
            joblib.dump((model.words, model.sentences), folder / self._file())
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing is added to the examples."""
        return training_data

    @classmethod
    def _file(cls) -> Text:
        return f"{cls.MODEL.FOLDER.name}.joblib"
