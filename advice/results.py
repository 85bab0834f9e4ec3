"""What the formulas return: plain frozen values, named as in the public payload (see rendering/advice.schema.json)."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, Optional, Union

from advice.facts import Facts, Quantity, Range

Worth = Literal["reference", "survey", "official", "assumption"]
Status = Literal["good", "warn", "bad", "info", "unknown"]
Position = Literal["under", "within", "over"]
Dimension = Literal["industry", "stage", "business_model"]


@dataclass(frozen=True)
class Basis:
    """One dimension's range of the share, in percent of the whole budget."""

    dimension: Dimension
    value: str
    low: Decimal
    high: Decimal
    source: str
    worth: Worth
    derived: bool
    note: Optional[str] = None  # id of the knowledge note that says how it was derived or where it is narrow


@dataclass(frozen=True)
class Share:
    """The combined range in percent. ``conflict``: the dimensions do not overlap, the range lies between them."""

    low: Decimal
    high: Decimal
    conflict: bool
    basis: tuple[Basis, ...]

    @property
    def is_point(self) -> bool:
        return self.low == self.high


@dataclass(frozen=True)
class Amount:
    """Yuan a year, whole. An end is ``None`` where the total budget is open at that end."""

    low: Optional[int]
    recommended: Optional[int]
    high: Optional[int]


@dataclass(frozen=True)
class Tier:
    id: Literal["low", "recommended", "high"]
    amount: int


@dataclass(frozen=True)
class Line:
    """One item of the plan. ``months``: twelve whole amounts that sum to ``amount``."""

    category: Literal["people", "tools", "marketing"]
    item: str  # id in the knowledge
    amount: int
    months: tuple[int, ...]
    source: str
    products: tuple[str, ...] = ()  # ids of products named to match the company's size


@dataclass(frozen=True)
class Measure:
    """One way to save. ``saves`` in whole yuan a year; both ends ``None`` where nothing is known to save from."""

    id: str
    saves: Optional[tuple[int, int]]
    effort: int  # 1 light … 3 heavy
    source: str


@dataclass(frozen=True)
class Check:
    """One test of an evaluation. ``missing`` names the facts without which it is ``unknown``."""

    id: str
    status: Status
    value: Optional[Union[Decimal, Range]] = None
    threshold: Optional[Union[Decimal, Range]] = None
    position: Optional[Position] = None
    source: str = ""
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()  # ids of knowledge notes, e.g. "no_new_customers"
    per_dimension: tuple[tuple[Dimension, Position], ...] = ()  # share check in a conflict


@dataclass(frozen=True)
class Advice:
    """What every kind has in common. ``missing``: facts that would sharpen it, in the order in which to ask."""

    facts: Facts
    missing: tuple[str, ...]
    knowledge_version: str
    knowledge_date: str
    warnings: tuple[str, ...] = ()  # ids of knowledge notes


@dataclass(frozen=True)
class ShareAdvice(Advice):
    share: Optional[Share] = None
    amount: Optional[Amount] = None
    check: Optional[Check] = None  # of the share that she states, or of customer_budget / total_budget
    stated_share: Optional[Quantity] = None


@dataclass(frozen=True)
class PlanAdvice(Advice):
    share: Optional[Share] = None
    amount: Optional[Amount] = None
    base: Optional[int] = None  # the yuan that are split
    base_is_told: bool = False  # customer_budget was told; else the recommended amount
    split: dict[str, Decimal] = field(default_factory=dict)  # category → percent, also without an amount
    split_stage: str = "default"
    lines: tuple[Line, ...] = ()
    tiers: tuple[Tier, ...] = ()
    monthly: tuple[int, ...] = ()  # twelve totals


@dataclass(frozen=True)
class ShortfallAdvice(Advice):
    gap: Optional[Quantity] = None  # negative: a surplus
    gap_is_stated: bool = False
    mismatch: Optional[tuple[Quantity, Quantity]] = None  # stated and computed, where they differ
    measures: tuple[Measure, ...] = ()
    saves: Optional[tuple[int, int]] = None  # all measures together, capped
    covers: Optional[bool] = None  # do they close the gap (None: unknown or the ends differ)
    share: Optional[Share] = None
    check: Optional[Check] = None  # of customer_budget / total_budget


@dataclass(frozen=True)
class EvaluationAdvice(Advice):
    checks: tuple[Check, ...] = ()
    share: Optional[Share] = None
    verdict: Status = "unknown"
    next_steps: tuple[str, ...] = ()  # ids of knowledge notes


AnyAdvice = Union[ShareAdvice, PlanAdvice, ShortfallAdvice, EvaluationAdvice]
