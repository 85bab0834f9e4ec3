"""Her company's industry, from the trade or the goods that she names.

Trades stand in ``data/lexicon/industries.yml``. A trade counts as hers unless the words beside it make it her
customers', a competitor's, or one that she only uses.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any, Mapping, Optional, Protocol, Sequence

from nlu.fact import Fact
from nlu.lexicon import Hit, Lexicon, WordFinder, longest
from nlu.named_trades import BREAK, SELLS, Trade, TradeFinder, clause_start

SLOT = "industry"
_LONGEST_ANSWER = 20
_TIMES = frozenset({"past", "present"})
_OF_OTHERS = frozenset({"customers", "sticky", "others", "used"})
_REACH = {"customers": 5, "sticky": 14, "others": 8, "used": 2, "people": 6, "verb": 8}
_FILLING = re.compile(r"[的了吧啊呀呢嘛哦哈嗯嘅啦哎唉就是个一家种类之系㗎滴哒喔哩\s.~～]+")
_SELLING = "卖"
_LONGEST_QUALIFIER = 4
_HAN = re.compile(r"[\u4e00-\u9fff]+")


class SimilarTrade(Protocol):
    """Finds the industry whose trades are nearest in meaning to a phrase."""

    def industry(self, phrase: str) -> Optional[tuple[str, float]]:
        """The industry and how near it is (0..1), ``None`` where nothing is near."""


class TradeReader:
    """Reads the writer's industry."""

    def __init__(
        self, words: Mapping[str, Any], negations: Sequence[str], unsure: Sequence[str], field: Sequence[str], misspoke: str
    ) -> None:
        self._finder = TradeFinder(words)
        self._misspoke = re.compile(misspoke)
        self._unsure = tuple(unsure)
        sticky = [
            word for word in words["customers_before"] if len(str(word)) > 1 and str(word).endswith(("是", "客户"))
        ]
        self._marks = WordFinder(
            {
                "customers": [word for word in words["customers_before"] if word not in sticky],
                "sticky": sticky,
                "others": words["others_before"],
                "used": words["used_before"],
                "people": words["own_people"],
                "verb": words["own_verbs"],
                "no": negations,
                "past": words["formerly"],
                "present": words["nowadays"],
            }
        )
        self._customer_marks = frozenset(map(str, words["customers_before"]))
        self._verb_words = tuple(map(str, words["own_verbs"]))
        self._qualified = re.compile(words["qualified"])
        self._place = re.compile(words["place"])
        self._topics = tuple(map(str, words["topic_particles"]))
        self._activities = frozenset(map(str, words["activities"]))
        self._left = re.compile(words["left_behind"])
        self._not_hers_after = tuple(
            map(str, (*words["customers_after"], *words["places_after"], *words["not_trade_after"]))
        )
        self._field_after = tuple(map(str, words["field_after"]))
        self._own_after = tuple(map(str, words["own_after"]))
        self._daily = frozenset(map(str, words["daily"]))
        self._frames = [re.compile(pattern) for pattern in words["frames"]]
        self._asked_for = re.compile(words["asked_for"]), re.compile(words["asked_for_behind"])
        self._thing_behind = re.compile(words["thing_behind"])
        self._field_behind = re.compile(words["field_behind"])
        self._unclear_verbs = tuple(map(str, words["unclear_verbs"]))
        self._catch_all = frozenset(map(str, words["catch_all"]))
        self._of_a_firm = re.compile("|".join([words["of_a_firm"], *map(re.escape, map(str, field))]))

    def read(self, text: str, asked: Optional[str], similar: Optional[SimilarTrade] = None) -> list[Fact]:
        """The industry told, or nothing; with ``similar`` a guess where the lexicon is silent."""
        short, places = self._without_places(text)
        facts = self._read(short, asked, similar)
        return [replace(fact, start=places[fact.start], end=places[fact.end - 1] + 1) for fact in facts]

    def _without_places(self, text: str) -> tuple[str, Sequence[int]]:
        """我们是山上的小旅馆: where a firm stands says nothing of whose it is; the rest, and where its characters stood."""
        places = list(range(len(text)))
        for match in reversed(list(self._place.finditer(text))):
            del places[match.start() : match.end()]
        return (text, places) if len(places) == len(text) else ("".join(text[place] for place in places), places)

    def _read(self, text: str, asked: Optional[str], similar: Optional[SimilarTrade]) -> list[Fact]:
        candidates = self._finder.find(text)
        marks = self._marks_outside_trades(text) if candidates else []
        trades = self._without_left([self._judged(trade, text, asked, marks) for trade in candidates], text)
        told = [trade for trade in trades if trade is not None]
        denied = any(trade.denied or trade.past for trade in told) or self._misspoke.search(text) is not None
        hers = [trade for trade in told if not (trade.denied or trade.past) and (trade.hers or trade.firm)]
        if not hers:
            return self._by_similarity(text, asked, similar) if similar and not told and not trades else []
        best = self._made_or_sold(_best(hers), told, text)
        return [Fact(SLOT, best.industry, best.start, best.end, guess=best.guess, corrects=denied)]

    def _made_or_sold(self, best: Trade, told: Sequence[Trade], text: str) -> Trade:
        """做卫浴的，厂子开了二十年: goods are made where a word of the message says so; 种茶叶卖茶叶: who grows them sells them too."""
        if best.industry in SELLS and text.startswith(_SELLING, best.start):
            grown = (trade for trade in told if trade.industry == "agriculture" and not (trade.denied or trade.past))
            best = next(grown, best)
        makes = any(trade.industry == "manufacturing" and not (trade.denied or trade.past) for trade in told)
        unsaid = best.guess or best.industry in SELLS and not best.firm and text.endswith(self._unclear_verbs, 0, best.start)
        return replace(best, industry="manufacturing", guess=False) if unsaid and makes else best

    # -- whose it is -----------------------------------------------------------------------------------------

    def _marks_outside_trades(self, text: str) -> list[Hit]:
        """Words that say whose a trade is; 同 in 同城配送 is none of them."""
        trades = self._finder.hits(text)
        return [
            mark
            for mark in self._marks.find(text)
            if mark.label not in _OF_OTHERS or not any(_is_inside(mark, trade) for trade in trades)
        ]

    def _judged(self, trade: Trade, text: str, asked: Optional[str], words: Sequence[Hit]) -> Optional[Trade]:
        """The trade with what the words beside it say, ``None`` where they say that it is not hers."""
        clause = clause_start(text, trade.start)
        marks = [
            Hit(word.label, word.start - clause, word.end - clause)
            for word in words
            if clause <= word.start and word.end <= trade.start
        ]
        before = text[clause : trade.start]
        word = text[trade.start : trade.end]
        if self._is_asked_for(trade, text, before):
            return replace(trade, hers=True)
        if not before.strip() and self._field_behind.match(text, trade.end):
            return replace(trade, hers=True)
        if word in self._catch_all and asked == SLOT and not any(mark.label == "no" for mark in marks):
            return replace(trade, hers=True)
        if asked != SLOT and self._is_passing(trade, text, marks):
            return None
        nearest = self._nearest(longest(mark for mark in marks if mark.label not in _TIMES), before, word)
        if nearest is not None and nearest.label == "no":
            return replace(trade, denied=True)
        if self._is_past(marks):
            return replace(trade, past=True)
        sticky = any(mark.label == "sticky" for mark in marks) or self._somebody_elses(marks)
        if sticky or (nearest is not None and nearest.label in ("customers", "others", "used")):
            return None
        if text.startswith(self._not_hers_after, trade.end) and not text.startswith(self._field_after, trade.end):
            return None
        own = nearest is not None and nearest.label in ("verb", "people")
        alone = self._is_compound(word, before, clause, marks) and self._ends_clause(text, trade.end)
        alone = alone or not _FILLING.sub("", before) and self._ends_clause(text, trade.end)
        if word in self._daily and clause > 2 and not self._speaks_of_herself(text, clause):
            alone = False
        if word in self._daily and text.startswith(self._topics, trade.end):
            alone = False
        if word in self._activities and not text.startswith(self._own_after, trade.end):
            return replace(trade, hers=asked == SLOT)
        short = len(text) <= trade.end - trade.start + 4 and (word not in self._daily or self._ends_clause(text, trade.end))
        stands = (
            own
            or alone
            or short
            or asked == SLOT
            or (not before.strip() and text.startswith(self._own_after, trade.end))
        )
        return replace(trade, hers=stands)

    def _is_asked_for(self, trade: Trade, text: str, before: str) -> bool:
        """给我弟的早教中心也做一份: somebody else's firm for which she asks is the company now."""
        ahead, behind = self._asked_for
        return ahead.search(before) is not None and behind.match(text, trade.end) is not None

    def _is_passing(self, trade: Trade, text: str, marks: Sequence[Hit]) -> bool:
        """超市的收银机坏了, 保险公司拒赔怎么办: a trade named by the way, in a message that has nothing of a firm of hers."""
        own = any(mark.label in ("people", "verb") for mark in marks)
        if own or text.startswith(self._verb_words, trade.start) or _SELLING in text[trade.start : trade.end]:
            return False
        if self._ends_clause(text, trade.end) and not self._thing_behind.match(text, trade.end):
            return False
        if len(BREAK.split(text[trade.end :], maxsplit=1)[0]) <= 1:
            return False
        return self._of_a_firm.search(text) is None

    @staticmethod
    def _is_compound(word: str, before: str, clause: int, marks: Sequence[Hit]) -> bool:
        """土石方工程队: the first words of a message are one with the trade where nothing else stands before it."""
        told = clause == 0 and not any(mark.label != "verb" for mark in marks)
        return told and len(word) > 1 and len(before) <= _LONGEST_QUALIFIER and _HAN.fullmatch(before) is not None

    @staticmethod
    def _somebody_elses(marks: Sequence[Hit]) -> bool:
        """人家开网店的: another's trade, unless the writer is named behind."""
        others = [mark.start for mark in marks if mark.label == "others" and mark.length > 1]
        own = [mark.start for mark in marks if mark.label == "people"]
        return bool(others) and max(own, default=-1) < others[-1]

    @staticmethod
    def _is_past(marks: Sequence[Hit]) -> bool:
        """以前是做培训的: the last word of time before the trade decides."""
        times = [mark.label for mark in longest(mark for mark in marks if mark.label in _TIMES)]
        return bool(times) and times[-1] == "past"

    def _speaks_of_herself(self, text: str, clause: int) -> bool:
        """我们刚成立，驾校: whether the writer named herself in the clause before."""
        before = clause_start(text, max(0, clause - 1))
        return any(mark.label == "people" for mark in self._marks.find(text[before:clause]))

    def _without_left(self, trades: Sequence[Optional[Trade]], text: str) -> list[Optional[Trade]]:
        """制造业吧？也不是，就是…: a trade that she takes back before she names another one is denied."""
        places = [trade.start if trade is not None else len(text) for trade in trades]
        return [
            replace(trade, denied=True)
            if trade is not None and self._left.search(text, trade.end, max([trade.end, *places[index + 1 :][:1]]))
            else trade
            for index, trade in enumerate(trades)
        ]

    def _nearest(self, marks: Sequence[Hit], before: str, word: str) -> Optional[Hit]:
        """The word beside a trade that decides whose it is.

        Between 帮 or 给 and a trade that is a verb itself stand her customers (帮企业做网站), not she.
        """
        doing = word.startswith(self._verb_words) and len(word) > 2
        end = len(before)
        for mark in reversed(marks):
            if mark.label == "no" and end - mark.end <= 3:
                return mark
            if mark.label in ("customers", "others") and mark.length == 1 and doing and end - mark.end >= 2:
                continue
            if mark.label == "customers" and self._qualified.search(before, mark.end):
                continue
            if mark.label == "verb" and any(
                before[: mark.start].endswith(given) for given in self._customer_marks if len(given) == 1
            ):
                continue
            if mark.label != "no" and end - mark.end <= _REACH[mark.label]:
                return mark
        return None

    def _ends_clause(self, text: str, end: int) -> bool:
        following = BREAK.split(text[end : end + 12], maxsplit=1)[0]
        return not _FILLING.sub("", following) or following.startswith(self._own_after)

    # -- by meaning ------------------------------------------------------------------------------------------

    def _by_similarity(self, text: str, asked: Optional[str], similar: SimilarTrade) -> list[Fact]:
        phrase = next((match for frame in self._frames for match in [frame.search(text)] if match), None)
        if phrase is not None:
            words, start, end = phrase.group(1), phrase.start(1), phrase.end(1)
        elif (
            asked == SLOT
            and 0 < len(text.strip()) <= _LONGEST_ANSWER
            and not any(word in text for word in self._unsure)
        ):
            words, start, end = text.strip(), 0, len(text)
        else:
            return []
        found = similar.industry(words)
        return [Fact(SLOT, found[0], start, end, guess=True, confidence=found[1])] if found else []


def _is_inside(mark: Hit, trade: Hit) -> bool:
    return trade.start <= mark.start and mark.end <= trade.end and mark.length < trade.length


def _best(trades: Sequence[Trade]) -> Trade:
    """The one that most surely is hers; what is sold online beats what is sold."""
    best = max(trades, key=lambda trade: (trade.hers, not trade.guess, -trade.start))
    if best.industry in SELLS:
        return next((trade for trade in trades if trade.industry == "ecommerce"), best)
    return best


@lru_cache(maxsize=2)
def trade_reader(lexicon: Lexicon) -> TradeReader:
    """The reader over a lexicon, built once."""
    field = lexicon["roles"]["field_words"]
    corrections = lexicon["corrections"]
    return TradeReader(
        lexicon["industries"], corrections["negations"], lexicon["checks"]["unsure"], field, corrections["misspoke"]
    )
