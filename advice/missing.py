"""What an advice would still be sharpened by."""

from __future__ import annotations

from advice.facts import Facts
from knowledge.model import Knowledge


def missing_facts(topic: str, facts: Facts, knowledge: Knowledge) -> tuple[str, ...]:
    """The facts of ``topic`` that are not known, in the order in which they are asked."""
    order = knowledge.questions(topic)
    return tuple(name for name in (*order.first, *order.then) if getattr(facts, name) is None)
