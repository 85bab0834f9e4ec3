"""The gate: answer, ask back between two readings, or decline what belongs to none of the four questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Mapping, Optional, Sequence

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.features import FEATURES, stacked
from nlu.intents import RANKING
from nlu.linear import LinearModel

QUESTIONS = ("plan_budget", "budget_shortfall", "evaluate_budget", "budget_share")
OUT_OF_SCOPE = "out_of_scope"
ASK_BACK = "nlu_fallback"
OURS = "ours"
MODEL_FILE = "gate.npz"

Decision = Literal["answer", "ask", "decline"]
Ranking = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Thresholds:
    """Fitted over voices left out (benchmarks/understanding.py), never on the held-out set.

    ``decline``: a question whose probability of being ours is below is declined. ``ask``: below it is asked back.
    ``margin``: two questions closer than this are both offered. ``rescue``: what was taken for none, but is ours
    with at least this probability, is asked back.
    """

    decline: float = 0.15
    ask: float = 0.45
    margin: float = 0.06
    rescue: float = 0.45


def decide(ranking: Ranking, ours: float, thresholds: Thresholds) -> tuple[Decision, tuple[str, ...]]:
    """What to do with a reading, and between which two to ask; ``ours`` is the probability of being one of the four."""
    first, second = ranking[0], ranking[1]
    questions = [entry["name"] for entry in ranking if entry["name"] in QUESTIONS]
    if first["name"] in QUESTIONS:
        if ours < thresholds.decline:
            return "decline", ()
        close = first["confidence"] - second["confidence"] < thresholds.margin
        if close and second["name"] != OUT_OF_SCOPE:
            return "ask", (first["name"], second["name"])
        return ("ask", (questions[0], questions[1])) if ours < thresholds.ask else ("answer", ())
    if first["name"] == OUT_OF_SCOPE and ours >= thresholds.rescue:
        return "ask", (questions[0], questions[1])
    return "answer", ()


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=True)
class Gate(GraphComponent):
    """May turn the intent to ``out_of_scope``, or to ``nlu_fallback`` with the two readings next in the ranking."""

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: Optional[LinearModel] = None
    ) -> None:
        self._config = config
        self._thresholds = Thresholds(**{name: config[name] for name in ("decline", "ask", "margin", "rescue")})
        self._storage = storage
        self._resource = resource
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        standard = Thresholds()
        return {**vars(standard), "strength": 10.0}

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "Gate":
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
        execution_context: ExecutionContext, **kwargs: Any,
    ) -> "Gate":  # fmt: skip
        with model_storage.read_from(resource) as directory:
            return cls(config, model_storage, resource, LinearModel.load(directory / MODEL_FILE))

    def train(self, training_data: TrainingData) -> Resource:
        examples = training_data.intent_examples
        labels = [gate_label(message.get(INTENT)) for message in examples]
        self._model = LinearModel.fit(stacked(examples), labels, self._config["strength"])
        with self._storage.write_to(self._resource) as directory:
            self._model.save(directory / MODEL_FILE)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        assert self._model is not None, "the gate is not trained"
        for message in messages:
            ours = float(self._model.probabilities(message.get(FEATURES))[0][self._model.classes.index(OURS)])
            ranking = message.get(RANKING)
            decision, offered = decide(ranking, ours, self._thresholds)
            if decision == "decline":
                set_intent(message, OUT_OF_SCOPE, 1 - ours)
            elif decision == "ask":
                offer(message, offered)
        return messages


def gate_label(intent: str) -> str:
    """The two sides of the gate."""
    return OURS if intent in QUESTIONS else OUT_OF_SCOPE


def set_intent(message: Message, name: str, confidence: float) -> None:
    """Make ``name`` the first of the ranking."""
    first = {"name": name, "confidence": confidence}
    others = [entry for entry in message.get(RANKING) if entry["name"] != name]
    message.set(INTENT, first, add_to_output=True)
    message.set(RANKING, [first, *others], add_to_output=True)


def offer(message: Message, names: tuple[str, ...]) -> None:
    """Ask back: the readings offered stand next in the ranking."""
    known = {entry["name"]: entry for entry in message.get(RANKING)}
    offered = [known[name] for name in names]
    others = [entry for entry in message.get(RANKING) if entry["name"] not in names and entry["name"] != ASK_BACK]
    first = {"name": ASK_BACK, "confidence": max(entry["confidence"] for entry in offered)}
    message.set(INTENT, first, add_to_output=True)
    message.set(RANKING, [first, *offered, *others], add_to_output=True)
