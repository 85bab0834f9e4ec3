"""A fact in words: its name and its value as people say them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Mapping

from advice.facts import Range, fact_from_json
from rendering import numbers
from rendering.phrases import Phrases

MONEY = frozenset({"total_budget", "revenue", "customer_budget", "spent", "needed", "gap", "avg_order_value"})
COUNTS = frozenset({"team_size", "customers", "new_customers", "lost_customers", "orders_per_year"})


def fact_name(name: str, phrases: Phrases) -> str:
    """The name of a fact, e.g. what ``total_budget`` is called."""
    return phrases.text(f"fact.{name}")


def fact_value(name: str, value: Any, phrases: Phrases) -> str:
    """The value of a fact, from a slot value or from :class:`advice.facts.Facts`."""
    quantity = fact_from_json(value)
    if isinstance(quantity, bool):
        return phrases.text(f"value.{'yes' if quantity else 'no'}")
    if isinstance(quantity, str):
        return phrases.text(f"value.{name}.{quantity}")
    return quantity_text(name, quantity)


def quantity_text(name: str, quantity: Decimal | Range) -> str:
    """A quantity in the unit of its fact."""
    if name in MONEY:
        return numbers.yuan(quantity)
    if name == "gross_margin":
        return numbers.fraction(quantity)
    if name == "share":
        return numbers.percent(quantity)
    if name == "customer_lifetime_years":
        return numbers.years(quantity)
    return numbers.count(quantity)


def facts_line(facts: Mapping[str, Any], phrases: Phrases) -> str:
    """Several facts in one line, in the order given."""
    return phrases.text(
        "fact.list",
        facts=[{"name": fact_name(name, phrases), "value": fact_value(name, value, phrases)} for name, value in facts.items()],
    )
