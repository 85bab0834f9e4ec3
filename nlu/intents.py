"""What the writer of a message wants."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Optional, Sequence

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.features import READING, Reading, signs
from nlu.linear import LinearModel
from nlu.n_grams import NGramModel, Vectoriser
from nlu.network import Corpus, Course, Network

RANKING = "intent_ranking"
N_GRAM_FILE = "n_grams.npz"
NETWORK_FILE = "network.npz"


@dataclass(frozen=True)
class IntentModel:
    """Two readers that err in different places, and the mean of what they think: one knows words, the other meanings."""

    n_grams: NGramModel
    network: Network

    @property
    def classes(self) -> tuple[str, ...]:
        return self.n_grams.linear.classes

    @classmethod
    def fit(cls, readings: Sequence[Reading], labels: Sequence[str], strength: float, course: Course) -> "IntentModel":
        """Train both on the same messages, the regression in a process of its own: it uses one core only."""
        vectoriser = Vectoriser.fit(readings)
        with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as beside:
            linear = beside.submit(LinearModel.fit, vectoriser.rows(readings), labels, strength)
            network = Network.fit(Corpus([reading.text for reading in readings], sign_rows(readings)), labels, course)
            return cls(NGramModel(vectoriser, linear.result()), network)

    def probabilities(self, readings: Sequence[Reading]) -> np.ndarray:
        """One row of probabilities a message, in the order of ``classes``."""
        meant: np.ndarray = self.network.probabilities([reading.text for reading in readings], sign_rows(readings))
        return (self.n_grams.probabilities(readings) + meant) / 2

    def save(self, directory: Path) -> None:
        self.n_grams.save(directory / N_GRAM_FILE)
        self.network.save(directory / NETWORK_FILE)

    @classmethod
    def load(cls, directory: Path) -> "IntentModel":
        model = cls(NGramModel.load(directory / N_GRAM_FILE), Network.load(directory / NETWORK_FILE))
        if model.classes != model.network.classes:
            raise ValueError(f"{directory} holds two models of different intents; remedy: train anew")
        return model


def sign_rows(readings: Sequence[Reading]) -> np.ndarray:
    """The signs of each message as a row."""
    return np.array([signs(reading) for reading in readings], dtype=np.float32)


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=True)
class IntentClassifier(GraphComponent):
    """Sets ``intent`` and ``intent_ranking``, all intents by probability."""

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: Optional[IntentModel] = None
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``strength``: see :class:`~nlu.linear.LinearModel`; the rest: see :class:`~nlu.network.Course`."""
        return {"strength": 10.0, **vars(Course())}

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "IntentClassifier":
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
        execution_context: ExecutionContext, **kwargs: Any,
    ) -> "IntentClassifier":  # fmt: skip
        with model_storage.read_from(resource) as directory:
            return cls(config, model_storage, resource, IntentModel.load(directory))

    def train(self, training_data: TrainingData) -> Resource:
        examples = training_data.intent_examples
        labels = [message.get(INTENT) for message in examples]
        course = Course(**{name: self._config[name] for name in vars(Course())})
        readings = [message.get(READING) for message in examples]
        self._model = IntentModel.fit(readings, labels, self._config["strength"], course)
        with self._storage.write_to(self._resource) as directory:
            self._model.save(directory)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        assert self._model is not None, "the classifier is not trained"
        for message in messages:
            probabilities = self._model.probabilities([message.get(READING)])[0]
            ranking = [
                {"name": name, "confidence": float(probability)}
                for name, probability in sorted(zip(self._model.classes, probabilities), key=lambda entry: -entry[1])
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(RANKING, ranking, add_to_output=True)
        return messages
