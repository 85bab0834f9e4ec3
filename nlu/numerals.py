"""Numbers as Chinese writes them, read by interval arithmetic.

A number is an :class:`Interval`: what was said exactly has three equal members, an approximate number keeps the number
that was said beside its bounds, a range has bounds only. Digits, units and soft endings stand in
``data/lexicon/numerals.yml``, the widths of soft endings in ``knowledge/amount_words.yml``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Iterable, Mapping, Optional

from nlu.interval import MYRIAD, ONE, TEN, ZERO, Interval
from nlu.word_table import WordTable, is_latin, skip_space

__all__ = ["MYRIAD", "ONE", "TEN", "ZERO", "Interval", "Numeral", "NumeralReader"]

MAX_DIGITS, MAX_DECIMALS = 16, 12
HUNDRED = TEN * TEN

_ARABIC = re.compile(r"\d{1,3}(?:,\d{3}){1,4}(?!\d)(?:\.\d{1,12})?|\d{1,13}(?:\.\d{1,12})?(?!\d)")


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


class NumeralReader:
    """Reads the number that begins at a given place of a text."""

    def __init__(self, words: Mapping[str, Any], widths: Mapping[str, Mapping[str, Any]], joins: Iterable[str]) -> None:
        self.digits = {char: int(digit) for char, digit in words["digits"].items()}
        self.never_in_row = words["never_in_row"]
        self.guarded_digits = {char: int(digit) for char, digit in words["guarded_digits"].items()}
        self.guarded_before = tuple(words["guarded_before"])
        self.counted = {char: Decimal(number) for char, number in words["counted"].items()}
        self.tens = {char: Decimal(number) for char, number in words["tens"].items()}
        self.units = {char: Decimal(number) for char, number in words["units"].items()}
        self.big_units = {char: Decimal(number) for char, number in words["big_units"].items()}
        self.guarded_units = {char: tuple(following) for char, following in words["guarded_units"].items()}
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
        self.joins = WordTable.of(joins)
        self.periods = tuple(words["periods"])
        self.just_over, self.open_sign = words["just_over"], words["open_sign"]
        self.just_over_low, self.just_over_high = (Decimal(str(widths["just_over"][end])) for end in ("low", "high"))
        self.about_low, self.about_high = (Decimal(str(widths["about"][end])) for end in ("low", "high"))
        self._any_unit = frozenset(self.units) | frozenset(self.big_units)
        starts = [*self.digits, *self.guarded_digits, *self.counted, *self.tens, *self._any_unit, self.half]
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

    def starts_at(self, text: str, position: int) -> bool:
        """Whether a character that can begin a number stands at ``position``."""
        return position < len(text) and text[position] in self.starts

    def unit_at(self, text: str, position: int) -> bool:
        """Whether 十, 百, 千, 万 or 亿 stands at ``position``."""
        return position < len(text) and text[position] in self._any_unit

    def digit_at(self, text: str, position: int) -> Optional[int]:
        """The digit at ``position``, Arabic or Chinese."""
        char = text[position : position + 1]
        if char.isascii() and char.isdigit():
            return int(char)
        return self.digits.get(char)

    def digits_at(self, text: str, position: int) -> Optional[Numeral]:
        """What stands at ``position`` without units: an Arabic number, a digit, digits side by side."""
        return self._coefficient(text, position) if self.starts_at(text, position) else None

    def skip_zeros(self, text: str, position: int) -> int:
        """``position``, behind the Chinese zeros that stand there."""
        while position < len(text) and not text[position].isascii() and self.digits.get(text[position]) == 0:
            position += 1
        return position

    # -- a number: sections joined by large units ----------------------------------------------------------

    def _number(self, text: str, start: int, limit: Optional[Decimal]) -> Optional[Numeral]:
        number = self._section(text, start) or self._lone_big_unit(text, start)
        if number is None:
            return None
        while True:
            grown = self._with_big_unit(text, number, limit)
            if grown is None:
                break
            grown = self._softened(text, grown)
            number = self._with_tail(text, grown)
            if number is not grown and self._with_big_unit(text, number, limit) is None:
                return self._softened(text, number)
        if number.scale == ONE:
            return self._softened(text, number)
        return self._with_decimals(text, number)

    def _lone_big_unit(self, text: str, start: int) -> Optional[Numeral]:
        char = text[start : start + 1]
        if char not in self.big_units or not self._stands_alone(text, start):
            return None
        return self._eighth_after(text, start + 1, self.big_units[char]) or Numeral(Interval.exactly(ONE), start, ONE)

    def _stands_alone(self, text: str, start: int) -> bool:
        allowed = self.after_lone_unit.get(text[start])
        return allowed is not None and (not allowed or text.startswith(allowed, start + 1))

    def _eighth_after(self, text: str, position: int, top: Decimal) -> Optional[Numeral]:
        """千八百, 万八千: the range up to a lone unit ``top`` that ends at ``position``."""
        eighth = text.find(self.eighth, position, position + 2)
        if eighth < 0 or self.units.get(text[eighth + 1 : eighth + 2]) != top / TEN:
            return None
        return Numeral(Interval.between(top * self.digits[self.eighth] / TEN, top), eighth + 2, top / TEN)

    def _with_big_unit(self, text: str, number: Numeral, limit: Optional[Decimal]) -> Optional[Numeral]:
        """``number`` times the large unit that follows it, a counter or a soft ending may stand between."""
        soft = self._softened(text, number)
        position = skip_space(text, soft.end)
        if text.startswith(self.counter, position):
            position = skip_space(text, position + len(self.counter))
            if text.startswith(self.half, position) and text[position + 1 : position + 2] in self.big_units:
                return self._and_a_half(text, soft, position + 1)
        if position != soft.end:
            soft = self._softened(text, replace(soft, end=position))
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
        unit = self.big_units[text[position]]
        interval = number.interval.plus(Interval.exactly(ONE / 2)).times(unit)
        return Numeral(interval, position + 1, unit / TEN, unit, unit)

    def _big_unit(self, text: str, position: int) -> tuple[Optional[Decimal], int]:
        char = text[position : position + 1]
        if char in self.big_units:
            plain = char not in self.guarded_units or self._is_plain_unit(text, position)
            return (self.big_units[char] if plain else None), position + 1
        for letters, unit in self.latin_units:
            end = position + len(letters)
            if text.startswith(letters, position) and not is_latin(text[end : end + 1]):
                return unit, end
        return None, position

    def _is_plain_unit(self, text: str, position: int) -> bool:
        """Whether a unit that measures other things too (兆) counts here: before money, or a smaller large unit."""
        if text.startswith(self.guarded_units[text[position]], position + 1):
            return True
        section = self._section(text, position + 1)
        return section is not None and text[section.end : section.end + 1] in self.big_units

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
        if text.startswith(self.not_after_tail, following) or self.unit_at(text, following) or self._of_period(text, tail):
            return number
        tenth = number.last_unit / TEN
        whole = replace(number, interval=number.interval.plus(tail.interval.times(tenth)), end=tail.end, grain=tenth)
        return whole if self._rises(text, number, following) else number

    def _rises(self, text: str, number: Numeral, position: int) -> bool:
        """Whether nothing smaller than ``number`` is joined at ``position`` (3万5到4万, but 20万3到5个人)."""
        join = self.joins.beginning_at(text, position)
        second = self._section(text, skip_space(text, position + len(join[0]))) if join else None
        if second is None:
            return True
        unit, _ = self._big_unit(text, skip_space(text, second.end))
        return second.interval.known_end * (unit or ONE) >= number.interval.known_end

    def _begins_another(self, text: str, number: Numeral, tail: Numeral) -> bool:
        following = skip_space(text, tail.end)
        counted = tail.interval.known_end < HUNDRED or text.startswith(self.not_after_tail, following)
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
        begin = self.skip_zeros(text, start)
        if begin > start and begin < len(text) and (text[begin] in self.units or text[begin] in self.tens):
            return self._first_term(text, begin) or self._unit_alone(text, begin)
        term = self._coefficient(text, start)
        if term is None:
            if text[start : start + 1] not in self.units or not self._stands_alone(text, start):
                return None
            return self._eighth_after(text, start + 1, self.units[text[start]]) or self._unit_alone(text, start)
        unit, end = self._unit_after(text, term)
        if unit is None:
            return term
        return Numeral(term.interval.times(unit), end, unit, last_unit=unit, arabic=term.arabic)

    def _unit_alone(self, text: str, position: int) -> Numeral:
        unit = self.units[text[position]]
        return Numeral(Interval.exactly(unit), position + 1, unit, last_unit=unit)

    def _unit_after(self, text: str, term: Numeral) -> tuple[Optional[Decimal], int]:
        """The unit behind a digit, and where it ends; a space may stand between an Arabic digit and it."""
        position = skip_space(text, term.end) if term.arabic and term.lone_digit else term.end
        unit = self.units.get(text[position : position + 1])
        return unit, position + 1

    def _with_term(self, text: str, whole: Numeral) -> Optional[Numeral]:
        """``whole`` with the next digit and its smaller unit: 三百 with 二十; 十 needs no digit (一百十六)."""
        start = skip_space(text, whole.end) if whole.arabic else whole.end
        position = self.skip_zeros(text, start)
        term = self._coefficient(text, position)
        if term is not None:
            unit, end = self._unit_after(text, term)
        elif position > start or self.after_lone_unit.get(text[position : position + 1]) == ():
            unit, end = self.units.get(text[position : position + 1]), position + 1
        else:
            return None
        if unit is None or unit >= whole.last_unit or (start > whole.end and unit * TEN != whole.last_unit):
            return None
        total = whole.interval.plus((term.interval if term else Interval.exactly(ONE)).times(unit))
        return Numeral(total, end, unit, last_unit=unit, arabic=whole.arabic or bool(term and term.arabic))

    def _with_ones(self, text: str, whole: Numeral) -> Numeral:
        """``whole`` with the digit that ends it: 一百二十五, 一百零五, 一百零几, or 一百二 for 一百二十."""
        position = self.skip_zeros(text, whole.end)
        after_zero = position > whole.end
        if text.startswith(self.some, position):
            return self._with_some_ones(whole, position) if after_zero else whole
        term = self._coefficient(text, position)
        if term is None or self.unit_at(text, term.end) and text[term.end] in self.units:
            return whole
        if whole.last_unit >= HUNDRED and not after_zero and term.lone_digit:
            if self._of_period(text, term):
                return whole
            tenth = whole.last_unit / TEN
            total = whole.interval.plus(term.interval.times(tenth))
            return Numeral(total, term.end, tenth, last_unit=whole.last_unit)
        if term.arabic and not whole.arabic and term.interval.known_end >= whole.last_unit:
            return whole
        total = whole.interval.plus(term.interval)
        return Numeral(total, term.end, ONE, last_unit=whole.last_unit, arabic=term.arabic)

    def _of_period(self, text: str, digit: Numeral) -> bool:
        """Whether a 一 begins what follows it: 三百一个月, 五万一轮."""
        return digit.interval.value == ONE and not digit.arabic and text.startswith(self.periods, digit.end)

    def _with_some_ones(self, whole: Numeral, position: int) -> Numeral:
        total = whole.interval.plus(Interval.between(ONE, TEN - ONE))
        return Numeral(total, position + len(self.some), ONE, last_unit=whole.last_unit)

    def _with_decimals(self, text: str, number: Numeral) -> Numeral:
        """Adds 点五 to 十二: only digits may follow the point, Arabic ones only after 百 and more."""
        if not text.startswith(self.point, number.end) or not number.interval.is_exact:
            return number
        start = end = number.end + len(self.point)
        arabic = number.last_unit >= HUNDRED and not number.arabic
        while end < len(text) and end - start < MAX_DECIMALS and (text[end] in self.digits or arabic and text[end] in "0123456789"):
            end += 1
        if end == start or text[end : end + 1] in self.units:
            return number
        digits = "".join(str(self.digit_at(text, place)) for place in range(start, end))
        total = number.interval.plus(Interval.exactly(Decimal(f"0.{digits}")))
        return Numeral(total, end, TEN ** -len(digits), number.scale)

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
            ones = self.digits.get(text[position + 1 : position + 2])
            interval = Interval.exactly(self.tens[char] + (ones or 0))
            return Numeral(interval, position + (2 if ones else 1), ONE if ones else TEN)
        if char == self.half:
            return Numeral(Interval.exactly(ONE / 2), position + 1, ONE / TEN)
        if char in self.digits:
            return self._digit_run(text, position)
        if char in self.guarded_digits:
            return self._guarded_digit(text, position)
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
        high = self.counted.get(text[end : end + 1])
        if high is not None and high > low:
            return Numeral(Interval.between(low, high), end + 1, ONE, counted=True)
        return Numeral(Interval.exactly(low), end, ONE, counted=True)

    def _digit_run(self, text: str, position: int) -> Numeral:
        end = self._end_of_run(text, position)
        run = [self.digits[char] for char in text[position:end]]
        if len(run) == 1:
            return Numeral(Interval.exactly(Decimal(run[0])), end, ONE, lone_digit=run[0] > 0)
        if _ascends(run):
            return Numeral(Interval.between(Decimal(run[0]), Decimal(run[-1])), end, ONE, lone_digit=True)
        return Numeral(Interval.exactly(Decimal("".join(map(str, run)))), end, ONE)

    def _end_of_run(self, text: str, position: int) -> int:
        """Where digits side by side end that are one number."""
        begin = end = self.skip_zeros(text, position)
        while end < len(text) and text[end] in self.digits and end - begin < MAX_DIGITS:
            end += 1
        run = [self.digits[char] for char in text[begin:end]]
        if len(run) < 2 or _ascends(run):
            return end
        alone = text.find(self.never_in_row, begin, end)
        if alone >= 0:
            return max(alone, begin + 1)
        of_period = run[-1] == 1 and text.startswith(self.periods, end)  # 六千八一年
        units = self._any_unit if len(run) == 2 else self.units
        of_next = text[end : end + 1] in units and 0 not in run  # 五三十四, 三万五四万
        return end - 1 if of_period or of_next else end

    def _guarded_digit(self, text: str, position: int) -> Optional[Numeral]:
        """A digit that is a common character too (叁 written 参): only before a unit or last in a number."""
        end = position + 1
        last = end == len(text) and position > 0 and text[position - 1] in self.starts
        if not last and not text.startswith(self.guarded_before, end):
            return None
        return Numeral(Interval.exactly(Decimal(self.guarded_digits[text[position]])), end, ONE, lone_digit=True)

    def _vague_digit(self, text: str, position: int) -> Optional[Numeral]:
        for word, low, high in self.vague_digits:
            end = position + len(word)
            if text.startswith(word, position) and (word.endswith(self.some) or text[end : end + 1] in self._any_unit):
                return Numeral(Interval.between(low, high), end, ONE, vague=True)
        return None

    # -- soft endings ---------------------------------------------------------------------------------------

    def _softened(self, text: str, number: Numeral) -> Numeral:
        """``number`` with a soft ending that follows it: 几, 多, 来, 把."""
        position = skip_space(text, number.end)
        char = text[position : position + 1]
        if not char or number.interval.value is None or not number.interval.is_exact or number.counted:
            return number
        following = position + 1
        if text.startswith(self.just_over, position):
            interval = number.interval.widened(self.just_over_low, self.just_over_high)
            return number.with_interval(interval, position + len(self.just_over))
        if char == self.open_sign and not text[following : following + 1].isdigit():
            return number.with_interval(Interval(number.interval.low, None, None), following)
        if text.startswith(self.not_after_soft.get(char, ()) or ("\0",), following):
            return number
        grain = number.grain
        if char == self.some and grain >= TEN and text[following : following + 1] not in self.units:
            if number.scale > ONE:
                return number.with_interval(replace(number.interval, high=number.interval.known_end + grain), following)
            step = Interval.between(grain / TEN, grain - grain / TEN)
            return number.with_interval(number.interval.plus(step), following)
        if char in self.next_unit:
            high = number.interval.known_end + grain
            return number.with_interval(replace(number.interval, high=high), following)
        if char in self.about and (grain >= TEN or number.scale > ONE):
            return number.with_interval(number.interval.widened(self.about_low, self.about_high), following)
        return number


def _multiplies(number: Numeral, unit: Decimal) -> bool:
    """Whether a large unit belongs to the whole before it: 一万五千亿, 三万二千点五万, but not 一万五千万."""
    return number.grain >= number.last_unit or number.grain < ONE or unit > number.last_unit


def _ascends(run: list[int]) -> bool:
    """Whether neighbouring digits tell a range: 三五, 七八, 一两, 五六七; not a year's 二零二三."""
    if 0 in run or len(run) > 3:
        return False
    steps = [later - earlier for earlier, later in zip(run, run[1:], strict=False)]
    return all(step == 1 for step in steps) or (len(run) == 2 and steps[0] == 2)
