"""A number with its bounds, and the arithmetic of such numbers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Optional

ZERO, ONE, TEN = Decimal(0), Decimal(1), Decimal(10)
MYRIAD = Decimal(10_000)


@dataclass(frozen=True)
class Interval:
    """A number with its bounds; ``value`` is the number said, ``None`` in a range; a bound is ``None`` if open."""

    low: Optional[Decimal]
    high: Optional[Decimal]
    value: Optional[Decimal]

    @classmethod
    def exactly(cls, number: Decimal) -> "Interval":
        """A number said as it is."""
        return cls(number, number, number)

    @classmethod
    def between(cls, low: Decimal, high: Decimal) -> "Interval":
        """A range of which both ends were said."""
        return cls(low, high, None)

    @property
    def is_exact(self) -> bool:
        """Whether nothing about it is vague."""
        return self.value is not None and self.low == self.high == self.value

    @property
    def is_range(self) -> bool:
        """Whether only bounds are known."""
        return self.value is None

    @property
    def centre(self) -> Optional[Decimal]:
        """The number that was said, else the middle of both ends, else ``None``."""
        if self.value is not None:
            return self.value
        if self.low is None or self.high is None:
            return None
        return (self.low + self.high) / 2

    @property
    def known_end(self) -> Decimal:
        """Any number that is known of it, for comparing sizes."""
        for number in (self.value, self.low, self.high):
            if number is not None:
                return number
        return ZERO

    def times(self, factor: Decimal) -> "Interval":
        """Scaled by an exact, positive factor."""
        return Interval(_times(self.low, factor), _times(self.high, factor), _times(self.value, factor))

    def plus(self, other: "Interval") -> "Interval":
        """The sum, bound by bound."""
        return Interval(_plus(self.low, other.low), _plus(self.high, other.high), _plus(self.value, other.value))

    def widened(self, low: Decimal, high: Decimal) -> "Interval":
        """Bounds multiplied by factors; the number that was said stays."""
        if self.value is not None and self.value < ZERO:
            low, high = high, low
        return Interval(_times(self.low, low), _times(self.high, high), self.value)

    def negated(self) -> "Interval":
        """The same below zero."""
        return Interval(_times(self.high, -ONE), _times(self.low, -ONE), _times(self.value, -ONE))


def _times(number: Optional[Decimal], factor: Decimal) -> Optional[Decimal]:
    return None if number is None else number * factor


def _plus(one: Optional[Decimal], other: Optional[Decimal]) -> Optional[Decimal]:
    return None if one is None or other is None else one + other
