"""An amount on its way to a fact, and what is asked of drafts everywhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Mapping, Optional

from nlu.amounts import COUNT, NUMBER, Amount
from nlu.interval import MYRIAD, ONE, Interval
from nlu.periods import Period
from nlu.roles import YUAN_A_YEAR, Cue

OTHER = "other_"
"""Beginning of the roles that are no facts."""


@dataclass(frozen=True)
class Draft:
    """An amount on its way to a fact; ``exact`` if its words name just what the open question asks for, and not more."""

    amount: Amount
    period: Optional[Period]
    cue: Optional[Cue]
    role: Optional[str]
    past: bool = False
    present: bool = False
    total: bool = False
    exact: bool = False
    corrects: bool = False
    was: Optional[Decimal] = None
    replaces: bool = False
    rest: bool = False


@dataclass(frozen=True)
class Asked:
    """The dialogue's state: the slot waited for, the question under way (names or ``None``), the numbers told last and all that
    are known, by slot."""

    slot: Optional[str] = None
    topic: Optional[str] = None
    told: Mapping[str, Decimal] = field(default_factory=dict)
    known: Mapping[str, Decimal] = field(default_factory=dict)


def lacks_unit(draft: Draft) -> bool:
    """Whether it is a sum a year told as a bare number."""
    amount = draft.amount
    return draft.role in YUAN_A_YEAR and amount.kind == NUMBER and not amount.has_unit


def is_bare_count(amount: Amount, text: str, after: str) -> bool:
    """Whether nothing that is counted follows (20个, but not 20个人)."""
    if amount.kind != COUNT or amount.unit != "thing" or amount.article or amount.scale != ONE:
        return False
    following = text[amount.end : amount.end + 1]
    return not following or not following.isalnum() or following in after


def rank(draft: Draft) -> tuple[bool, bool, bool, bool, bool, bool]:
    """Which of two drafts of one slot holds: the correction, just what is asked, this year's, the total, the sum in large units."""
    large = draft.role in YUAN_A_YEAR and draft.amount.scale >= MYRIAD
    return draft.replaces, draft.exact, draft.present, draft.total, not draft.past, large


def in_whole_units(interval: Interval) -> Interval:
    """Bounds and number in whole units: the bounds outwards, the number to the nearer."""
    low = interval.low.to_integral_value(ROUND_FLOOR) if interval.low is not None else None
    high = interval.high.to_integral_value(ROUND_CEILING) if interval.high is not None else None
    value = interval.value.to_integral_value(ROUND_HALF_UP) if interval.value is not None else None
    return Interval(low, high, value)
