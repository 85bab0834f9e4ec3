"""Which facts are only supposed: said under a premise (如果总预算300万), or contrary to fact (要不是疫情…).

Words stand in ``data/lexicon/corrections.yml``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any, Mapping, Optional, Sequence

from nlu.fact import Fact
from nlu.lexicon import Hit, Lexicon, WordFinder, longest

_NEVER = frozenset({"factor", "delta", "phone", "wechat_id", "email", "number"})
_CATEGORIES = frozenset({"business_model", "stage"})
_PERCENTAGES = frozenset({"share", "gross_margin"})
_CLAUSE = re.compile(r"[,，。;；!！?？\n…:：]")
_SENTENCE = re.compile(r"[。;；!！?？\n]")


class SuppositionReader:
    """Marks facts that hold only under a premise."""

    def __init__(self, words: Mapping[str, Any], own_people: Sequence[str]) -> None:
        self._openers = WordFinder({"premise": words["suppositions"], "none": words["no_supposition"]})
        self._closers = tuple(words["supposing_after"])
        self._wonders = tuple(words["wonders_after"])
        self._asks = tuple(words["asks_outcome"])
        self._moved = re.compile("|".join(re.escape(str(word)) for word in words["moved_to"]))
        self._contrary = [re.compile(pattern) for pattern in words["contrary_to_fact"]]
        self._own = tuple(own_people)

    def marked(self, facts: Sequence[Fact], text: str, asked: Optional[str]) -> list[Fact]:
        """``facts`` with ``supposed`` where they are no more than that."""
        if all(fact.name in _NEVER for fact in facts):
            return list(facts)
        spans = self._spans(facts, text)
        return [
            replace(fact, supposed=True) if self._is_supposed(fact, spans, text, asked) else fact for fact in facts
        ]

    def _is_supposed(self, fact: Fact, spans: Sequence[tuple[int, int]], text: str, asked: Optional[str]) -> bool:
        if fact.name in _NEVER:
            return False
        if fact.name == asked and not any(word in text for word in self._asks):
            return False
        if any(start <= fact.start < end for start, end in spans):
            return True
        if fact.name in _PERCENTAGES and text.startswith(self._wonders, fact.end):
            return bool(self._moved.search(text, _begin(_CLAUSE, text, fact.start), fact.start))
        if not (text.startswith(self._closers, fact.end) or text.startswith(self._closers, fact.end - 1)):
            return False
        clause = _begin(_CLAUSE, text, fact.start)
        return fact.name in _CATEGORIES or bool(self._moved.search(text, clause, fact.start))

    def _spans(self, facts: Sequence[Fact], text: str) -> list[tuple[int, int]]:
        hits = [hit for hit in longest(self._openers.find(text)) if hit.label == "premise"]
        spans = [self._span(hit, facts, text) for hit in hits]
        matches = [match for pattern in self._contrary for match in pattern.finditer(text)]
        return spans + [(_begin(_CLAUSE, text, match.start()), _end(_CLAUSE, text, match.end())) for match in matches]

    def _span(self, opener: Hit, facts: Sequence[Fact], text: str) -> tuple[int, int]:
        """The clause of the premise, and those that follow it until the writer speaks of herself again."""
        start, last = opener.start, _end(_SENTENCE, text, opener.start)
        # A break right behind the word that opens it (如果，总预算…) parts nothing.
        end = _end(_CLAUSE, text, opener.end + 1)
        if not any(start <= fact.start < end for fact in facts):
            return start, start
        while end < last and not text.startswith(self._own, end + 1):
            end = _end(_CLAUSE, text, end + 1)
        return start, end


def _begin(breaks: re.Pattern[str], text: str, position: int) -> int:
    return max((match.end() for match in breaks.finditer(text, max(0, position - 60), position)), default=0)


def _end(breaks: re.Pattern[str], text: str, position: int) -> int:
    match = breaks.search(text, position)
    return match.start() if match else len(text)


@lru_cache(maxsize=2)
def supposition_reader(lexicon: Lexicon) -> SuppositionReader:
    """The reader over a lexicon, built once."""
    return SuppositionReader(lexicon["corrections"], lexicon["roles"]["own_people"])
