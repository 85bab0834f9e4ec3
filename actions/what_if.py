"""What the answer becomes under another premise; nothing is changed until she takes it over."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Optional

from actions.advising import advice_on
from actions.base import AdvisorAction
from actions.dialogue import Topic
from actions.questions import go_on
from actions.told import slot_value
from actions.turn import Turn
from advice.contradictions import contradictions, refusal
from advice.facts import FACT_NAMES, Facts, Range, fact_as_json, fact_from_json
from advice.share import HUNDRED, part_of_total
from rendering.difference import render_difference
from rendering.facts import fact_name, fact_value

MAIN_AMOUNT: dict[Topic, str] = {
    "plan_budget": "total_budget",
    "budget_share": "total_budget",
    "budget_shortfall": "customer_budget",
    "evaluate_budget": "spent",
}
"""The amount that a premise without a name is about."""
MAIN_PERCENTAGE: dict[Topic, str] = {
    "plan_budget": "share",
    "budget_share": "share",
    "budget_shortfall": "share",
    "evaluate_budget": "gross_margin",
}
"""The percentage that a premise without a name is about."""
LAID_OUT: frozenset[Topic] = frozenset({"plan_budget", "budget_shortfall"})
"""Questions that are about a sum: a share supposed is that share of the whole budget."""


class WhatIf(AdvisorAction):
    """Recompute under the premise and show the difference."""

    intent = "what_if"

    def take_facts(self, turn: Turn) -> None:
        """A premise is not a fact."""

    def answer(self, turn: Turn) -> None:
        topic = turn.dialogue.topic or "budget_share"
        premise = read_premise(turn, topic)
        if premise is None:
            go_on(turn)
            return
        if not premise:
            turn.lead_in("what_if.no_premise")
            go_on(turn)
            return
        before = advice_on(turn, topic, turn.facts)
        after = advice_on(turn, topic, Facts.from_slots({**turn.facts_json, **premise}))
        turn.dialogue.pending = {"kind": "what_if", "facts": premise}
        turn.wait_for(None)
        turn.send(render_difference(before, after, turn.phrases), turn.phrases.english("what_if.english"))


def read_premise(turn: Turn, topic: Topic) -> Optional[dict[str, Any]]:
    """The facts supposed, by name; empty where none was readable, ``None`` where one was impossible (and was said to be)."""
    premise: dict[str, Any] = {}
    for entity in turn.entities:
        name = supposed_name(turn, entity, topic)
        value = None if name is None else supposed_value(turn, name, entity)
        if name is None or value is None:
            continue
        if not is_possible(turn, name, value):
            return None
        premise[name] = value
    premise = in_yuan(turn, topic, premise)
    return premise if is_consistent(turn, premise) else None


def supposed_name(turn: Turn, entity: dict[str, Any], topic: Topic) -> Optional[str]:
    """The fact that an entity supposes: its own name, or for a change or a bare number what it is of."""
    if entity["entity"] in FACT_NAMES:
        return str(entity["entity"])
    if entity["entity"] == "number" and entity.get("kind") == "percent":
        return MAIN_PERCENTAGE[topic]
    if entity["entity"] in ("factor", "delta", "number"):
        named = entity.get("of") or main_amount(turn, topic)
        return str(named) if named in FACT_NAMES else None
    return None


def main_amount(turn: Turn, topic: Topic) -> str:
    """The topic's main amount, or the only one of the amounts that is known."""
    known = [name for name in MAIN_AMOUNT.values() if turn.knows(name)]
    return MAIN_AMOUNT[topic] if MAIN_AMOUNT[topic] in known or not known else known[0]


def supposed_value(turn: Turn, name: str, entity: dict[str, Any]) -> Any:
    """The slot value supposed; a change is applied to what is known, and says nothing where nothing is."""
    if entity["entity"] == "number" and name == "share":
        return fact_as_json(changed(fact_from_json(slot_value(entity)), "factor", HUNDRED))
    if entity["entity"] not in ("factor", "delta"):
        return slot_value(entity)
    known = fact_from_json(turn.fact(name))
    if known is None:
        return None
    return fact_as_json(changed(known, entity["entity"], Decimal(str(entity["value"]))))


def in_yuan(turn: Turn, topic: Topic, premise: dict[str, Any]) -> dict[str, Any]:
    """如果占到12%呢, of a sum to be laid out: 12% of the whole budget, where that is known or supposed beside it."""
    total = fact_from_json(premise.get("total_budget", turn.fact("total_budget")))
    if topic not in LAID_OUT or "share" not in premise or "customer_budget" in premise or total is None:
        return premise
    budget = part_of_total(fact_from_json(premise["share"]), total)
    rest = {name: value for name, value in premise.items() if name != "share"}
    return {**rest, "customer_budget": fact_as_json(budget)}


def changed(quantity: Any, change: str, by: Decimal) -> Any:
    """``quantity`` multiplied by a factor or raised by a delta, at both ends of a range."""
    if isinstance(quantity, Range):
        low, high = (None if end is None else changed(end, change, by) for end in (quantity.low, quantity.high))
        return Range(low, high)
    return quantity * by if change == "factor" else quantity + by


def is_possible(turn: Turn, name: str, value: Any) -> bool:
    """Is the value one that the fact can have? If not, say why."""
    reason = refusal(name, fact_from_json(value), turn.services.knowledge)
    if reason:
        turn.lead_in(f"refusal.{reason}", name=fact_name(name, turn.phrases), value=fact_value(name, value, turn.phrases))
    return reason is None


def is_consistent(turn: Turn, premise: dict[str, Any]) -> bool:
    """Can the premise hold beside what is known? If not, say what stands against it."""
    known = {**turn.facts_json, **premise}
    conflict = next(iter(contradictions(Facts.from_slots(known), turn.services.knowledge)), None)
    if conflict is None or not premise.keys() & set(conflict.names):
        return True
    values = {name: fact_value(name, known[name], turn.phrases) for name in conflict.names if name in known}
    turn.lead_in(f"contradiction.{conflict.id}", values=values)
    return False
