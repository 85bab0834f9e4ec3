"""Facts told without a number: nothing (一分没花), a team (夫妻店)."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any, Mapping, Sequence

from nlu.amounts import Amount
from nlu.drafts import Asked
from nlu.fact import Fact
from nlu.interval import Interval
from nlu.lexicon import Lexicon, WordFinder, longest

TWO = Decimal(2)


class WordlessReader:
    """Reads numbers that are words."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self._team_phrases = {phrase: Decimal(number) for phrase, number in words["team_phrases"].items()}
        self._team_finder = WordFinder({"team": words["team_phrases"]})
        self._pair, self._team_after = re.compile(words["team_pair"]), tuple(words["team_phrase_after"])
        self._summed_up = re.compile(words["summed_up"])
        zeros = words["zeros"]
        self._zeros = WordFinder(zeros["anywhere"])
        self._zero_patterns = {str(slot): re.compile(pattern) for slot, pattern in zeros["patterns"].items()}
        self._zero_answers, self._zero_asked = tuple(map(str, zeros["answers"])), frozenset(zeros["asked"])

    def nothing(self, text: str, asked: Asked, amounts: Sequence[Amount]) -> list[Fact]:
        """Facts told as none: 一分没花, or a bare 没有 where a number was asked for."""
        nothing = Interval.exactly(Decimal(0))
        places = [(hit.label, hit.start, hit.end) for hit in longest(self._zeros.find(text))]
        places += [
            (slot, *match.span()) for slot, pattern in self._zero_patterns.items() for match in pattern.finditer(text)
        ]
        found = {
            slot: Fact(slot, Decimal(0), start, end, nothing)
            for slot, start, end in places
            if not any(not text[amount.end : start].strip() for amount in amounts if amount.end <= start)
        }
        return list(found.values()) or self._bare_nothing(text, asked, nothing)

    def _bare_nothing(self, text: str, asked: Asked, nothing: Interval) -> list[Fact]:
        stripped = text.strip(" ,，。!！~～吧啊呀呢哦的了")
        if asked.slot not in self._zero_asked or stripped not in self._zero_answers:
            return []
        start = text.find(stripped)
        return [Fact(asked.slot or "", Decimal(0), start, start + len(stripped), nothing)]

    def team(self, text: str) -> list[Fact]:
        """夫妻店, 就我一个人, 我跟我媳妇俩: a team told by words, with the numeral that sums it up."""
        hits = longest(self._team_finder.find(text))
        told = [(hit.start, hit.end, self._team_phrases[text[hit.start : hit.end]]) for hit in hits]
        told += [(*pair.span(), TWO) for pair in self._pair.finditer(text) if self._are_the_team(text, pair.end())]
        return [
            Fact("team_size", number, start, summed.end() if summed else end, Interval.exactly(number))
            for start, end, number in sorted(told)[:1]
            for summed in [self._summed_up.match(text, end)]
        ]

    def _are_the_team(self, text: str, end: int) -> bool:
        """我和老婆干, and not 我跟老婆商量下."""
        return not text[end : end + 1].isalnum() or text.startswith(self._team_after, end)


@lru_cache(maxsize=2)
def wordless_reader(lexicon: Lexicon) -> WordlessReader:
    """The reader over a lexicon, built once."""
    return WordlessReader(lexicon["roles"])
