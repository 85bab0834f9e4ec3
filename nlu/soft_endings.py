"""Soft endings inside a number that leave it open: 三百多, 二十来, 几十几, 万把, 五十出头."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, Mapping

from nlu.interval import ONE, TEN, Interval
from nlu.numeral import Numeral
from nlu.word_table import skip_space


class SoftEndings:
    """Widens a number by the soft ending behind it."""

    def __init__(self, words: Mapping[str, Any], widths: Mapping[str, Mapping[str, Any]]) -> None:
        self._some, self._units = words["some"], frozenset(words["units"])
        self._next_unit, self._about = tuple(words["next_unit"]), tuple(words["about"])
        self._not_after_soft = {soft: tuple(ends) for soft, ends in words["not_after_soft"].items()}
        self._just_over, self._open_sign = words["just_over"], words["open_sign"]
        self._just_over_low, self._just_over_high = (Decimal(str(widths["just_over"][end])) for end in ("low", "high"))
        self._about_low, self._about_high = (Decimal(str(widths["about"][end])) for end in ("low", "high"))

    def after(self, text: str, number: Numeral) -> Numeral:
        """``number`` with a soft ending that follows it: 几, 多, 来, 把."""
        position = skip_space(text, number.end)
        char = text[position : position + 1]
        if not char or number.interval.value is None or not number.interval.is_exact or number.counted:
            return number
        following = position + 1
        if text.startswith(self._just_over, position):
            interval = number.interval.widened(self._just_over_low, self._just_over_high)
            return number.with_interval(interval, position + len(self._just_over))
        if char == self._open_sign and not text[following : following + 1].isdigit():
            return number.with_interval(Interval(number.interval.low, None, None), following)
        if text.startswith(self._not_after_soft.get(char, ()) or ("\0",), following):
            return number
        grain = number.grain
        if char == self._some and grain >= TEN and text[following : following + 1] not in self._units:
            if number.scale > ONE:
                return number.with_interval(replace(number.interval, high=number.interval.known_end + grain), following)
            step = Interval.between(grain / TEN, grain - grain / TEN)
            return number.with_interval(number.interval.plus(step), following)
        if char in self._next_unit:
            high = number.interval.known_end + grain
            return number.with_interval(replace(number.interval, high=high), following)
        if char in self._about and (grain >= TEN or number.scale > ONE):
            return number.with_interval(number.interval.widened(self._about_low, self._about_high), following)
        return number
