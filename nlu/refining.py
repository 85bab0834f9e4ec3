"""What else beside a number says what it is of: a verb nearer than the noun, which customers, slang for money."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Mapping, Sequence

from nlu.amounts import COUNT, MONEY, TIMES, Amount, AmountReader
from nlu.drafts import OTHER, Asked, Draft, is_bare_count
from nlu.interval import MYRIAD
from nlu.periods import Period, PeriodReader
from nlu.roles import WHOLE_NUMBERS, YUAN_A_YEAR, Context, Cue, RoleReader

_BREAK = re.compile(r"[,，、:：;；。!！?？(（)）…\n]")
_OVERRULED: Mapping[str, frozenset[str]] = {
    "customer_budget": frozenset({"spent", "gap", "needed", "rest_needed"}),
    "budget": frozenset({"spent", "gap"}),
    "customers": frozenset({"new_customers", "lost_customers", "other_count"}),
    "share": frozenset(),
    **{
        slot: frozenset()
        for slot in (*YUAN_A_YEAR, *WHOLE_NUMBERS, "gross_margin", "avg_order_value")
        if slot not in ("customer_budget", "customers")
    },
}
"""Roles of nouns that a verb right before the amount overrules, and by which roles."""
_NOUNS = frozenset({"total_budget", "revenue", "gap"})
"""Roles of nouns before which a weak verb tells nothing of its own."""
_SLANG_ROLES = frozenset({*YUAN_A_YEAR, "allotted", "budget", "surplus", "rest_needed"})
_REACH_OF_VERBS = 4


class RoleRefiner:
    """Refines the roles that the matching of words with amounts gave."""

    def __init__(self, words: Mapping[str, Any], amounts: AmountReader, roles: RoleReader, periods: PeriodReader) -> None:
        self._amounts, self._roles, self._periods = amounts, roles, periods
        fillers = sorted(map(str, words["fillers"]), key=len, reverse=True)
        self._fillers = re.compile("|".join(map(re.escape, fillers)))
        self._after_slang, self._few_or_many = words["after_slang"], frozenset(words["few_or_many"])
        self._light_verbs = sorted(map(str, words["light_verbs"]), key=len, reverse=True)
        self._those_who = re.compile(words["those_who"])
        self._looking_after = re.compile(words["looking_after"])
        self._unwon = tuple(words["unwon"])
        self._weak = re.compile(words["weak_verbs"])
        self._left_over, self._lost_behind = re.compile(words["left_over"]), re.compile(words["lost_behind"])

    def refined(self, draft: Draft, amounts: Sequence[Amount], context: Context, asked: Asked) -> Draft:
        """``draft`` of one of ``amounts`` with the role that all words beside it give."""
        draft = self._with_noun_of_weak_verb(self._with_adjacent_verb(draft, context), context)
        draft = self._of_which_customers(self._as_slang(draft, context, asked), context)
        return self._with_interval_between_orders(draft, amounts, context)

    def _with_adjacent_verb(self, draft: Draft, context: Context) -> Draft:
        """A verb right before an amount decides over the noun farther off: 客户维护差五万 is a gap."""
        cue, amount = draft.cue, draft.amount
        if cue is None or cue.role not in _OVERRULED:
            return draft
        for verb in context.cues:
            if verb.role in _OVERRULED[cue.role] and verb.end <= amount.start and verb is not cue:
                if not self._fillers.sub("", context.text[verb.end : amount.start]) and cue.end <= max(
                    verb.start, cue.end
                ):
                    near = context.breaks_between(verb.end, amount.start) == (0, 0)
                    if near and amount.start - verb.end <= 6:
                        return replace(draft, role=verb.role, cue=verb)
        return self._with_hedged_cue(draft, context)

    def _with_noun_of_weak_verb(self, draft: Draft, context: Context) -> Draft:
        """总预算得有300万: a verb that says only that there is a sum leaves it to the noun right before it."""
        cue, text = draft.cue, context.text
        if cue is None or draft.role != "needed" or cue.side != "before" or not self._weak.fullmatch(text, cue.start, cue.end):
            return draft
        for noun in context.cues:
            between = text[noun.end : cue.start]
            if noun.role in _NOUNS and noun.side == "any" and noun.end <= cue.start and not self._fillers.sub("", between):
                return replace(draft, role=noun.role, cue=noun)
        return draft

    def _with_hedged_cue(self, draft: Draft, context: Context) -> Draft:
        cue = draft.cue
        if cue is None or cue.end > draft.amount.start or not draft.amount.interval.is_exact:
            return draft
        for verb in self._light_verbs:
            if context.text.endswith(verb, cue.end, draft.amount.start):
                place = draft.amount.start - len(verb)
                return replace(draft, amount=self._amounts.hedged_before(context.text, draft.amount, place))
        if self._fillers.sub("", context.text[cue.end : draft.amount.start]):
            return draft
        return replace(draft, amount=self._amounts.hedged_before(context.text, draft.amount, cue.start))

    def _of_which_customers(self, draft: Draft, context: Context) -> Draft:
        """流失的客户是9个, 35个客户不再合作: what stands beside a word of customers tells which ones."""
        cue, amount, text = draft.cue, draft.amount, context.text
        if draft.role in ("customers", "team_part") and self._is_of_staff(draft, context):
            return replace(draft, role=None, cue=None)
        if draft.role == "customers" and self._are_those_who(draft, text):
            return replace(draft, role="team_size")
        if cue is not None and draft.role == "new_customers" and text[: cue.start].endswith(self._unwon):
            return replace(draft, role=f"{OTHER}count")
        if cue is None or draft.role not in ("customers", "lost_customers"):
            return draft
        if draft.role == "lost_customers":
            kept = cue.end <= amount.start and self._left_over.search(text, cue.end, amount.start)
            return replace(draft, role="customers") if kept else draft
        if cue.start >= amount.end and self._lost_behind.match(text, cue.end):
            return replace(draft, role="lost_customers")
        for verb in reversed(context.cues):
            if verb.role not in ("lost_customers", "new_customers") or verb.side == "after" or verb.end > amount.start:
                continue
            before = verb.end <= cue.start and len(self._said_between(verb, draft, text)) <= _REACH_OF_VERBS
            between = cue.end <= verb.start <= cue.end + 1 and cue.end <= amount.start
            if (before or between) and not _BREAK.search(text, min(verb.end, cue.start), max(verb.start, cue.end)):
                return draft if self._left_over.search(text, verb.end, amount.start) else replace(draft, role=verb.role)
        return draft

    def _said_between(self, verb: Cue, draft: Draft, text: str) -> str:
        """What stands between a verb and a noun of customers beside the amount itself and words that fill."""
        cue, amount = draft.cue, draft.amount
        if cue is None or not verb.end <= amount.start <= cue.start:
            return text[verb.end : cue.start if cue else amount.start]
        return (self._fillers.sub("", text[verb.end : amount.start]) + text[amount.end : cue.start]).replace(" ", "")

    def _is_of_staff(self, draft: Draft, context: Context) -> bool:
        """会员办卡，屋头三个人: persons in a clause of their own are not what the clause before spoke of by the way."""
        cue, amount = draft.cue, draft.amount
        if cue is None or amount.unit != "person" or cue.end > amount.start:
            return False
        start = context.clause_start(amount.start)
        said = self._fillers.sub("", context.text[cue.end : start]).strip(" ,，、:：")
        aside = draft.role == "team_part" or (bool(said) and said not in self._few_or_many)
        return cue.end < start and aside

    def _are_those_who(self, draft: Draft, text: str) -> bool:
        """对接客户的26个人: persons who do something with customers are staff."""
        cue, amount = draft.cue, draft.amount
        if cue is None or cue.end > amount.start:
            return False
        looked_after = amount.kind == COUNT and self._looking_after.search(text[: cue.start]) is not None
        people = amount.unit == "person" or looked_after
        return people and self._those_who.fullmatch(text, cue.end, amount.start) is not None

    def _as_slang(self, draft: Draft, context: Context, asked: Asked) -> Draft:
        """20个 behind a word of money (预算一共20个) are 20万, unless a number of customers or staff is asked for."""
        amount = draft.amount
        counted = asked.slot in WHOLE_NUMBERS
        total = draft.cue is not None and bool(context.marks_in("totals", draft.cue.start, draft.cue.end))
        named = draft.role is not None and not total
        if named or counted or not is_bare_count(amount, context.text, self._after_slang):
            return draft
        as_money = replace(amount, kind=MONEY, unit="", interval=amount.interval.times(MYRIAD), has_unit=True)
        cue = self._roles.roles([as_money], context)[0]
        if cue is None or cue.role not in _SLANG_ROLES or cue.end > amount.start:
            return draft
        if total and context.breaks_between(cue.end, amount.start) != (0, 0):
            return draft
        return replace(draft, amount=as_money, cue=cue, role=cue.role)

    def _with_interval_between_orders(self, draft: Draft, amounts: Sequence[Amount], context: Context) -> Draft:
        """两个月来一次: the span before a number of times is its period."""
        if draft.amount.kind != TIMES:
            return draft
        for span in reversed([amount for amount in amounts if amount.end <= draft.amount.start]):
            gap = context.text[span.end : draft.amount.start]
            times = self._periods.once_per(span)
            if times is None or len(gap) > 6 or context.breaks_between(span.end, draft.amount.start) != (0, 0):
                return draft
            role = draft.role if draft.role and not draft.role.startswith(OTHER) else draft.role or "orders_per_year"
            return replace(draft, period=Period(span.unit, times), role=role)
        return draft
