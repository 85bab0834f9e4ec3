"""One amount of a text: what kind it is, how much, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Optional

from nlu.interval import ONE, Interval

MONEY, PERCENT, COUNT, DURATION, TIMES = "money", "percent", "count", "duration", "times"
NUMBER, MEASURE, FACTOR = "number", "measure", "factor"


@dataclass(frozen=True)
class Amount:
    """One amount: ``kind``, its interval (yuan, parts of one, a count or units of ``unit``), and where it stands.

    ``unit`` is the class of the counter (``person``, ``year`` …), ``currency`` a foreign currency's code. ``has_unit``
    tells whether 万, w, k or a unit of money was said; ``article`` marks a numeral that may be no more than "a",
    ``faint`` a single character (三) without a unit, which is an amount only right beside a word that says so, or 几
    that tells no number; ``scale`` is the large unit that was said (10,000 of 三十万).
    """

    kind: str
    interval: Interval
    start: int
    end: int
    unit: str = ""
    currency: str = ""
    has_unit: bool = False
    article: bool = False
    faint: bool = False
    scale: Decimal = ONE

    @property
    def low(self) -> Optional[Decimal]:
        """The lower bound, ``None`` if open."""
        return self.interval.low

    @property
    def high(self) -> Optional[Decimal]:
        """The upper bound, ``None`` if open."""
        return self.interval.high

    @property
    def value(self) -> Optional[Decimal]:
        """The number that was said, else the middle of a closed range, else ``None``."""
        return self.interval.centre
