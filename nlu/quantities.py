"""Facts that are numbers: amounts with their roles, cleared of what is denied, outdated or of another matter."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Mapping, Sequence

from nlu.amounts import (
    COUNT,
    FACTOR,
    MEASURE,
    MONEY,
    NUMBER,
    PERCENT,
    TIMES,
    Amount,
    AmountReader,
    amount_reader,
)
from nlu.changes import ChangeReader, change_reader
from nlu.drafts import OTHER, Asked, Draft, is_bare_count, rank, whole
from nlu.fact import Fact
from nlu.interval import MYRIAD, ONE, Interval
from nlu.lexicon import Lexicon
from nlu.periods import ONCE, Period, PeriodReader, period_reader
from nlu.retractions import RetractionReader, retraction_reader
from nlu.roles import CONVERTED, KINDS_OF_SLOT, WHOLE_NUMBERS, YUAN_A_YEAR, Context, Cue, RoleReader, role_reader
from nlu.settling import Settler, settler
from nlu.wordless import WordlessReader, wordless_reader

_BREAK = re.compile(r"[,，、:：;；。!！?？(（)）…\n]")
HUNDRED, MONTHS = Decimal(100), Decimal(12)
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
_SLANG_ROLES = frozenset({*YUAN_A_YEAR, "allotted", "budget", "surplus", "rest_needed"})
_REACH_OF_OTHERS, _REACH_OF_VERBS = 16, 4


class QuantityReader:
    """Reads the numeric facts of a message."""

    def __init__(
        self,
        amounts: AmountReader,
        roles: RoleReader,
        periods: PeriodReader,
        changes: ChangeReader,
        retractions: RetractionReader,
        slots: Settler,
        wordless: WordlessReader,
        lexicon: Lexicon,
    ) -> None:
        self._amounts, self._roles, self._periods, self._changes = amounts, roles, periods, changes
        self._retractions, self._settler, self._wordless = retractions, slots, wordless
        words = lexicon["roles"]
        self._unit_asked_below = Decimal(str(lexicon.widths["unit_asked_below"]))
        fillers = sorted(map(str, words["fillers"]), key=len, reverse=True)
        self._fillers = re.compile("|".join(map(re.escape, fillers)))
        self._enough_asked = tuple(lexicon["corrections"]["enough_asked"])
        self._after_slang, self._zero_asked = words["after_slang"], frozenset(words["zeros"]["asked"])
        self._other_matters, self._other_shares = tuple(words["other_matters"]), tuple(words["other_shares"])
        self._field_words = tuple(words["field_words"])
        self._foreseen = re.compile(words["foreseen"])
        self._light_verbs = sorted(map(str, words["light_verbs"]), key=len, reverse=True)
        self._whole_team, self._few_or_many = frozenset(words["whole_team"]), frozenset(words["few_or_many"])
        self._bare_shares, self._kinds_of_customers, self._money_named = (
            tuple(words[key]) for key in ("bare_shares", "kinds_of_customers", "money_named")
        )
        moved = sorted(map(str, lexicon["corrections"]["moved_to"]), key=len, reverse=True)
        either = "|".join(map(re.escape, moved))
        self._moved_to, self._begins_moved = re.compile(f"(?:{either})\\s?(?:了|个)?$"), re.compile(either)
        self._unwon = tuple(words["unwon"])
        self._hiring = tuple(words["hiring"])
        self._left_over, self._lost_behind = re.compile(words["left_over"]), re.compile(words["lost_behind"])

    # -- the whole message -----------------------------------------------------------------------------------

    def read(self, text: str, amounts: Sequence[Amount], asked: Asked) -> list[Fact]:
        """Numeric facts by place; ``amounts`` are those of ``text``."""
        context = self._roles.context(text)
        amounts = self._periods.with_spans(amounts, text)
        none = self._wordless.nothing(text, asked, amounts)
        amounts = [amount for amount in amounts if not _touches(amount.start, amount.end, none)]
        changes = self._changes.read(amounts, context)
        changed = {fact.start for fact in changes}
        drafts = self._drafts([amount for amount in amounts if amount.start not in changed], context, asked)
        drafts = self._with_supposed_share(drafts, context, asked)
        drafts = self._retractions.without_retracted(drafts, context)
        drafts = [self._marked(draft, context) for draft in drafts if not self._of_others(draft, context)]
        drafts = self._sums_of_parts(self._this_years(drafts, context), context, asked)
        facts = self._facts(self._one_for_each(self._settler.slots(drafts, context, asked)))
        facts += self._wordless.team(text, facts, asked)
        told = {fact.name for fact in facts}
        return sorted(
            [*facts, *changes, *(fact for fact in none if fact.name not in told)], key=lambda fact: fact.start
        )

    def _with_supposed_share(self, drafts: Sequence[Draft], context: Context, asked: Asked) -> list[Draft]:
        """如果降到18%呢 behind advice on a share: what a bare percentage moves to is the share."""
        drafts = [self._as_share(draft, context) if draft.role == "share" else draft for draft in drafts]
        if asked.topic != "budget_share" or asked.slot == "gross_margin" or any(d.role == "share" for d in drafts):
            return drafts
        return [self._as_share(draft, context) if self._is_bare_move(draft, context) else draft for draft in drafts]

    def _as_share(self, draft: Draft, context: Context) -> Draft:
        """压到8% is 8%, not at most that."""
        interval = draft.amount.interval
        moved = self._begins_moved.match(context.text, draft.amount.start) is not None
        if moved and interval.low is None and interval.high is not None and self._changes.supposes(context):
            draft = replace(draft, amount=replace(draft.amount, interval=Interval.exactly(interval.high)))
        return replace(draft, role="share")

    def _is_bare_move(self, draft: Draft, context: Context) -> bool:
        named = draft.cue is not None and draft.cue.role != f"{OTHER}percent"
        if draft.amount.kind != PERCENT or draft.amount.unit != "percent" or named:
            return False
        text, start = context.text, draft.amount.start
        moved = self._moved_to.search(text, context.sentence_start(start), start) or self._begins_moved.match(text, start)
        return moved is not None and self._changes.supposes(context)

    def _drafts(self, amounts: Sequence[Amount], context: Context, asked: Asked) -> list[Draft]:
        periods = dict(zip((amount.start for amount in amounts), self._periods.periods(amounts, context)))
        jobs = {cue.start for cue in context.cues if cue.role == "team_part"}
        measured = [
            amount for amount in amounts if self._may_be_fact(amount) or (amount.article and amount.end in jobs)
        ]
        cues = self._roles.roles(measured, context, amounts)
        drafts = [
            self._with_adjacent_verb(Draft(amount, periods[amount.start], cue, cue.role if cue else None), context)
            for amount, cue in zip(measured, cues)
        ]
        drafts = [self._of_which_customers(self._as_slang(draft, context, asked), context) for draft in drafts]
        return [
            self._with_interval_between_orders(draft, amounts, context)
            for draft in drafts
            if not self._is_move(draft, context)
            and not self._asks_enough(draft, context)
            and (self._may_be_margin(draft, asked) or not self._of_another_matter(draft, context))
            and not self._is_wanted_staff(draft, context)
        ]

    @staticmethod
    def _may_be_margin(draft: Draft, asked: Asked) -> bool:
        """为什么要问我毛利率？我们是22%: the answer to the question for the margin, though it speaks of it."""
        return draft.amount.kind == PERCENT and asked.slot == "gross_margin"

    def _of_another_matter(self, draft: Draft, context: Context) -> bool:
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
        return money and verb_only and any(word in text for word in self._other_matters)

    def _is_wanted_staff(self, draft: Draft, context: Context) -> bool:
        """想招3个客服: people who are not there."""
        people = draft.role in ("team_part", "team_size") or (draft.role is None and draft.amount.unit == "person")
        before = self._fillers.sub("", context.text[max(0, draft.amount.start - 10) : draft.amount.start])
        return people and before.endswith(self._hiring)

    def _is_move(self, draft: Draft, context: Context) -> bool:
        return draft.amount.kind == PERCENT and self._changes.is_move(draft.amount, context)

    def _asks_enough(self, draft: Draft, context: Context) -> bool:
        """要100万够吗: a sum that she asks about."""
        return draft.role == "needed" and context.text.startswith(self._enough_asked, draft.amount.end)

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

    def _may_be_fact(self, amount: Amount) -> bool:
        if (
            amount.kind in (MEASURE, FACTOR)
            or self._periods.is_period(amount)
            or (amount.faint and amount.interval.is_range)
        ):
            return False
        return not (amount.article and amount.kind == NUMBER)

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

    # -- what does not hold ----------------------------------------------------------------------------------

    def _of_others(self, draft: Draft, context: Context) -> bool:
        """Whether the number is a competitor's, a friend's or a book's: the nearest speaker before it decides."""
        start, clause = context.sentence_start(draft.amount.start), context.clause_start(draft.amount.start)
        others = context.marks_in("others_people", start, draft.amount.start)
        own = context.marks_in("own_people", start, draft.amount.start)
        if not others or (own and own[-1].start > others[-1].start):
            return False
        return others[-1].end > clause or draft.amount.start - others[-1].end <= _REACH_OF_OTHERS

    def _marked(self, draft: Draft, context: Context) -> Draft:
        start = context.clause_start(draft.amount.start)
        if draft.cue is not None and draft.cue.start < start:
            start = context.clause_start(draft.cue.start)
        last = {
            label: context.marks_in(label, start, draft.amount.start)
            for label in ("past", "present", "totals", "goals")
        }
        past, present = last["past"], last["present"]
        is_past = bool(past) and not (present and present[-1].start > past[-1].start)
        if past or present or last["totals"]:
            draft = replace(draft, past=is_past, present=bool(present) and not is_past, total=bool(last["totals"]))
        if draft.role == "team_size" and draft.cue and context.text[draft.cue.start : draft.cue.end] in self._whole_team:
            draft = replace(draft, total=True)
        if last["goals"] and draft.role in ("revenue", "new_customers", "customers"):
            return replace(draft, role=f"{OTHER}goal")
        return draft

    @staticmethod
    def _one_for_each(drafts: Sequence[Draft]) -> list[Draft]:
        """One draft for each slot: a total before a part, this year's before last year's, the first before the next."""
        best: dict[str, Draft] = {}
        rest: list[Draft] = []
        for draft in drafts:
            if draft.role is None or draft.role not in KINDS_OF_SLOT:
                rest.append(draft)
                continue
            known = best.get(draft.role)
            if known is None or rank(draft) > rank(known):
                best[draft.role] = draft
        return [*best.values(), *rest]

    def _this_years(self, drafts: Sequence[Draft], context: Context) -> list[Draft]:
        """去年新客80个，今年才35个: a number of this year that no noun names is of what was told of last year."""
        found = list(drafts)
        for index in range(1, len(found)):
            draft, before = found[index], found[index - 1]
            foreseen = self._foreseen.search(context.text, before.amount.end, draft.amount.start)
            present = draft.present or bool(context.marks_in("present", before.amount.end, draft.amount.start))
            loose = not foreseen and (draft.role is None or draft.cue is not None and draft.cue.side == "before")
            if loose and present and before.past and before.role and draft.amount.kind == before.amount.kind:
                found[index] = replace(draft, role=before.role, present=True)
        return found

    def _sums_of_parts(self, drafts: Sequence[Draft], context: Context, asked: Asked) -> list[Draft]:
        """广告四万，送礼两万，一共六万: a sum of what was listed before it answers for all of it."""
        found = list(drafts)
        for index in range(2, len(found)):
            parts = self._parts_of(found[: index], found[index], context)
            if not parts:
                continue
            named = [part.role for part in parts if part.role in YUAN_A_YEAR]
            role = named[0] if named else asked.slot if asked.slot in YUAN_A_YEAR else None
            if role is not None:
                found[index] = replace(found[index], role=role, total=True, replaces=True)
        return found

    @staticmethod
    def _parts_of(before: Sequence[Draft], total: Draft, context: Context) -> list[Draft]:
        """The exact sums right before ``total`` that add up to it, two or more; none where it has a role of its own."""
        free = total.role is None or total.role.startswith(OTHER)
        marked = context.marks_in("totals", before[-1].amount.end, total.amount.start)
        if not (free and marked and total.amount.kind == MONEY and total.amount.interval.is_exact):
            return []
        parts: list[Draft] = []
        rest = total.amount.interval.known_end
        for draft in reversed(before):
            if draft.amount.kind != MONEY or not draft.amount.interval.is_exact or rest <= 0:
                break
            parts.append(draft)
            rest -= draft.amount.interval.known_end
        return parts[::-1] if not rest and len(parts) > 1 else []

    # -- facts ---------------------------------------------------------------------------------------------------

    def _facts(self, drafts: Sequence[Draft]) -> list[Fact]:
        named = [draft for draft in drafts if draft.role in KINDS_OF_SLOT]
        facts = [self._fact(draft) for draft in named if draft.role in self._zero_asked or draft.amount.value != 0]
        facts += [
            self._number(draft)
            for draft in drafts
            if draft.role is None
            and draft.amount.kind in (MONEY, PERCENT, NUMBER, COUNT)
            and not draft.amount.faint
            and not (draft.amount.article or draft.amount.unit in ("shares", "splits", "fraction"))
        ]
        return facts

    def _fact(self, draft: Draft) -> Fact:
        slot = draft.role or ""
        interval = self._canonical(draft, slot)
        unclear = (
            slot in YUAN_A_YEAR
            and draft.amount.kind == NUMBER
            and not draft.amount.has_unit
            and 0 < interval.known_end < self._unit_asked_below
        )
        return Fact(
            slot,
            interval.centre,
            draft.amount.start,
            draft.amount.end,
            interval,
            period=draft.period.name if draft.period else None,
            unit_unclear=unclear,
            currency=draft.amount.currency or None,
            corrects=draft.corrects,
            was=draft.was,
            rest=draft.rest,
        )

    def _canonical(self, draft: Draft, slot: str) -> Interval:
        amount = draft.amount
        interval = amount.interval
        if slot in CONVERTED and draft.period is not None and draft.period.name != ONCE:
            interval = interval.times(draft.period.times_a_year)
        if slot == "share":
            interval = interval.times(HUNDRED) if amount.kind == PERCENT else interval
        elif slot == "gross_margin" and amount.kind == NUMBER and interval.known_end >= 1:
            interval = interval.times(ONE / HUNDRED)
        elif slot == "customer_lifetime_years" and amount.unit == "month":
            interval = interval.times(ONE / MONTHS)
        return whole(interval) if slot in WHOLE_NUMBERS else interval

    @staticmethod
    def _number(draft: Draft) -> Fact:
        amount = draft.amount
        return Fact(
            "number",
            amount.value,
            amount.start,
            amount.end,
            amount.interval,
            kind=amount.kind,
            period=draft.period.name if draft.period else None,
            currency=amount.currency or None,
            corrects=draft.corrects,
            was=draft.was,
        )


def _touches(start: int, end: int, facts: Sequence[Fact]) -> bool:
    return any(start < fact.end and fact.start < end for fact in facts)


@lru_cache(maxsize=2)
def quantity_reader(lexicon: Lexicon) -> QuantityReader:
    """The reader over a lexicon, built once."""
    return QuantityReader(
        amount_reader(lexicon),
        role_reader(lexicon),
        period_reader(lexicon),
        change_reader(lexicon),
        retraction_reader(lexicon),
        settler(lexicon),
        wordless_reader(lexicon),
        lexicon,
    )
