"""How often an amount comes: per day, week, month, quarter, half or whole year, or once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, Mapping, Optional, Sequence

from nlu.amounts import COUNT, DURATION, Amount
from nlu.interval import ONE
from nlu.lexicon import Hit, Lexicon, WordFinder, longest
from nlu.roles import Context

ONCE = "once"
_REACH_BEFORE, _REACH_AFTER = 14, 2


@dataclass(frozen=True)
class Period:
    """A span of time that an amount is told for, and how often it comes in a year."""

    name: str
    times_a_year: Decimal


class PeriodReader:
    """Finds the period of each amount of a text."""

    def __init__(self, words: Mapping[str, Any], times_a_year: Mapping[str, Any]) -> None:
        self._times = {name: Decimal(str(times)) for name, times in times_a_year.items()}
        self._before = WordFinder(words["before"])
        self._after = WordFinder(words["after"])
        self._sums = WordFinder({"sum": words["sums"]})
        self._ordinals = tuple(words["ordinals"])
        self._units_of_time = {str(word): str(unit) for word, unit in words["units_of_time"].items()}

    def with_spans(self, amounts: Sequence[Amount], text: str) -> list[Amount]:
        """俩月, 仨礼拜: two or three of a unit of time are a span."""
        return [self._as_span(amount, text) for amount in amounts]

    def _as_span(self, amount: Amount, text: str) -> Amount:
        if amount.kind != COUNT or amount.unit != "thing" or amount.end - amount.start != 1:
            return amount
        for word, unit in self._units_of_time.items():
            if text.startswith(word, amount.end):
                return replace(amount, kind=DURATION, unit=unit, end=amount.end + len(word))
        return amount

    def is_period(self, amount: Amount) -> bool:
        """Whether a duration of one unit ("一个月") is rather the period of an amount than an amount."""
        return amount.kind == DURATION and amount.article and amount.interval.value == ONE and amount.unit in self._times

    def periods(self, amounts: Sequence[Amount], context: Context) -> list[Optional[Period]]:
        """The period of each amount, ``None`` where none is told; ``once`` for a sum up to now."""
        text = context.text
        before, after = longest(self._before.find(text)), longest(self._after.find(text))
        sums = self._sums.find(text)
        counted = [amount for amount in amounts if not self.is_period(amount)]
        return [self._period(amount, counted, context, before, after, sums) for amount in amounts]

    def _period(
        self,
        amount: Amount,
        others: Sequence[Amount],
        context: Context,
        before: Sequence[Hit],
        after: Sequence[Hit],
        sums: Sequence[Hit],
    ) -> Optional[Period]:
        start = max(context.sentence_start(amount.start), amount.start - _REACH_BEFORE)
        previous = max((other.end for other in others if other.end <= amount.start), default=0)
        for hit in after:
            if (
                amount.end <= hit.start <= amount.end + _REACH_AFTER
                and not context.breaks_between(amount.end, hit.start)[1]
            ):
                gap = context.text[amount.end : hit.start]
                if not gap.strip() or not context.breaks_between(amount.end, hit.start)[0]:
                    return self._named(hit.label)
        summed = [
            hit for hit in sums if max(context.sentence_start(amount.start), previous) <= hit.start <= amount.start
        ]
        found = [
            hit
            for hit in before
            if max(start, previous) <= hit.start
            and hit.end <= amount.start
            and not context.text[: hit.start].endswith(self._ordinals)
            and not any(span.start < hit.end and hit.start < span.end for span in summed)
        ]
        if found and (not summed or summed[-1].start < found[-1].start):
            return self._named(found[-1].label)
        return Period(ONCE, ONE) if summed else None

    def _named(self, name: str) -> Period:
        return Period(name, self._times[name])

    def once_per(self, amount: Amount) -> Optional[Decimal]:
        """How often a year something comes that comes once in ``amount`` of time ("两个月来一次" is 6)."""
        span = amount.interval.value
        if amount.kind != DURATION or amount.unit not in self._times or not span:
            return None
        return self._times[amount.unit] / span


@lru_cache(maxsize=2)
def period_reader(lexicon: Lexicon) -> PeriodReader:
    """The reader over a lexicon, built once."""
    return PeriodReader(lexicon["periods"], lexicon.widths["periods_per_year"])
