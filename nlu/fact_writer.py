"""Drafts that hold, written as facts: the slot's own unit, a year's sum, what has to be asked back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Mapping, Sequence

from nlu.amounts import COUNT, MONEY, NUMBER, PERCENT
from nlu.drafts import Draft, in_whole_units
from nlu.fact import Fact
from nlu.interval import ONE, Interval
from nlu.periods import ONCE
from nlu.roles import CONVERTED, KINDS_OF_SLOT, WHOLE_NUMBERS, YUAN_A_YEAR

HUNDRED, MONTHS = Decimal(100), Decimal(12)


class FactWriter:
    """Writes drafts as facts; a number of no slot is told as one."""

    def __init__(self, words: Mapping[str, Any], unit_asked_below: Decimal) -> None:
        self._zero_asked = frozenset(words["zeros"]["asked"])
        self._unit_asked_below = unit_asked_below

    def facts(self, drafts: Sequence[Draft]) -> list[Fact]:
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
        return in_whole_units(interval) if slot in WHOLE_NUMBERS else interval

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
