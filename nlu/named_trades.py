"""The trades that a text names, whosesoever they are: listed ones, goods with what is done to them, and firms by their endings.

Words stand in ``data/lexicon/industries.yml``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Mapping, Optional, Sequence

from nlu.lexicon import Hit, WordFinder, longest

BREAK = re.compile(r"[,，。;；!！?？\n、：:（）()…]|(?<![a-z0-9'])\s|\s(?![a-z0-9])")
_BETWEEN_VERB_AND_GOODS = 4
SELLS = frozenset({"retail"})
_NEAR_ONLINE = 12


@dataclass(frozen=True)
class Trade:
    """A trade in a text; ``firm`` if the word names a firm, ``hers`` if the words beside it say that it is hers, ``past``
    if she left it."""

    industry: str
    start: int
    end: int
    firm: bool
    hers: bool = False
    guess: bool = False
    denied: bool = False
    past: bool = False


class TradeFinder:
    """Finds the trades of a text."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        trades = words["trades"]
        self._industry_of = {str(word): industry for industry, listed in trades.items() for word in listed}
        self._trades = WordFinder(trades)
        self._goods = WordFinder({"goods": words["goods"], "industrial": words["industrial_goods"]})
        self._heads = _by_word(words["heads"])
        self._verbs = _by_word(words["verbs"])
        self._overriding = _by_word(words["overriding_heads"])
        self._software_for_trade = re.compile(words["software_for_trade"])
        self._online = WordFinder({"online": words["online"]})
        self._sold_online = re.compile(words["sold_online"])
        self._by_ending = {industry: re.compile(pattern) for industry, pattern in words["endings"].items()}
        self._not_verb_after = frozenset(words["not_verb_after"])
        self._unclear_verbs = frozenset(words["unclear_verbs"])
        self._head_follows = re.compile(words["head_follows"])
        self._endings, self._daily = tuple(map(str, words["firm_endings"])), frozenset(map(str, words["daily"]))
        self._activities = frozenset(map(str, words["activities"]))

    def find(self, text: str) -> list[Trade]:
        """The trades of a text by place; compounds are one, and what only describes a firm is none."""
        return self._without_descriptions(self._candidates(text), text)

    def hits(self, text: str) -> list[Hit]:
        """The places of the listed trades."""
        return longest(self._trades.find(text))

    def _candidates(self, text: str) -> list[Trade]:
        online = self._online.find(text)
        found = [self._extended(self._trade(hit, text, online), text) for hit in self.hits(text)]
        found += self._of_goods(text, online)
        found += [
            Trade("ecommerce", *match.span(), firm=True, hers=True) for match in self._sold_online.finditer(text)
        ]
        found = found or self._of_endings(text)
        return self._as_compounds(found, text)

    def _as_compounds(self, found: Sequence[Trade], text: str) -> list[Trade]:
        """同城配送|车队, 社区[生鲜]超市: words that touch or overlap are one, of which the last tells the trade."""
        kept: list[Trade] = []
        for trade in sorted(found, key=lambda trade: (trade.start - trade.end, not trade.hers, trade.start)):
            if all(trade.end <= other.start or trade.start >= other.end or _crosses(trade, other) for other in kept):
                kept.append(trade)
        joined: list[Trade] = []
        for trade in sorted(kept, key=lambda trade: trade.start):
            before = joined[-1] if joined else None
            if before is None or trade.start > before.end:
                joined.append(trade)
            elif self._is_head(trade, before, text):
                joined[-1] = replace(trade, start=before.start, hers=trade.hers or before.hers)
            elif trade.start == before.end:
                joined.append(trade)
            elif trade.end - trade.start > before.end - before.start:
                joined[-1] = trade
        return joined

    def _is_head(self, trade: Trade, before: Trade, text: str) -> bool:
        """Whether ``trade``, right behind ``before``, makes one trade with it."""
        word = text[trade.start : trade.end]
        if word not in self._industry_of and word.startswith(tuple(self._verbs)):
            return False  # 给酒店|供布草: what she does with goods
        if trade.industry == before.industry:
            return True
        return trade.firm and not before.hers and word not in self._daily and word not in self._activities

    def _without_descriptions(self, trades: Sequence[Trade], text: str) -> list[Trade]:
        """卖烘焙工具的淘宝店: what only tells which firm it is is no trade of its own."""
        return [
            trade
            for trade, behind in zip(trades, [*trades[1:], None])
            if behind is None or not behind.firm or not self._head_follows.fullmatch(text, trade.end, behind.start)
        ]

    def _trade(self, hit: Hit, text: str, online: Sequence[Hit]) -> Trade:
        word = text[hit.start : hit.end]
        sold = hit.label == "retail" and self._verbs.get(word[:1]) == "retail"
        industry = "ecommerce" if sold and _is_near(hit.start, online) else hit.label
        return Trade(industry, hit.start, hit.end, word.endswith(self._endings) and word not in self._daily)

    def _of_endings(self, text: str) -> list[Trade]:
        """傢俬厂, 养乌鸡: trades of no list that their last or first character tells."""
        return [
            Trade(industry, *match.span(match.lastindex or 0), firm=True)
            for industry, pattern in self._by_ending.items()
            for match in pattern.finditer(text)
        ]

    def _extended(self, trade: Trade, text: str) -> Trade:
        """餐饮软件 is software: some words behind a trade make it another."""
        for length in range(5, 0, -1):
            head = text[trade.end : trade.end + length]
            if len(head) == length and head in self._overriding:
                longer = replace(trade, industry=self._overriding[head], end=trade.end + length, firm=True)
                return self._extended(longer, text)
        made = self._software_for_trade.match(text, trade.end)
        return trade if made is None else replace(trade, industry="software", end=made.end(), firm=True)

    def _of_goods(self, text: str, online: Sequence[Hit]) -> list[Trade]:
        listed = self.hits(text)
        goods = [hit for hit in longest(self._goods.find(text)) if not any(_is_part(hit, trade) for trade in listed)]
        return [trade for hit in goods for trade in [self._goods_trade(hit, text, online)] if trade]

    def _goods_trade(self, hit: Hit, text: str, online: Sequence[Hit]) -> Optional[Trade]:
        for length in range(4, 0, -1):
            head = text[hit.end : hit.end + length]
            if len(head) == length and head in self._heads:
                industry = self._done_to(hit, text) if self._heads[head] in SELLS else None
                return Trade(industry or self._heads[head], hit.start, hit.end + length, firm=True)
        clause = clause_start(text, hit.start)
        for start in range(hit.start - 1, max(clause, hit.start - _BETWEEN_VERB_AND_GOODS - 2) - 1, -1):
            for length in (4, 3, 2, 1):
                verb = text[start - length + 1 : start + 1] if start - length + 1 >= clause else ""
                loose = (
                    hit.length == 1
                    and start + 1 != hit.start
                    or len(verb) == 1
                    and (start + 1 != hit.start or text[max(0, start - 1) : start] in self._not_verb_after)
                )
                if verb and verb in self._verbs and not loose:
                    return self._handled(hit, text, start - length + 1, self._verbs[verb], online)
        return self._goods_alone(hit, text, clause)

    def _done_to(self, hit: Hit, text: str) -> Optional[str]:
        """修手机的小店: what is done to the goods decides what the shop is, unless it sells them."""
        for length in (2, 1):
            industry = self._verbs.get(text[max(0, hit.start - length) : hit.start])
            if industry is not None and text[hit.start - length - 1 : hit.start - length] not in self._not_verb_after:
                return None if industry in SELLS or industry == "manufacturing" else industry
        return None

    @staticmethod
    def _handled(hit: Hit, text: str, start: int, industry: str, online: Sequence[Hit]) -> Trade:
        near, sells = _is_near(start, online), industry == "retail"
        return Trade(
            "ecommerce" if near and sells else industry, start, hit.end, firm=sells or industry == "agriculture"
        )

    def _goods_alone(self, hit: Hit, text: str, clause: int) -> Optional[Trade]:
        before = text[clause : hit.start]
        if hit.length < 2:
            return None
        handled = any(verb in before[-4:] for verb in self._unclear_verbs)
        if not handled and (before.strip() or clause > 0):
            return None
        industrial = hit.label == "industrial"
        return Trade("manufacturing" if industrial else "retail", hit.start, hit.end, firm=False, guess=not industrial)


def _crosses(trade: Trade, other: Trade) -> bool:
    """Whether neither of two trades that overlap lies in the other."""
    return trade.start < other.start < trade.end < other.end or other.start < trade.start < other.end < trade.end


def _is_part(goods: Hit, trade: Hit) -> bool:
    """米 of 米线: who sells the one does not sell the other."""
    return trade.start <= goods.start and goods.end <= trade.end and goods.length < trade.length


def _is_near(place: int, words: Sequence[Hit]) -> bool:
    return any(abs(word.start - place) <= _NEAR_ONLINE for word in words)


def clause_start(text: str, position: int) -> int:
    """Where the clause of ``position`` begins; bounded, since a clause is short."""
    lowest = max(0, position - 40)
    breaks = [match.end() for match in BREAK.finditer(text, lowest, position)]
    return breaks[-1] if breaks else lowest


def _by_word(table: Mapping[str, Sequence[Any]]) -> dict[str, str]:
    return {str(word): industry for industry, words in table.items() for word in words}
