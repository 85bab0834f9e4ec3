"""The gate: answer, ask back between two readings, or decline what belongs to none of the four questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Mapping, Sequence

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message

from nlu.intents import RANKING

QUESTIONS = ("plan_budget", "budget_shortfall", "evaluate_budget", "budget_share")
OUT_OF_SCOPE = "out_of_scope"
ASK_BACK = "nlu_fallback"

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
    ask: float = 0.5
    margin: float = 0.2
    rescue: float = 0.3


def ours(ranking: Ranking) -> float:
    """The probability that the message is one of the four questions, whichever."""
    return float(sum(entry["confidence"] for entry in ranking if entry["name"] in QUESTIONS))


def decide(ranking: Ranking, thresholds: Thresholds) -> tuple[Decision, tuple[str, ...]]:
    """What to do with a reading, and between which two to ask."""
    first, second = ranking[0], ranking[1]
    questions = [entry["name"] for entry in ranking if entry["name"] in QUESTIONS]
    probability = ours(ranking)
    if first["name"] in QUESTIONS:
        if probability < thresholds.decline:
            return "decline", ()
        close = first["confidence"] - second["confidence"] < thresholds.margin
        if close and second["name"] != OUT_OF_SCOPE:
            return "ask", (first["name"], second["name"])
        return ("ask", (questions[0], questions[1])) if probability < thresholds.ask else ("answer", ())
    if first["name"] == OUT_OF_SCOPE and probability >= thresholds.rescue:
        return "ask", (questions[0], questions[1])
    return "answer", ()


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=False)
class Gate(GraphComponent):
    """May turn the intent to ``out_of_scope``, or to ``nlu_fallback`` with the two readings next in the ranking."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._thresholds = thresholds

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return dict(vars(Thresholds()))

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "Gate":
        return cls(Thresholds(**{name: config[name] for name in vars(Thresholds())}))

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            decision, offered = decide(message.get(RANKING), self._thresholds)
            if decision == "decline":
                set_intent(message, OUT_OF_SCOPE, 1 - ours(message.get(RANKING)))
            elif decision == "ask":
                offer(message, offered)
        return messages


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
