"""Facts that are numbers: amounts with their roles, cleared of what is denied, quoted, outdated or of another matter."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, Mapping, Optional, Sequence

from nlu.amounts import COUNT, DURATION, FACTOR, MEASURE, MONEY, NUMBER, PERCENT, TIMES, Amount, AmountReader, amount_reader
from nlu.fact import Fact
from nlu.lexicon import Lexicon, WordFinder, longest
from nlu.numerals import ONE, Interval
from nlu.periods import ONCE, Period, PeriodReader, period_reader
from nlu.roles import CONVERTED, KINDS_OF_SLOT, WHOLE_NUMBERS, YUAN_A_YEAR, Context, Cue, RoleReader, role_reader

HUNDRED, MONTHS = Decimal(100), Decimal(12)
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
        self, amounts: AmountReader, roles: RoleReader, periods: PeriodReader, words: Mapping[str, Any],
        corrections: Mapping[str, Any], table: Mapping[str, Any],
    ) -> None:
        self._amounts, self._roles, self._periods = amounts, roles, periods
        self._unit_asked_below = Decimal(str(table["unit_asked_below"]))
        self._team_phrases = {phrase: Decimal(number) for phrase, number in words["team_phrases"].items()}
        self._team_finder = WordFinder({"team": words["team_phrases"]})
        fillers = "|".join(re.escape(str(word)) for word in sorted(words["fillers"], key=len, reverse=True))
        negations = "|".join(map(re.escape, sorted(corrections["number_negations"], key=len, reverse=True)))
        self._negated = re.compile(f"(?:{negations})\\s?(?:{fillers}){{0,4}}\\s?$")
        self._taken_back = re.compile("^.?(?:" + "|".join(map(re.escape, corrections["taken_back_after"])) + ")")
        self._takes_back = WordFinder({"back": corrections["takes_back"]})
        self._from = re.compile("(?:" + "|".join(map(re.escape, corrections["from_words"])) + f")\\s?(?:{fillers}){{0,3}}$")
        changes = sorted(corrections["change_words"], key=len, reverse=True)
        self._change = re.compile("(?:" + "|".join(map(re.escape, changes)) + f")(?:了)?\\s?(?:{fillers}){{0,3}}\\s?$")
        clear = "|".join(re.escape(word) for word in changes if len(word) > 1 and not word.isascii())
        self._clear_change = re.compile(f"(?:{clear})(?:了)?\\s?(?:{fillers}){{0,3}}\\s?$")
        self._rise = WordFinder({"rise": corrections["rises"], "fall": corrections["falls"]})
        self._premise = WordFinder({"premise": corrections["premises"]})

    # -- the whole message -----------------------------------------------------------------------------------

    def read(self, text: str, asked: Asked) -> list[Fact]:
        """Numeric facts by place."""
        amounts = self._amounts.read(text)
        context = self._roles.context(text)
        drafts = self._drafts(amounts, context)
        drafts = self._without_denied(drafts, context)
        drafts = self._after_changes(drafts, context)
        drafts = [self._marked(draft, context) for draft in drafts if not self._of_others(draft, context)]
        drafts = self._for_question(self._settled(drafts, context, asked), asked)
        facts = self._facts(self._one_for_each(drafts), text)
        facts += self._team_in_words(text, facts, asked) + self._changes(amounts, facts, context)
        return sorted(facts, key=lambda fact: fact.start)

    def amounts(self, text: str) -> list[Amount]:
        """The amounts of ``text``, for readers that need them too."""
        return self._amounts.read(text)

    def _drafts(self, amounts: Sequence[Amount], context: Context) -> list[Draft]:
        periods = dict(zip((amount.start for amount in amounts), self._periods.periods(amounts, context)))
        measured = [amount for amount in amounts if self._may_be_fact(amount)]
        cues = self._roles.roles(measured, context)
        drafts = [
            Draft(amount, periods[amount.start], cue, cue.role if cue else None) for amount, cue in zip(measured, cues)
        ]
        return [self._with_interval_between_orders(draft, amounts, context) for draft in drafts]

    def _may_be_fact(self, amount: Amount) -> bool:
        if amount.kind in (MEASURE, FACTOR) or self._periods.is_period(amount):
            return False
        return not (amount.article and amount.kind == NUMBER)

    def _with_interval_between_orders(self, draft: Draft, amounts: Sequence[Amount], context: Context) -> Draft:
        """两个月来一次: the span before a number of times is its period."""
        if draft.amount.kind != TIMES:
            return draft
        for span in reversed([amount for amount in amounts if amount.end <= draft.amount.start]):
            gap = context.text[span.end : draft.amount.start]
            times = self._periods.once_per(span)
            if times is None or len(gap) > 6 or sum(context.breaks_between(span.end, draft.amount.start)):
                return draft
            role = draft.role if draft.role and not draft.role.startswith(_OTHER) else draft.role or "orders_per_year"
            return replace(draft, period=Period(span.unit, times), role=role)
        return draft

    # -- what does not hold ----------------------------------------------------------------------------------

    def _without_denied(self, drafts: Sequence[Draft], context: Context) -> list[Draft]:
        text = context.text
        denied = [
            draft for draft in drafts
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
        return replace(draft, role=draft.role or denied.role, was=denied.amount.value, period=draft.period or denied.period)

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
        last = {label: context.marks_in(label, start, draft.amount.start) for label in ("past", "present", "totals", "goals")}
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
                draft = replace(draft, role=self._which_allotted(roles, asked))
            elif role == "surplus":
                draft = replace(draft, role=f"{_OTHER}surplus")
            elif role == "team_size" and draft.amount.kind == NUMBER and draft.amount.has_unit:
                draft = replace(draft, role=None)
            settled.append(draft)
        return self._with_team(settled, asked)

    @staticmethod
    def _which_allotted(roles: set[Optional[str]], asked: Asked) -> str:
        if asked.slot in ("total_budget", "customer_budget") and not {"customer_budget", "total_budget"} & roles:
            return asked.slot
        return "customer_budget"

    @staticmethod
    def _which_budget(draft: Draft, roles: set[Optional[str]], context: Context, asked: Asked) -> str:
        if asked.slot in ("total_budget", "customer_budget") and asked.slot not in roles:
            return asked.slot
        if "customer_budget" in roles or "share" in roles:
            return "total_budget"
        if "total_budget" in roles or {"spent", "needed", "gap"} & roles:
            return "customer_budget"
        return "total_budget" if asked.topic == "budget_share" else "customer_budget"

    @staticmethod
    def _with_team(drafts: Sequence[Draft], asked: Asked) -> list[Draft]:
        """Jobs add up to the team where no total is told: 俩销售一客服."""
        parts = [draft for draft in drafts if draft.role == "team_part"]
        if not parts:
            return list(drafts)
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
        if slot not in KINDS_OF_SLOT or any(draft.role == slot for draft in drafts):
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
            "customer_lifetime_years": "other_duration", "orders_per_year": "other_times", "gross_margin": "share",
            "spent": "other_money", "avg_order_value": "spent",
        }.get(slot) == role

    @staticmethod
    def _one_for_each(drafts: Sequence[Draft]) -> list[Draft]:
        """One draft for each slot: a total before a part, this year's before last year's, the first before the next."""
        best: dict[str, Draft] = {}
        rest: list[Draft] = []
        for draft in drafts:
            if draft.role not in KINDS_OF_SLOT:
                rest.append(draft)
                continue
            known = best.get(draft.role)
            if known is None or _rank(draft) > _rank(known):
                best[draft.role] = draft
        return [*best.values(), *rest]

    # -- facts ---------------------------------------------------------------------------------------------------

    def _facts(self, drafts: Sequence[Draft], text: str) -> list[Fact]:
        facts = [self._fact(draft) for draft in drafts if draft.role in KINDS_OF_SLOT]
        facts += [
            self._number(draft) for draft in drafts
            if draft.role is None and draft.amount.kind in (MONEY, PERCENT, NUMBER, COUNT) and not draft.amount.faint
            and not (draft.amount.article or draft.amount.unit in ("shares", "splits", "fraction"))
        ]
        return facts

    def _fact(self, draft: Draft) -> Fact:
        slot = draft.role or ""
        interval = self._canonical(draft, slot)
        unclear = (
            slot in YUAN_A_YEAR and draft.amount.kind == NUMBER and not draft.amount.has_unit
            and 0 < interval.known_end < self._unit_asked_below
        )
        return Fact(
            slot, interval.centre, draft.amount.start, draft.amount.end, interval,
            period=draft.period.name if draft.period else None, unit_unclear=unclear,
            currency=draft.amount.currency or None, corrects=draft.corrects, was=draft.was, rest=draft.rest,
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
            "number", amount.value, amount.start, amount.end, amount.interval, kind=amount.kind,
            period=draft.period.name if draft.period else None, currency=amount.currency or None,
            corrects=draft.corrects, was=draft.was,
        )

    def _team_in_words(self, text: str, facts: Sequence[Fact], asked: Asked) -> list[Fact]:
        """夫妻店, 就我一个人: a team without a number."""
        if any(fact.name == "team_size" for fact in facts):
            return []
        hits = longest(self._team_finder.find(text))
        return [
            Fact("team_size", number, hit.start, hit.end, Interval.exactly(number))
            for hit in hits[:1]
            for number in [self._team_phrases[text[hit.start : hit.end]]]
        ]

    def _changes(self, amounts: Sequence[Amount], facts: Sequence[Fact], context: Context) -> list[Fact]:
        """Premises that multiply: 预算砍两成呢, 客户翻一倍."""
        if not self._premise.find(context.text):
            return []
        moves = longest(self._rise.find(context.text))
        found = []
        for amount in amounts:
            factor = self._factor(amount, [hit.label for hit in moves if hit.end in (amount.start, amount.start - 1)])
            if factor is not None:
                of = self._changed_slot(amount, context)
                found.append(Fact("change", factor, amount.start, amount.end, of=of))
        return found

    @staticmethod
    def _factor(amount: Amount, moves: Sequence[str]) -> Optional[Decimal]:
        if amount.value is None:
            return None
        if amount.kind == FACTOR:
            return amount.value
        if amount.kind == PERCENT and moves:
            return ONE + amount.value if moves[-1] == "rise" else ONE - amount.value
        return None

    @staticmethod
    def _changed_slot(amount: Amount, context: Context) -> Optional[str]:
        cues = [cue for cue in context.cues if cue.role in KINDS_OF_SLOT or cue.role == "budget"]
        near = [cue for cue in cues if cue.end <= amount.start and not context.breaks_between(cue.end, amount.start)[1]]
        if not near:
            return None
        return "customer_budget" if near[-1].role == "budget" else near[-1].role


def _rank(draft: Draft) -> tuple[bool, bool, bool, bool]:
    return draft.was is not None, draft.present, draft.total, not draft.past


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
        amount_reader(lexicon), role_reader(lexicon), period_reader(lexicon), lexicon["roles"], lexicon["corrections"],
        lexicon.widths,
    )
