"""The facts that she says she does not know or does not tell: 总预算不清楚, 客户有多少说不好.

Words stand in ``data/lexicon/unknown.yml``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Collection, Mapping

from nlu.fact import Fact
from nlu.lexicon import Lexicon
from nlu.roles import KINDS_OF_SLOT, RoleReader, role_reader

NOT_KNOWN = "not_known"
"""The name of a fact whose value is the slot that she leaves open."""


class UnknownReader:
    """Finds the clauses of not knowing, and what they are of."""

    def __init__(self, words: Mapping[str, Any], roles: RoleReader) -> None:
        self.words = tuple(map(str, words["unknown"]))
        unknown = "|".join(map(re.escape, self.words))
        begin = r"[^,，。;；!！?？\n]{0,20}?"
        self._anywhere = re.compile(f"{begin}(?:{unknown})(?:{words['how_many']})?")
        self._closed = re.compile(rf"{begin}(?:{unknown})(?:{words['how_many']})?(?={words['particles']}*(?:[,，。;；!！\s]|$))")
        self._roles = roles

    def read(self, text: str, told: Collection[str]) -> list[Fact]:
        """One fact for each number left open that is not ``told`` beside it (营业额不确定，大概五百万)."""
        if not any(word in text for word in self.words):
            return []
        facts: dict[str, Fact] = {}
        for match in self._closed.finditer(text):
            for name in self._named(match.group()) - set(told):
                facts.setdefault(name, Fact(NOT_KNOWN, name, *match.span()))
        return list(facts.values())

    def clauses(self, text: str) -> list[frozenset[str]]:
        """The numbers that each clause which ends with not knowing names."""
        return [self._named(match.group()) for match in self._closed.finditer(text)]

    def without(self, text: str) -> str:
        """The text without what is said to be unknown."""
        return self._anywhere.sub("", text)

    def _named(self, clause: str) -> frozenset[str]:
        """What the nouns of a clause are of; of a share any word is (花了 20%), so none names it by itself."""
        cues = [cue for cue in self._roles.context(clause).cues if cue.side == "any" and cue.role != "share"]
        return frozenset(cue.role for cue in cues if cue.role in KINDS_OF_SLOT)


@lru_cache(maxsize=2)
def unknown_reader(lexicon: Lexicon) -> UnknownReader:
    """The reader over a lexicon, built once."""
    return UnknownReader(lexicon["unknown"], role_reader(lexicon))
