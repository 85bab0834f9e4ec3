"""占比: which percentage of the whole budget customer management takes, and what that is in yuan."""

from __future__ import annotations

from decimal import Decimal
from typing import Optional

from advice.facts import Facts, Quantity, Range
from advice.missing import missing_facts
from advice.quantities import divided, ends, middle, times, whole
from advice.results import Amount, Basis, Check, Dimension, Position, Share, ShareAdvice, Status
from knowledge.model import Knowledge

DIMENSIONS: tuple[Dimension, ...] = ("industry", "stage", "business_model")
HUNDRED = Decimal(100)


def advise_share(facts: Facts, knowledge: Knowledge) -> ShareAdvice:
    """The range, the amount where the total is known, and the judgement of a share that she states."""
    share = combined_share(facts, knowledge)
    stated = stated_share(facts)
    return ShareAdvice(
        facts=facts,
        missing=missing_facts("budget_share", facts, knowledge),
        knowledge_version=knowledge.version,
        knowledge_date=knowledge.date,
        share=share,
        amount=amount_of(share, facts.total_budget),
        check=share_check(stated, share) if share and stated is not None else None,
        stated_share=stated,
    )


def share_basis(facts: Facts, knowledge: Knowledge) -> tuple[Basis, ...]:
    """The range of each dimension that is known and has one."""
    found = []
    for dimension in DIMENSIONS:
        value = getattr(facts, dimension)
        figure = knowledge.shares[dimension].get(value) if value is not None else None
        if figure is not None:
            low, high = figure.ends
            found.append(
                Basis(dimension, value, low, high, figure.source, figure.worth, figure.derived is not None, figure.note)
            )
    return tuple(found)


def combined_share(facts: Facts, knowledge: Knowledge) -> Optional[Share]:
    """The overlap of the dimensions, or the gap between them where they pull apart; ``None`` without any."""
    basis = share_basis(facts, knowledge)
    if not basis:
        return None
    low, high = max(entry.low for entry in basis), min(entry.high for entry in basis)
    return Share(min(low, high), max(low, high), low > high, basis)


def amount_of(share: Optional[Share], total: Optional[Quantity]) -> Optional[Amount]:
    """Yuan: the outer ends, and the middle of the share of the total's number."""
    if share is None or total is None:
        return None
    low, high = ends(total)
    centre = middle(total)
    return Amount(
        low=None if low is None else whole(low * share.low / HUNDRED),
        recommended=None if centre is None else whole(centre * (share.low + share.high) / 2 / HUNDRED),
        high=None if high is None else whole(high * share.high / HUNDRED),
    )


def stated_share(facts: Facts) -> Optional[Quantity]:
    """The percentage that she states, or that her two budgets give, or what she spends."""
    if facts.share is not None:
        return facts.share
    part = facts.customer_budget if facts.customer_budget is not None else facts.spent
    return share_of_total(part, facts.total_budget)


def share_of_total(part: Optional[Quantity], total: Optional[Quantity]) -> Optional[Quantity]:
    """``part`` in percent of ``total``."""
    if part is None or total is None:
        return None
    ratio = divided(part, total)
    return None if ratio is None else times(ratio, HUNDRED)


def part_of_total(percent: Quantity, total: Quantity) -> Optional[Quantity]:
    """The yuan that ``percent`` of ``total`` are."""
    part = times(percent, total)
    return None if part is None else divided(part, HUNDRED)


def share_check(percent: Quantity, share: Share) -> Check:
    """``percent`` of the whole budget against the benchmark; in a conflict a warning, and each dimension is judged too."""
    position = position_between(percent, share.low, share.high)
    judged = ((entry.dimension, position_between(percent, entry.low, entry.high)) for entry in share.basis)
    return Check(
        "share",
        share_status(position, share.conflict),
        value=percent,
        threshold=Range(share.low, share.high),
        position=position,
        source=share.basis[0].source,
        per_dimension=tuple((dimension, side) for dimension, side in judged if side) if share.conflict else (),
    )


def share_status(position: Optional[Position], conflict: bool) -> Status:
    """What a position is worth; unknown where the ends of a range disagree."""
    if conflict:
        return "warn"
    if position is None:
        return "unknown"
    return "good" if position == "within" else "warn"


def position_between(percent: Quantity, low: Decimal, high: Decimal) -> Optional[Position]:
    """Where ``percent`` lies against ``low`` and ``high``, bounds inclusive; ``None`` where its ends disagree."""
    positions = {None if end is None else side_of(end, low, high) for end in ends(percent)}
    return positions.pop() if len(positions) == 1 else None


def side_of(number: Decimal, low: Decimal, high: Decimal) -> Position:
    if number < low:
        return "under"
    return "over" if number > high else "within"
