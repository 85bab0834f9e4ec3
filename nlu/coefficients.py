"""What stands before a unit: an Arabic number, a digit in characters, digits side by side, 几 and its kin."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Mapping, Optional

from nlu.interval import ONE, TEN, Interval
from nlu.numeral import Numeral

MAX_DIGITS = 16

_ARABIC = re.compile(r"\d{1,3}(?:,\d{3}){1,4}(?!\d)(?:\.\d{1,12})?|\d{1,13}(?:\.\d{1,12})?(?!\d)")


class CoefficientReader:
    """Reads numbers without units, and tells where digits and units stand."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self.digits = {char: int(digit) for char, digit in words["digits"].items()}
        self.counter, self.half, self.some = words["counter"], words["half"], words["some"]
        self.units = {char: Decimal(number) for char, number in words["units"].items()}
        self._never_in_row = words["never_in_row"]
        self._guarded_digits = {char: int(digit) for char, digit in words["guarded_digits"].items()}
        self._guarded_before = tuple(words["guarded_before"])
        self._counted_things = {char: Decimal(number) for char, number in words["counted"].items()}
        self.tens = {char: Decimal(number) for char, number in words["tens"].items()}
        vague = sorted(words["vague_digits"].items(), key=lambda item: -len(item[0]))
        self._vague_digits = [(word, Decimal(low), Decimal(high)) for word, (low, high) in vague]
        self._periods = tuple(words["periods"])
        self._any_unit = frozenset(self.units) | frozenset(words["big_units"])
        starts = [*self.digits, *self._guarded_digits, *self._counted_things, *self.tens, *self._any_unit, self.half]
        starts += [word[0] for word, _, _ in self._vague_digits]
        self.starts = frozenset(starts) | frozenset("0123456789")

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
        return self.at(text, position) if self.starts_at(text, position) else None

    def skip_zeros(self, text: str, position: int) -> int:
        """``position``, behind the Chinese zeros that stand there."""
        while position < len(text) and not text[position].isascii() and self.digits.get(text[position]) == 0:
            position += 1
        return position

    def of_period(self, text: str, digit: Numeral) -> bool:
        """Whether a 一 begins what follows it: 三百一个月, 五万一轮."""
        return digit.interval.value == ONE and not digit.arabic and text.startswith(self._periods, digit.end)

    def at(self, text: str, position: int) -> Optional[Numeral]:
        """The number without units at ``position``."""
        if position >= len(text):
            return None
        char = text[position]
        if char.isdigit() and char.isascii():
            return self._arabic(text, position)
        if char in self._counted_things:
            return self._counted(text, position)
        if char in self.tens:
            ones = self.digits.get(text[position + 1 : position + 2])
            interval = Interval.exactly(self.tens[char] + (ones or 0))
            return Numeral(interval, position + (2 if ones else 1), ONE if ones else TEN)
        if char == self.half:
            return Numeral(Interval.exactly(ONE / 2), position + 1, ONE / TEN)
        if char in self.digits:
            return self._digit_run(text, position)
        if char in self._guarded_digits:
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
        low, end = self._counted_things[text[position]], position + 1
        high = self._counted_things.get(text[end : end + 1])
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
        alone = text.find(self._never_in_row, begin, end)
        if alone >= 0:
            return max(alone, begin + 1)
        begins_period = run[-1] == 1 and text.startswith(self._periods, end)  # 六千八一年
        ends = self._any_unit if len(run) == 2 else self.units
        of_next = text[end : end + 1] in ends and 0 not in run  # 五三十四, 三万五四万
        return end - 1 if begins_period or of_next else end

    def _guarded_digit(self, text: str, position: int) -> Optional[Numeral]:
        """A digit that is a common character too (叁 written 参): only before a unit or last in a number."""
        end = position + 1
        last = end == len(text) and position > 0 and text[position - 1] in self.starts
        if not last and not text.startswith(self._guarded_before, end):
            return None
        return Numeral(Interval.exactly(Decimal(self._guarded_digits[text[position]])), end, ONE, lone_digit=True)

    def _vague_digit(self, text: str, position: int) -> Optional[Numeral]:
        for word, low, high in self._vague_digits:
            end = position + len(word)
            if text.startswith(word, position) and (word.endswith(self.some) or text[end : end + 1] in self._any_unit):
                return Numeral(Interval.between(low, high), end, ONE, vague=True)
        return None


def _ascends(run: list[int]) -> bool:
    """Whether neighbouring digits tell a range: 三五, 七八, 一两, 五六七; not a year's 二零二三."""
    if 0 in run or len(run) > 3:
        return False
    steps = [later - earlier for earlier, later in zip(run, run[1:], strict=False)]
    return all(step == 1 for step in steps) or (len(run) == 2 and steps[0] == 2)
