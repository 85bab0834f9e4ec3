"""What the conversation was about before this message, for the components that read it."""

from __future__ import annotations

from typing import Any, Iterable, Optional

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.roles import KINDS_OF_SLOT

DIALOGUE = "dialogue"
ABOUT_FACTS = frozenset({"unit", "guess", "contradiction", "mismatch"})
"""What is pending about a fact that was told: a correction is the answer to it."""


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER], is_trainable=False)
class DialogueContext(GraphComponent):
    """Sets ``dialogue``: the question under way, the fact waited for, whether advice was given, what was told last."""

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "DialogueContext":
        return cls()

    def process(self, messages: list[Message], tracker: Optional[DialogueStateTracker] = None) -> list[Message]:
        """Rasa hands the tracker to every component that asks for it; parsing alone has none."""
        for message in messages:
            message.set(DIALOGUE, dialogue_of(tracker))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Training messages stand alone."""
        self.process(training_data.training_examples)
        return training_data


def dialogue_of(tracker: Optional[DialogueStateTracker]) -> dict[str, Any]:
    """The context as the tracker's slots tell it."""
    if tracker is None:
        return {"topic": None, "asked": None, "advised": False, "pending": None, "another": False, "told": {}, "known": {}}
    state = tracker.get_slot("dialogue") or {}
    topic, pending = state.get("topic"), (state.get("pending") or {}).get("kind")
    return {
        "topic": topic,
        "asked": tracker.get_slot("requested_slot"),
        "advised": topic in state.get("advised", ()),
        "pending": pending,
        "another": bool(state.get("another")) and tracker.get_slot("industry") is None,
        "told": {} if pending in ABOUT_FACTS else numbers(tracker, state.get("told", ())),
        "known": numbers(tracker, KINDS_OF_SLOT),
    }


def numbers(tracker: DialogueStateTracker, names: Iterable[str]) -> dict[str, float]:
    """Those of the facts that are numbers; of a range one end that is known."""
    found = {name: number_in(tracker.get_slot(name)) for name in names}
    return {name: number for name, number in found.items() if number is not None}


def number_in(value: Any) -> Optional[float]:
    """The number that a slot holds, of a range one end that is known."""
    ends = [value.get("high"), value.get("low")] if isinstance(value, dict) else [value]
    return next((end for end in ends if isinstance(end, (int, float)) and not isinstance(end, bool)), None)
