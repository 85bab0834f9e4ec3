"""From the question under way to its advice: one formula a question, rendered with what was advised before."""

from __future__ import annotations

from typing import Callable, Mapping

from actions.dialogue import Topic
from actions.turn import Turn
from advice import kinds
from advice.facts import Facts, fact_as_json
from advice.results import AnyAdvice, ShortfallAdvice
from knowledge.model import Knowledge
from rendering.advice import render
from rendering.difference import render_renewed

KINDS: Mapping[Topic, str] = {
    "plan_budget": "plan",
    "budget_shortfall": "shortfall",
    "evaluate_budget": "evaluation",
    "budget_share": "share",
}
"""The kind that the payload names."""
FORMULAS: Mapping[Topic, Callable[[Facts, Knowledge], AnyAdvice]] = {topic: kinds.FORMULAS[kind] for topic, kind in KINDS.items()}


def advice_on(turn: Turn, topic: Topic, facts: Facts) -> AnyAdvice:
    """The advice on ``topic`` for a company with ``facts``."""
    return FORMULAS[topic](facts, turn.services.knowledge)


def advise(turn: Turn, topic: Topic) -> None:
    """Say the advice: whole the first time and when it is asked for, else what the new fact changed."""
    advice = advice_on(turn, topic, turn.facts)
    if isinstance(advice, ShortfallAdvice) and advice.mismatch is not None:
        stated, computed = (fact_as_json(quantity) for quantity in advice.mismatch)
        turn.dialogue.pending = {"kind": "mismatch", "stated": stated, "computed": computed}
        return
    renewed = topic in turn.dialogue.advised and not asks_for(turn, topic)
    if renewed and not turn.changed_facts:
        return
    if renewed:
        message = render_renewed(advice_on(turn, topic, turn.facts_before), advice, turn.phrases)
    else:
        message = render(advice, turn.services.knowledge, turn.phrases)
    turn.send(message, turn.phrases.english(f"advice.{KINDS[topic]}"))
    if topic not in turn.dialogue.advised:
        turn.dialogue.advised.append(topic)


def asks_for(turn: Turn, topic: Topic) -> bool:
    """Does this very message ask the question?"""
    return turn.intent == topic


def sharpening_facts(turn: Turn, topic: Topic) -> tuple[str, ...]:
    """The facts that would still sharpen the advice, the most useful first."""
    return advice_on(turn, topic, turn.facts).missing
