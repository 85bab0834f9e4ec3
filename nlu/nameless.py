"""Numbers that no word names: the correction of what was told, or the answer to the open question."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, Mapping, Sequence

from nlu.amounts import COUNT, MONEY, NUMBER, PERCENT
from nlu.drafts import Asked, Draft
from nlu.interval import MYRIAD
from nlu.lexicon import Lexicon
from nlu.periods import ONCE
from nlu.roles import BUDGETS, KINDS_OF_SLOT, WHOLE_NUMBERS, YUAN_A_YEAR, Context, Cue

HUNDRED = Decimal(100)
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


class NamelessReader:
    """Gives such numbers the slots that they are of."""

    def __init__(self, words: Mapping[str, Any], misspoke: str) -> None:
        self._misspoke = re.compile(misspoke)
        self._field = tuple(words["field_words"])
        self._weak, self._finished_spending = re.compile(words["weak_verbs"]), re.compile(words["finished_spending"])
        self._only, self._person = re.compile(words["only"]), re.compile(words["person"])
        self._bare_expenses, self._hardly_a_word = frozenset(words["bare_expenses"]), re.compile(words["hardly_a_word"])

    def slots(self, drafts: Sequence[Draft], context: Context, asked: Asked) -> list[Draft]:
        """The drafts, those without a name with the slots that they are of."""
        return self._as_share(self._as_answers(self._as_corrections(drafts, context, asked), context, asked), context, asked)

    def _as_corrections(self, drafts: Sequence[Draft], context: Context, asked: Asked) -> list[Draft]:
        """打错了，是88万: a number that nobody named corrects what was told last, of several the one that it comes nearest."""
        drafts = self._for_the_named([self._for_what_it_was(draft, asked) for draft in drafts], context, asked)
        nameless = [draft for draft in drafts if self._is_nameless(draft, context, asked) and not _is_known(draft, asked)]
        if len(nameless) != 1 or not self._corrects(nameless[0], context, asked):
            return list(drafts)
        draft = nameless[0]
        fitting = self._named_alone(draft, context, asked) or self._fitting(draft, asked.told) or self._fitting(draft, asked.known)
        if not fitting:
            return list(drafts)
        slot = min(fitting, key=lambda slot: _times_apart(draft.amount.interval.known_end, fitting[slot]))
        return [replace(other, role=slot, corrects=True) if other is draft else other for other in drafts]

    def _for_the_named(self, drafts: Sequence[Draft], context: Context, asked: Asked) -> list[Draft]:
        """那个四十八万我算错了，应该是五十二万: behind the number of a fact told before, the last of its kind stands for it."""
        if self._misspoke.search(context.text) is None:
            return list(drafts)
        for index, named in enumerate(drafts[:-1]):
            had = self._known_as(named.amount.interval.known_end, named, asked)
            later = [draft for draft in drafts[index + 1 :] if draft.amount.kind == named.amount.kind and not _has_noun(draft, had)]
            if len(had) == 1 and not _has_noun(named, had) and later:
                kept = [draft for draft in drafts if draft is not named and draft not in later[:-1]]
                return [replace(draft, role=had[0], corrects=True) if draft is later[-1] else draft for draft in kept]
        return list(drafts)

    def _named_alone(self, draft: Draft, context: Context, asked: Asked) -> dict[str, Decimal]:
        """刚刚总预算讲错了，应该是130万: the one fact among them that the message names."""
        named = {cue.role for cue in context.cues if cue.side == "any" and cue.end <= draft.amount.start}
        fitting = {slot: number for slot, number in self._fitting(draft, asked.known).items() if slot in named}
        return fitting if len(fitting) == 1 else {}

    def _known_as(self, number: Decimal, draft: Draft, asked: Asked) -> list[str]:
        """The facts known to be ``number`` among those that the draft may be of."""
        return [slot for slot, known in self._fitting(draft, asked.known).items() if known == number]

    def _fitting(self, draft: Draft, numbers: Mapping[str, Decimal]) -> dict[str, Decimal]:
        """Those of the facts that a number without a name may be of."""
        bare = replace(draft, role=None)
        return {
            slot: number
            for slot, number in numbers.items()
            if slot in KINDS_OF_SLOT and self._may_answer(bare, slot) and not _is_too_many(draft, slot)
        }

    def _for_what_it_was(self, draft: Draft, asked: Asked) -> Draft:
        """花的不是8万是18万: a number that replaces another one is of the only fact that had that number."""
        if draft.was is None or _has_noun(draft, ()):
            return draft
        had = self._known_as(draft.was, draft, asked)
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

    def _as_answers(self, drafts: Sequence[Draft], context: Context, asked: Asked) -> list[Draft]:
        """A number that nobody named answers the open question."""
        slot = asked.slot
        if slot is None or slot not in KINDS_OF_SLOT or any(draft.role == slot for draft in drafts):
            return list(drafts)
        misspoken = self._misspoke.search(context.text) is not None
        said = [
            draft
            for draft in drafts
            if not (_is_too_many(draft, slot) or _is_known_sum(draft, slot, asked) or misspoken and _is_known(draft, asked))
            and not (slot == "team_size" and self._counts_no_staff(draft, context))
            and not _is_a_measure_of(draft, drafts)
        ]
        fitting = [draft for draft in said if self._may_answer(draft, slot)]
        sums = [draft for draft in drafts if draft.amount.kind in (MONEY, NUMBER) and not draft.amount.article]
        if not fitting and len(sums) == 1 and self._says_only_that_money_goes(sums[0], context, asked):
            fitting = sums
        if not fitting:
            return list(drafts)
        chosen = min(fitting, key=lambda draft: (draft.role is not None, draft.amount.faint))
        return [replace(draft, role=slot) if draft is chosen else draft for draft in drafts]

    def _as_share(self, drafts: Sequence[Draft], context: Context, asked: Asked) -> list[Draft]:
        """八个点？, 那按百分之十五呢: a percentage and hardly a word more, where a share is spoken of."""
        amount = drafts[0].amount if len(drafts) == 1 and drafts[0].role is None else None
        of_a_share = asked.topic in ("plan_budget", "budget_share") and asked.slot != "gross_margin"
        if amount is None or amount.kind != PERCENT or amount.unit != "percent" or not of_a_share:
            return list(drafts)
        beside = context.text[: amount.start] + context.text[amount.end :]
        return [replace(drafts[0], role="share")] if self._hardly_a_word.fullmatch(beside) else list(drafts)

    def _counts_no_staff(self, draft: Draft, context: Context) -> bool:
        """一个客户, 给我出一个: one of something else, or no number at all."""
        amount = draft.amount
        before = context.text[context.clause_start(amount.start) : amount.start]
        idle = amount.article and not self._only.fullmatch(before) and not self._person.match(context.text, amount.end)
        return draft.role is None and (idle or context.text.startswith(self._field, amount.end))

    @staticmethod
    def _may_answer(draft: Draft, slot: str) -> bool:
        amount, role = draft.amount, draft.role
        if amount.kind not in KINDS_OF_SLOT[slot] or (amount.kind == MONEY and slot in WHOLE_NUMBERS and amount.unit):
            return False
        if amount.kind == COUNT and slot == "orders_per_year" and amount.unit not in ("order", "thing"):
            return False
        if slot == "team_size" and amount.unit == "organisation":
            return False
        if role is None or role == _ANSWERED_AS.get(slot):
            return True
        if not _is_verb_only(draft):
            return False
        return slot == "avg_order_value" and role == "needed"

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
        if draft.role != "spent" or summed or slot not in (*BUDGETS, "needed"):
            return False
        if slot != "total_budget" and self._finished_spending.search(context.text, cue.start, cue.end + 1):
            return False
        of_all = slot == "total_budget" and asked.topic in ("plan_budget", "budget_share")
        return word in self._bare_expenses or (_is_verb_only(draft) and (of_all or draft.period is not None))

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


def _is_too_many(draft: Draft, slot: str) -> bool:
    """那如果是四千万呢 while her people are asked: no small company has so many."""
    amount = draft.amount
    if amount.kind not in (MONEY, NUMBER) or slot not in WHOLE_NUMBERS:
        return False
    return slot == "team_size" and amount.scale >= MYRIAD or amount.interval.known_end >= MYRIAD * 1000


def _is_a_measure_of(draft: Draft, drafts: Sequence[Draft]) -> bool:
    """一单三千八: one, right in front of another number, says of what that is the price."""
    return draft.amount.article and any(other.amount.start - draft.amount.end in (0, 1) for other in drafts if other is not draft)


def _is_known_sum(draft: Draft, slot: str, asked: Asked) -> bool:
    """那28万算高还是算低 while her customers are asked: a sum in 万 that she has told of something in yuan."""
    amount = draft.amount
    sums = {number for name, number in asked.known.items() if name in YUAN_A_YEAR}
    return slot in WHOLE_NUMBERS and amount.scale >= MYRIAD and amount.interval.known_end in sums


def _is_known(draft: Draft, asked: Asked) -> bool:
    """不对，62那个没扣耗材: the number of a fact that she has told, percentages as they are said."""
    number = draft.amount.interval.known_end
    return any(known in (number, number / HUNDRED) for known in asked.known.values())


def _has_noun(draft: Draft, slots: Sequence[str]) -> bool:
    """Does a noun name another fact than these for the number?"""
    return draft.role in KINDS_OF_SLOT and draft.role not in slots and draft.cue is not None and draft.cue.side == "any"


def _is_verb_only(draft: Draft) -> bool:
    """Whether only a verb in front of the number gave it its role."""
    return draft.cue is not None and draft.cue.side == "before" and not draft.rest


def _times_apart(number: Decimal, other: Decimal) -> Decimal:
    """How many times the one is the other, the greater of both ways."""
    if number <= 0 or other <= 0:
        return Decimal(0) if number == other else Decimal("Infinity")
    return max(number / other, other / number)


@lru_cache(maxsize=2)
def nameless_reader(lexicon: Lexicon) -> NamelessReader:
    """The reader over a lexicon, built once."""
    return NamelessReader(lexicon["roles"], lexicon["corrections"]["misspoke"])
