"""Facts that are numbers: amounts with their roles, cleared of what is denied, outdated or of another matter."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, Mapping, Optional, Sequence

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
from nlu.fact import Fact
from nlu.lexicon import Lexicon, WordFinder, longest
from nlu.numerals import MYRIAD, ONE, Interval
from nlu.periods import ONCE, Period, PeriodReader, period_reader
from nlu.roles import CONVERTED, KINDS_OF_SLOT, WHOLE_NUMBERS, YUAN_A_YEAR, Context, Cue, RoleReader, role_reader

HUNDRED, MONTHS = Decimal(100), Decimal(12)
_BUDGETS = ("total_budget", "customer_budget")
_OVERRULED: Mapping[str, frozenset[str]] = {
    "customer_budget": frozenset({"spent", "gap", "needed", "rest_needed"}),
    "budget": frozenset({"spent", "gap"}),
    "customers": frozenset({"new_customers", "lost_customers"}),
    "share": frozenset(),
    **{
        slot: frozenset()
        for slot in (*YUAN_A_YEAR, *WHOLE_NUMBERS, "gross_margin", "avg_order_value")
        if slot not in ("customer_budget", "customers")
    },
}
"""Roles of nouns that a verb right before the amount overrules, and by which roles."""
_SLANG_ROLES = frozenset({*YUAN_A_YEAR, "allotted", "budget", "surplus"})
_OTHER = "other_"
_REACH_OF_OTHERS = 16
_CHANGE_SPAN = 14


@dataclass(frozen=True)
class Draft:
    """An amount on its way to a fact."""

    amount: Amount
    period: Optional[Period]
    cue: Optional[Cue]
    role: Optional[str]
    past: bool = False
    present: bool = False
    total: bool = False
    corrects: bool = False
    was: Optional[Decimal] = None
    rest: bool = False


@dataclass(frozen=True)
class Asked:
    """The dialogue's state: the slot waited for, the question under way (names or ``None``)."""

    slot: Optional[str] = None
    topic: Optional[str] = None


