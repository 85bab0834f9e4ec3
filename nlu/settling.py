"""What was meant: general words become slots, jobs a team, parts of a sum sums."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any, Mapping, Optional, Sequence

from nlu.amounts import COUNT, MONEY, NUMBER, PERCENT, Amount
from nlu.drafts import OTHER, Asked, Draft, in_whole_units, lacks_unit
from nlu.interval import MYRIAD, Interval
from nlu.lexicon import Lexicon
from nlu.nameless import NamelessReader, nameless_reader
from nlu.roles import BUDGETS, KINDS_OF_SLOT, YUAN_A_YEAR, Context

_PARTS_OF_CUSTOMERS = frozenset({"new_customers", "lost_customers"})


class Settler:
    """Turns the roles of drafts into slots."""

    def __init__(self, words: Mapping[str, Any], nameless: NamelessReader) -> None:
        self._nameless = nameless
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
        self._weak, self._added_up = re.compile(words["weak_verbs"]), re.compile(words["added_up"])
        self._lifelong, self._past_years = tuple(words["lifelong"]), tuple(words["past_years"])
        self._same_again = re.compile(words["same_again"])
        self._left_over, self._cut = re.compile(words["left_over"]), re.compile(words["cut_down"])
        self._whole_of_theirs = re.compile(words["whole_of_theirs"])
        self._costs_of_all = frozenset(words["costs_of_all"])
        self._company_expenses, self._expense_items = frozenset(words["company_expenses"]), tuple(words["expense_items"])

    def slots(self, drafts: Sequence[Draft], context: Context, asked: Asked) -> list[Draft]:
        """The drafts with the slots that their roles stand for."""
        drafts = self._settled(_without_echoes(drafts), context, asked)
        drafts = self._parts_as_sums(self._nameless.slots(drafts, context, asked), context, asked)
        return self._with_units_of_neighbours(drafts)

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
            elif role == "surplus" and asked.slot == "spent" and "spent" not in roles and "customer_budget" in asked.known:
                spent = draft.amount.interval.negated().plus(Interval.exactly(asked.known["customer_budget"]))
                draft = replace(draft, role="spent", amount=replace(draft.amount, interval=spent))
            elif role == "allotted":
                draft = replace(draft, role=self._which_allotted(draft, roles, context, asked))
            elif role == "surplus":
                draft = replace(draft, role=f"{OTHER}surplus")
            elif role == "team_size" and draft.amount.kind == NUMBER and draft.amount.has_unit:
                draft = replace(draft, role=None)
            elif role == "team_part" and context.text.startswith(self._field, draft.amount.end):
                draft = replace(draft, role=f"{OTHER}count")  # 开发一个客户
            elif role in ("new_customers", "lost_customers") and self._are_staff(draft, context):
                draft = replace(draft, role=None)
            elif role == "orders_per_year" and draft.amount.article and draft.period is None:
                draft = replace(draft, role=None)
            elif role == "orders_per_year" and self._is_lifelong(draft, context):
                draft = replace(draft, role=f"{OTHER}times")
            elif role == "spent" and asked.topic == "budget_shortfall" and self._is_of_a_past_year(draft, context):
                again = self._same_again.search(context.text, draft.amount.end) is not None
                draft = replace(draft, role="needed" if again else f"{OTHER}money")
            elif role in ("spent", "revenue") and self._of_one_customer(draft, context):
                draft = replace(draft, role="avg_order_value" if draft.period is None else f"{OTHER}money")
            elif role == "total_budget" and self._is_of_customers(draft, context):
                draft = replace(draft, role="spent")
            elif role == "total_budget" and self._is_whole_of_theirs(draft, context):
                draft = replace(draft, role="customer_budget")
            elif role == "spent" and self._is_of_all(draft, context):
                draft = replace(draft, role="total_budget")
            elif role in ("spent", "needed") and self._is_company_expense(draft, context, asked):
                draft = replace(draft, role="total_budget")
            elif role == f"{OTHER}money" and self._is_all_expenses(draft, context, asked):
                draft = replace(draft, role="total_budget")
            elif role == "customer_budget" and "spent" not in roles and self._is_judged(draft, context, asked):
                draft = replace(draft, role="spent")
            elif role == "churn":
                draft = self._as_lost(draft, drafts, asked)
            elif role is None and self._is_staff(draft.amount, context):
                draft = replace(draft, role="team_size")
            settled.append(draft)
        return self._with_team(self._with_wholes(settled, context), asked)

    @staticmethod
    def _with_wholes(drafts: Sequence[Draft], context: Context) -> list[Draft]:
        """一年走掉60个，总共400: behind a part of them the total are the customers."""
        settled = list(drafts)
        for place, (part, whole) in enumerate(zip(drafts, drafts[1:], strict=False), 1):
            of_same = part.role in _PARTS_OF_CUSTOMERS and whole.role in (part.role, None) and whole.amount.kind in (COUNT, NUMBER)
            more = whole.amount.interval.known_end > part.amount.interval.known_end
            if of_same and more and context.marks_in("totals", part.amount.end, whole.amount.start):
                settled[place] = replace(whole, role="customers")
        return settled

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

    def _is_whole_of_theirs(self, draft: Draft, context: Context) -> bool:
        """客户管理今年的总预算20万: the whole of what is set aside for customers, where they stand right in front of the word."""
        cue = draft.cue
        if cue is None or cue.end > draft.amount.start:
            return False
        before = (other for other in context.cues if other.role == "customer_budget" and other.end <= cue.start)
        return any(self._whole_of_theirs.fullmatch(context.text, other.end, cue.start) for other in before)

    def _of_one_customer(self, draft: Draft, context: Context) -> bool:
        """一个病人平均花三千二: what one customer spends."""
        cue = draft.cue
        if cue is None or cue.end > draft.amount.start:
            return False
        start = context.clause_start(cue.start)
        return self._one_customer.search(context.text[start : cue.start]) is not None

    def _is_lifelong(self, draft: Draft, context: Context) -> bool:
        """一辈子来个两三次: not in a year."""
        start = context.clause_start(draft.amount.start)
        return any(word in context.text[start : draft.amount.start] for word in self._lifelong)

    def _is_of_a_past_year(self, draft: Draft, context: Context) -> bool:
        """去年花了31万, of a budget that is not enough: what is spent of it is this year's."""
        start = context.clause_start(draft.amount.start)
        return any(word in context.text[start : draft.amount.start] for word in self._past_years)

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

    def _is_all_expenses(self, draft: Draft, context: Context, asked: Asked) -> bool:
        """房租人工菜钱全算上一年九十来万: what a company pays for, added up, is all that it spends, whatever else is asked; 成本十二万
        is where that is asked."""
        start = context.sentence_start(draft.amount.start)
        said = context.text[start : draft.amount.start]
        if any(word in said for word in self._field):
            return False
        cue = draft.cue
        if asked.slot == "total_budget" and cue is not None and context.text[cue.start : cue.end] in self._costs_of_all:
            return True
        several = asked.slot == "total_budget" or sum(item in said for item in self._expense_items) > 1
        return several and self._added_up.search(said) is not None

    @staticmethod
    def _as_lost(draft: Draft, drafts: Sequence[Draft], asked: Asked) -> Draft:
        """流失率一成，客户一共120家: that part of them; nothing where their number is not known."""
        if draft.amount.kind != PERCENT:
            return replace(draft, role="lost_customers")
        told = next((other.amount.interval.known_end for other in drafts if other.role == "customers"), asked.known.get("customers"))
        if told is None:
            return replace(draft, role=f"{OTHER}percent")
        lost = replace(draft.amount, kind=COUNT, interval=in_whole_units(draft.amount.interval.times(told)), unit="thing")
        return replace(draft, amount=lost, role="lost_customers")

    def _is_judged(self, draft: Draft, context: Context, asked: Asked) -> bool:
        """客户维护一个月一万二，花得冤不冤: what is judged, or answers what was spent, is spent, unless a word of allotting names it."""
        cue = draft.cue
        if cue is None or not (asked.slot == "spent" or any(word in context.text for word in self._judging)):
            return False
        start = context.clause_start(min(cue.start, draft.amount.start))
        said = context.text[start : max(cue.end, draft.amount.end)]
        return not any(word in said for word in self._allotting)

    def _which_allotted(self, draft: Draft, roles: set[Optional[str]], context: Context, asked: Asked) -> str:
        clause = context.clause_start(min(draft.cue.start if draft.cue else draft.amount.start, draft.amount.start))
        named = [cue.role for cue in context.cues if clause <= cue.start < draft.amount.start and cue.role in BUDGETS]
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
        if not parts or (all(part.amount.article for part in parts) and asked.slot != "team_size"):
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

    def _parts_as_sums(self, drafts: Sequence[Draft], context: Context, asked: Asked) -> list[Draft]:
        """花了一半 of a budget told, 拿出一成 of a total told: sums, where only one sum can be meant."""
        sums = {draft.role: draft for draft in drafts if draft.amount.kind == MONEY and draft.amount.interval.is_exact}
        return [self._part_as_sum(draft, sums, context, asked) for draft in drafts]

    def _part_as_sum(self, draft: Draft, sums: Mapping[Optional[str], Draft], context: Context, asked: Asked) -> Draft:
        cue = draft.cue
        if draft.amount.kind != PERCENT or draft.role != "share" or cue is None or cue.end > draft.amount.start:
            return draft
        verb = context.text[cue.start : cue.end]
        for slot, whole, verbs in (
            ("spent", "customer_budget", self._spending),
            ("customer_budget", "total_budget", self._giving),
        ):
            base = sums.get(whole)
            told = base.amount.interval.known_end if base else asked.known.get(whole) if asked.slot == slot else None
            if verb in verbs and told is not None and slot not in sums:
                amount = replace(draft.amount, kind=MONEY, interval=draft.amount.interval.times(told), unit="", has_unit=True)
                return replace(draft, amount=amount, role=slot, period=base.period if base else None)
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
    return Settler(lexicon["roles"], nameless_reader(lexicon))
