"""Words around an amount that widen it or open one end: 大概, 左右, 不超过, 以上; and the minus before it."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any, Mapping, Optional

from nlu.amount import NUMBER, PERCENT, Amount
from nlu.coefficients import CoefficientReader
from nlu.interval import Interval
from nlu.word_table import WordTable, skip_space, skip_space_back


class Hedges:
    """Finds hedges before and after an amount and applies them."""

    def __init__(self, words: Mapping[str, Any], widths: Mapping[str, Mapping[str, Any]], numerals: CoefficientReader) -> None:
        self._numerals = numerals
        self._widths = {name: (Decimal(str(width["low"])), Decimal(str(width["high"]))) for name, width in widths.items()}
        self._before = WordTable.grouped(words["before"])
        self._after = WordTable.grouped(words["after"])
        self._inclusive = re.compile(words["inclusive"])
        self._bound_link = re.compile(words["bound_link"])
        self._verbs = tuple(map(str, words["verbs_like_hedges"]))
        self._minus = WordTable.of(words["minus"])
        self._not_before_minus = WordTable.of(words["not_before_minus"])
        self._dashes, self._before_dash = frozenset(words["minus_signs"]), frozenset(words["before_minus_sign"])

    def allow_lone_unit(self, text: str, start: int) -> bool:
        """Whether a hedge ends at ``start`` after which a unit alone is a number: 近百人."""
        hedge = self._before.ending_at(text, start)
        return hedge is not None and hedge[1] in self._widths

    def before(self, text: str, amount: Amount, position: int) -> Amount:
        """``amount`` with a hedge that ends at ``position``."""
        hedge = self._before.ending_at(text, position)
        return replace(amount, interval=self._widened(amount.interval, hedge[1])) if hedge else amount

    def around(self, text: str, amount: Amount) -> Amount:
        """``amount`` with the hedges right before and behind it, and with the place of these."""
        told = amount.interval
        start = skip_space_back(text, amount.start)
        before = self._before.ending_at(text, start)
        if before is not None and self._goes_with(before[1], text, amount.start, start):
            amount = replace(amount, interval=self._widened(amount.interval, before[1]), start=start - len(before[0]))
        end = self.past_inclusive(text, amount.end)
        position = skip_space(text, end)
        after = self._after.beginning_at(text, position)
        if after is not None:
            bounded = told if after[1] in ("over", "under") else amount.interval  # 大概五十万不到: no more than the number itself
            return replace(amount, interval=self._widened(bounded, after[1]), end=position + len(after[0]))
        return replace(amount, end=end) if end > amount.end else amount

    def past_inclusive(self, text: str, position: int) -> int:
        """``position``, behind a bracket that says that the number itself counts: 50万元(含)以上."""
        note = self._inclusive.match(text, position)
        return note.end() if note else position

    def _goes_with(self, hedge: str, text: str, first: int, end: int) -> bool:
        """上 and 成 are hedges of a lone unit only (上百, but 改成22), where no verb ends with them (砍成十四万)."""
        return hedge != "at_least_once" or (self._numerals.unit_at(text, first) and not text.endswith(self._verbs, 0, end))

    def _widened(self, interval: Interval, hedge: str) -> Interval:
        if hedge == "over":
            return Interval(interval.low, None, None)
        if hedge == "under":
            return Interval(None, interval.high, None)
        if not interval.is_exact or hedge not in self._widths:
            return interval
        return interval.widened(*self._widths[hedge])

    # -- two bounds of one range ------------------------------------------------------------------------------

    def merged(self, text: str, amounts: list[Amount]) -> list[Amount]:
        """``amounts`` by place, a lower and an upper bound side by side as one range: 1000以上1500以下."""
        kept: list[Amount] = []
        for amount in amounts:
            whole = self._between_bounds(text, kept[-1], amount) if kept else None
            if whole is None:
                kept.append(amount)
            else:
                kept[-1] = whole
        return kept

    def _between_bounds(self, text: str, first: Amount, second: Amount) -> Optional[Amount]:
        lower, upper = (first, second) if first.high is None else (second, first)
        if lower.high is not None or upper.low is not None or lower.low is None or upper.high is None:
            return None
        if not self._bound_link.fullmatch(text, first.end, second.start) or lower.low > upper.high:
            return None
        if not _of_one_kind(first, second):
            return None
        return replace(second, interval=Interval.between(lower.low, upper.high), start=first.start)

    # -- minus ------------------------------------------------------------------------------------------------

    def minus_before(self, text: str, start: int) -> Optional[int]:
        """Where a minus stands right before ``start``; a dash is one only where no word or number stands before it."""
        place = skip_space_back(text, start)
        found = self._minus.ending_at(text, place)
        if found is not None:
            place -= len(found[0])
            return None if self._not_before_minus.ending_at(text, place) else place
        if not start or text[start - 1] not in self._dashes:
            return None
        before = text[skip_space_back(text, start - 1) - 1 : start - 1].strip() if start > 1 else ""
        return start - 1 if not before or before in self._before_dash else None

    def past_minus(self, text: str, position: int) -> int:
        """``position``, behind a minus that stands there."""
        found = self._minus.beginning_at(text, position)
        if found is not None:
            return skip_space(text, position + len(found[0]))
        return position + 1 if text[position : position + 1] in self._dashes else position


def _of_one_kind(first: Amount, second: Amount) -> bool:
    """Whether both count the same; a bare first number counts what the second does."""
    if first.kind == NUMBER:
        return second.kind != PERCENT
    return (first.kind, first.unit, first.currency) == (second.kind, second.unit, second.currency)
