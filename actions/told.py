"""Taking the facts of a message: each is kept, asked back, or politely refused; nothing else decides that."""

from __future__ import annotations

from typing import Any, Collection, Optional

from actions.questions import is_open
from actions.turn import Turn
from advice.contradictions import contradictions, refusal
from advice.facts import FACT_NAMES, Facts, fact_as_json, fact_from_json
from advice.shortfall import needed_from_rest
from rendering.facts import MONEY, fact_name, fact_value, facts_line

Entity = dict[str, Any]
SUMS = MONEY - {"avg_order_value"}
"""Facts in yuan a year."""
CONDITIONS = frozenset({"stage", "business_model"})
WAYS_TO_SELL = frozenset({"retail", "ecommerce"})
"""Industries that are also how other industries sell."""


def take_facts(turn: Turn, only: Collection[str] = FACT_NAMES) -> None:
    """Keep what was told of ``only``; what is unclear or impossible becomes the pending question of the dialogue."""
    told: dict[str, Any] = {}
    entities = fact_entities(turn, only)
    turn.dialogue.told = [entity["entity"] for entity in entities] or turn.dialogue.told
    for entity in entities:
        value = take_entity(turn, entity)
        if value is not None:
            told[entity["entity"]] = value
    keep(turn, with_held_facts(turn, told))
    settle_pending(turn, told)
    if not told:
        guess_nameless_sum(turn)
    complete_needed(turn)
    for name in left_open(turn):
        turn.refuse(name)
    note_changes(turn)


def left_open(turn: Turn) -> list[str]:
    """The facts that she says she does not know, of those that are not known."""
    named = [str(entity["value"]) for entity in turn.entities if entity["entity"] == "not_known"]
    return [name for name in named if not turn.knows(name)]


def fact_entities(turn: Turn, only: Collection[str]) -> list[Entity]:
    """The facts that the reader found told, not only supposed; the last of a name winning."""
    last = {entity["entity"]: entity for entity in turn.entities if entity["entity"] in only and not entity.get("supposed")}
    return list(last.values())


def is_by_the_way(turn: Turn, entity: Entity) -> bool:
    """An answer about how she earns names whom she sells to and what: that makes her, whose trade is known, none of them."""
    asked, known = turn.requested_slot_before, turn.fact("industry")
    if entity["entity"] != "industry" or entity.get("corrects") or known is None or asked not in CONDITIONS:
        return False
    answered = any(other["entity"] in CONDITIONS and not other.get("guess") for other in turn.entities)
    return answered or entity["value"] in WAYS_TO_SELL and known not in WAYS_TO_SELL


def guess_nameless_sum(turn: Turn) -> None:
    """A sum that nothing names, told while no number is asked, is likely the one sum that the question still lacks."""
    topic = turn.dialogue.topic
    if turn.intent != "inform" or topic is None or turn.dialogue.pending is not None or turn.waits_for in SUMS:
        return
    lacking = [name for name in turn.services.knowledge.questions(topic).first if name in SUMS and is_open(turn, name)]
    sums = [entity for entity in turn.entities if entity["entity"] == "number" and is_yearly_sum(entity)]
    if len(lacking) == len(sums) == 1:
        ask_back(turn, {"kind": "guess", "name": lacking[0], "value": sums[0]["value"]})


def is_yearly_sum(entity: Entity) -> bool:
    """Money with its unit, of a year or of no time that was named."""
    is_money = entity.get("kind") == "money" and not entity.get("currency") and not entity.get("range")
    return is_money and entity.get("period") in (None, "year")


