"""Numbers as Chinese writes them, read by interval arithmetic.

A number is an :class:`Interval`: what was said exactly has three equal members, an approximate number keeps the number
that was said beside its bounds, a range has bounds only. Digits, units and soft endings stand in
``data/lexicon/numerals.yml``, the widths of soft endings in ``knowledge/amount_words.yml``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Mapping, Optional

ZERO, ONE, TEN = Decimal(0), Decimal(1), Decimal(10)
MYRIAD = Decimal(10_000)

_ARABIC = re.compile(r"\d{1,3}(?:,\d{3}){1,4}(?![\d,])(?:\.\d{1,6})?|\d{1,13}(?:\.\d{1,6})?(?![\d])")


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
        return Interval(_times(self.low, low), _times(self.high, high), self.value)


def _times(number: Optional[Decimal], factor: Decimal) -> Optional[Decimal]:
    return None if number is None else number * factor


def _plus(one: Optional[Decimal], other: Optional[Decimal]) -> Optional[Decimal]:
    return None if one is None or other is None else one + other


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


class NumeralReader:
    """Reads the number that begins at a given place of a text."""

    def __init__(self, words: Mapping[str, Any], widths: Mapping[str, Mapping[str, Any]]) -> None:
        self.digits = {char: int(digit) for char, digit in words["digits"].items()}
        self.counted = {char: Decimal(number) for char, number in words["counted"].items()}
        self.tens = {char: Decimal(number) for char, number in words["tens"].items()}
        self.units = {char: Decimal(number) for char, number in words["units"].items()}
        self.big_units = {char: Decimal(number) for char, number in words["big_units"].items()}
        latin = sorted(words["latin_units"].items(), key=lambda item: -len(item[0]))
        self.latin_units = [(letters, Decimal(number)) for letters, number in latin]
        vague = sorted(words["vague_digits"].items(), key=lambda item: -len(item[0]))
        self.vague_digits = [(word, Decimal(low), Decimal(high)) for word, (low, high) in vague]
        self.half, self.point, self.counter = words["half"], words["point"], words["counter"]
        self.some, self.eighth = words["some"], words["eighth"]
        self.next_unit, self.about = tuple(words["next_unit"]), tuple(words["about"])
        self.not_after_soft = {soft: tuple(ends) for soft, ends in words["not_after_soft"].items()}
        self.after_lone_unit = {unit: tuple(starts) for unit, starts in words["after_lone_unit"].items()}
        self.not_after_tail = tuple(words["not_after_tail"])
        self.periods = tuple(words["periods"])
        self.just_over, self.open_sign = words["just_over"], words["open_sign"]
        self.just_over_low, self.just_over_high = (Decimal(str(widths["just_over"][end])) for end in ("low", "high"))
        self.about_low, self.about_high = (Decimal(str(widths["about"][end])) for end in ("low", "high"))
        self._any_unit = frozenset(self.units) | frozenset(self.big_units)
        starts = [*self.digits, *self.counted, *self.tens, *self.units, *self.big_units, self.half]
        starts += [word[0] for word, _, _ in self.vague_digits]
        self.starts = frozenset(starts) | frozenset("0123456789")

    def read(self, text: str, start: int, lone_unit: bool = False) -> Optional[Numeral]:
        """The longest number at ``start``, or ``None``; with ``lone_unit`` a unit alone is one of it (近百人)."""
        if start >= len(text) or text[start] not in self.starts:
            return None
        number = self._number(text, start, limit=None)
        if number is None and lone_unit and text[start] in self._any_unit:
            unit = self.units.get(text[start]) or self.big_units[text[start]]
            scale = unit if text[start] in self.big_units else ONE
            return Numeral(Interval.exactly(unit), start + 1, unit, scale, last_unit=unit)
        return number

    # -- a number: sections joined by large units ----------------------------------------------------------

    def _number(self, text: str, start: int, limit: Optional[Decimal]) -> Optional[Numeral]:
        section = self._section(text, start)
        if section is None:
            section = self._lone_big_unit(text, start)
            if section is None:
                return None
        number = section
        while True:
            grown = self._with_big_unit(text, number, limit)
            if grown is None:
                break
            number = self._softened(text, grown)
            tailed = self._with_tail(text, number)
            if tailed is not number:
                return self._softened(text, tailed)
        return number if number.scale != ONE else self._softened(text, number)

    def _lone_big_unit(self, text: str, start: int) -> Optional[Numeral]:
        char = text[start : start + 1]
        if char not in self.big_units or not self._stands_alone(text, start):
            return None
        eighth = text.find(self.eighth, start + 1, start + 3)
        if eighth > 0 and self.units.get(text[eighth + 1 : eighth + 2]) == self.big_units[char] / TEN:
            return self._eighth_range(self.big_units[char], eighth + 2)
        return Numeral(Interval.exactly(ONE), start, ONE)

    def _stands_alone(self, text: str, start: int) -> bool:
        allowed = self.after_lone_unit.get(text[start])
        return allowed is not None and (not allowed or text.startswith(allowed, start + 1))

    def _with_big_unit(self, text: str, number: Numeral, limit: Optional[Decimal]) -> Optional[Numeral]:
        """``number`` times the large unit that follows it, a counter or a soft ending may stand between."""
        soft = self._softened(text, number)
        position = _skip_space(text, soft.end)
        if text.startswith(self.counter, position):
            position = _skip_space(text, position + len(self.counter))
            if text.startswith(self.half, position) and text[position + 1 : position + 2] in self.big_units:
                return self._and_a_half(text, soft, position + 1)
        soft = self._softened(text, replace(soft, end=position))
        unit, end = self._big_unit(text, _skip_space(text, soft.end), number)
        if unit is None or (limit is not None and unit >= limit):
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
        unit = self.big_units[text[position]]
        interval = number.interval.plus(Interval.exactly(Decimal("0.5"))).times(unit)
        return Numeral(interval, position + 1, unit / TEN, unit, unit)

    def _big_unit(self, text: str, position: int, number: Numeral) -> tuple[Optional[Decimal], int]:
        char = text[position : position + 1]
        if char in self.big_units and char:
            return self.big_units[char], position + 1
        for letters, unit in self.latin_units:
            end = position + len(letters)
            if text.startswith(letters, position) and not _is_latin(text[end : end + 1]):
                return unit, end
        return None, position

    def _with_tail(self, text: str, number: Numeral) -> Numeral:
        """Adds what follows a large unit: 两万五, 1万2千, 一亿零五百万, 1万500."""
        if not number.interval.is_exact or number.last_unit not in self.big_units.values():
            return number
        tail = self._number(text, number.end, limit=number.last_unit)
        if tail is None or tail.counted or tail.interval.known_end >= number.last_unit:
            return number
        if tail.lone_digit:
            return self._with_lone_digit(text, number, tail)
        if tail.arabic and tail.scale == ONE and tail.last_unit == ONE and self._begins_another(text, tail):
            return number
        return replace(number, interval=number.interval.plus(tail.interval), end=tail.end, grain=tail.grain)

    def _with_lone_digit(self, text: str, number: Numeral, tail: Numeral) -> Numeral:
        following = _skip_space(text, tail.end)
        if text.startswith(self.not_after_tail, following) or text[following : following + 1] in self._any_unit:
            return number
        tenth = number.last_unit / TEN
        return replace(number, interval=number.interval.plus(tail.interval.times(tenth)), end=tail.end, grain=tenth)

    def _begins_another(self, text: str, tail: Numeral) -> bool:
        return tail.interval.known_end < 100 or text.startswith(self.not_after_tail, _skip_space(text, tail.end))

    # -- a section: what stands below 万 -------------------------------------------------------------------

    def _section(self, text: str, start: int) -> Optional[Numeral]:
        total, position = Interval.exactly(ZERO), start
        last_unit: Optional[Decimal] = None
        grain, after_zero, implicit, arabic = ONE, False, False, False
        while True:
            position_before = position
            if last_unit is not None:
                after_zero, position = self._skip_zeros(text, position)
            term = self._coefficient(text, position)
            unit_at = term.end if term else position
            char = text[unit_at : unit_at + 1]
            unit = self.units.get(char) if char else None
            if unit is None and last_unit is not None and text.startswith(self.some, position):
                term = None
            if unit is not None and term is None and last_unit is None:
                if not self._stands_alone(text, position):
                    return None
                implicit = True
            if unit is not None and (last_unit is None or unit < last_unit) and (term or implicit or last_unit is None):
                factor = term.interval if term else Interval.exactly(ONE)
                if implicit and last_unit is not None and self._is_eighth(text, position_before, unit, last_unit):
                    return self._eighth_range(last_unit, unit_at + 1)
                total, last_unit, grain = total.plus(factor.times(unit)), unit, unit
                arabic = arabic or bool(term and term.arabic)
                position = unit_at + 1
                continue
            if unit is not None and last_unit is not None and unit >= last_unit:
                # The next number begins here: 三百五百.
                position = position_before
                break
            if term is None:
                position = position_before
                break
            return self._last_term(text, total, last_unit, after_zero, term, arabic)
        if last_unit is None:
            return None
        return self._with_decimals(text, Numeral(total, position, grain, last_unit=last_unit, arabic=arabic))

    def _last_term(
        self, text: str, total: Interval, last_unit: Optional[Decimal], after_zero: bool, term: Numeral, arabic: bool
    ) -> Numeral:
        if last_unit is None:
            return self._with_decimals(text, term)
        if last_unit >= 100 and not after_zero and term.lone_digit:
            tenth = last_unit / TEN
            return Numeral(total.plus(term.interval.times(tenth)), term.end, tenth, last_unit=last_unit)
        if term.arabic and not arabic and term.interval.known_end >= last_unit:
            return Numeral(total, term.end, last_unit)
        return self._with_decimals(
            text, Numeral(total.plus(term.interval), term.end, ONE, last_unit=last_unit, arabic=term.arabic)
        )

    def _is_eighth(self, text: str, position: int, unit: Decimal, last_unit: Decimal) -> bool:
        return text.startswith(self.eighth, position) and unit * TEN == last_unit

    def _eighth_range(self, top: Decimal, end: int) -> Numeral:
        return Numeral(Interval.between(top * 8 / TEN, top), end, top / TEN, last_unit=top / TEN)

    def _skip_zeros(self, text: str, position: int) -> tuple[bool, int]:
        end = position
        while end < len(text) and not text[end].isascii() and self.digits.get(text[end]) == 0:
            end += 1
        return end > position, end

    def _with_decimals(self, text: str, number: Numeral) -> Numeral:
        """Adds 点五 to 十二: only digits may follow the point."""
        if not text.startswith(self.point, number.end) or not number.interval.is_exact:
            return number
        end = number.end + len(self.point)
        digits = ""
        while end < len(text) and text[end] in self.digits and len(digits) < 6:
            digits += str(self.digits[text[end]])
            end += 1
        if not digits or text[end : end + 1] in self.units and text[end : end + 1]:
            return number
        fraction = Decimal(f"0.{digits}")
        return Numeral(number.interval.plus(Interval.exactly(fraction)), end, Decimal(10) ** -len(digits))

    # -- a coefficient: what stands before a unit -----------------------------------------------------------

    def _coefficient(self, text: str, position: int) -> Optional[Numeral]:
        if position >= len(text):
            return None
        char = text[position]
        if char.isdigit() and char.isascii():
            return self._arabic(text, position)
        if char in self.counted:
            return self._counted(text, position)
        if char in self.tens:
            ones = self.digits.get(text[position + 1 : position + 2]) if position + 1 < len(text) else None
            interval = Interval.exactly(self.tens[char] + (ones or 0))
            return Numeral(interval, position + (2 if ones else 1), ONE if ones else TEN, last_unit=TEN)
        if char == self.half:
            return Numeral(Interval.exactly(Decimal("0.5")), position + 1, Decimal("0.1"))
        if char in self.digits:
            return self._digit_run(text, position)
        return self._vague_digit(text, position)

    def _arabic(self, text: str, position: int) -> Optional[Numeral]:
        match = _ARABIC.match(text, position)
        if match is None:
            return None
        digits = match.group().replace(",", "")
        number = Decimal(digits)
        trailing = len(digits) - len(digits.rstrip("0")) if "." not in digits else 0
        grain = TEN**trailing if "." not in digits else TEN ** -len(digits.split(".")[1])
        lone = len(digits) == 1 and number > 0
        return Numeral(Interval.exactly(number), match.end(), grain if number else ONE, arabic=True, lone_digit=lone)

    def _counted(self, text: str, position: int) -> Numeral:
        low, end = self.counted[text[position]], position + 1
        high = self.counted.get(text[end : end + 1]) if end < len(text) else None
        if high is not None and high > low:
            return Numeral(Interval.between(low, high), end + 1, ONE, counted=True)
        return Numeral(Interval.exactly(low), end, ONE, counted=True)

    def _digit_run(self, text: str, position: int) -> Numeral:
        end = position
        while end < len(text) and text[end] in self.digits and end - position < 12:
            end += 1
        if end - position > 1 and self.digits[text[end - 1]] == 1 and text.startswith(self.periods, end):
            end -= 1  # 六千八一年: the last digit begins the period
        run = [self.digits[char] for char in text[position:end]]
        if len(run) == 1:
            return Numeral(Interval.exactly(Decimal(run[0])), end, ONE, lone_digit=run[0] > 0)
        if _ascends(run):
            return Numeral(Interval.between(Decimal(run[0]), Decimal(run[-1])), end, ONE, lone_digit=True)
        number = Decimal("".join(map(str, run)))
        return Numeral(Interval.exactly(number), end, ONE)

    def _vague_digit(self, text: str, position: int) -> Optional[Numeral]:
        for word, low, high in self.vague_digits:
            end = position + len(word)
            if text.startswith(word, position) and (word.endswith(self.some) or text[end : end + 1] in self._any_unit):
                return Numeral(Interval.between(low, high), end, ONE, vague=True)
        return None

    # -- soft endings ---------------------------------------------------------------------------------------

    def _softened(self, text: str, number: Numeral) -> Numeral:
        """``number`` with a soft ending that follows it: 几, 多, 来, 把."""
        position = _skip_space(text, number.end)
        char = text[position : position + 1]
        if not char or number.interval.value is None or not number.interval.is_exact or number.counted:
            return number
        following = position + 1
        if text.startswith(self.just_over, position):
            interval = number.interval.widened(self.just_over_low, self.just_over_high)
            return replace(number, interval=interval, end=position + len(self.just_over))
        if char == self.open_sign and not text[following : following + 1].isdigit():
            return replace(number, interval=Interval(number.interval.low, None, None), end=following)
        if text.startswith(self.not_after_soft.get(char, ()) or ("\0",), following):
            return number
        grain = number.grain
        if char == self.some and grain >= TEN and text[following : following + 1] not in self.units:
            step = Interval.between(grain / TEN, grain - grain / TEN)
            return replace(number, interval=number.interval.plus(step), end=following)
        if char in self.next_unit:
            high = number.interval.known_end + grain
            return replace(number, interval=replace(number.interval, high=high), end=following)
        if char in self.about and (grain >= TEN or number.scale > ONE):
            return replace(number, interval=number.interval.widened(self.about_low, self.about_high), end=following)
        return number


def _ascends(run: list[int]) -> bool:
    """Whether neighbouring digits tell a range: 三五, 七八, 一两, 五六七; not a year's 二零二三."""
    if 0 in run or len(run) > 3:
        return False
    steps = [later - earlier for earlier, later in zip(run, run[1:], strict=False)]
    return all(step == 1 for step in steps) or (len(run) == 2 and steps[0] == 2)


def _skip_space(text: str, position: int) -> int:
    return position + 1 if text[position : position + 1] == " " else position


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalpha()
