"""Two numbers that are the ends of one range: 20到30万, 三万五到四万, 5元6角-5元7角, 十万八万, 10000与20000之间."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Mapping, Optional

from nlu.hedges import Hedges
from nlu.interval import ONE, TEN, ZERO, Interval
from nlu.numeral import Numeral
from nlu.numerals import HUNDRED, NumeralReader
from nlu.units import NOTHING, Unit, UnitReader
from nlu.word_table import WordTable, skip_space

Measured = tuple[Numeral, Optional[Unit]]


class RangeReader:
    """Reads the second end of a range and makes one number of both."""

    def __init__(self, words: Mapping[str, Any], numerals: NumeralReader, units: UnitReader, hedges: Hedges) -> None:
        self._numerals, self._units, self._hedges = numerals, units, hedges
        self._joins = WordTable.of(words["joins"])
        self._closed_joins = WordTable.of(words["closed_joins"])
        self._closes = tuple(words["closes"])
        self._list_comma = str(words["list_comma"])
        self._money_before = WordTable.of(words["money_before"])

    def joined(self, text: str, first: Numeral, unit: Optional[Unit], taken: bytearray) -> Optional[Measured]:
        """The range that begins with ``first``, if a second number is joined to it."""
        end = unit.end if unit else first.end
        listed = None if unit else self._listed(text, first, taken)
        if listed is not None:
            return listed
        position, closed = self._past_join(text, end)
        second = self._second(text, position, signed=position > end)
        if second is None or taken[position]:
            return None
        second_unit = self._units.at(text, second)
        if closed and not text.startswith(self._closes, second_unit.end if second_unit else second.end):
            return None
        if position == end and not self._same_kind(first, unit, second, second_unit):
            return None
        if unit and second_unit and not _of_one_kind(unit, second_unit):
            return None
        return _range(first, unit, second, second_unit, ordered=position > end)

    def _listed(self, text: str, first: Numeral, taken: bytearray) -> Optional[Measured]:
        """7、8万, 三、四十个: neighbouring digits with a comma of lists between them, of which only the second has a unit."""
        if not first.lone_digit or not text.startswith(self._list_comma, first.end):
            return None
        second = self._numerals.read(text, skip_space(text, first.end + len(self._list_comma)))
        if second is None or not second.interval.is_exact or second.arabic != first.arabic:
            return None
        unit = self._units.at(text, second)
        high = second.interval.known_end
        place = TEN ** high.adjusted()
        if taken[second.end - 1] or (first.interval.known_end + ONE) * place != high or (unit is None and place == ONE):
            return None
        interval = Interval.between(high - place, high)
        plain = replace(unit, extra=NOTHING, more=False) if unit else None
        return replace(second, interval=interval, lone_digit=False), plain

    def past_join(self, text: str, position: int) -> int:
        """``position``, behind a word that joins two ends."""
        join = self._joins.beginning_at(text, position)
        return position + len(join[0]) if join else position

    def _past_join(self, text: str, end: int) -> tuple[int, bool]:
        """Where the second number begins, and whether a word behind it has to close the range."""
        position = skip_space(text, self._hedges.past_inclusive(text, end))
        join = self._joins.beginning_at(text, position)
        closed = None if join else self._closed_joins.beginning_at(text, position)
        found = join or closed
        if found is None:
            return end, False
        position = skip_space(text, position + len(found[0]))
        while position < len(text) and self._symbol_at(text, position):
            position += 1
        return position, closed is not None

    def _second(self, text: str, position: int, signed: bool) -> Optional[Numeral]:
        begin = self._hedges.past_minus(text, position) if signed else position
        second = self._numerals.read(text, begin)
        if second is None or begin == position:
            return second
        return replace(second, interval=second.interval.negated())

    def _symbol_at(self, text: str, position: int) -> bool:
        return self._money_before.beginning_at(text, position) is not None and not text[position].isalnum()

    @staticmethod
    def _same_kind(first: Numeral, unit: Optional[Unit], second: Numeral, second_unit: Optional[Unit]) -> bool:
        """Whether two numbers side by side are a range: 十万八万, 三百五百, 十个八个; the digits are neighbours."""
        if first.arabic or second.arabic or not first.interval.is_exact or not second.interval.is_exact:
            return False
        one, other = first.interval.known_end, second.interval.known_end
        if one < ZERO:
            return False
        if (first.scale, first.last_unit) != (second.scale, second.last_unit) and first.scale == ONE:
            return unit is not None and unit.is_like(second_unit)
        if unit is not None:
            return unit.is_like(second_unit) and other < 2 * one and one <= 2 * other
        plain = first.last_unit > ONE or first.scale > ONE
        return plain and first.scale == second.scale and one < 3 * other and other < 3 * one


def _of_one_kind(one: Unit, other: Unit) -> bool:
    return (one.kind, one.name) == (other.kind, other.name)


def _range(first: Numeral, unit: Optional[Unit], second: Numeral, second_unit: Optional[Unit], ordered: bool) -> Optional[Measured]:
    """Both ends as one number in single units; an end without a unit of its own has the other's."""
    one, other = _in_scale_of(second, first) if unit is None else first.interval, second.interval
    whole_unit = second_unit or (replace(unit, end=second.end) if unit else None)
    if whole_unit is not None:
        plain = replace(whole_unit, extra=NOTHING, more=False)
        one, other = (unit or plain).of(one), (second_unit or plain).of(other)
        whole_unit = replace(plain, factor=ONE)
    low, high = one.low, other.high
    if not ordered:
        low, high = min(one.known_end, other.known_end), max(one.known_end, other.known_end)
    if low is None or high is None or low > high:
        return None
    scale = max(first.scale, second.scale)
    return replace(second, interval=Interval.between(low, high), scale=scale, lone_digit=False), whole_unit


def _in_scale_of(second: Numeral, first: Numeral) -> Interval:
    """The first end with the large unit that only the second names: 20到30万, 三到五百."""
    one, end = first.interval, second.interval.known_end
    if first.scale != ONE:
        return one
    if second.scale > ONE:
        return one.times(second.scale) if one.known_end * second.scale <= end else one
    if first.lone_digit and second.last_unit >= HUNDRED and one.known_end * second.last_unit <= end:
        return one.times(second.last_unit)
    return one
