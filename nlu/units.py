"""What a number counts: units of money with small change, percentage points, tenths, counters and periods."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Mapping, Optional

from nlu.amount import COUNT, DURATION, MEASURE, MONEY, PERCENT, TIMES
from nlu.coefficients import CoefficientReader
from nlu.interval import MYRIAD, ONE, TEN, ZERO, Interval
from nlu.numeral import Numeral
from nlu.word_table import WordTable, skip_space

_COUNTER_KINDS = {
    "person": COUNT,
    "thing": COUNT,
    "organisation": COUNT,
    "order": COUNT,
    "times": TIMES,
    "measure": MEASURE,
    "day": DURATION,
    "week": DURATION,
    "month": DURATION,
    "quarter": DURATION,
    "year": DURATION,
}
HUNDRED = TEN * TEN
_HALF = ONE / 2
NOTHING = Interval.exactly(ZERO)


@dataclass(frozen=True)
class Unit:
    """A unit behind a number: the number times ``factor`` plus ``extra`` is the amount; ``more`` leaves its upper end open
    up to the next unit."""

    kind: str
    name: str
    factor: Decimal
    end: int
    extra: Interval = NOTHING
    currency: str = ""
    has_unit: bool = False
    more: bool = False

    def of(self, interval: Interval) -> Interval:
        """The amount of so many of this unit."""
        amount = interval.times(self.factor).plus(self.extra)
        if self.more and amount.is_exact:
            amount = replace(amount, high=amount.known_end + self.factor)
        return amount

    def is_like(self, other: Optional["Unit"]) -> bool:
        """Whether both say the same, wherever they stand."""
        return other is not None and replace(other, end=self.end) == self


def unit_table(words: Mapping[str, Any]) -> dict[str, Unit]:
    """All words that are units by themselves."""
    table: dict[str, Unit] = {}
    for name, counters in words["counters"].items():
        table.update({str(word): Unit(_COUNTER_KINDS[name], name, ONE, 0) for word in counters})
    for code, names in words["currencies"].items():
        table.update({str(word): Unit(MONEY, "yuan", ONE, 0, currency=code, has_unit=True) for word in names})
    for listed, factor in (("money", ONE), ("tenth_of_yuan", ONE / TEN), ("hundredth_of_yuan", ONE / HUNDRED)):
        table.update({str(word): Unit(MONEY, "yuan", factor, 0, has_unit=True) for word in words[listed]})
    for word, factor in words["percent_after"].items():
        table[str(word)] = Unit(PERCENT, "percent", Decimal(str(factor)), 0, has_unit=True)
    return table


class UnitReader:
    """Reads the unit behind a number."""

    def __init__(self, words: Mapping[str, Any], numerals: CoefficientReader) -> None:
        self._numerals = numerals
        self._units = WordTable(unit_table(words))
        parts = {ONE / TEN: words["tenth_of_yuan"], ONE / HUNDRED: words["hundredth_of_yuan"] + words["hundredth_after_yuan"]}
        self._change = {str(word): factor for factor, listed in parts.items() for word in listed}
        self._points = WordTable.of(words["points"])
        self._point_ends = tuple(words["point_ends"])
        self._point_inside = {char: Decimal(str(part)) for char, part in words["point_inside"].items()}
        self._tenths, self._not_after_tenths = words["tenths"], tuple(words["not_after_tenths"])
        self._not_before = {str(unit): tuple(map(str, following)) for unit, following in words["not_before_units"].items()}
        self._fraction = words["fraction"]
        self._halves, self._more = words["halves"], words["more"]

    def at(self, text: str, numeral: Numeral) -> Optional[Unit]:
        """The unit behind ``numeral``."""
        if numeral.counted:
            return Unit(COUNT, "thing", ONE, numeral.end)
        position = skip_space(text, numeral.end)
        point = self._points_at(text, position)
        if point is not None:
            return point
        if text.startswith(self._tenths, position):
            return self._tenths_at(text, position, numeral)
        found = self._units.beginning_at(text, position)
        if found is None:
            return None
        word, unit = found
        if text.startswith(self._not_before.get(word, ("\0",)), position + len(word)):
            return None
        unit = replace(unit, end=position + len(word))
        if unit.kind == MONEY:
            return self._with_change(text, unit, digit_may_end=numeral.grain < MYRIAD / TEN)
        return self._with_half(text, position, unit)

    def _follows(self, text: str, position: int) -> bool:
        return self._numerals.unit_at(text, position) or self._units.beginning_at(text, position) is not None

    # -- percentages ------------------------------------------------------------------------------------------

    def _points_at(self, text: str, position: int) -> Optional[Unit]:
        """个点, 个半点, 个多点: percentage points."""
        found = self._points.beginning_at(text, position)
        point = Unit(PERCENT, "percent", ONE / HUNDRED, position, has_unit=True)
        if found is not None:
            return replace(point, end=position + len(found[0]))
        counter = self._numerals.counter
        inside = text[position + len(counter) : position + len(counter) + 1]
        if not text.startswith(counter, position) or inside not in self._point_inside:
            return None
        rest = position + len(counter) + 1
        word = next((word for word in self._point_ends if text.startswith(word, rest)), None)
        if word is None:
            return None
        more = inside == self._more
        extra = NOTHING if more else Interval.exactly(self._point_inside[inside] / HUNDRED)
        return replace(point, end=rest + len(word), extra=extra, more=more)

    def _tenths_at(self, text: str, position: int, numeral: Numeral) -> Optional[Unit]:
        """成: tenths, with 半, a digit, 多 or 几 after it (一成半, 两成六, 7成5, 三成多)."""
        end = position + len(self._tenths)
        if text.startswith(self._not_after_tenths, end) or numeral.interval.known_end > TEN or numeral.scale > ONE:
            return None
        tenths = Unit(PERCENT, "percent", ONE / TEN, end, has_unit=True)
        if text.startswith(self._halves, end):
            return replace(tenths, end=end + 1, extra=Interval.exactly(_HALF / TEN))
        if text.startswith(self._more, end):
            return replace(tenths, end=end + 1, more=True)
        digit = self._digit_alone(text, end)
        return replace(tenths, end=digit.end, extra=digit.interval.times(ONE / HUNDRED)) if digit else tenths

    # -- money ------------------------------------------------------------------------------------------------

    def _with_change(self, text: str, unit: Unit, digit_may_end: bool) -> Unit:
        """Adds the smaller parts behind a unit of money: 三块五, 六角七分, 三块零四; ``digit_may_end`` without their unit."""
        place = unit.factor
        while (part := self._part_at(text, unit.end, place)) is not None:
            digit, place, end = part
            unit, digit_may_end = _with_extra(unit, end, Interval.exactly(digit * place)), True
        if place <= ONE / HUNDRED:
            return unit
        if text.startswith(self._halves, unit.end) and not self._follows(text, unit.end + 1):
            return _with_extra(unit, unit.end + 1, Interval.exactly(place / 2))
        return self._with_last_digit(text, unit, place) if digit_may_end else unit

    def _part_at(self, text: str, position: int, above: Decimal) -> Optional[tuple[int, Decimal, int]]:
        """A digit with 角 or 分 behind it: the digit, what it counts, where it ends."""
        at = self._numerals.skip_zeros(text, position)
        digit = self._numerals.digit_at(text, at)
        found = self._units.beginning_at(text, at + 1) if digit else None
        if not digit or found is None or found[0] not in self._change or self._change[found[0]] >= above:
            return None
        if text.startswith(self._fraction, at + 1):
            return None
        return digit, self._change[found[0]], at + 1 + len(found[0])

    def _with_last_digit(self, text: str, unit: Unit, above: Decimal) -> Unit:
        """Adds a digit alone that counts the next smaller part, after a zero the one below it."""
        at = self._numerals.skip_zeros(text, unit.end)
        place = above / TEN if at == unit.end else above / HUNDRED
        digit = self._digit_alone(text, at) if place >= ONE / HUNDRED else None
        return _with_extra(unit, digit.end, digit.interval.times(place)) if digit else unit

    def _digit_alone(self, text: str, position: int) -> Optional[Numeral]:
        """A digit, or neighbouring ones (五六), with no unit behind that it would belong to; another number may begin there."""
        digit = self._numerals.digits_at(text, position)
        if digit is None or not digit.lone_digit or self._follows(text, digit.end):
            return None
        if text[digit.end : digit.end + 1] in (".", ",") and text[digit.end + 1 : digit.end + 2].isdigit():
            return None
        goes_on = self._numerals.starts_at(text, digit.end) and not self._numerals.unit_at(text, digit.end + 1)
        return None if goes_on else digit

    # -- counters ---------------------------------------------------------------------------------------------

    def _with_half(self, text: str, position: int, unit: Unit) -> Unit:
        """Durations and counts with 半 or 多 inside or behind: 两年半, 三个半月, 两年多, 三个多月, 五个半."""
        following = text[unit.end : unit.end + 1]
        if not following or following not in (self._halves, self._more):
            return unit
        if unit.kind == DURATION:
            return self._half_or_more(replace(unit, end=unit.end + 1), following)
        if unit.name != "thing":
            return unit
        counter = text[position : unit.end]
        whole = self._units.beginning_at(counter + text[unit.end + 1 : unit.end + 6], 0)
        if whole is not None and whole[1].kind == DURATION:
            end = unit.end + 1 + len(whole[0]) - len(counter)
            return self._half_or_more(replace(whole[1], end=end), following)
        if following == self._halves and not text[unit.end + 1 : unit.end + 2].isalnum():
            return self._half_or_more(replace(unit, end=unit.end + 1), following)
        return unit

    def _half_or_more(self, unit: Unit, char: str) -> Unit:
        return replace(unit, extra=Interval.exactly(_HALF)) if char == self._halves else replace(unit, more=True)


def _with_extra(unit: Unit, end: int, extra: Interval) -> Unit:
    return replace(unit, end=end, extra=unit.extra.plus(extra))
