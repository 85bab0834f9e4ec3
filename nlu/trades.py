"""Her company's industry, from the trade or the goods that she names.

Trades stand in ``data/lexicon/industries.yml``. A trade counts as hers unless the words beside it make it her
customers', a competitor's, or one that she only uses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Mapping, Optional, Protocol, Sequence

from nlu.fact import Fact
from nlu.lexicon import Hit, Lexicon, WordFinder, longest

SLOT = "industry"
_BREAK = re.compile(r"[,，。;；!！?？\n、：:（）()…]|(?<![a-z0-9'])\s|\s(?![a-z0-9])")
_BETWEEN_VERB_AND_GOODS = 4
_LONGEST_ANSWER = 20
_SELLS = frozenset({"retail"})
_TIMES = frozenset({"past", "present"})
_OF_OTHERS = frozenset({"customers", "sticky", "others", "used"})
_NEAR_ONLINE = 12
_REACH = {"customers": 5, "sticky": 14, "others": 8, "used": 2, "people": 6, "verb": 8}
_FILLING = re.compile(r"[的了吧啊呀呢嘛哦哈嗯嘅啦哎唉就是个一家种类之系㗎滴哒喔哩\s.~～]+")
_SELLING = "卖"
_LONGEST_QUALIFIER = 4
_HAN = re.compile(r"[\u4e00-\u9fff]+")


class SimilarTrade(Protocol):
    """Finds the industry whose trades are nearest in meaning to a phrase."""

    def industry(self, phrase: str) -> Optional[tuple[str, float]]:
        """The industry and how near it is (0..1), ``None`` where nothing is near."""


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


class TradeReader:
    """Reads the writer's industry."""

    def __init__(
        self, words: Mapping[str, Any], negations: Sequence[str], unsure: Sequence[str], field: Sequence[str], misspoke: str
    ) -> None:
        self._misspoke = re.compile(misspoke)
        self._unsure = tuple(unsure)
        trades = words["trades"]
        self._industry_of = {str(word): industry for industry, listed in trades.items() for word in listed}
        self._trades = WordFinder(trades)
        self._goods = WordFinder({"goods": words["goods"], "industrial": words["industrial_goods"]})
        self._heads = _by_word(words["heads"])
        self._verbs = _by_word(words["verbs"])
        self._overriding = _by_word(words["overriding_heads"])
        self._software_for_trade = re.compile(words["software_for_trade"])
        self._online = WordFinder({"online": words["online"]})
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
        self._place, self._head_follows = re.compile(words["place"]), re.compile(words["head_follows"])
        self._topics = tuple(map(str, words["topic_particles"]))
        self._activities = frozenset(map(str, words["activities"]))
        self._left = re.compile(words["left_behind"])
        self._sold_online = re.compile(words["sold_online"])
        self._by_ending = {industry: re.compile(pattern) for industry, pattern in words["endings"].items()}
        self._not_hers_after = tuple(
            map(str, (*words["customers_after"], *words["places_after"], *words["not_trade_after"]))
        )
        self._field_after = tuple(map(str, words["field_after"]))
        self._own_after = tuple(map(str, words["own_after"]))
        self._endings, self._daily = tuple(map(str, words["firm_endings"])), frozenset(map(str, words["daily"]))
        self._not_verb_after = frozenset(words["not_verb_after"])
        self._unclear_verbs = frozenset(words["unclear_verbs"])
        self._frames = [re.compile(pattern) for pattern in words["frames"]]
        self._asked_for = re.compile(words["asked_for"]), re.compile(words["asked_for_behind"])
        self._thing_behind = re.compile(words["thing_behind"])
        self._field_behind = re.compile(words["field_behind"])
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
        candidates = self._without_descriptions(self._candidates(text), text)
        marks = self._marks_outside_trades(text) if candidates else []
        trades = self._without_left([self._judged(trade, text, asked, marks) for trade in candidates], text)
        told = [trade for trade in trades if trade is not None]
        denied = any(trade.denied or trade.past for trade in told) or self._misspoke.search(text) is not None
        hers = [trade for trade in told if not (trade.denied or trade.past) and (trade.hers or trade.firm)]
        if not hers:
            return self._by_similarity(text, asked, similar) if similar and not told and not trades else []
        best = self._made_or_sold(_best(hers), told, text)
        return [Fact(SLOT, best.industry, best.start, best.end, guess=best.guess, corrects=denied)]

    @staticmethod
    def _made_or_sold(best: Trade, told: Sequence[Trade], text: str) -> Trade:
        """做红木家具的，厂子开了二十年: goods are made where a word of the message says so; 种茶叶卖茶叶: who grows them sells them too."""
        if best.industry in _SELLS and text.startswith(_SELLING, best.start):
            grown = (trade for trade in told if trade.industry == "agriculture" and not (trade.denied or trade.past))
            best = next(grown, best)
        makes = any(trade.industry == "manufacturing" and not (trade.denied or trade.past) for trade in told)
        return replace(best, industry="manufacturing", guess=False) if best.guess and makes else best

    # -- what is named ---------------------------------------------------------------------------------------

    def _candidates(self, text: str) -> list[Trade]:
        online = self._online.find(text)
        found = [self._extended(self._trade(hit, text, online), text) for hit in longest(self._trades.find(text))]
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

    def _marks_outside_trades(self, text: str) -> list[Hit]:
        """Words that say whose a trade is; 同 in 同城配送 is none of them."""
        trades = longest(self._trades.find(text))
        return [
            mark
            for mark in self._marks.find(text)
            if mark.label not in _OF_OTHERS or not any(_is_inside(mark, trade) for trade in trades)
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
        goods = longest(self._goods.find(text))
        return [trade for hit in goods for trade in [self._goods_trade(hit, text, online)] if trade]

    def _goods_trade(self, hit: Hit, text: str, online: Sequence[Hit]) -> Optional[Trade]:
        for length in range(4, 0, -1):
            head = text[hit.end : hit.end + length]
            if len(head) == length and head in self._heads:
                industry = self._done_to(hit, text) if self._heads[head] in _SELLS else None
                return Trade(industry or self._heads[head], hit.start, hit.end + length, firm=True)
        clause = _clause_start(text, hit.start)
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
                return None if industry in _SELLS or industry == "manufacturing" else industry
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

    # -- whose it is -----------------------------------------------------------------------------------------

    def _judged(self, trade: Trade, text: str, asked: Optional[str], words: Sequence[Hit]) -> Optional[Trade]:
        """The trade with what the words beside it say, ``None`` where they say that it is not hers."""
        clause = _clause_start(text, trade.start)
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
        if len(_BREAK.split(text[trade.end :], maxsplit=1)[0]) <= 1:
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
        before = _clause_start(text, max(0, clause - 1))
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
        following = _BREAK.split(text[end : end + 12], maxsplit=1)[0]
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


def _crosses(trade: Trade, other: Trade) -> bool:
    """Whether neither of two trades that overlap lies in the other."""
    return trade.start < other.start < trade.end < other.end or other.start < trade.start < other.end < trade.end


def _is_inside(mark: Hit, trade: Hit) -> bool:
    return trade.start <= mark.start and mark.end <= trade.end and mark.length < trade.length


def _best(trades: Sequence[Trade]) -> Trade:
    """The one that most surely is hers; what is sold online beats what is sold."""
    best = max(trades, key=lambda trade: (trade.hers, not trade.guess, -trade.start))
    if best.industry in _SELLS:
        return next((trade for trade in trades if trade.industry == "ecommerce"), best)
    return best


def _is_near(place: int, words: Sequence[Hit]) -> bool:
    return any(abs(word.start - place) <= _NEAR_ONLINE for word in words)


def _clause_start(text: str, position: int) -> int:
    """Where the clause of ``position`` begins; bounded, since a clause is short."""
    lowest = max(0, position - 40)
    breaks = [match.end() for match in _BREAK.finditer(text, lowest, position)]
    return breaks[-1] if breaks else lowest


def _by_word(table: Mapping[str, Sequence[Any]]) -> dict[str, str]:
    return {str(word): industry for industry, words in table.items() for word in words}


@lru_cache(maxsize=2)
def trade_reader(lexicon: Lexicon) -> TradeReader:
    """The reader over a lexicon, built once."""
    field = lexicon["roles"]["field_words"]
    corrections = lexicon["corrections"]
    return TradeReader(
        lexicon["industries"], corrections["negations"], lexicon["checks"]["unsure"], field, corrections["misspoke"]
    )
