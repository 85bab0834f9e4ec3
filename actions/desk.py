"""What is asked beside the conversation and changes nothing of it: the advice under other facts, the facts still open, words."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from actions.advising import FORMULAS
from actions.dialogue import Dialogue, Topic
from actions.services import Services, services
from actions.turn import DIALOGUE_SLOT
from advice.contradictions import contradictions, refusal
from advice.facts import Facts, fact_from_json
from rendering.difference import render_difference
from rendering.facts import fact_name, fact_value
from rendering.labels import labels
from rendering.message import Message
from rendering.script import in_traditional

CHANGEABLE = frozenset(
    {
        "total_budget", "customer_budget", "spent", "needed", "gap", "new_customers", "lost_customers", "customers", "team_size",
        "avg_order_value", "orders_per_year", "gross_margin", "customer_lifetime_years", "share",
    }
)  # fmt: skip
"""Facts that are numbers."""


class OurDesk:
    """Over the same formulas, knowledge and wording as the conversation."""

    def __init__(self, of: Optional[Services] = None) -> None:
        self._given = of

    @property
    def _services(self) -> Services:
        return self._given or services()

    def what_if(self, slots: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
        """The text and structure of the latest advice with some facts changed; without an advice, or a value, only why not."""
        dialogue = Dialogue.from_json(slots.get(DIALOGUE_SLOT))
        topic = latest_topic(dialogue)
        if topic is None or not all(name in CHANGEABLE and is_number(value) for name, value in changes.items()):
            return {"text": "", "custom": None}
        message = self._compared(topic, slots, changes)
        if dialogue.script == "traditional":
            message = in_traditional(message)
        return {"text": message.text, "custom": message.custom}

    def _compared(self, topic: Topic, slots: Mapping[str, Any], changes: Mapping[str, Any]) -> Message:
        knowledge, phrases = self._services.knowledge, self._services.phrases
        for name, value in changes.items():
            reason = refusal(name, fact_from_json(value), knowledge)
            if reason:
                shown = fact_value(name, value, phrases)
                return Message(phrases.text(f"refusal.{reason}", name=fact_name(name, phrases), value=shown))
        changed = {**slots, **changes}
        conflict = next(iter(contradictions(Facts.from_slots(changed), knowledge)), None)
        if conflict is not None and changes.keys() & set(conflict.names):
            values = {name: fact_value(name, changed[name], phrases) for name in conflict.names if changed.get(name) is not None}
            return Message(phrases.text(f"contradiction.{conflict.id}", values=values))
        before, after = (FORMULAS[topic](Facts.from_slots(facts), knowledge) for facts in (slots, changed))
        return render_difference(before, after, phrases)

    def open_facts(self, slots: Mapping[str, Any]) -> dict[str, Any]:
        """The question under way and its facts that are neither told nor refused, in the order in which they are asked."""
        dialogue = Dialogue.from_json(slots.get(DIALOGUE_SLOT))
        if dialogue.topic is None:
            return {"topic": None, "facts": []}
        order = self._services.knowledge.questions(dialogue.topic)
        names = [name for name in (*order.first, *order.then) if slots.get(name) is None and name not in dialogue.refused]
        return {"topic": dialogue.topic, "facts": names}

    def labels(self, language: str) -> dict[str, Any]:
        """The words for what stands in the structure of an advice."""
        return labels(self._services.knowledge, self._services.phrases, traditional=language == "zh-TW")


def latest_topic(dialogue: Dialogue) -> Optional[Topic]:
    """The question whose advice was given last."""
    if dialogue.topic in dialogue.advised:
        return dialogue.topic
    return dialogue.advised[-1] if dialogue.advised else None  # type: ignore[return-value]


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
