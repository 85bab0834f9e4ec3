"""What was meant: general words become slots, jobs a team, a bare number the answer to the open question."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, Mapping, Optional, Sequence

from nlu.amounts import COUNT, MONEY, NUMBER, PERCENT, Amount
from nlu.drafts import OTHER, Asked, Draft, lacks_unit
from nlu.interval import MYRIAD
from nlu.lexicon import Lexicon
from nlu.periods import ONCE
from nlu.roles import KINDS_OF_SLOT, WHOLE_NUMBERS, YUAN_A_YEAR, Context, Cue

_BUDGETS = ("total_budget", "customer_budget")
_NAMED = frozenset({"total_budget", "revenue", "gap"})
_ANSWERED_AS: Mapping[str, str] = {
    "new_customers": "customers",
    "lost_customers": "customers",
    "customer_lifetime_years": "other_duration",
    "orders_per_year": "other_times",
    "gross_margin": "share",
    "spent": "other_money",
    "avg_order_value": "spent",
}
"""By the slot asked for: the role in which an answer may have been read."""


class Settler:
    """Turns the roles of drafts into slots."""

    def __init__(self, words: Mapping[str, Any], misspoke: str) -> None:
        self._misspoke = re.compile(misspoke)
        self._spending, self._giving = frozenset(words["spending_verbs"]), frozenset(words["giving_verbs"])
        self._share_asked = tuple(words["share_asked"])
        self._not_whole = (*words["lacking"], *words["customer_budgets"])
        self._annual_budgets, self._this_or_that = frozenset(words["annual_budgets"]), tuple(words["this_or_that"])
        staff = sorted((*words["staff_fillers"], *words["fillers"]), key=lambda word: -len(str(word)))
        self._staff_fillers = re.compile("|".join(re.escape(str(word)) for word in staff))

        self._expenses, self._whole_company = frozenset(words["expenses"]), re.compile(words["whole_company"])
        self._field, self._judging, self._allotting = (
            tuple(words[key]) for key in ("field_words", "judging", "allotting")
        )
        self._one_customer = re.compile(words["one_customer"])
        self._people_after = tuple(words["people_after"])
        self._weak, self._finished_spending = re.compile(words["weak_verbs"]), re.compile(words["finished_spending"])
        self._added_up = re.compile(words["added_up"])
        self._left_over, self._cut = re.compile(words["left_over"]), re.compile(words["cut_down"])
        self._bare_expenses = frozenset(words["bare_expenses"])
        self._company_expenses, self._expense_items = frozenset(words["company_expenses"]), tuple(words["expense_items"])

    def slots(self, drafts: Sequence[Draft], context: Context, asked: Asked) -> list[Draft]:
        """The drafts with the slots that their roles stand for."""
        drafts = self._settled(_without_echoes(drafts), context, asked)
        drafts = self._for_question(self._for_last_told(drafts, context, asked), context, asked)
        return self._with_units_of_neighbours(self._parts_as_sums(drafts, context))

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
            elif role == "allotted" and "spent" in roles and self._is_left(draft, context):
                draft = replace(draft, role=f"{OTHER}surplus")
            elif role == "surplus" and asked.slot == "customer_budget" and self._is_cut_down(draft, context):
                draft = replace(draft, role="customer_budget")
            elif role == "allotted":
                draft = replace(draft, role=self._which_allotted(draft, roles, context, asked))
            elif role == "surplus":
                draft = replace(draft, role=f"{OTHER}surplus")
            elif role == "team_size" and draft.amount.kind == NUMBER and draft.amount.has_unit:
                draft = replace(draft, role=None)
            elif role in ("new_customers", "lost_customers") and self._are_staff(draft, context):
                draft = replace(draft, role=None)
            elif role == "orders_per_year" and draft.amount.article and draft.period is None:
                draft = replace(draft, role=None)
            elif role in ("spent", "revenue") and self._of_one_customer(draft, context):
                draft = replace(draft, role="avg_order_value" if draft.period is None else f"{OTHER}money")
            elif role == "total_budget" and self._is_of_customers(draft, context):
                draft = replace(draft, role="spent")
            elif role == "spent" and self._is_of_all(draft, context):
                draft = replace(draft, role="total_budget")
            elif role in ("spent", "needed") and self._is_company_expense(draft, context, asked):
                draft = replace(draft, role="total_budget")
            elif role == "customer_budget" and "spent" not in roles and self._is_judged(draft, context):
                draft = replace(draft, role="spent")
            elif role is None and self._is_staff(draft.amount, context):
                draft = replace(draft, role="team_size")
            settled.append(draft)
        return self._with_team(settled, asked)

    def _is_left(self, draft: Draft, context: Context) -> bool:
        """花了七万九，就剩一千: beside what is spent it is the remainder."""
        cue = draft.cue
        return cue is not None and self._left_over.fullmatch(context.text, cue.start, cue.end) is not None

    def _is_cut_down(self, draft: Draft, context: Context) -> bool:
        """砍完还剩36万: what a cut has left is the budget."""
        start = context.sentence_start(draft.amount.start)
        return self._cut.search(context.text, start, draft.amount.start) is not None

    def _is_of_customers(self, draft: Draft, context: Context) -> bool:
        """客户这块一年开销8万: a word of any expense beside one of customers is what they cost."""
        cue = draft.cue
        if cue is None or context.text[cue.start : cue.end] not in self._expenses:
            return False
        start = context.clause_start(min(cue.start, draft.amount.start))
        end = max(cue.end, draft.amount.end)
        return any(other.role == "customer_budget" and start <= other.start < end for other in context.cues)

    def _of_one_customer(self, draft: Draft, context: Context) -> bool:
        """一个病人平均花三千二: what one customer spends."""
        cue = draft.cue
        if cue is None or cue.end > draft.amount.start:
            return False
        start = context.clause_start(cue.start)
        return self._one_customer.search(context.text[start : cue.start]) is not None

    def _is_of_all(self, draft: Draft, context: Context) -> bool:
        """公司一年各种花销230万: an expense of the whole company where no word of customers stands."""
        start = context.clause_start(draft.amount.start)
        if draft.cue is not None:
            start = context.clause_start(min(draft.cue.start, draft.amount.start))
        clause = context.text[start : draft.amount.start]
        return self._whole_company.search(clause) is not None and not any(word in clause for word in self._field)

    def _is_company_expense(self, draft: Draft, context: Context, asked: Asked) -> bool:
        """一年开支三十万 under a question for which nothing spent on customers is asked."""
        cue = draft.cue
        if cue is None or asked.topic not in ("plan_budget", "budget_share"):
            return False
        word, start = context.text[cue.start : cue.end], context.clause_start(min(cue.start, draft.amount.start))
        clause = context.text[start : max(cue.end, draft.amount.end)]
        if any(word in clause for word in self._field):
            return False
        return word in self._company_expenses or any(item in clause for item in self._expense_items)

    def _is_judged(self, draft: Draft, context: Context) -> bool:
        """客户维护一个月一万二，花得冤不冤: what is judged is spent, unless a word of allotting names it."""
        cue = draft.cue
        if cue is None or not any(word in context.text for word in self._judging):
            return False
        start = context.clause_start(min(cue.start, draft.amount.start))
        said = context.text[start : max(cue.end, draft.amount.end)]
        return not any(word in said for word in self._allotting)

    def _which_allotted(self, draft: Draft, roles: set[Optional[str]], context: Context, asked: Asked) -> str:
        clause = context.clause_start(min(draft.cue.start if draft.cue else draft.amount.start, draft.amount.start))
        named = [cue.role for cue in context.cues if clause <= cue.start < draft.amount.start and cue.role in _BUDGETS]
        if named:
            return named[-1]
        if "needed" in roles and asked.slot == "total_budget":
            return "customer_budget"  # 只批了40万，实际要65万
        if asked.slot in YUAN_A_YEAR and asked.slot not in roles and draft.cue is not None:
            if self._weak.fullmatch(context.text, draft.cue.start, draft.cue.end):
                return asked.slot
        if asked.slot in ("total_budget", "customer_budget") and not {"customer_budget", "total_budget"} & roles:
            return asked.slot
        return "customer_budget"

    def _which_budget(self, draft: Draft, roles: set[Optional[str]], context: Context, asked: Asked) -> str:
        if asked.slot in ("total_budget", "customer_budget") and asked.slot not in roles:
            return asked.slot
        if self._beside_customers(draft, context):
            return "customer_budget"
        if "customer_budget" in roles or "share" in roles:
            return "total_budget"
        if any(word in context.text for word in self._share_asked):
            return "total_budget"
        word = context.text[draft.cue.start : draft.cue.end] if draft.cue else ""
        of_one_year = draft.cue is not None and context.text[: draft.cue.start].endswith(self._this_or_that)
        if word in self._annual_budgets and not of_one_year and not any(word in context.text for word in self._not_whole):
            return "total_budget"
        if "total_budget" in roles or {"spent", "needed", "gap"} & roles:
            return "customer_budget"
        return "total_budget" if asked.topic == "budget_share" else "customer_budget"

    @staticmethod
    def _beside_customers(draft: Draft, context: Context) -> bool:
        """客户维护每年预算15万: customers named in front of the word make it their budget."""
        if draft.cue is None or draft.cue.end > draft.amount.start:
            return False
        start = context.clause_start(draft.cue.start)
        return any(cue.role == "customer_budget" and start <= cue.start < draft.cue.start for cue in context.cues)

    def _are_staff(self, draft: Draft, context: Context) -> bool:
        """九个业务员，今年走了两个: those who left are staff, unless customers are named beside them."""
        cue = draft.cue
        first = draft.amount.start if cue is None else min(cue.start, draft.amount.start)
        last = context.clause_end(draft.amount.end)
        if any(word in context.text[first:last] for word in self._field):
            return False
        start = context.sentence_start(draft.amount.start)
        named = [cue for cue in context.cues if start <= cue.start < draft.amount.start and cue.side == "any"]
        people = [cue.role for cue in named if cue.role in ("team_part", "team_size", "customers")]
        return bool(people) and people[-1] != "customers"

    def _is_staff(self, amount: Amount, context: Context) -> bool:
        """四十来号人 alone in its clause: whose people, if not hers?"""
        behind = next((word for word in self._people_after if context.text.startswith(word, amount.end)), "")
        if amount.kind != COUNT or amount.article or not (amount.unit == "person" or behind):
            return False
        start = context.clause_start(amount.start)
        end = context.clause_end(amount.end)
        around = context.text[start : amount.start] + context.text[amount.end + len(behind) : end]
        return not self._staff_fillers.sub("", around).strip()

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

    def _for_last_told(self, drafts: Sequence[Draft], context: Context, asked: Asked) -> list[Draft]:
        """打错了，是88万: a number that nobody named corrects what was told last, of several the one that it comes nearest."""
        drafts = [self._for_what_it_was(draft, asked) for draft in drafts]
        nameless = [draft for draft in drafts if self._is_nameless(draft, context, asked)]
        if len(nameless) != 1 or not self._corrects(nameless[0], context, asked):
            return list(drafts)
        draft = nameless[0]
        fitting = [slot for slot in asked.told if slot in KINDS_OF_SLOT and self._may_answer(replace(draft, role=None), slot)]
        if not fitting:
            return list(drafts)
        slot = min(fitting, key=lambda slot: _times_apart(draft.amount.interval.known_end, asked.told[slot]))
        return [replace(other, role=slot, corrects=True) if other is draft else other for other in drafts]

    def _for_what_it_was(self, draft: Draft, asked: Asked) -> Draft:
        """花的不是8万是18万: a number that replaces another one is of the only fact that had that number."""
        if draft.was is None or draft.role in KINDS_OF_SLOT:
            return draft
        had = [slot for slot, number in asked.known.items() if number == draft.was and self._may_answer(replace(draft, role=None), slot)]
        return replace(draft, role=had[0], corrects=True) if len(had) == 1 else draft

    def _is_nameless(self, draft: Draft, context: Context, asked: Asked) -> bool:
        """Whether no word says what the number is of; 得有 before it says only that money goes."""
        cue = draft.cue
        weak = cue is not None and cue.side == "before" and self._weak.fullmatch(context.text, cue.start, cue.end) is not None
        bare = draft.role is None or (draft.role == "needed" and "needed" not in (asked.slot, *asked.told) and weak)
        return bare and not draft.amount.faint

    def _corrects(self, draft: Draft, context: Context, asked: Asked) -> bool:
        """She says that she misspoke; or only what it should be, where it cannot be the answer to the open question."""
        if self._misspoke.search(context.text):
            return True
        large = draft.amount.scale >= MYRIAD and asked.slot in WHOLE_NUMBERS
        answers = asked.slot in KINDS_OF_SLOT and self._may_answer(draft, str(asked.slot)) and not large
        return draft.corrects and not answers

    def _for_question(self, drafts: Sequence[Draft], context: Context, asked: Asked) -> list[Draft]:
        """A number that nobody named answers the open question."""
        slot = asked.slot
        if slot is None or slot not in KINDS_OF_SLOT or any(draft.role == slot for draft in drafts):
            return list(drafts)
        said = [draft for draft in drafts if not _is_too_many(draft, slot) and not _is_known_sum(draft, slot, asked)]
        fitting = [draft for draft in said if self._may_answer(draft, slot) or self._is_the_whole(draft, slot, context)]
        sums = [draft for draft in drafts if draft.amount.kind in (MONEY, NUMBER) and not draft.amount.article]
        if not fitting and len(sums) == 1 and self._says_only_that_money_goes(sums[0], context, asked):
            fitting = sums
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
        if role is None or role == _ANSWERED_AS.get(slot):
            return True
        if not _is_verb_only(draft):
            return False
        return slot == "avg_order_value" and role == "needed"

    def _is_the_whole(self, draft: Draft, slot: str, context: Context) -> bool:
        """房租老师饭钱合起来四十万 where the whole is asked for: an expense by its name, and all of them added up."""
        start = context.sentence_start(draft.amount.start)
        added = self._added_up.search(context.text, start, draft.amount.start) is not None
        return slot == "total_budget" and draft.role == f"{OTHER}money" and draft.amount.kind in KINDS_OF_SLOT[slot] and added

    def _says_only_that_money_goes(self, draft: Draft, context: Context, asked: Asked) -> bool:
        """得有30万, 一年拢共要开销六百万: beside no noun that names a fact, it answers the question for a sum in yuan."""
        cue, slot = draft.cue, asked.slot
        if cue is None or slot not in YUAN_A_YEAR or draft.rest or self._is_named(draft, cue, slot, context):
            return False
        word = context.text[cue.start : cue.end]
        if draft.role == "needed" and slot == "total_budget":
            return _is_verb_only(draft)
        if self._weak.fullmatch(word):
            return not (slot == "customer_budget" and asked.topic == "budget_shortfall" and draft.role == "needed")
        # What was spent by now is no rate; what was spent in a year may be all that is spent.
        summed = draft.period is not None and draft.period.name == ONCE
        if draft.role != "spent" or summed or slot not in (*_BUDGETS, "needed"):
            return False
        if slot != "total_budget" and self._finished_spending.search(context.text, cue.start, cue.end + 1):
            return False
        return word in self._bare_expenses or (_is_verb_only(draft) and draft.period is not None)

    def _is_named(self, draft: Draft, cue: Cue, slot: str, context: Context) -> bool:
        """Whether a noun in the clause tells what the sum is of, or a word behind it that so much would be enough."""
        start, end = context.clause_start(min(cue.start, draft.amount.start)), draft.amount.end
        text = context.text
        if slot in ("total_budget", "needed") and any(word in text[start : max(cue.end, end)] for word in self._field):
            return True
        nouns = (other for other in context.cues if other is not cue and other.role in _NAMED and other.side == "any")
        if any(start <= noun.start < end and text[noun.start : noun.end] not in self._bare_expenses for noun in nouns):
            return True
        return any(other.role == "needed" and other.side != "before" and other.start == end for other in context.cues)

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
            if lacks_unit(draft) and 0 < draft.amount.interval.known_end * MYRIAD <= 2 * greatest
            else draft
            for draft in drafts
        ]


def _is_too_many(draft: Draft, slot: str) -> bool:
    """那如果是四千万呢 while her people are asked: no small company has so many."""
    amount = draft.amount
    if amount.kind not in (MONEY, NUMBER) or slot not in WHOLE_NUMBERS:
        return False
    return slot == "team_size" and amount.scale >= MYRIAD or amount.interval.known_end >= MYRIAD * 1000


def _is_known_sum(draft: Draft, slot: str, asked: Asked) -> bool:
    """那28万算高还是算低 while her customers are asked: a sum in 万 that she has told of something in yuan."""
    amount = draft.amount
    sums = {number for name, number in asked.known.items() if name in YUAN_A_YEAR}
    return slot in WHOLE_NUMBERS and amount.scale >= MYRIAD and amount.interval.known_end in sums


def _is_verb_only(draft: Draft) -> bool:
    """Whether only a verb in front of the number gave it its role."""
    return draft.cue is not None and draft.cue.side == "before" and not draft.rest


def _times_apart(number: Decimal, other: Decimal) -> Decimal:
    """How many times the one is the other, the greater of both ways."""
    if number <= 0 or other <= 0:
        return Decimal(0) if number == other else Decimal("Infinity")
    return max(number / other, other / number)


def _without_echoes(drafts: Sequence[Draft]) -> list[Draft]:
    """总预算260万，260万: a number said again without a role of its own tells nothing more."""
    told = {(draft.amount.kind, draft.amount.interval) for draft in drafts if draft.role in KINDS_OF_SLOT}
    return [
        draft
        for draft in drafts
        if draft.role not in (None, "budget", "allotted") or (draft.amount.kind, draft.amount.interval) not in told
    ]


@lru_cache(maxsize=2)
def settler(lexicon: Lexicon) -> Settler:
    """The settler over a lexicon, built once."""
    return Settler(lexicon["roles"], lexicon["corrections"]["misspoke"])
