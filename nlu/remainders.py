"""What is spent, told by what is left of the budget: 全用光了, 一分不剩."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any, Mapping, Optional, Sequence

from nlu.drafts import Asked
from nlu.fact import Fact
from nlu.interval import Interval
from nlu.lexicon import Lexicon

BUDGET, SPENT = "customer_budget", "spent"


class RemainderReader:
    """Reads that nothing is left of the budget for customers."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self._used_up, self._not_yet = re.compile(words["used_up"]), re.compile(words["not_used_up"])

    def used_up(self, text: str, facts: Sequence[Fact], asked: Asked) -> list[Fact]:
        """All of the budget as spent, where it is known or told beside, exactly, and no other sum is told as spent."""
        budget = budget_of(facts, asked)
        found = self._used_up.search(text)
        if found is None or budget is None or any(fact.name == SPENT for fact in facts) or self._not_yet.search(text):
            return []
        return [Fact(SPENT, budget, *found.span(), Interval.exactly(budget))]


def budget_of(facts: Sequence[Fact], asked: Asked) -> Optional[Decimal]:
    """The budget for customers that the message tells, else the one that was told before."""
    for fact in facts:
        if fact.name == BUDGET:
            exact = isinstance(fact.value, Decimal) and not (fact.unit_unclear or fact.supposed)
            return fact.value if exact and isinstance(fact.value, Decimal) else None
    return asked.known.get(BUDGET)


@lru_cache(maxsize=2)
def remainder_reader(lexicon: Lexicon) -> RemainderReader:
    """The reader over a lexicon, built once."""
    return RemainderReader(lexicon["roles"])
