"""Numbers as Chinese writes them, read by interval arithmetic: coefficients with their units, sections with large ones.

A number is an :class:`Interval`: what was said exactly has three equal members, an approximate number keeps the number
that was said beside its bounds, a range has bounds only. Digits, units and soft endings stand in
``data/lexicon/numerals.yml``, the widths of soft endings in ``knowledge/amount_words.yml``.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, Iterable, Mapping, Optional

from nlu.coefficients import CoefficientReader
from nlu.interval import ONE, TEN, Interval
from nlu.numeral import Numeral
from nlu.soft_endings import SoftEndings
from nlu.word_table import WordTable, is_latin, skip_space

MAX_DECIMALS = 12
HUNDRED = TEN * TEN


class NumeralReader:
    """Reads the number that begins at a given place of a text."""

    def __init__(self, words: Mapping[str, Any], widths: Mapping[str, Mapping[str, Any]], joins: Iterable[str]) -> None:
        self.coefficients = coefficients = CoefficientReader(words)
        self._soft = SoftEndings(words, widths)
        self._digits, self._tens, self._units = coefficients.digits, coefficients.tens, coefficients.units
        self._counter, self._half, self._some = coefficients.counter, coefficients.half, coefficients.some
        self._big_units = {char: Decimal(number) for char, number in words["big_units"].items()}
        self._guarded_units = {char: tuple(following) for char, following in words["guarded_units"].items()}
        latin = sorted(words["latin_units"].items(), key=lambda item: -len(item[0]))
        self._latin_units = [(letters, Decimal(number)) for letters, number in latin]
        self._point, self._eighth = words["point"], words["eighth"]
        self._after_lone_unit = {unit: tuple(starts) for unit, starts in words["after_lone_unit"].items()}
        self._not_after_tail = tuple(words["not_after_tail"])
        self._joins = WordTable.of(joins)

    def read(self, text: str, start: int, lone_unit: bool = False) -> Optional[Numeral]:
        """The longest number at ``start``, or ``None``; with ``lone_unit`` a unit alone is one of it (近百人)."""
        if not self.coefficients.starts_at(text, start):
            return None
        number = self._number(text, start, limit=None)
        if number is None and lone_unit and self.coefficients.unit_at(text, start):
            unit = self._units.get(text[start]) or self._big_units[text[start]]
            scale = unit if text[start] in self._big_units else ONE
            return Numeral(Interval.exactly(unit), start + 1, unit, scale, last_unit=unit)
        return number

    # -- a number: sections joined by large units ----------------------------------------------------------

    def _number(self, text: str, start: int, limit: Optional[Decimal]) -> Optional[Numeral]:
        number = self._section(text, start) or self._lone_big_unit(text, start)
        if number is None:
            return None
        while True:
            grown = self._with_big_unit(text, number, limit)
            if grown is None:
                break
            grown = self._soft.after(text, grown)
            number = self._with_tail(text, grown)
            if number is not grown and self._with_big_unit(text, number, limit) is None:
                return self._soft.after(text, number)
        if number.scale == ONE:
            return self._soft.after(text, number)
        return self._with_decimals(text, number)

    def _lone_big_unit(self, text: str, start: int) -> Optional[Numeral]:
        char = text[start : start + 1]
        if char not in self._big_units or not self._stands_alone(text, start):
            return None
        return self._eighth_after(text, start + 1, self._big_units[char]) or Numeral(Interval.exactly(ONE), start, ONE)

    def _stands_alone(self, text: str, start: int) -> bool:
        allowed = self._after_lone_unit.get(text[start])
        return allowed is not None and (not allowed or text.startswith(allowed, start + 1))

    def _eighth_after(self, text: str, position: int, top: Decimal) -> Optional[Numeral]:
        """千八百, 万八千: the range up to a lone unit ``top`` that ends at ``position``."""
        eighth = text.find(self._eighth, position, position + 2)
        if eighth < 0 or self._units.get(text[eighth + 1 : eighth + 2]) != top / TEN:
            return None
        return Numeral(Interval.between(top * self._digits[self._eighth] / TEN, top), eighth + 2, top / TEN)

    def _with_big_unit(self, text: str, number: Numeral, limit: Optional[Decimal]) -> Optional[Numeral]:
        """``number`` times the large unit that follows it, a counter or a soft ending may stand between."""
        soft = self._soft.after(text, number)
        position = skip_space(text, soft.end)
        if text.startswith(self._counter, position):
            position = skip_space(text, position + len(self._counter))
            if text.startswith(self._half, position) and text[position + 1 : position + 2] in self._big_units:
                return self._and_a_half(text, soft, position + 1)
        if position != soft.end:
            soft = self._soft.after(text, replace(soft, end=position))
        unit, end = self._big_unit(text, skip_space(text, soft.end))
        if unit is None or (limit is not None and unit >= limit) or not _multiplies(number, unit):
            return None
        grain = max(ONE, soft.grain / TEN) if soft.grain > ONE else ONE
        return Numeral(
            soft.interval.times(unit),
            end,
            grain * unit if soft.grain >= ONE else soft.grain * unit,
            unit * number.scale,
            unit,
            number.arabic,
        )

    def _and_a_half(self, text: str, number: Numeral, position: int) -> Numeral:
        """一个半亿: ``position`` is where the large unit stands."""
        unit = self._big_units[text[position]]
        interval = number.interval.plus(Interval.exactly(ONE / 2)).times(unit)
        return Numeral(interval, position + 1, unit / TEN, unit, unit)

    def _big_unit(self, text: str, position: int) -> tuple[Optional[Decimal], int]:
        char = text[position : position + 1]
        if char in self._big_units:
            plain = char not in self._guarded_units or self._is_plain_unit(text, position)
            return (self._big_units[char] if plain else None), position + 1
        for letters, unit in self._latin_units:
            end = position + len(letters)
            if text.startswith(letters, position) and not is_latin(text[end : end + 1]):
                return unit, end
        return None, position

    def _is_plain_unit(self, text: str, position: int) -> bool:
        """Whether a unit that measures other things too (兆) counts here: before money, or a smaller large unit."""
        if text.startswith(self._guarded_units[text[position]], position + 1):
            return True
        section = self._section(text, position + 1)
        return section is not None and text[section.end : section.end + 1] in self._big_units

    def _with_tail(self, text: str, number: Numeral) -> Numeral:
        """Adds what follows a large unit: 两万五, 1万2千, 一亿零五百万, 1万500; 7万 5千 only from place to place."""
        if not number.interval.is_exact:
            return number
        start = skip_space(text, number.end)
        tail = self._number(text, start, limit=number.last_unit)
        if tail is None or tail.counted or tail.interval.known_end >= number.last_unit:
            return number
        if start > number.end and (tail.last_unit == tail.scale == ONE or tail.interval.known_end * TEN < number.last_unit):
            return number
        if tail.lone_digit:
            return self._with_lone_digit(text, number, tail)
        whole = replace(number, interval=number.interval.plus(tail.interval), end=tail.end, grain=tail.grain)
        if tail.arabic and tail.scale == ONE and tail.last_unit == ONE and self._begins_another(text, number, tail):
            return number
        return whole

    def _with_lone_digit(self, text: str, number: Numeral, tail: Numeral) -> Numeral:
        following = skip_space(text, tail.end)
        counted = text.startswith(self._not_after_tail, following) or self.coefficients.unit_at(text, following)
        if counted or self.coefficients.of_period(text, tail):
            return number
        tenth = number.last_unit / TEN
        whole = replace(number, interval=number.interval.plus(tail.interval.times(tenth)), end=tail.end, grain=tenth)
        return whole if self._rises(text, number, following) else number

    def _rises(self, text: str, number: Numeral, position: int) -> bool:
        """Whether nothing smaller than ``number`` is joined at ``position`` (3万5到4万, but 20万3到5个人)."""
        join = self._joins.beginning_at(text, position)
        second = self._section(text, skip_space(text, position + len(join[0]))) if join else None
        if second is None:
            return True
        unit, _ = self._big_unit(text, skip_space(text, second.end))
        return second.interval.known_end * (unit or ONE) >= number.interval.known_end

    def _begins_another(self, text: str, number: Numeral, tail: Numeral) -> bool:
        following = skip_space(text, tail.end)
        counted = tail.interval.known_end < HUNDRED or text.startswith(self._not_after_tail, following)
        return counted or not self._rises(text, number, following)

    # -- a section: what stands below 万 -------------------------------------------------------------------

    def _section(self, text: str, start: int) -> Optional[Numeral]:
        whole = self._first_term(text, start)
        if whole is None:
            return None
        while whole.last_unit > ONE:
            grown = self._with_term(text, whole)
            if grown is None:
                whole = self._with_ones(text, whole)
                break
            whole = grown
        return whole if whole.interval.is_range else self._with_decimals(text, whole)

    def _first_term(self, text: str, start: int) -> Optional[Numeral]:
        """The first digit with its unit, a unit that stands for one of it, or a number without units."""
        begin = self.coefficients.skip_zeros(text, start)
        if begin > start and begin < len(text) and (text[begin] in self._units or text[begin] in self._tens):
            return self._first_term(text, begin) or self._unit_alone(text, begin)
        term = self.coefficients.at(text, start)
        if term is None:
            if text[start : start + 1] not in self._units or not self._stands_alone(text, start):
                return None
            return self._eighth_after(text, start + 1, self._units[text[start]]) or self._unit_alone(text, start)
        unit, end = self._unit_after(text, term)
        if unit is None:
            return term
        return Numeral(term.interval.times(unit), end, unit, last_unit=unit, arabic=term.arabic)

    def _unit_alone(self, text: str, position: int) -> Numeral:
        unit = self._units[text[position]]
        return Numeral(Interval.exactly(unit), position + 1, unit, last_unit=unit)

    def _unit_after(self, text: str, term: Numeral) -> tuple[Optional[Decimal], int]:
        """The unit behind a digit, and where it ends; a space may stand between an Arabic digit and it."""
        position = skip_space(text, term.end) if term.arabic and term.lone_digit else term.end
        unit = self._units.get(text[position : position + 1])
        return unit, position + 1

    def _with_term(self, text: str, whole: Numeral) -> Optional[Numeral]:
        """``whole`` with the next digit and its smaller unit: 三百 with 二十; 十 needs no digit (一百十六)."""
        start = skip_space(text, whole.end) if whole.arabic else whole.end
        position = self.coefficients.skip_zeros(text, start)
        term = self.coefficients.at(text, position)
        if term is not None:
            unit, end = self._unit_after(text, term)
        elif position > start or self._after_lone_unit.get(text[position : position + 1]) == ():
            unit, end = self._units.get(text[position : position + 1]), position + 1
        else:
            return None
        if unit is None or unit >= whole.last_unit or (start > whole.end and unit * TEN != whole.last_unit):
            return None
        total = whole.interval.plus((term.interval if term else Interval.exactly(ONE)).times(unit))
        return Numeral(total, end, unit, last_unit=unit, arabic=whole.arabic or bool(term and term.arabic))

    def _with_ones(self, text: str, whole: Numeral) -> Numeral:
        """``whole`` with the digit that ends it: 一百二十五, 一百零五, 一百零几, or 一百二 for 一百二十."""
        position = self.coefficients.skip_zeros(text, whole.end)
        after_zero = position > whole.end
        if text.startswith(self._some, position):
            return self._with_some_ones(whole, position) if after_zero else whole
        term = self.coefficients.at(text, position)
        if term is None or self.coefficients.unit_at(text, term.end) and text[term.end] in self._units:
            return whole
        if whole.last_unit >= HUNDRED and not after_zero and term.lone_digit:
            if self.coefficients.of_period(text, term):
                return whole
            tenth = whole.last_unit / TEN
            total = whole.interval.plus(term.interval.times(tenth))
            return Numeral(total, term.end, tenth, last_unit=whole.last_unit)
        if term.arabic and not whole.arabic and term.interval.known_end >= whole.last_unit:
            return whole
        total = whole.interval.plus(term.interval)
        return Numeral(total, term.end, ONE, last_unit=whole.last_unit, arabic=term.arabic)

    def _with_some_ones(self, whole: Numeral, position: int) -> Numeral:
        total = whole.interval.plus(Interval.between(ONE, TEN - ONE))
        return Numeral(total, position + len(self._some), ONE, last_unit=whole.last_unit)

    def _with_decimals(self, text: str, number: Numeral) -> Numeral:
        """Adds 点五 to 十二: only digits may follow the point, Arabic ones only after 百 and more."""
        if not text.startswith(self._point, number.end) or not number.interval.is_exact:
            return number
        start = end = number.end + len(self._point)
        arabic = number.last_unit >= HUNDRED and not number.arabic
        while end < len(text) and end - start < MAX_DECIMALS and (text[end] in self._digits or arabic and text[end] in "0123456789"):
            end += 1
        if end == start or text[end : end + 1] in self._units:
            return number
        digits = "".join(str(self.coefficients.digit_at(text, place)) for place in range(start, end))
        total = number.interval.plus(Interval.exactly(Decimal(f"0.{digits}")))
        return Numeral(total, end, TEN ** -len(digits), number.scale)


def _multiplies(number: Numeral, unit: Decimal) -> bool:
    """Whether a large unit belongs to the whole before it: 一万五千亿, 三万二千点五万, but not 一万五千万."""
    return number.grain >= number.last_unit or number.grain < ONE or unit > number.last_unit
