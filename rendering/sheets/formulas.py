"""Formulas as text, in functions that every spreadsheet since Excel 2007 knows.

A quantity is two cells, its least and its most, named ``<name>_low`` and ``<name>_high``; a cell without a number is an open end.
"""

from __future__ import annotations

from typing import Iterable

PLACES = 4
"""Decimals to which an amount is taken before it is rounded to the yuan: a half stays one, whatever binary fractions make of it."""


def literal(text: str) -> str:
    """A text inside a formula."""
    return '"' + text.replace('"', '""') + '"'


def ends(name: str) -> tuple[str, str]:
    """The two cells of a quantity."""
    return f"{name}_low", f"{name}_high"


def numbers(*cells: str) -> str:
    """Are all of them numbers?"""
    return f"AND({','.join(f'ISNUMBER({cell})' for cell in cells)})"


def where(condition: str, then: str, otherwise: str = '""') -> str:
    return f"IF({condition},{then},{otherwise})"


def given(cells: Iterable[str], then: str, otherwise: str = '""') -> str:
    """``then`` where all cells are numbers."""
    return where(numbers(*cells), then, otherwise)


def whole(expression: str) -> str:
    """To the whole yuan, half up."""
    return f"ROUND(ROUND({expression},{PLACES}),0)"


def known_number(name: str) -> str:
    """The number, the middle of a range, or the one end that is known."""
    low, high = ends(name)
    return given((low, high), f"({low}+{high})/2", given((low,), low, given((high,), high)))


def divided(left: str, right: str) -> tuple[str, str]:
    """The ratio of two quantities, end by end; dividing by nothing leaves the end open."""
    (left_low, left_high), (right_low, right_high) = ends(left), ends(right)
    return tuple(  # type: ignore[return-value]
        given((above, below), where(f"{below}=0", '""', f"{above}/{below}"))
        for above, below in ((left_low, right_high), (left_high, right_low))
    )


def minus(left: str, right: str) -> tuple[str, str]:
    """The difference of two quantities, end by end."""
    (left_low, left_high), (right_low, right_high) = ends(left), ends(right)
    return given((left_low, right_high), f"{left_low}-{right_high}"), given((left_high, right_low), f"{left_high}-{right_low}")


def product(names: Iterable[str]) -> tuple[str, str]:
    """The product of quantities, end by end."""
    pairs = [ends(name) for name in names]
    lows, highs = [low for low, _ in pairs], [high for _, high in pairs]
    return given(lows, "*".join(lows)), given(highs, "*".join(highs))


def part(raw: str, raws: str, place: int, total: str) -> str:
    """The ``place``-th of parts that are rounded in ``raws``: what they are over or short is on the first of the largest."""
    return given((raw,), f"{raw}+IF({place + 1}=MATCH(MAX({raws}),{raws},0),{total}-SUM({raws}),0)")


def agreed(low: str, high: str, low_word: str, high_word: str, otherwise: str) -> str:
    """The word on which both ends agree."""
    return given((low, high), where(f"{low_word}={high_word}", low_word, otherwise), otherwise)
