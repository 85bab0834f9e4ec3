"""What is known of one company.

A fact is an exact number, a :class:`Range` (an open end is ``None``), a name out of a closed list, a yes or no,
or ``None`` where it is not known. Money is yuan a year, ``gross_margin`` a part of one (0..1), ``share`` a percentage.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Mapping, Optional, Union


@dataclass(frozen=True)
class Range:
    """An amount of which only the bounds are known; ``None`` is an open end. At least one end is known."""

    low: Optional[Decimal]
    high: Optional[Decimal]


Quantity = Union[Decimal, Range]


@dataclass(frozen=True)
class Facts:
    """The facts of one company, named as the slots of the domain are."""

    industry: Optional[str] = None
    stage: Optional[str] = None
    business_model: Optional[str] = None
    total_budget: Optional[Quantity] = None
    revenue: Optional[Quantity] = None
    customer_budget: Optional[Quantity] = None
    spent: Optional[Quantity] = None
    needed: Optional[Quantity] = None
    gap: Optional[Quantity] = None
    team_size: Optional[Quantity] = None
    customers: Optional[Quantity] = None
    new_customers: Optional[Quantity] = None
    lost_customers: Optional[Quantity] = None
    avg_order_value: Optional[Quantity] = None
    orders_per_year: Optional[Quantity] = None
    gross_margin: Optional[Quantity] = None
    customer_lifetime_years: Optional[Quantity] = None
    share: Optional[Quantity] = None
    growth_goal_met: Optional[bool] = None
    satisfaction_improved: Optional[bool] = None
    tools_used: Optional[bool] = None
    staff_on_admin: Optional[bool] = None

    @classmethod
    def from_slots(cls, slots: Mapping[str, Any]) -> "Facts":
        """Read facts from slot values (numbers, ``{"low", "high"}``, names, booleans); other keys are ignored."""
        return cls(**{field.name: fact_from_json(slots.get(field.name)) for field in fields(cls)})

    def as_json(self) -> dict[str, Any]:
        """The known facts alone, as slot values."""
        known = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: fact_as_json(value) for name, value in known if value is not None}


FACT_NAMES: tuple[str, ...] = tuple(field.name for field in fields(Facts))


def fact_from_json(value: Any) -> Any:
    """One slot value as a fact: exact numbers become :class:`~decimal.Decimal` by way of their shortest text."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, Mapping):
        return Range(decimal_or_none(value.get("low")), decimal_or_none(value.get("high")))
    return decimal_or_none(value)


def fact_as_json(value: Any) -> Any:
    """The inverse of :func:`fact_from_json`."""
    if isinstance(value, Range):
        return {"low": number_as_json(value.low), "high": number_as_json(value.high)}
    return number_as_json(value) if isinstance(value, Decimal) else value


def number_as_json(value: Optional[Decimal]) -> Union[int, float, None]:
    """A whole number as ``int``, any other as ``float``."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def decimal_or_none(value: Any) -> Optional[Decimal]:
    """``Decimal`` of a JSON number, by way of its text so that 0.1 stays 0.1."""
    return None if value is None else Decimal(str(value))
