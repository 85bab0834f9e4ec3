"""Which number is of what: amounts are matched with the words beside them.

Words that name a slot (``data/lexicon/roles.yml``) and amounts stand in one line; a matching that keeps their order and
costs least decides, so that "300万营业额20万客户预算" reads as well as "营业额300万客户预算20万".
What a distance costs is counted in characters.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Mapping, Optional, Sequence

from nlu.amounts import COUNT, DURATION, MONEY, NUMBER, PERCENT, TIMES, Amount
from nlu.lexicon import Hit, Lexicon, WordFinder, longest
from nlu.word_table import skip_space_back

# Costs in characters of distance: arithmetic of the matching, not figures of the field.
UNMATCHED = 7.0
AFTER, WEAK_BREAK, STRONG_BREAK, AMOUNT_BETWEEN, REUSED = 1.0, 2.0, 6.0, 3.0, 3.0
PER_CHARACTER, PER_CUE_CHARACTER, LONGEST_CUE = 0.6, 0.35, 5
MAX_AMOUNTS, MAX_CUES = 60, 240
NO_CUE = "no_cue"

_WEAK = re.compile(r"[,，、:：\s(（)）\"“”]")
_STRONG = re.compile(r"[。！？!?；;\n…]")
_ASIDE = re.compile(r"\([^()]*\)|（[^（）]*）")


@dataclass(frozen=True)
class Cue:
    """A word that tells what a number is of; ``side`` is where it stands: ``before``, ``after`` or ``any``."""

    role: str
    side: str
    start: int
    end: int


@dataclass(frozen=True)
class Context:
    """What the words of one message say beside its amounts; all lists are by place."""

    text: str
    cues: tuple[Cue, ...]
    marks: tuple[Hit, ...]
    weak_breaks: tuple[int, ...]
    strong_breaks: tuple[int, ...]
    asides: tuple[tuple[int, int], ...] = ()

    def breaks_between(self, start: int, end: int) -> tuple[int, int]:
        """How many weak and strong breaks stand in ``text[start:end]``, but for what is said in brackets there."""
        parts = self._parts_said(start, end)
        return (
            sum(_count(self.weak_breaks, *part) for part in parts),
            sum(_count(self.strong_breaks, *part) for part in parts),
        )

    def said_between(self, start: int, end: int) -> str:
        """``text[start:end]`` without what is said in brackets."""
        return "".join(self.text[first:last] for first, last in self._parts_said(start, end))

    def _parts_said(self, start: int, end: int) -> list[tuple[int, int]]:
        parts = []
        for first, last in self.asides:
            if start <= first and last <= end:
                parts.append((start, first))
                start = last
        return [*parts, (start, end)]

    def clause_start(self, position: int) -> int:
        """Where the clause that holds ``position`` begins, after the last break of either kind."""
        return max(_last_before(self.weak_breaks, position), _last_before(self.strong_breaks, position)) + 1

    def clause_end(self, position: int) -> int:
        """Where the clause that ``position`` lies in or ends at is over."""
        breaks = (place for place in (*self.weak_breaks, *self.strong_breaks) if place >= position)
        return min(breaks, default=len(self.text))

    def sentence_start(self, position: int) -> int:
        """Where the sentence that holds ``position`` begins."""
        return _last_before(self.strong_breaks, position) + 1

    def marks_in(self, label: str, start: int, end: int) -> list[Hit]:
        """Marks of one label that lie in ``text[start:end]``."""
        return [mark for mark in self.marks if mark.label == label and start <= mark.start and mark.end <= end]


def _count(places: Sequence[int], start: int, end: int) -> int:
    return max(0, bisect_left(places, end) - bisect_left(places, start))


def _last_before(places: Sequence[int], position: int) -> int:
    index = bisect_left(places, position)
    return places[index - 1] if index else -1


class RoleReader:
    """Finds the words that tell roles, and matches amounts with them."""

    MARKS = ("others_people", "own_people", "past", "present", "totals", "goals")

    def __init__(self, words: Mapping[str, Any]) -> None:
        self._kinds = {role: frozenset(entry["kinds"]) for role, entry in words.items() if _is_role(entry)}
        cues: dict[str, list[str]] = {}
        for role, entry in words.items():
            if _is_role(entry):
                for side in ("any", "before", "after"):
                    cues[f"{role}|{side}"] = entry.get(side, [])
        self._cue_finder = WordFinder(cues)
        patterns = {role: entry["pattern"] for role, entry in words.items() if _is_role(entry) and "pattern" in entry}
        self._patterns = [(f"{role}|any", re.compile(pattern)) for role, pattern in patterns.items()]
        self._mark_finder = WordFinder({**{label: words[label] for label in self.MARKS}, "none": words["no_mark"]})
        self._finished, self._topic = str(words["finished"]), str(words["topic_marker"])
        self._staff_places = frozenset(words["staff_places"])
        self._money_like = frozenset(words["money_like"])
        self._counters_of_people = frozenset(words["counters_of_people"])
        self._departments = frozenset(words["departments"])
        self._lifetime_not_after = tuple(words["lifetime_not_after"])
        self._people_after, self._frequencies = tuple(words["people_after"]), frozenset(words["frequencies"])
        fillers = sorted((str(word) for word in words["fillers"]), key=len, reverse=True)
        self._fillers = re.compile("|".join(map(re.escape, fillers)))

    def context(self, text: str) -> Context:
        """The words beside the numbers of ``text``."""
        # 总预算的 in 总预算的话 is cut out of another word.
        hits = [*self._cue_finder.find(text), *self._by_pattern(text)]
        cues = _longest_cues([hit for hit in hits if not text.startswith(self._topic, hit.end - 1)])
        return Context(
            text,
            tuple(cues[:MAX_CUES]),
            tuple(longest(self._mark_finder.find(text))),
            tuple(match.start() for match in _WEAK.finditer(text) if not _joins(text, match.start())),
            tuple(match.start() for match in _STRONG.finditer(text)),
            tuple(match.span() for match in _ASIDE.finditer(text)),
        )

    def _by_pattern(self, text: str) -> list[Hit]:
        return [Hit(label, *match.span()) for label, pattern in self._patterns for match in pattern.finditer(text)]

    def roles(
        self, amounts: Sequence[Amount], context: Context, all_amounts: Sequence[Amount] = ()
    ) -> list[Optional[Cue]]:
        """For each amount the word that tells what it is of, or ``None``; words inside ``all_amounts`` tell nothing."""
        cues = [
            cue
            for cue in context.cues
            if not any(amount.start < cue.start and cue.end <= amount.end for amount in all_amounts or amounts)
        ]
        head = list(amounts[:MAX_AMOUNTS])
        starts = [amount.start for amount in head]
        costs = [[self._cost(amount, cue, context, starts) for cue in cues] for amount in head]
        return _match_in_order(costs, cues) + [None] * (len(amounts) - len(head))

    def _cost(self, amount: Amount, cue: Cue, context: Context, starts: Sequence[int]) -> Optional[float]:
        """What it costs to read ``amount`` as ``cue`` says, ``None`` if it cannot be."""
        if amount.kind not in self._kinds[cue.role] or not self._fits(amount, cue, context.text):
            return None
        before = cue.end <= amount.start or (cue.start <= amount.start and cue.end < amount.end)
        if cue.side == ("after" if before else "before") or (not before and cue.start < amount.end):
            return None
        start, end = (min(cue.end, amount.start), amount.start) if before else (amount.end, cue.start)
        if end - start > 30 and len(context.said_between(start, end)) > 30:
            return None
        # A space right before a number parts nothing: 花了 10万.
        weak, strong = context.breaks_between(start, skip_space_back(context.text, end) if before else end)
        if not before and (strong or weak > (cue.role == "share" and cue.side == "after")):
            return None
        if before and cue.side == "before" and weak + strong:
            return None
        gap = len(self._fillers.sub("", context.said_between(start, end)).replace(" ", "")) if end > start else 0
        if not before and cue.role in _PEOPLE and context.text[start:end] in self._counters_of_people:
            gap = 0
        if before and cue.role == "team_size" and cue.side == "before" and self._may_be_customers(amount, context):
            return None
        if cue.role == "team_part" and before and gap and context.text[amount.end :][:1].isalnum():
            return None
        if amount.kind == NUMBER and cue.role in _PEOPLE and (gap or (before and cue.role == "team_part")):
            return None
        if weak + strong and cue.role in _ANNUAL_COUNTS and context.text[: cue.end].endswith(self._finished):
            return None
        if (amount.faint or cue.end - cue.start == 1) and (gap or strong or weak or (amount.faint and end > start)):
            return None
        between = max(0, bisect_left(starts, end) - bisect_right(starts, start if before else amount.start))
        cost = gap * PER_CHARACTER + weak * WEAK_BREAK + strong * STRONG_BREAK + between * AMOUNT_BETWEEN
        if not before:
            cost += AFTER
        cost -= PER_CUE_CHARACTER * min(cue.end - cue.start, LONGEST_CUE)
        return cost if cost < UNMATCHED else None

    def counts_people(self, amount: Amount, text: str) -> bool:
        """Whether ``amount`` is of persons: 八个人, 仨人."""
        return amount.unit == "person" or (amount.unit == "thing" and text.startswith(self._people_after, amount.end))

    def _may_be_customers(self, amount: Amount, context: Context) -> bool:
        """新客少，全年就41个: what is not said to be persons may be of the customers named before."""
        if self.counts_people(amount, context.text):
            return False
        return any(cue.role in _CUSTOMERS and cue.end <= amount.start for cue in context.cues)

    def _fits(self, amount: Amount, cue: Cue, text: str) -> bool:
        """Whether the counter of ``amount`` goes with what ``cue`` names."""
        if cue.role == "team_part" and text[cue.start : cue.end] in self._departments:
            return self.counts_people(amount, text)
        if cue.role in _PEOPLE:
            if cue.end <= amount.start and amount.unit == "thing" and self.counts_people(amount, text):
                return True
            loose = cue.side == "before" or text[cue.start : cue.end] in self._staff_places
            if (
                loose
                and cue.end <= amount.start
                and (amount.kind == NUMBER or (amount.unit == "thing" and text[amount.end :][:1].isalnum()))
            ):
                return False
            return amount.unit in ("person", "thing", "") and (not amount.article or cue.role == "team_part")
        if cue.role in _CUSTOMERS:
            if amount.article:
                return False
            if amount.kind == MONEY:
                like_money = text[cue.start : cue.end] in self._money_like
                long = cue.end - cue.start > 1 or cue.side == "after"
                adjacent = long and (cue.start == amount.end or (cue.end == amount.start and not like_money))
                return amount.unit == "" and not amount.currency and adjacent
            return amount.unit in ("person", "thing", "organisation", "")
        if cue.role == "revenue" and cue.start >= amount.end:
            return amount.kind == MONEY
        if cue.role == "customer_budget" and text[cue.start : cue.end] in self._money_like:
            return amount.kind == MONEY and not amount.faint
        if cue.role == "orders_per_year" and amount.kind == NUMBER:
            return text[cue.start : cue.end] in self._frequencies
        if cue.role == "orders_per_year":
            return not (amount.article and amount.kind == COUNT) and amount.kind != COUNT or amount.unit == "order"
        if cue.role == "customer_lifetime_years":
            return amount.unit in ("year", "month", "") and not text.startswith(self._lifetime_not_after, amount.end)
        if cue.role == "other_count":
            return amount.kind != MONEY or amount.unit == ""
        return True


def _longest_cues(hits: Sequence[Hit]) -> list[Cue]:
    """Longest words by place; those that stand only behind an amount do not hide those that may stand before one."""
    kept: list[Cue] = []
    for behind in (False, True):
        for hit in longest(hit for hit in hits if hit.label.endswith("|after") == behind or hit.label.startswith(NO_CUE)):
            role, side = hit.label.split("|")
            if role != NO_CUE:
                kept.append(Cue(role, side, hit.start, hit.end))
    return sorted(kept, key=lambda cue: (cue.start, cue.end))


def _is_role(entry: Any) -> bool:
    return isinstance(entry, Mapping) and "kinds" in entry


def _joins(text: str, position: int) -> bool:
    """Whether a comma stands inside a number, or a space between words that are written with spaces."""
    before, after = text[max(0, position - 1) : position], text[position + 1 : position + 2]
    if text[position] in ",:":
        return before.isdigit() and text[position + 1 : position + 4].isdigit()
    return text[position].isspace() and (before + after).isascii() and (before + after).replace("%", "").isalnum()


_PEOPLE = frozenset({"team_size", "team_part"})
_CUSTOMERS = frozenset({"customers", "new_customers", "lost_customers"})
_ANNUAL_COUNTS = frozenset({"new_customers", "lost_customers"})


def _match_in_order(costs: Sequence[Sequence[Optional[float]]], cues: Sequence[Cue]) -> list[Optional[Cue]]:
    """The cheapest matching of amounts (rows) with cues (columns) in which no two pairs cross.

    A cue may serve a second amount at a price. Work is the product of both lengths.
    """
    columns = len(cues)
    best: list[list[float]] = [[0.0] * (columns + 1)]
    chosen: list[list[Optional[str]]] = []
    for row in costs:
        above, line = best[-1], [best[-1][0] + UNMATCHED]
        moves: list[Optional[str]] = ["skip"]
        for column in range(1, columns + 1):
            options = [(above[column] + UNMATCHED, "skip"), (line[column - 1], "left")]
            cost = row[column - 1]
            if cost is not None:
                options.append((above[column - 1] + cost, "match"))
                options.append((above[column] + cost + REUSED, "again"))
            total, move = min(options)
            line.append(total)
            moves.append(move)
        best.append(line)
        chosen.append(moves)
    return _traced(chosen, cues)


def _traced(chosen: Sequence[Sequence[Optional[str]]], cues: Sequence[Cue]) -> list[Optional[Cue]]:
    result: list[Optional[Cue]] = [None] * len(chosen)
    row, column = len(chosen), len(cues)
    while row > 0:
        move = chosen[row - 1][column]
        if move == "left":
            column -= 1
            continue
        if move in ("match", "again"):
            result[row - 1] = cues[column - 1]
        if move == "match":
            column -= 1
        row -= 1
    return result


@lru_cache(maxsize=2)
def role_reader(lexicon: Lexicon) -> RoleReader:
    """The reader over a lexicon, built once."""
    return RoleReader(lexicon["roles"])


BUDGETS = ("total_budget", "customer_budget")
YUAN_A_YEAR = frozenset({"total_budget", "revenue", "customer_budget", "spent", "needed", "gap"})
WHOLE_NUMBERS = frozenset({"team_size", "customers", "new_customers", "lost_customers"})
CONVERTED = YUAN_A_YEAR | _ANNUAL_COUNTS | {"orders_per_year"}
KINDS_OF_SLOT: Mapping[str, frozenset[str]] = {
    **{slot: frozenset({MONEY, NUMBER}) for slot in (*YUAN_A_YEAR, "avg_order_value")},
    **{slot: frozenset({COUNT, NUMBER, MONEY}) for slot in WHOLE_NUMBERS},
    "orders_per_year": frozenset({TIMES, NUMBER, COUNT}),
    "gross_margin": frozenset({PERCENT, NUMBER}),
    "customer_lifetime_years": frozenset({DURATION, NUMBER}),
    "share": frozenset({PERCENT, NUMBER}),
}
