"""Values that cannot be, alone (refused) or beside each other (asked back)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Optional

from advice.facts import Facts, Quantity, Range
from advice.quantities import ends
from knowledge.model import Knowledge

NOT_ZERO = frozenset({"total_budget", "revenue", "avg_order_value"})
MONEY = frozenset({"total_budget", "revenue", "customer_budget", "spent", "needed", "gap"})
CUSTOMER_COUNTS = frozenset({"customers", "new_customers", "lost_customers"})
REFUSALS = ("negative", "zero", "above_limit", "margin_above_one", "share_above_hundred")
CONTRADICTIONS = {
    "customer_budget_above_total": ("customer_budget", "total_budget"),
    "lost_above_customers": ("lost_customers", "customers"),
}
"""Facts of which the first cannot be larger than the second."""


@dataclass(frozen=True)
class Contradiction:
    """Facts that cannot both be, by ``names``; the larger that should be the smaller stands first."""

    id: str
    names: tuple[str, ...]


def contradictions(facts: Facts, knowledge: Knowledge) -> tuple[Contradiction, ...]:
    """All pairs of facts of which one is surely larger than it can be."""
    return tuple(
        Contradiction(name, pair)
        for name, pair in CONTRADICTIONS.items()
        if surely_above(getattr(facts, pair[0]), getattr(facts, pair[1]))
    )


def surely_above(left: Optional[Quantity], right: Optional[Quantity]) -> bool:
    """Is the least of ``left`` more than the most of ``right``?"""
    if left is None or right is None:
        return False
    low, high = ends(left)[0], ends(right)[1]
    return low is not None and high is not None and low > high


def refusal(name: str, value: Any, knowledge: Knowledge) -> Optional[str]:
    """Why ``value`` cannot be the fact ``name``: one of :data:`REFUSALS`, or ``None``."""
    if not isinstance(value, (Decimal, Range)):
        return None
    known = [end for end in ends(value) if end is not None]
    if not known or min(known) < 0:
        return "negative"
    if name in NOT_ZERO and max(known) == 0:
        return "zero"
    if name == "gross_margin" and max(known) > 1:
        return "margin_above_one"
    if name == "share" and max(known) > 100:
        return "share_above_hundred"
    limit = limit_of(name, knowledge)
    return "above_limit" if limit is not None and max(known) > limit else None


def limit_of(name: str, knowledge: Knowledge) -> Optional[Decimal]:
    """The largest value that is believed."""
    if name in MONEY:
        return knowledge.limits["money"]
    return knowledge.limits.get("customers" if name in CUSTOMER_COUNTS else name)
