"""The stage of her company, from words of condition and from years in business; words stand in ``data/lexicon/stages.yml``."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any, Mapping, Optional, Sequence

from nlu.amounts import DURATION, MONEY, Amount
from nlu.checks import CheckReader
from nlu.clauses import BREAK, PAD, clause_around
from nlu.descriptions import Descriptions
from nlu.fact import Fact
from nlu.interval import ONE
from nlu.lexicon import Hit, Lexicon, WordFinder, longest

MONTHS, WEEKS, DAYS, QUARTERS = Decimal(12), Decimal(52), Decimal(365), Decimal(4)
_PER_YEAR = {"year": ONE, "month": MONTHS, "week": WEEKS, "day": DAYS, "quarter": QUARTERS}
_REACH_OF_YEARS, _LONGEST_PARTICLES = 10, 2


class StageReader:
    """Reads the stage; words of condition decide before years in business."""

    def __init__(self, words: Mapping[str, Any], bounds: Mapping[str, Any], others: Sequence[str], longer: Sequence[str]) -> None:
        self._words, self._answers = WordFinder(words["words"]), WordFinder(words["answers"])
        self._alone = WordFinder(words["alone"])
        self._described, self._compared = Descriptions(words["described"]), re.compile(words["compared"])
        self._together = re.compile(words["together"])
        self._negations = tuple(map(str, words["negations"]))
        self._before, self._after = tuple(words["years_before"]), tuple(map(str, words["years_after"]))
        self._old_firm = tuple(words["after_years_old_firm"])
        self._opening, self._not_after = tuple(words["opening_verbs"]), tuple(words["not_after"])
        self._founded = [re.compile(pattern) for pattern in words["founded"]]
        self._not_years, self._several = tuple(words["years_not"]), tuple(words["several"])
        self._of_a_firm = str(words["of_a_firm"])
        self._reached, self._hedges = re.compile(words["reached_by_now"]), str(words["hedges_of_years"])
        self._others = WordFinder({"others": others})
        self._longer = WordFinder({"longer": {*words["longer"], *longer}})
        self._startup_below = Decimal(str(bounds["startup_below"]))
        self._mature_above = Decimal(str(bounds["mature_above"]))

    def read(
        self, text: str, amounts: Sequence[Amount], asked: Optional[str], this_year: Optional[int] = None
    ) -> list[Fact]:
        """The stage told, by words or by years; years alone between the bounds are told as ``years_in_business``."""
        facts = self._by_words(self._words, text)
        years = self._by_years(text, amounts, asked) + self._by_foundation(text, this_year)
        facts = facts or [fact for fact in self._by_words(self._alone, text) if _is_alone(fact, text)]
        if not facts and asked == "stage" and not any(fact.name == "stage" for fact in years):
            described = [fact for fact in self._described.read(text, "stage") if not self._of_others(text, fact.start)]
            facts = described or self._by_words(self._answers, text)
        return [self._latest(facts, text)] if facts else years[:1]

    def _latest(self, facts: Sequence[Fact], text: str) -> Fact:
        """从初创走到成熟, 熬过初创，现在扩张: the stage that she says she has reached by now, else the first."""
        for index in range(len(facts) - 1, 0, -1):
            if self._reached.search(text, facts[index - 1].end, facts[index].start):
                return facts[index]
        return facts[0]

    def _by_words(self, finder: WordFinder, text: str) -> list[Fact]:
        hits = longest(finder.find(text))
        longer = longest(self._longer.find(text)) if hits else []
        return [
            Fact("stage", hit.label, hit.start, hit.end)
            for hit in hits
            if not text[max(0, hit.start - 4) : hit.start].endswith(self._negations)
            and not text.startswith(self._not_after, hit.end)
            and not _in_number(text, hit)
            and not _is_inside(hit, longer)
            and not self._of_others(text, hit.start)
            and not self._is_customers_firm(text, hit)
        ]

    def _is_customers_firm(self, text: str, hit: Hit) -> bool:
        """客户就十几家老厂, 给几家老厂供货: an old firm, and not hers."""
        start, _ = clause_around(text, hit.start, hit.start)
        before = text[start : hit.start]
        is_firm = text.startswith(self._old_firm, hit.start)
        return is_firm and (before.endswith(self._several) or any(word in before for word in self._not_years))

    def _of_others(self, text: str, position: int) -> bool:
        start, _ = clause_around(text, position, position)
        before = text[start:position]
        return bool(self._others.find(before)) and self._together.search(before) is None

    def _by_years(self, text: str, amounts: Sequence[Amount], asked: Optional[str]) -> list[Fact]:
        facts = []
        compared = [match.span() for match in self._compared.finditer(text)]
        for amount in amounts:
            years = years_of(amount)
            # 一年 right before a sum, or said after it, is its period: 一年一百五十万; 一千来万吧，一年.
            if amount.article and any(other.start == amount.end or _is_right_behind(amount, other) for other in amounts):
                continue
            if any(start <= amount.start < end for start, end in compared):
                continue
            if years is not None and self._is_age(amount, text, asked) and not self._of_others(text, amount.start):
                facts.append(self._by_age(years, amount.start, amount.end))
        return facts

    def _by_foundation(self, text: str, this_year: Optional[int]) -> list[Fact]:
        if this_year is None:
            return []
        matches = [match for pattern in self._founded for match in pattern.finditer(text)]
        ages = [(Decimal(this_year - int(match.group(1))), match) for match in matches]
        return [
            self._by_age(age, *match.span())
            for age, match in ages
            if age >= 0 and not self._of_others(text, match.start())
        ]

    def _by_age(self, years: Decimal, start: int, end: int) -> Fact:
        if years < self._startup_below:
            return Fact("stage", "startup", start, end)
        if years > self._mature_above:
            return Fact("stage", "mature", start, end)
        return Fact("years_in_business", years, start, end)

    def _is_age(self, amount: Amount, text: str, asked: Optional[str]) -> bool:
        if text.startswith(self._old_firm, amount.end):
            return True
        start, end = clause_around(text, amount.start, amount.end)
        before = text[start : amount.start]
        if any(word in before for word in self._not_years):
            return False
        if asked == "stage" and (before or text.startswith(self._after, amount.end) or not PAD.sub("", text[amount.end : end])):
            return True
        near = before.rstrip(self._hedges)
        if amount.unit == "year" and not amount.article and not near and self._stands_alone(text, start, amount):
            return True
        if amount.unit == "year" and amount.article and near.endswith(self._opening):
            return True
        if amount.unit == "year" and not amount.article and near.endswith(self._before):
            return near.endswith(tuple(word for word in self._before if len(word) > 1)) or text.startswith(
                self._after, amount.end
            )
        if amount.unit != "year" and not near.endswith(self._opening):
            return False
        ends = amount.end == len(text) or text[amount.end] in self._of_a_firm or BREAK.match(text, amount.end)
        if not amount.article and near.endswith(self._opening) and ends:
            return True
        reach = text[max(start, amount.start - _REACH_OF_YEARS) : amount.start]
        return text.startswith(self._after, amount.end) and any(word in reach for word in self._before)

    def _stands_alone(self, text: str, start: int, amount: Amount) -> bool:
        """开超市，二十年了: years that fill their clause are hers, unless the clause before is of others."""
        before, _ = clause_around(text, max(0, start - 1), max(0, start - 1))
        _, end = clause_around(text, amount.start, amount.end)
        ends = text.startswith(self._after, amount.end) and end - amount.end <= _LONGEST_PARTICLES
        return ends and start > 0 and not any(word in text[before:start] for word in self._not_years)


def _is_right_behind(amount: Amount, other: Amount) -> bool:
    return other.kind == MONEY and 0 <= amount.start - other.end <= _LONGEST_PARTICLES


def _in_number(text: str, hit: Hit) -> bool:
    """Whether a word with digits at its ends stands inside a number (0到1 in 80到100万)."""
    before, after = text[max(0, hit.start - 1) : hit.start], text[hit.end : hit.end + 1]
    return (text[hit.start].isdigit() and before.isdigit()) or (text[hit.end - 1].isdigit() and after.isdigit())


def _is_inside(hit: Hit, longer: Sequence[Hit]) -> bool:
    """Whether a word is but a part of a longer one that means something else (增长 in 增长目标, 老 in 老板)."""
    return any(
        word.start <= hit.start and hit.end <= word.end and word.length > hit.length for word in longer
    )


def _is_alone(fact: Fact, text: str) -> bool:
    start, end = clause_around(text, fact.start, fact.end)
    return not PAD.sub("", text[start : fact.start] + text[fact.end : end])


def years_of(amount: Amount) -> Optional[Decimal]:
    """A span of time in years, ``None`` where it is none or open."""
    number = amount.interval.centre or amount.interval.low or amount.interval.high
    if amount.kind != DURATION or amount.unit not in _PER_YEAR or number is None:
        return None
    return number / _PER_YEAR[amount.unit]


@lru_cache(maxsize=2)
def stage_reader(lexicon: Lexicon) -> StageReader:
    """The reader over a lexicon, built once."""
    subjects = [word for name in CheckReader.NAMES for word in lexicon["checks"][name]["subjects"]]
    others = lexicon["roles"]["others_people"]
    return StageReader(lexicon["stages"], lexicon.widths["stage_by_years"], others, subjects)
