"""Premises that change what is known: 预算砍两成呢 is a factor, 多加20万呢 a sum added.

They hold only under a premise (如果, 会怎样, what if); words stand in ``data/lexicon/corrections.yml``.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any, Mapping, Optional, Sequence

from nlu.amounts import COUNT, FACTOR, MONEY, NUMBER, PERCENT, TIMES, Amount
from nlu.fact import Fact
from nlu.interval import ONE
from nlu.lexicon import Hit, Lexicon, WordFinder, longest
from nlu.roles import KINDS_OF_SLOT, Context

HUNDRED = Decimal(100)
_SHARES = frozenset({"gross_margin", "share"})


class ChangeReader:
    """Reads relative premises as facts named ``factor`` and ``delta``, with the slot that they change in ``of``."""

    def __init__(self, words: Mapping[str, Any], points: Sequence[str], topic: str) -> None:
        self._premise = WordFinder({"premise": words["premises"]})
        self._moves = WordFinder(
            {"rise": {*words["rises"], *words["adds"]}, "fall": {*words["falls"], *words["takes"]}}
        )
        self._sums = WordFinder({"rise": words["adds"], "fall": words["takes"]})
        self._not_moved = tuple(words["not_moved"])
        self._parts = tuple(words["parts_of_known"])
        self._points, self._topic = tuple(points), topic

    def read(self, amounts: Sequence[Amount], context: Context) -> list[Fact]:
        """The changes supposed; none where the message supposes nothing."""
        relative = [amount for amount in amounts if amount.kind in (FACTOR, PERCENT, MONEY, COUNT, NUMBER, TIMES)]
        if not relative or not self.supposes(context):
            return []
        moves, sums = longest(self._moves.find(context.text)), longest(self._sums.find(context.text))
        return [fact for amount in relative for fact in [self._change(amount, moves, sums, context)] if fact]

    def supposes(self, context: Context) -> bool:
        """Whether the message speaks under a premise."""
        return any(not self._is_topic(hit, context) for hit in self._premise.find(context.text))

    def _is_topic(self, hit: Hit, context: Context) -> bool:
        """流失的话一年走掉60个: behind a noun of what is told it only names that."""
        is_marker = context.text.startswith(self._topic, hit.start)
        return is_marker and any(cue.end == hit.start and cue.side == "any" for cue in context.cues)

    def is_move(self, amount: Amount, context: Context) -> bool:
        """Whether a part of one tells by how much something rose or fell: no share and no margin."""
        return (
            amount.kind == PERCENT and self._move(amount, longest(self._moves.find(context.text)), context) is not None
        )

    def _change(self, amount: Amount, moves: Sequence[Hit], sums: Sequence[Hit], context: Context) -> Optional[Fact]:
        of = self._changed_slot(amount, context)
        if amount.value is None:
            return None
        if amount.kind == FACTOR:
            return Fact("factor", amount.value, amount.start, amount.end, of=of)
        if amount.kind == PERCENT:
            return self._of_part(amount, amount.value, self._move(amount, moves, context), of, context)
        if amount.kind == TIMES or (of is None and amount.unit == "person"):
            of = "orders_per_year" if amount.kind == TIMES else "team_size"
        move = self._move(amount, sums, context)
        fitting = amount.kind == MONEY or of in (
            "new_customers",
            "lost_customers",
            "customers",
            "team_size",
            "orders_per_year",
        )
        if move is None or not fitting:
            return None
        return Fact("delta", amount.value if move == "rise" else -amount.value, amount.start, amount.end, of=of)

    def _of_part(
        self, amount: Amount, part: Decimal, move: Optional[str], of: Optional[str], context: Context
    ) -> Optional[Fact]:
        if move is None:
            kept = context.text[: amount.start].endswith(self._parts) and of not in _SHARES
            return Fact("factor", part, amount.start, amount.end, of=of) if kept else None
        signed = part if move == "rise" else -part
        of = "customers" if of == "lost_customers" else of
        if of in _SHARES and context.text[: amount.end].endswith(self._points):
            return Fact("delta", signed * HUNDRED if of == "share" else signed, amount.start, amount.end, of=of)
        return Fact("factor", ONE + signed, amount.start, amount.end, of=of)

    def _move(self, amount: Amount, moves: Sequence[Hit], context: Context) -> Optional[str]:
        for hit in reversed(moves):
            gap = context.text[hit.end : amount.start]
            if hit.end <= amount.start and len(gap) <= 2 and gap.strip("了 个约by") == "":
                return None if context.text[: hit.start].endswith(self._not_moved) else hit.label
        return None

    @staticmethod
    def _changed_slot(amount: Amount, context: Context) -> Optional[str]:
        cues = [cue for cue in context.cues if cue.role in KINDS_OF_SLOT or cue.role == "budget"]
        near = [
            cue
            for cue in cues
            if cue.end <= amount.start
            and cue.end - cue.start > 1
            and not context.breaks_between(cue.end, amount.start)[1]
        ]
        after = [
            cue
            for cue in cues
            if amount.end <= cue.start <= amount.end + 2
            and cue.end - cue.start > 1
            and context.breaks_between(amount.end, cue.start) == (0, 0)
        ]
        nearest = near[-1] if near else after[0] if after else None
        if nearest is None:
            return None
        roles = [cue.role for cue in cues if (cue.start, cue.end) == (nearest.start, nearest.end)]
        role = next((role for role in roles if role != "share"), "share")
        return "customer_budget" if role == "budget" else role


@lru_cache(maxsize=2)
def change_reader(lexicon: Lexicon) -> ChangeReader:
    """The reader over a lexicon, built once."""
    return ChangeReader(lexicon["corrections"], lexicon["amounts"]["points"], str(lexicon["roles"]["topic_marker"]))
