"""Figures of a run, a value a round, and what they say: medians with their spread, ratios with their interval."""

from __future__ import annotations

import random
import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Callable, Iterable, Optional, Sequence

RESAMPLES = 2000
INTERVAL = (0.025, 0.975)


@dataclass(frozen=True)
class Ratio:
    """The median of a round's ratios, and the bounds of 95% of its resampled medians."""

    middle: float
    low: float
    high: float

    def __str__(self) -> str:
        form = ".2f" if self.middle < 10 else ".0f"
        middle = f"{self.middle:{form}}"
        return middle if self.low == self.high else f"{middle} ({self.low:{form}}–{self.high:{form}})"


@dataclass
class Results:
    """Values by what was measured and of whom; the same places in two lists were measured in the same round."""

    values: dict[str, dict[str, list[float]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))

    @classmethod
    def in_order(cls, rows: Iterable[str]) -> "Results":
        """Empty, with an order of rows that does not depend on which is measured first."""
        results = cls()
        for row in rows:
            results.values[row] = defaultdict(list)
        return results

    def add(self, row: str, bot: str, value: float) -> None:
        self.values[row][bot].append(value)

    def of(self, row: str, bot: str) -> list[float]:
        return self.values.get(row, {}).get(bot, [])

    def rows(self) -> list[str]:
        return [row for row, values in self.values.items() if values]

    def ratio(self, row: str, bot: str, to: str) -> Optional[Ratio]:
        """How many times as much one bot takes as another."""
        return ratio(self.of(row, bot), self.of(row, to))

    def growth(self, bot: str, row: str, since: str) -> Optional[Ratio]:
        """How many times as much a bot takes in one row as in another."""
        return ratio(self.of(row, bot), self.of(since, bot))


def ratio(upper: Sequence[float], lower: Sequence[float]) -> Optional[Ratio]:
    """Round by round; ``None`` where one of them was not measured."""
    pairs = [one / other for one, other in zip(upper, lower) if other]
    if not pairs:
        return None
    low, high = interval(pairs, statistics.median)
    return Ratio(statistics.median(pairs), low, high)


def interval(values: Sequence[float], statistic: Callable[[Sequence[float]], float]) -> tuple[float, float]:
    """Bootstrap: where the statistic falls when rounds are drawn anew. The draw is the same at every call."""
    chance = random.Random(len(values))
    drawn = sorted(statistic(chance.choices(values, k=len(values))) for _ in range(RESAMPLES))
    low, high = (drawn[int(share * (RESAMPLES - 1))] for share in INTERVAL)
    return low, high


def spread(values: Sequence[float]) -> str:
    """Median and range of the rounds."""
    if not values:
        return "–"
    low, middle, high = (number(value) for value in (min(values), statistics.median(values), max(values)))
    return middle if len(values) == 1 else f"{middle} ({low}–{high})"


def number(value: float) -> str:
    """Three figures are more than such measurements hold."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"