class QuantityReader:
    """Reads the numeric facts of a message."""

    def __init__(
        self,
        amounts: AmountReader,
        roles: RoleReader,
        periods: PeriodReader,
        changes: ChangeReader,
        words: Mapping[str, Any],
        corrections: Mapping[str, Any],
        table: Mapping[str, Any],
    ) -> None:
        self._amounts, self._roles, self._periods, self._changes = amounts, roles, periods, changes
        self._unit_asked_below = Decimal(str(table["unit_asked_below"]))
        self._team_phrases = {phrase: Decimal(number) for phrase, number in words["team_phrases"].items()}
        self._team_finder = WordFinder({"team": words["team_phrases"]})
        fillers = "|".join(re.escape(str(word)) for word in sorted(words["fillers"], key=len, reverse=True))
        negations = "|".join(map(re.escape, sorted(corrections["number_negations"], key=len, reverse=True)))
        self._fillers = re.compile(fillers)
        self._negated = re.compile(f"(?:{negations})\\s?(?:{fillers}){{0,4}}\\s?$")
        self._taken_back = re.compile("^.?(?:" + "|".join(map(re.escape, corrections["taken_back_after"])) + ")")
        self._takes_back = WordFinder({"back": corrections["takes_back"]})
        self._from = re.compile(
            "(?:" + "|".join(map(re.escape, corrections["from_words"])) + f")\\s?(?:{fillers}){{0,3}}$"
        )
        change_words = sorted(corrections["change_words"], key=len, reverse=True)
        self._change = re.compile(
            "(?:" + "|".join(map(re.escape, change_words)) + f")(?:了)?\\s?(?:{fillers}){{0,3}}\\s?$"
        )
        clear = "|".join(re.escape(word) for word in change_words if len(word) > 1 and not word.isascii())
        self._clear_change = re.compile(f"(?:{clear})(?:了)?\\s?(?:{fillers}){{0,3}}\\s?$")
        then = "|".join(map(re.escape, sorted(corrections["then_words"], key=len, reverse=True)))
        self._then = re.compile(f"[,，。;；!！\\s](?:{then})\\s?(?:{fillers}){{0,3}}$")
        self._enough_asked = tuple(corrections["enough_asked"])
        self._spending, self._giving = frozenset(words["spending_verbs"]), frozenset(words["giving_verbs"])
        self._share_asked, self._lacking = tuple(words["share_asked"]), tuple(words["lacking"])
        self._annual_budgets, self._this_or_that = frozenset(words["annual_budgets"]), tuple(words["this_or_that"])
        staff = sorted((*words["staff_fillers"], *words["fillers"]), key=lambda word: -len(str(word)))
        self._staff_fillers = re.compile("|".join(re.escape(str(word)) for word in staff))
        self._after_slang = words["after_slang"]
        self._other_matters, self._other_shares = tuple(words["other_matters"]), tuple(words["other_shares"])
        self._pairs = frozenset(words["pair_beginnings"])
        self._field_words, self._team_after = tuple(words["field_words"]), tuple(words["team_phrase_after"])
        zeros = words["zeros"]
        self._zeros = WordFinder(zeros["anywhere"])
        self._zero_answers, self._zero_asked = tuple(map(str, zeros["answers"])), frozenset(zeros["asked"])

    # -- the whole message -----------------------------------------------------------------------------------

    def read(self, text: str, amounts: Sequence[Amount], asked: Asked) -> list[Fact]:
        """Numeric facts by place; ``amounts`` are those of ``text``."""
        context = self._roles.context(text)
        none = self._nothing(text, asked)
        amounts = [amount for amount in amounts if not _touches(amount.start, amount.end, none)]
        changes = self._changes.read(amounts, context)
        supposed = {fact.start for fact in changes}
        drafts = self._drafts([amount for amount in amounts if amount.start not in supposed], context)
        drafts = self._without_denied(drafts, context)
        drafts = self._after_changes(drafts, context)
        drafts = [self._marked(draft, context) for draft in drafts if not self._of_others(draft, context)]
        drafts = self._for_question(self._settled(drafts, context, asked), asked)
        drafts = self._with_units_of_neighbours(self._parts_as_sums(drafts, context))
        facts = self._facts(self._one_for_each(drafts))
        facts += self._team_in_words(text, facts, asked)
        told = {fact.name for fact in facts}
        return sorted(
            [*facts, *changes, *(fact for fact in none if fact.name not in told)], key=lambda fact: fact.start
        )

    def _drafts(self, amounts: Sequence[Amount], context: Context) -> list[Draft]:
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
        drafts = [self._as_slang(draft, context) for draft in drafts]
        return [
            self._with_interval_between_orders(draft, amounts, context)
            for draft in drafts
            if not self._is_move(draft, context)
            and not self._asks_enough(draft, context)
            and not self._of_another_matter(draft, context)
        ]

    def _of_another_matter(self, draft: Draft, context: Context) -> bool:
        """Money spent on a journey, a share of wages, staff that left: what the message is about is not our field."""
        text, cue = context.text, draft.cue
        if cue is None or any(word in text for word in self._field_words):
            return False
        if draft.role == "share":
            return any(word in text for word in self._other_shares)
        verb_only = draft.role == "budget" or cue.side == "before" or cue.end - cue.start <= 2
        money = draft.role in ("spent", "needed", "gap", "allotted", "budget")
        return money and verb_only and any(word in text for word in self._other_matters)

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
        if self._fillers.sub("", context.text[cue.end : draft.amount.start]):
            return draft
        return replace(draft, amount=self._amounts.hedged_before(context.text, draft.amount, cue.start))

    def _as_slang(self, draft: Draft, context: Context) -> Draft:
        """20个 behind a word of money are 20万."""
        amount = draft.amount
        if draft.role is not None or not _is_bare_count(amount, context.text, self._after_slang):
            return draft
        as_money = replace(amount, kind=MONEY, unit="", interval=amount.interval.times(MYRIAD), has_unit=True)
        cue = self._roles.roles([as_money], context)[0]
        if cue is None or cue.role not in _SLANG_ROLES or cue.end > amount.start:
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
            role = draft.role if draft.role and not draft.role.startswith(_OTHER) else draft.role or "orders_per_year"
            return replace(draft, period=Period(span.unit, times), role=role)
        return draft

    # -- what does not hold ----------------------------------------------------------------------------------

    def _without_denied(self, drafts: Sequence[Draft], context: Context) -> list[Draft]:
        text = context.text
        denied = [
            draft
            for draft in drafts
            if self._negated.search(text[max(0, draft.amount.start - 12) : draft.amount.start])
            or self._taken_back.match(text[draft.amount.end : draft.amount.end + 8])
        ]
        corrects = bool(denied) or bool(self._takes_back.find(text))
        gone = {draft.amount.value for draft in denied}
        kept = [replace(draft, corrects=corrects) for draft in drafts if draft.amount.value not in gone]
        if len(denied) == 1:
            kept = [self._instead(draft, denied[0]) for draft in kept]
        return kept

    @staticmethod
    def _instead(draft: Draft, denied: Draft) -> Draft:
        """The number that stands for a denied one takes over its role and says what it replaces."""
        if draft.role not in (None, denied.role) or (draft.amount.kind != denied.amount.kind and draft.role is None):
            return draft
        return replace(
            draft, role=draft.role or denied.role, was=denied.amount.value, period=draft.period or denied.period
        )

    def _after_changes(self, drafts: Sequence[Draft], context: Context) -> list[Draft]:
        """从三十万砍到十二万: only the later number holds, in the role of the earlier."""
        kept: list[Draft] = []
        for draft in drafts:
            earlier = kept[-1] if kept else None
            if earlier is not None and self._is_change(earlier.amount, draft.amount, context):
                kept.pop()
                between = draft.cue is not None and earlier.amount.end <= draft.cue.start
                if earlier.role and (draft.role is None or between):
                    draft = replace(draft, role=earlier.role, period=draft.period or earlier.period)
            kept.append(draft)
        return kept

    def _is_change(self, earlier: Amount, later: Amount, context: Context) -> bool:
        text = context.text
        between = text[earlier.end : later.start]
        if len(between) > _CHANGE_SPAN or context.breaks_between(earlier.end, later.start)[1]:
            return False
        if earlier.kind != later.kind and NUMBER not in (earlier.kind, later.kind):
            return False
        if earlier.interval.centre is None and self._then.search(between):
            return True
        if self._clear_change.search(between):
            return True
        return bool(self._from.search(text[max(0, earlier.start - 8) : earlier.start]) and self._change.search(between))

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
        draft = replace(draft, past=is_past, present=bool(present) and not is_past, total=bool(last["totals"]))
        if last["goals"] and draft.role in ("revenue", "new_customers", "customers"):
            return replace(draft, role=f"{_OTHER}goal")
        return draft

    # -- what was meant ----------------------------------------------------------------------------------------

    def _settled(self, drafts: Sequence[Draft], context: Context, asked: Asked) -> list[Draft]:
        """General words (预算, 手里有) turned into slots."""
        roles = {draft.role for draft in drafts}
        settled = []
        for draft in drafts:
            role = draft.role
            if role == "rest_needed":
                draft = replace(draft, role="needed", rest=True)
            elif role == "budget":
                draft = replace(draft, role=self._which_budget(draft, roles, context, asked))
            elif role == "allotted":
                draft = replace(draft, role=self._which_allotted(draft, roles, context, asked))
            elif role == "surplus":
                draft = replace(draft, role=f"{_OTHER}surplus")
            elif role == "team_size" and draft.amount.kind == NUMBER and draft.amount.has_unit:
                draft = replace(draft, role=None)
            elif role in ("new_customers", "lost_customers") and self._are_staff(draft, context):
                draft = replace(draft, role=None)
            elif role == "orders_per_year" and draft.amount.article and draft.period is None:
                draft = replace(draft, role=None)
            elif role is None and self._is_staff(draft.amount, context):
                draft = replace(draft, role="team_size")
            settled.append(draft)
        return self._with_team(settled, asked)

    @staticmethod
    def _which_allotted(draft: Draft, roles: set[Optional[str]], context: Context, asked: Asked) -> str:
        clause = context.clause_start(draft.amount.start)
        named = [cue.role for cue in context.cues if clause <= cue.start < draft.amount.start and cue.role in _BUDGETS]
        if named:
            return named[-1]
        if asked.slot in ("total_budget", "customer_budget") and not {"customer_budget", "total_budget"} & roles:
            return asked.slot
        return "customer_budget"

    def _which_budget(self, draft: Draft, roles: set[Optional[str]], context: Context, asked: Asked) -> str:
        if asked.slot in ("total_budget", "customer_budget") and asked.slot not in roles:
            return asked.slot
        if "customer_budget" in roles or "share" in roles:
            return "total_budget"
        if any(word in context.text for word in self._share_asked):
            return "total_budget"
        word = context.text[draft.cue.start : draft.cue.end] if draft.cue else ""
        of_one_year = draft.cue is not None and context.text[: draft.cue.start].endswith(self._this_or_that)
        if word in self._annual_budgets and not of_one_year and not any(word in context.text for word in self._lacking):
            return "total_budget"
        if "total_budget" in roles or {"spent", "needed", "gap"} & roles:
            return "customer_budget"
        return "total_budget" if asked.topic == "budget_share" else "customer_budget"

    @staticmethod
    def _are_staff(draft: Draft, context: Context) -> bool:
        """九个业务员，今年走了两个: those who left are staff."""
        start = context.sentence_start(draft.amount.start)
        named = [cue.role for cue in context.cues if start <= cue.start < draft.amount.start]
        people = [role for role in named if role in ("team_part", "team_size", "customers")]
        return bool(people) and people[-1] == "team_part"

    def _is_staff(self, amount: Amount, context: Context) -> bool:
        """四十来号人 alone in its clause: whose people, if not hers?"""
        if amount.kind != COUNT or amount.unit != "person" or amount.article:
            return False
        start = context.clause_start(amount.start)
        end = min(
            (place for place in (*context.weak_breaks, *context.strong_breaks) if place >= amount.end),
            default=len(context.text),
        )
        return not self._staff_fillers.sub(
            "", context.text[start : amount.start] + context.text[amount.end : end]
        ).strip()

    @staticmethod
    def _with_team(drafts: Sequence[Draft], asked: Asked) -> list[Draft]:
        """Jobs add up to the team where no total is told: 俩销售一客服."""
        parts = [draft for draft in drafts if draft.role == "team_part"]
        parts = list({draft.cue: draft for draft in reversed(parts)}.values())[::-1]
        if all(part.amount.article for part in parts):
            return [draft for draft in drafts if draft.role != "team_part"]
        rest = [draft for draft in drafts if draft.role != "team_part"]
        if any(draft.role == "team_size" for draft in rest):
            return rest
        total = parts[0].amount.interval
        for part in parts[1:]:
            total = total.plus(part.amount.interval)
        first, last = parts[0].amount, parts[-1].amount
        whole = replace(first, interval=total, end=max(first.end, last.end))
        return [*rest, replace(parts[0], amount=whole, role="team_size")]

    def _for_question(self, drafts: Sequence[Draft], asked: Asked) -> list[Draft]:
        """A number that nobody named answers the open question."""
        slot = asked.slot
        if slot is None or slot not in KINDS_OF_SLOT or any(draft.role == slot for draft in drafts):
            return list(drafts)
        fitting = [draft for draft in drafts if self._may_answer(draft, slot)]
        if not fitting:
            return list(drafts)
        chosen = min(fitting, key=lambda draft: (draft.role is not None, draft.amount.faint))
        return [replace(draft, role=slot) if draft is chosen else draft for draft in drafts]

    @staticmethod
    def _may_answer(draft: Draft, slot: str) -> bool:
        amount, role = draft.amount, draft.role
        if amount.kind not in KINDS_OF_SLOT[slot] or (amount.kind == MONEY and slot in WHOLE_NUMBERS and amount.unit):
            return False
        if amount.kind == COUNT and slot == "orders_per_year" and amount.unit not in ("order", "thing"):
            return False
        if role is None:
            return True
        if slot in ("new_customers", "lost_customers"):
            return role == "customers"
        return {
            "customer_lifetime_years": "other_duration",
            "orders_per_year": "other_times",
            "gross_margin": "share",
            "spent": "other_money",
            "avg_order_value": "spent",
        }.get(slot) == role

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
            if known is None or _rank(draft) > _rank(known):
                best[draft.role] = draft
        return [*best.values(), *rest]

    # -- facts ---------------------------------------------------------------------------------------------------

    def _nothing(self, text: str, asked: Asked) -> list[Fact]:
        """Facts told as none: 一分没花, or a bare 没有 where a number was asked for."""
        found = [
            Fact(hit.label, Decimal(0), hit.start, hit.end, Interval.exactly(Decimal(0)))
            for hit in longest(self._zeros.find(text))
        ]
        stripped = text.strip(" ,，。!！~～吧啊呀呢哦的了")
        if not found and asked.slot in self._zero_asked and stripped in self._zero_answers:
            start = text.find(stripped)
            found = [Fact(asked.slot or "", Decimal(0), start, start + len(stripped), Interval.exactly(Decimal(0)))]
        return found

    def _parts_as_sums(self, drafts: Sequence[Draft], context: Context) -> list[Draft]:
        """花了一半 of a budget told, 拿出一成 of a total told: sums, where only one sum can be meant."""
        sums = {draft.role: draft for draft in drafts if draft.amount.kind == MONEY and draft.amount.interval.is_exact}
        return [self._part_as_sum(draft, sums, context) for draft in drafts]

    def _part_as_sum(self, draft: Draft, sums: Mapping[Optional[str], Draft], context: Context) -> Draft:
        cue = draft.cue
        if draft.amount.kind != PERCENT or draft.role != "share" or cue is None or cue.end > draft.amount.start:
            return draft
        verb = context.text[cue.start : cue.end]
        for slot, whole, verbs in (
            ("spent", "customer_budget", self._spending),
            ("customer_budget", "total_budget", self._giving),
        ):
            if verb in verbs and whole in sums and slot not in sums:
                base = sums[whole]
                interval = draft.amount.interval.times(base.amount.interval.known_end)
                amount = replace(draft.amount, kind=MONEY, interval=interval, unit="", has_unit=True)
                return replace(draft, amount=amount, role=slot, period=base.period)
        return draft

    @staticmethod
    def _with_units_of_neighbours(drafts: Sequence[Draft]) -> list[Draft]:
        """总预算300万，客户60: what is too small to be yuan beside sums in 万 is in 万 too."""
        sums = [
            draft.amount
            for draft in drafts
            if draft.role in YUAN_A_YEAR and draft.amount.scale == MYRIAD and draft.amount.kind == MONEY
        ]
        if not sums:
            return list(drafts)
        greatest = max(amount.interval.known_end for amount in sums)
        return [
            replace(draft, amount=replace(draft.amount, interval=draft.amount.interval.times(MYRIAD), has_unit=True))
            if _lacks_unit(draft) and 0 < draft.amount.interval.known_end * MYRIAD <= 2 * greatest
            else draft
            for draft in drafts
        ]

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
        return _whole(interval) if slot in WHOLE_NUMBERS else interval

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

    def _team_in_words(self, text: str, facts: Sequence[Fact], asked: Asked) -> list[Fact]:
        """夫妻店, 就我一个人: a team without a number."""
        if any(fact.name == "team_size" for fact in facts):
            return []
        hits = [
            hit
            for hit in longest(self._team_finder.find(text))
            if asked.slot == "team_size"
            or text[hit.start : hit.start + 2] not in self._pairs
            or not text[hit.end : hit.end + 1].isalnum()
            or text.startswith(self._team_after, hit.end)
        ]
        return [
            Fact("team_size", number, hit.start, hit.end, Interval.exactly(number))
            for hit in hits[:1]
            for number in [self._team_phrases[text[hit.start : hit.end]]]
        ]


