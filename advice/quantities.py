"""Arithmetic on exact numbers and ranges alike; an open end stays open."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Optional, Sequence

from advice.facts import Quantity, Range

End = Optional[Decimal]


def ends(quantity: Quantity) -> tuple[End, End]:
    """Both ends; an exact number is both."""
    return (quantity.low, quantity.high) if isinstance(quantity, Range) else (quantity, quantity)


def between(low: End, high: End) -> Optional[Quantity]:
    """The range between two ends: an exact number where they meet, ``None`` where both are open."""
    if low is None and high is None:
        return None
    return low if low is not None and low == high else Range(low, high)


def middle(quantity: Quantity) -> End:
    """The number itself, or the middle of a range; ``None`` where an end is open."""
    low, high = ends(quantity)
    return None if low is None or high is None else (low + high) / 2


def known_number(quantity: Quantity) -> Decimal:
    """The number, the middle of a range, or the one end that is known."""
    low, high = ends(quantity)
    number = middle(quantity)
    if number is not None:
        return number
    known = low if low is not None else high
    if known is None:
        raise ValueError("a range has at least one end")
    return known


def minus(left: Quantity, right: Quantity) -> Optional[Quantity]:
    """The difference: least when the left is least and the right most."""
    (left_low, left_high), (right_low, right_high) = ends(left), ends(right)
    low = None if left_low is None or right_high is None else left_low - right_high
    high = None if left_high is None or right_low is None else left_high - right_low
    return between(low, high)


def plus(left: Quantity, right: Quantity) -> Optional[Quantity]:
    """The sum, end by end."""
    (left_low, left_high), (right_low, right_high) = ends(left), ends(right)
    low = None if left_low is None or right_low is None else left_low + right_low
    high = None if left_high is None or right_high is None else left_high + right_high
    return between(low, high)


def times(*factors: Quantity) -> Optional[Quantity]:
    """The product of quantities that are not negative, end by end."""
    low: End = Decimal(1)
    high: End = Decimal(1)
    for factor in factors:
        factor_low, factor_high = ends(factor)
        low = None if low is None or factor_low is None else low * factor_low
        high = None if high is None or factor_high is None else high * factor_high
    return between(low, high)


def divided(left: Quantity, right: Quantity) -> Optional[Quantity]:
    """The ratio of quantities that are not negative; dividing by zero leaves that end open."""
    (left_low, left_high), (right_low, right_high) = ends(left), ends(right)
    low = None if left_low is None or not right_high else left_low / right_high
    high = None if left_high is None or not right_low else left_high / right_low
    return between(low, high)


def whole(number: Decimal) -> int:
    """To the whole yuan, half up."""
    return int(number.quantize(Decimal(1), ROUND_HALF_UP))


def allocate(total: int, weights: Sequence[Decimal]) -> tuple[int, ...]:
    """Whole parts of ``total`` in the ratio of ``weights``: each half up, what is then over or short on the largest part."""
    weight_sum = sum(weights)
    parts = [whole(total * weight / weight_sum) for weight in weights]
    largest = max(range(len(parts)), key=lambda place: parts[place])
    parts[largest] += total - sum(parts)
    return tuple(parts)