def take_entity(turn: Turn, entity: Entity) -> Any:
    """The slot value of one fact told, or ``None`` where it has to be asked back first."""
    name = entity["entity"]
    if is_by_the_way(turn, entity):
        return None
    if entity.get("currency"):
        turn.lead_in("told.foreign_currency", currency=entity["currency"])
        return None
    if entity.get("unit_unclear"):
        ask_back(turn, {"kind": "unit", "name": name, "number": entity["value"]})
        return None
    if entity.get("guess"):
        ask_back(turn, {"kind": "guess", "name": name, "value": entity["value"]})
        return None
    value = slot_value(entity)
    if entity.get("rest") and name == "needed":
        turn.dialogue.rest_needed = value
        if not turn.knows("spent"):
            turn.lead_in("told.rest_needed", value=fact_value(name, value, turn.phrases))
        return None
    if name == "needed":
        turn.dialogue.rest_needed = None
    reason = refusal(name, fact_from_json(value), turn.services.knowledge)
    if reason:
        turn.lead_in(f"refusal.{reason}", name=fact_name(name, turn.phrases), value=fact_value(name, value, turn.phrases))
        turn.wait_for(name)
        return None
    return value


def slot_value(entity: Entity) -> Any:
    """A range keeps its two ends; anything else is its value."""
    if entity.get("range"):
        return {"low": entity.get("low"), "high": entity.get("high")}
    return entity["value"]


def ask_back(turn: Turn, pending: dict[str, Any]) -> None:
    """Make ``pending`` the next question; the first unclear fact of a message comes first."""
    if turn.dialogue.pending is None or turn.dialogue.pending["kind"] != pending["kind"]:
        turn.dialogue.pending = pending


def with_held_facts(turn: Turn, told: dict[str, Any]) -> dict[str, Any]:
    """Add the facts that waited for a contradiction to be cleared up, once one of its facts is told anew."""
    pending = turn.dialogue.pending
    if pending is None or pending["kind"] != "contradiction" or not told.keys() & set(pending["names"]):
        return told
    turn.dialogue.pending = None
    return {**pending["held"], **told}


def settle_pending(turn: Turn, told: dict[str, Any]) -> None:
    """A question about a fact is settled as soon as the fact is told clearly; a premise lapses when she tells facts instead."""
    pending = turn.dialogue.pending
    if pending is None:
        return
    settled = {
        "unit": pending.get("name") in told,
        "guess": pending.get("name") in told,
        "mismatch": bool({"gap", "needed", "customer_budget"} & told.keys()),
        "what_if": bool(told) and turn.intent != "affirm",
    }
    if settled.get(pending["kind"], False):
        turn.dialogue.pending = None


def keep(turn: Turn, told: dict[str, Any]) -> None:
    """Keep the facts told unless they contradict each other or what is known."""
    if not told:
        return
    merged = Facts.from_slots({**turn.facts_json, **told})
    conflict = next(iter(contradictions(merged, turn.services.knowledge)), None)
    if conflict is None:
        for name, value in told.items():
            turn.set_fact(name, value)
        return
    held = {name: value for name, value in told.items() if name in conflict.names}
    for name in told.keys() - held.keys():
        turn.set_fact(name, told[name])
    turn.dialogue.pending = {"kind": "contradiction", "id": conflict.id, "names": list(conflict.names), "held": held}


def complete_needed(turn: Turn) -> None:
    """Turn what the rest of the year needs into what the year needs, as soon and as often as it is told what is spent."""
    rest: Optional[Any] = turn.dialogue.rest_needed
    if rest is None or turn.fact("spent") is None:
        return
    needed = needed_from_rest(fact_from_json(turn.fact("spent")), fact_from_json(rest))
    turn.set_fact("needed", fact_as_json(needed))


def note_changes(turn: Turn) -> None:
    """Say what was noted, and what a correction replaced."""
    changed = turn.changed_facts
    if not changed:
        return
    before = turn.facts_before.as_json()
    corrected = {name: value for name, value in changed.items() if name in before}
    if corrected:
        turn.lead_in("told.corrected", facts=facts_line(corrected, turn.phrases))
    new = {name: value for name, value in changed.items() if name not in corrected}
    if new:
        turn.lead_in("told.noted", facts=facts_line(new, turn.phrases))
