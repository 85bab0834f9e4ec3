"""One number of a text: its interval, and what the place of its last digit says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from nlu.interval import ONE, Interval


@dataclass(frozen=True)
class Numeral:
    """A number read from a text.

    ``grain`` is the unit of its last place (10 of 120, 100 of 三百); ``scale`` the large unit that it ends with
    (10,000 of 三十万; 1 if none), which the first end of a range borrows; ``vague`` marks 几 and its kin
    alone, which ask as often as they tell.
    """

    interval: Interval
    end: int
    grain: Decimal
    scale: Decimal = ONE
    last_unit: Decimal = ONE
    arabic: bool = False
    lone_digit: bool = False
    counted: bool = False
    vague: bool = False

    def with_interval(self, interval: Interval, end: int) -> "Numeral":
        """The same number with other bounds, ending elsewhere."""
        return replace(self, interval=interval, end=end)