def _lacks_unit(draft: Draft) -> bool:
    amount = draft.amount
    return draft.role in YUAN_A_YEAR and amount.kind == NUMBER and not amount.has_unit


def _is_bare_count(amount: Amount, text: str, after: str) -> bool:
    """Whether nothing that is counted follows (20个, but not 20个人)."""
    if amount.kind != COUNT or amount.unit != "thing" or amount.article:
        return False
    following = text[amount.end : amount.end + 1]
    return not following or not following.isalnum() or following in after


def _touches(start: int, end: int, facts: Sequence[Fact]) -> bool:
    return any(start < fact.end and fact.start < end for fact in facts)


def _rank(draft: Draft) -> tuple[bool, bool, bool, bool, bool]:
    large = draft.role in YUAN_A_YEAR and draft.amount.scale >= MYRIAD
    return draft.was is not None, draft.present, draft.total, not draft.past, large


def _whole(interval: Interval) -> Interval:
    """Bounds and number in whole units: the bounds outwards, the number to the nearer."""
    low = interval.low.to_integral_value(ROUND_FLOOR) if interval.low is not None else None
    high = interval.high.to_integral_value(ROUND_CEILING) if interval.high is not None else None
    value = interval.value.to_integral_value(ROUND_HALF_UP) if interval.value is not None else None
    return Interval(low, high, value)


@lru_cache(maxsize=2)
def quantity_reader(lexicon: Lexicon) -> QuantityReader:
    """The reader over a lexicon, built once."""
    return QuantityReader(
        amount_reader(lexicon),
        role_reader(lexicon),
        period_reader(lexicon),
        change_reader(lexicon),
        lexicon["roles"],
        lexicon["corrections"],
        lexicon.widths,
    )
