"""What is read out of one message: a fact with its place, and its form as an entity."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Optional, Union

from nlu.interval import Interval

LARGEST = Decimal(10**18)
"""What a database and JSON keep as a whole number; larger ones stand for it, and are refused as it is: no company has them."""
FactValue = Union[Decimal, bool, str, None]


@dataclass(frozen=True)
class Fact:
    """One fact: ``name`` is a slot's name or one of ``number``, ``factor``, ``delta``, ``years_in_business``,
    ``phone``, ``wechat_id``, ``email``; ``start`` and ``end`` are offsets in the text that was read.

    ``value`` is canonical (yuan a year, a part of one, a percentage, a whole number, a name, yes or no). ``was`` is the
    value that the message takes back, ``of`` the slot that a ``factor`` or ``delta`` changes, ``kind`` the kind of a
    lone number. A fact ``supposed`` is said under a premise only.
    """

    name: str
    value: FactValue
    start: int
    end: int
    interval: Optional[Interval] = None
    confidence: float = 1.0
    period: Optional[str] = None
    unit_unclear: bool = False
    guess: bool = False
    currency: Optional[str] = None
    corrects: bool = False
    was: Optional[Decimal] = None
    rest: bool = False
    supposed: bool = False
    of: Optional[str] = None
    kind: Optional[str] = None

    def as_entity(self) -> dict[str, Any]:
        """The entity, keys as ``docs/architecture.md`` lists them; those that say nothing are left out."""
        entity: dict[str, Any] = {
            "entity": self.name,
            "value": _json(self.value),
            "start": self.start,
            "end": self.end,
            "confidence_entity": self.confidence,
        }
        if self.interval is not None and not self.interval.is_exact:
            entity["low"], entity["high"] = _json(self.interval.low), _json(self.interval.high)
            entity["range"] = self.interval.is_range
        marks = {
            "period": self.period,
            "currency": self.currency,
            "was": _json(self.was),
            "of": self.of,
            "kind": self.kind,
            "unit_unclear": self.unit_unclear or None,
            "guess": self.guess or None,
            "corrects": self.corrects or None,
            "rest": self.rest or None,
            "supposed": self.supposed or None,
        }
        entity.update({key: mark for key, mark in marks.items() if mark is not None})
        return entity


def _json(value: FactValue) -> Union[bool, str, int, float, None]:
    if not isinstance(value, Decimal):
        return value
    value = max(-LARGEST, min(LARGEST, value))
    return int(value) if value == value.to_integral_value() else float(round(value, 6))
