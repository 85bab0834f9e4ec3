"""不足: how large the gap is, and what each measure saves for this company."""

from __future__ import annotations

from decimal import Decimal
from typing import Optional

from advice.facts import Facts, Quantity
from advice.missing import missing_facts
from advice.quantities import allocate, ends, minus, plus, whole
from advice.results import Measure, ShortfallAdvice
from advice.share import combined_share, share_check, share_of_total
from knowledge.model import Knowledge, MeasureKnowledge, Split

HUNDRED = Decimal(100)
Saving = tuple[int, int]


def advise_shortfall(facts: Facts, knowledge: Knowledge) -> ShortfallAdvice:
    """The gap computed where it can be, else the one stated; the measures in order; whether they close it."""
    computed = computed_gap(facts)
    gap = computed if computed is not None else facts.gap
    measures = measures_for(facts, knowledge)
    saves = total_saving(measures)
    share = combined_share(facts, knowledge)
    percent = share_of_total(facts.customer_budget, facts.total_budget)
    return ShortfallAdvice(
        facts=facts,
        missing=missing_facts("budget_shortfall", facts, knowledge),
        knowledge_version=knowledge.version,
        knowledge_date=knowledge.date,
        gap=gap,
        gap_is_stated=computed is None and gap is not None,
        mismatch=mismatch(facts.gap, computed),
        measures=measures,
        saves=saves,
        covers=covers(saves, gap),
        share=share,
        check=share_check(percent, share) if share and percent is not None else None,
    )


def computed_gap(facts: Facts) -> Optional[Quantity]:
    """What is needed less the budget; negative is a surplus."""
    if facts.needed is None or facts.customer_budget is None:
        return None
    return minus(facts.needed, facts.customer_budget)


def needed_from_rest(spent: Quantity, rest: Quantity) -> Optional[Quantity]:
    """What the whole year needs: what is spent and what the rest of the year still needs."""
    return plus(spent, rest)


def mismatch(stated: Optional[Quantity], computed: Optional[Quantity]) -> Optional[tuple[Quantity, Quantity]]:
    """Both gaps where they cannot both be right."""
    if stated is None or computed is None or overlap(stated, computed):
        return None
    return stated, computed


def overlap(left: Quantity, right: Quantity) -> bool:
    """Do they have a number in common?"""
    (left_low, left_high), (right_low, right_high) = ends(left), ends(right)
    left_above = left_low is not None and right_high is not None and left_low > right_high
    left_below = left_high is not None and right_low is not None and left_high < right_low
    return not left_above and not left_below


def measures_for(facts: Facts, knowledge: Knowledge) -> tuple[Measure, ...]:
    """Every measure with what it saves, ordered by effort, then by saving."""
    spending = facts.spent if facts.spent is not None else facts.customer_budget
    ordered = sorted(knowledge.measures, key=lambda entry: entry.effort)
    if spending is None:
        return tuple(Measure(entry.id, None, entry.effort, entry.source) for entry in ordered)
    _, split = knowledge.split(facts.stage)
    low, high = spending_ends(spending)
    left_low, left_high = laid_out(low, split), laid_out(high, split)
    found = []
    for entry in taking_order(knowledge, split, (low, high)):
        low_percent, high_percent = entry.saves.ends
        saving = (take(entry, low_percent, left_low), take(entry, high_percent, left_high))
        found.append(Measure(entry.id, (min(saving), max(saving)), entry.effort, entry.source))
    return tuple(sorted(found, key=lambda measure: (measure.effort, -sum(measure.saves or (0, 0)))))


def laid_out(spending: int, split: Split) -> dict[str, int]:
    """What is spent on each item."""
    return dict(zip(split.percents, allocate(spending, list(split.percents.values())), strict=False))


def taking_order(knowledge: Knowledge, split: Split, spending: Optional[Saving]) -> list[MeasureKnowledge]:
    """In which order the measures save: the lighter first, of equals what could save more."""
    ordered = sorted(knowledge.measures, key=lambda entry: entry.effort)
    if spending is None:
        return ordered
    most = laid_out(spending[1], split)
    return sorted(ordered, key=lambda entry: (entry.effort, -potential(entry, most)))


def spending_ends(spending: Quantity) -> Saving:
    """Both ends in whole yuan; an open end is taken from the other."""
    low, high = ends(spending)
    known = [whole(end) for end in (low, high) if end is not None]
    return min(known), max(known)


def potential(entry: MeasureKnowledge, left: dict[str, int]) -> Decimal:
    """The most that a measure could save alone."""
    return sum((left[item] for item in entry.items), 0) * entry.saves.ends[1]


def take(entry: MeasureKnowledge, percent: Decimal, left: dict[str, int]) -> int:
    """Save ``percent`` of what is left on the measure's items, and take it off them: no line is saved twice."""
    saved = 0
    for item in entry.items:
        part = min(whole(left[item] * percent / HUNDRED), left[item])
        left[item] -= part
        saved += part
    return saved


def total_saving(measures: tuple[Measure, ...]) -> Optional[Saving]:
    """All measures together."""
    known = [measure.saves for measure in measures if measure.saves is not None]
    return (sum(low for low, _ in known), sum(high for _, high in known)) if known else None


def covers(saves: Optional[Saving], gap: Optional[Quantity]) -> Optional[bool]:
    """Do all measures together close the gap? ``None`` where it is not known or hangs on which end holds."""
    if saves is None or gap is None:
        return None
    low, high = ends(gap)
    if high is not None and saves[0] >= high:
        return True
    if low is not None and saves[1] < low:
        return False
    return None
