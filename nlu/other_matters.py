"""Numbers that are no facts of her company: of another matter, of others, wished for, or asked about."""

from __future__ import annotations

import re
from typing import Any, Mapping

from nlu.amounts import COUNT, FACTOR, MEASURE, NUMBER, PERCENT, TIMES, Amount
from nlu.changes import ChangeReader
from nlu.drafts import Asked, Draft
from nlu.periods import PeriodReader
from nlu.roles import YUAN_A_YEAR, Context

_REACH_OF_OTHERS = 16


class OtherMatters:
    """Tells which amounts and drafts are no facts."""

    def __init__(self, words: Mapping[str, Any], asking: Mapping[str, Any], periods: PeriodReader, changes: ChangeReader) -> None:
        self._periods, self._changes = periods, changes
        fillers = sorted(map(str, words["fillers"]), key=len, reverse=True)
        self._fillers = re.compile("|".join(map(re.escape, fillers)))
        self._enough_asked = tuple(asking["enough_asked"])
        self._questioned_before, self._questioned_behind = (
            re.compile(asking[key]) for key in ("questioned_before", "questioned_behind")
        )
        self._other_matters, self._other_shares = tuple(words["other_matters"]), tuple(words["other_shares"])
        self._expense_items = tuple(words["expense_items"])
        self._field_words, self._hiring = (*words["field_words"], *words["whole_budgets"]), tuple(words["hiring"])
        self._not_bought = re.compile(words["not_bought"])
        self._bookkeepers = re.compile(words["bookkeepers"])
        self._bare_shares, self._kinds_of_customers, self._money_named = (
            tuple(words[key]) for key in ("bare_shares", "kinds_of_customers", "money_named")
        )

    def holds(self, draft: Draft, context: Context, asked: Asked) -> bool:
        """Whether the number is of her company and told, not wished for or asked about."""
        if self._is_not_bought(draft, context) or self._changes.is_move(draft.amount, context):
            return False
        if self._asks_enough(draft, context) or self._is_questioned(draft, context):
            return False
        if self._is_share_of_an_expense(draft, context):
            return False
        of_field = self._may_be_margin(draft, asked) or not self._of_another_matter(draft, context, asked)
        return of_field and not self._is_wanted_staff(draft, context)

    def may_be_fact(self, amount: Amount) -> bool:
        if (
            amount.kind in (MEASURE, FACTOR)
            or self._periods.is_period(amount)
            or (amount.faint and amount.interval.is_range)
        ):
            return False
        return not (amount.article and amount.kind == NUMBER)

    def _of_another_matter(self, draft: Draft, context: Context, asked: Asked) -> bool:
        """Money spent on a journey, a share of wages, staff that left: what the message is about is not our field."""
        text, cue = context.text, draft.cue
        if cue is not None and draft.role == "share" and text[cue.start : cue.end] in self._bare_shares:
            kinds = any(word in text[: draft.amount.start] for word in self._kinds_of_customers)
            if kinds and not any(word in text for word in self._money_named):
                return True
        if cue is None or any(word in text for word in self._field_words):
            return False
        if draft.role == "share":
            return any(word in text for word in self._other_shares)
        verb_only = draft.role == "budget" or cue.side == "before" or cue.end - cue.start <= 2
        money = draft.role in ("spent", "needed", "gap", "allotted", "budget")
        if not (money and verb_only):
            return False
        if asked.slot in YUAN_A_YEAR:
            # 花了20万吧，我老婆记的账: behind the answer only what its own clause names is another matter.
            text = text[context.clause_start(min(cue.start, draft.amount.start)) : context.clause_end(draft.amount.end)]
        text = self._bookkeepers.sub("", text)
        # 房租进货人工全算上，六十来万: what the whole is asked for is made of.
        parts = self._expense_items if asked.slot == "total_budget" else ()
        return any(word in text for word in self._other_matters if not word.startswith(parts))

    @staticmethod
    def _may_be_margin(draft: Draft, asked: Asked) -> bool:
        """为什么要问我毛利率？我们是22%: the answer to the question for the margin, though it speaks of it."""
        return draft.amount.kind == PERCENT and asked.slot == "gross_margin"

    def _is_share_of_an_expense(self, draft: Draft, context: Context) -> bool:
        """总预算九百万，油钱占一大半: what takes the share is named right before the word."""
        cue = draft.cue
        return draft.role == "share" and cue is not None and context.text[: cue.start].endswith(self._expense_items)

    def _is_wanted_staff(self, draft: Draft, context: Context) -> bool:
        """想招3个客服: people who are not there."""
        people = draft.role in ("team_part", "team_size") or (draft.role is None and draft.amount.unit == "person")
        before = self._fillers.sub("", context.text[max(0, draft.amount.start - 10) : draft.amount.start])
        return people and before.endswith(self._hiring)

    def _asks_enough(self, draft: Draft, context: Context) -> bool:
        """要100万够吗: a sum that she asks about."""
        return draft.role == "needed" and context.text.startswith(self._enough_asked, draft.amount.end)

    def _is_not_bought(self, draft: Draft, context: Context) -> bool:
        """谁家也不会买两回: how often nobody buys."""
        amount = draft.amount
        if amount.kind not in (TIMES, COUNT) or draft.role not in ("orders_per_year", None):
            return False
        return self._not_bought.search(context.text, context.clause_start(amount.start), amount.start) is not None

    def _is_questioned(self, draft: Draft, context: Context) -> bool:
        """这个5到15是哪儿来的数, 为什么是30万: a figure of which she asks where it comes from."""
        text, amount = context.text, draft.amount
        if self._questioned_behind.match(text, amount.end):
            return True
        return draft.role is None and self._questioned_before.search(text[max(0, amount.start - 10) : amount.start]) is not None

    def of_others(self, draft: Draft, context: Context) -> bool:
        """Whether the number is a competitor's, a friend's or a book's: the nearest speaker before it decides."""
        start, clause = context.sentence_start(draft.amount.start), context.clause_start(draft.amount.start)
        others = context.marks_in("others_people", start, draft.amount.start)
        own = context.marks_in("own_people", start, draft.amount.start)
        if not others or (own and own[-1].start > others[-1].start):
            return False
        return others[-1].end > clause or draft.amount.start - others[-1].end <= _REACH_OF_OTHERS
