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


class WordlessReader:
    """Reads numbers that are words."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self._team_phrases = {phrase: Decimal(number) for phrase, number in words["team_phrases"].items()}
        self._team_finder = WordFinder({"team": words["team_phrases"]})
        self._pairs, self._team_after = frozenset(words["pair_beginnings"]), tuple(words["team_phrase_after"])
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

    def team(self, text: str, asked: Asked) -> list[Fact]:
        """夫妻店, 就我一个人, 我跟我媳妇俩: a team told by words, with the numeral that sums it up."""
        hits = [
            hit
            for hit in longest(self._team_finder.find(text))
            if asked.slot == "team_size"
            or text[hit.start : hit.start + 2] not in self._pairs
            or not text[hit.end : hit.end + 1].isalnum()
            or text.startswith(self._team_after, hit.end)
        ]
        return [
            Fact("team_size", number, hit.start, summed.end() if summed else hit.end, Interval.exactly(number))
            for hit in hits[:1]
            for number, summed in [(self._team_phrases[text[hit.start : hit.end]], self._summed_up.match(text, hit.end))]
        ]


@lru_cache(maxsize=2)
def wordless_reader(lexicon: Lexicon) -> WordlessReader:
    """The reader over a lexicon, built once."""
    return WordlessReader(lexicon["roles"])
