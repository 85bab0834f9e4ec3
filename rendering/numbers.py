"""Quantities as Chinese people read them. Each function takes an exact number or a :class:`~advice.facts.Range`."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Callable, Mapping, Union

from advice.facts import Range

Quantity = Union[Decimal, int, float, Range]

WAN = Decimal(10_000)
YI = Decimal(100_000_000)
LEAST = "不到 {}"
MOST = "{} 以上"
BETWEEN = "{}–{}"


def yuan(quantity: Quantity) -> str:
    """Yuan in 元, 万元 or 亿元; a sum that does not come out in two decimals of the larger unit keeps every yuan."""
    return ranged(quantity, yuan_text)


def exact_yuan(quantity: Quantity) -> str:
    """Whole yuan with separators: ``123,456 元``."""
    return ranged(quantity, lambda number: f"{whole(number):,} 元")


def signed_yuan(number: Union[Decimal, int]) -> str:
    """A difference with its sign."""
    return f"{'+' if number >= 0 else '−'}{yuan(number if number >= 0 else -number)}"


def percent(quantity: Quantity) -> str:
    """A percentage as such: 12 is ``12%``."""
    return ranged(quantity, lambda number: f"{trimmed(rounded(number, 1))}%")


def fraction(quantity: Quantity) -> str:
    """A part of one as a percentage: 0.35 is ``35%``."""
    return ranged(quantity, lambda number: f"{trimmed(rounded(number * 100, 1))}%")


def count(quantity: Quantity) -> str:
    """A number of people, customers or times."""
    return ranged(quantity, lambda number: f"{trimmed(rounded(number, 1)):,}")


def years(quantity: Quantity) -> str:
    """A number of years."""
    return ranged(quantity, lambda number: f"{trimmed(rounded(number, 1))} 年")


def ratio(quantity: Quantity) -> str:
    """How many times one is of the other, to one decimal."""
    return ranged(quantity, lambda number: f"{trimmed(rounded(number, 1))} 倍")


FILTERS: Mapping[str, Callable[[Any], str]] = {
    "yuan": yuan,
    "exact_yuan": exact_yuan,
    "percent": percent,
    "fraction": fraction,
    "count": count,
    "years": years,
    "ratio": ratio,
}
"""For the phrases' templates."""


def ranged(quantity: Quantity, text: Callable[[Decimal], str]) -> str:
    """``text`` of an exact number, or of both ends of a range; an open end is said in words."""
    if not isinstance(quantity, Range):
        return text(Decimal(str(quantity)))
    low, high = (None if end is None else text(end) for end in (quantity.low, quantity.high))
    if low is None or high is None:
        return LEAST.format(high) if low is None else MOST.format(low)
    return low if low == high else BETWEEN.format(without_shared_unit(low, high), high)


def without_shared_unit(low: str, high: str) -> str:
    """The lower end without its unit where the upper end names the same one."""
    number, _, unit = low.rpartition(" ")
    return number if number and unit == high.rpartition(" ")[2] else low


def yuan_text(number: Decimal) -> str:
    """One amount in the largest unit in which it comes out."""
    size = abs(number)
    for unit, name in ((YI, "亿元"), (WAN, "万元")):
        if size >= unit and comes_out(number / unit):
            return f"{trimmed(number / unit):,} {name}"
    return f"{whole(number):,} 元"


def comes_out(number: Decimal) -> bool:
    """Has it at most two decimals?"""
    return number == rounded(number, 2)


def rounded(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def whole(number: Decimal) -> int:
    return int(rounded(number, 0))


def trimmed(number: Decimal) -> Decimal:
    """Without trailing zeros and without an exponent."""
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()
