"""The component that writes the facts of a message into its entities."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Mapping, Optional, Protocol, Sequence

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.fact import Fact
from nlu.facts import read_facts
from nlu.lexicon import LEXICON_DIRECTORY, project_lexicon, read_yaml
from nlu.likely_answers import LikelyAnswers
from nlu.similar import SimilarTrades
from nlu.trades import SimilarTrade

EXTRACTOR = "FactReader"
TRADES, ANSWERS = "trades.npz", "answers.npz"
FACTS = "facts"
"""The key of a message under which later components find the list of :class:`~nlu.fact.Fact`."""


class Normalised(Protocol):
    """What is needed of a normalised text: ``offsets[i]`` is where character ``i`` stood in the original."""

    @property
    def text(self) -> str: ...

    @property
    def offsets(self) -> Sequence[int]: ...


# Registered as a featurizer: Rasa shows training messages to those alone, and the classifier learns from the facts found.
@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER], is_trainable=True)
class FactReader(GraphComponent):
    """Reads the facts of each message; sets ``facts`` for later components and the entities of the parse result.

    What it trains are the embeddings of the trades, which would take seconds at each start, and the weights of answers.
    """

    def __init__(
        self,
        storage: ModelStorage,
        resource: Resource,
        similar: Optional[SimilarTrade] = None,
        likely: Optional[LikelyAnswers] = None,
    ) -> None:
        self._lexicon, self._similar, self._likely = project_lexicon(), similar, likely
        self._storage, self._resource = storage, resource

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``guesses``: guess what no list holds; ``near_enough``, ``majority`` of trades, ``likely_enough`` of answers."""
        return {"guesses": True, "near_enough": 0.55, "majority": 0.5, "likely_enough": 0.4}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "FactReader":
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
        execution_context: ExecutionContext, **kwargs: Any,
    ) -> "FactReader":  # fmt: skip
        """With what it guesses by; reads one message, so that the first user does not wait for the matchers."""
        if not config["guesses"]:
            return cls(model_storage, resource)
        with model_storage.read_from(resource) as directory:
            similar = SimilarTrades.load(directory / TRADES, config["near_enough"], config["majority"])
            likely = LikelyAnswers.load(directory / ANSWERS, config["likely_enough"])
        reader = cls(model_storage, resource, similar, likely)
        read_facts("", None, reader._lexicon)
        return reader

    def train(self, training_data: TrainingData) -> Resource:
        """Nothing is learned from the messages."""
        with self._storage.write_to(self._resource) as directory:
            SimilarTrades.of(self._lexicon["industries"]["trades"]).save(directory / TRADES)
            LikelyAnswers.of(read_yaml(LEXICON_DIRECTORY / "answers.yml")).save(directory / ANSWERS)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set ``facts`` and add the entities of each message."""
        for message in messages:
            facts = self._read(message)
            message.set(FACTS, facts)
            found = [self._entity(fact, message) for fact in facts]
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Set ``facts`` alone: the entities of training messages are their annotation."""
        for message in training_data.training_examples:
            message.set(FACTS, self._read(message))
        return training_data

    def _read(self, message: Message) -> list[Fact]:
        normalised: Optional[Normalised] = message.get("normalised")
        text = normalised.text if normalised is not None else (message.get(TEXT) or "").lower()
        dialogue: Mapping[str, Any] = message.get("dialogue") or {}
        facts = read_facts(
            text,
            dialogue.get("asked"),
            self._lexicon,
            dialogue.get("topic"),
            self._similar,
            date.today().year,
            another=dialogue.get("another", False),
            told=decimals(dialogue.get("told", {})),
            known=decimals(dialogue.get("known", {})),
        )
        return facts if self._likely is None else facts + self._likely.guessed(text, facts, dialogue.get("asked"))

    @staticmethod
    def _entity(fact: Fact, message: Message) -> dict[str, Any]:
        normalised: Optional[Normalised] = message.get("normalised")
        original = message.get(TEXT) or ""
        start, end = fact.start, fact.end
        if normalised is not None:
            start, end = original_span(normalised.offsets, start, end, original)
        return {**fact.as_entity(), "start": start, "end": end, "text": original[start:end], "extractor": EXTRACTOR}


def decimals(numbers: Mapping[str, float]) -> dict[str, Decimal]:
    return {name: Decimal(str(number)) for name, number in numbers.items()}


def original_span(offsets: Sequence[int], start: int, end: int, original: str) -> tuple[int, int]:
    """The place in ``original`` of ``[start, end)`` of the normalised text, without white space at its end."""
    first = offsets[start] if start < len(offsets) else len(original)
    last = offsets[end] if end < len(offsets) else len(original)
    while last > first + 1 and original[last - 1 : last].isspace():
        last -= 1
    return first, max(first, last)
