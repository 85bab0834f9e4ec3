"""Advice as one message: the text for a chat, and the structure beside it.

The sentences stand in ``data/responses/advice.yml``; here is only what they are filled with.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Callable, Iterable, Mapping, Optional

from advice.facts import Facts, Quantity, Range
from advice.plan import wages
from advice.quantities import between, ends
from advice.results import (
    AnyAdvice,
    Basis,
    Check,
    EvaluationAdvice,
    Measure,
    PlanAdvice,
    Share,
    ShareAdvice,
    ShortfallAdvice,
)
from advice.share import amount_of
from knowledge.model import Knowledge
from rendering import numbers
from rendering.facts import fact_name, fact_value
from rendering.message import Message
from rendering.payload import kind_of, payload
from rendering.phrases import Phrases
from rendering.terms import source_titles

Values = dict[str, Any]
RATIO_CHECKS = frozenset({"clv_cac"})
YUAN_CHECKS = frozenset({"cac", "clv"})
PEAKS = 3
"""How many of the months with most to spend are named."""


def render(advice: AnyAdvice, knowledge: Knowledge, phrases: Phrases) -> Message:
    """The whole advice, with the structure beside it."""
    values = values_of(advice, knowledge, phrases)
    return Message(phrases.text(f"advice.{kind_of(advice)}", **values), custom=payload(advice))


# one kind each
def values_of(advice: AnyAdvice, knowledge: Knowledge, phrases: Phrases) -> Values:
    """What the template of the kind is filled with."""
    makers: Mapping[type, Callable[..., Values]] = {
        ShareAdvice: share_values,
        PlanAdvice: plan_values,
        ShortfallAdvice: shortfall_values,
        EvaluationAdvice: evaluation_values,
    }
    basis = basis_values(advice, knowledge, phrases)
    return {
        "headline": headline(advice, phrases),
        "basis": basis,
        "basis_text": phrases.text("advice.basis", basis=basis, share=advice.share) if basis else None,
        "closing": closing(advice, knowledge, phrases),
        **makers[type(advice)](advice, knowledge, phrases),
    }


def share_values(advice: ShareAdvice, knowledge: Knowledge, phrases: Phrases) -> Values:
    return {
        "amount": advice.amount,
        "stated": None if advice.stated_share is None else numbers.percent(advice.stated_share),
        "position": advice.check.position if advice.check else None,
    }


def plan_values(advice: PlanAdvice, knowledge: Knowledge, phrases: Phrases) -> Values:
    total_wages = wages(advice.facts, knowledge)
    wage_line = next((line.amount for line in advice.lines if line.item == "wages"), None)
    team = None if advice.facts.team_size is None else numbers.count(advice.facts.team_size)
    facts = {"team": team, "wages": total_wages, "base": advice.base, "line": wage_line}
    return {
        "amount": advice.amount,
        "base": advice.base,
        "base_is_told": advice.base_is_told,
        "categories": categories(advice, knowledge),
        "tiers": advice.tiers,
        "one_point": len({tier.amount for tier in advice.tiers}) == 1,
        "peaks": peak_months(advice.monthly),
        "least": min(advice.monthly, default=0),
        "most": max(advice.monthly, default=0),
        "published": [entry.text for entry in knowledge.published],
        "warnings": [warning_text(knowledge.warnings[name], facts, phrases) for name in advice.warnings],
        "execution": knowledge.execution,
        "calendar": knowledge.calendar,
    }


def shortfall_values(advice: ShortfallAdvice, knowledge: Knowledge, phrases: Phrases) -> Values:
    known = {entry.id: entry for entry in knowledge.measures}
    return {
        "gap": advice.gap,
        "surplus": is_surplus(advice),
        "measures": [measure_values(measure, known[measure.id]) for measure in advice.measures],
        "saves": None if advice.saves is None else numbers.yuan(whole_range(advice.saves)),
        "covers": advice.covers,
        "spending_known": advice.saves is not None,
        "left_open": left_open(advice),
        "position": advice.check.position if advice.check else None,
    }


def evaluation_values(advice: EvaluationAdvice, knowledge: Knowledge, phrases: Phrases) -> Values:
    steps = [step.rpartition(".") for step in advice.next_steps]
    return {
        "verdict": knowledge.verdicts[advice.verdict],
        "judged": [check_values(check, knowledge, phrases) for check in advice.checks if check.status != "unknown"],
        "unknown": [check_values(check, knowledge, phrases) for check in advice.checks if check.status == "unknown"],
        "warnings": [knowledge.warnings[name] for name in advice.warnings],
        "steps": [knowledge.checks[check].steps[status] for check, _, status in steps],
    }


# parts
def headline(advice: AnyAdvice, phrases: Phrases) -> str:
    """The answer in a sentence."""
    return phrases.text(
        f"advice.headline.{kind_of(advice)}",
        share=advice.share,
        share_text=None if advice.share is None else share_text(advice.share),
        amount=getattr(advice, "amount", None),
        base=getattr(advice, "base", None),
        base_is_told=getattr(advice, "base_is_told", False),
        gap=getattr(advice, "gap", None),
        gap_is_stated=getattr(advice, "gap_is_stated", False),
        surplus=isinstance(advice, ShortfallAdvice) and is_surplus(advice),
        left_over=left_over(advice) if isinstance(advice, ShortfallAdvice) else None,
        verdict=getattr(advice, "verdict", None),
        total=advice.facts.total_budget,
    )


def closing(advice: AnyAdvice, knowledge: Knowledge, phrases: Phrases) -> str:
    """What would sharpen the advice, its sources, and that it is a reference."""
    return phrases.text(
        "advice.closing",
        missing=missing_names(advice, phrases),
        sources=source_titles(source_ids(advice), knowledge, phrases),
        worths=worths(advice, phrases),
    )


def share_text(share: Share) -> str:
    """The range in percent, a single point as one number."""
    return numbers.percent(Range(share.low, share.high))


def basis_values(advice: AnyAdvice, knowledge: Knowledge, phrases: Phrases) -> list[Values]:
    """Each dimension with its range, what it alone would give, and where it is narrower than it looks."""
    if advice.share is None:
        return []
    return [
        {
            "name": fact_name(entry.dimension, phrases),
            "value": fact_value(entry.dimension, entry.value, phrases),
            "percent": numbers.percent(Range(entry.low, entry.high)),
            "alone": amount_alone(entry, advice.facts),
            "worth": phrases.text(f"worth.{entry.worth}"),
            "note": knowledge.share_notes[entry.note] if entry.note else None,
        }
        for entry in advice.share.basis
    ]


def amount_alone(entry: Basis, facts: Facts) -> Optional[str]:
    """What one dimension alone would give in yuan."""
    amount = amount_of(Share(entry.low, entry.high, False, (entry,)), facts.total_budget)
    if amount is None:
        return None
    low, high = (None if end is None else Decimal(end) for end in (amount.low, amount.high))
    return numbers.yuan(Range(low, high))


def categories(advice: PlanAdvice, knowledge: Knowledge) -> list[Values]:
    """The three categories with percent, amount and items."""
    return [
        {
            "name": knowledge.category_names[category],
            "percent": numbers.percent(percent),
            "amount": sum(line.amount for line in advice.lines if line.category == category),
            "items": [
                {
                    "name": knowledge.items[line.item].name,
                    "hint": knowledge.items[line.item].hint,
                    "amount": line.amount,
                    "products": [product_text(name, knowledge) for name in line.products],
                }
                for line in advice.lines
                if line.category == category
            ],
        }
        for category, percent in advice.split.items()
    ]


def product_text(product: str, knowledge: Knowledge) -> Values:
    """A product with its price."""
    known = knowledge.products[product]
    return {"name": known.name, "price": known.monthly_price_per_user, "users": known.users}


def peak_months(monthly: tuple[int, ...]) -> list[int]:
    """The months (1..12) with most to spend, in the order of the year; none where all are alike."""
    if not monthly or min(monthly) == max(monthly):
        return []
    ranked = sorted(range(len(monthly)), key=lambda month: -monthly[month])[:PEAKS]
    return sorted(month + 1 for month in ranked)


def warning_text(template: str, facts: Values, phrases: Phrases) -> str:
    """A warning of the knowledge, filled in."""
    return phrases.fill(template, **facts)


def measure_values(measure: Measure, known: Any) -> Values:
    return {
        "name": known.name,
        "how": known.how,
        "needs": known.needs,
        "risk": known.risk,
        "saves": None if measure.saves is None else numbers.yuan(whole_range(measure.saves)),
    }


def is_surplus(advice: ShortfallAdvice) -> bool:
    """No shortfall: even the most that may be lacking is nothing."""
    if advice.gap is None:
        return False
    high = ends(advice.gap)[1]
    return high is not None and high <= 0


def left_over(advice: ShortfallAdvice) -> Optional[Quantity]:
    """What a surplus comes to, ``None`` where there is none."""
    if advice.gap is None or not is_surplus(advice) or advice.gap == 0:
        return None
    low, high = (None if end is None else -end for end in ends(advice.gap))
    return between(high, low)


def left_open(advice: ShortfallAdvice) -> Optional[str]:
    """What all measures together still leave, where they do not close the gap."""
    if advice.covers is not False or advice.gap is None or advice.saves is None:
        return None
    low, high = ends(advice.gap)
    least = None if low is None else low - advice.saves[1]
    most = None if high is None else high - advice.saves[0]
    return numbers.yuan(Range(least, most))


def check_values(check: Check, knowledge: Knowledge, phrases: Phrases) -> Values:
    known = knowledge.checks[check.id]
    return {
        "id": check.id,
        "name": known.name,
        "meaning": known.meaning,
        "status": phrases.text(f"status.{check.status}"),
        "value": None if check.value is None else check_quantity(check.id, check.value),
        "threshold": None if check.threshold is None else check_quantity(check.id, check.threshold),
        "position": check.position,
        "per_dimension": [
            {"name": fact_name(dimension, phrases), "position": phrases.text(f"position.{side}")}
            for dimension, side in check.per_dimension
        ],
        "missing": "、".join(fact_name(name, phrases) for name in check.missing),
    }


def check_quantity(check: str, value: Any) -> str:
    """A value or a threshold in the unit of its check."""
    if check in YUAN_CHECKS:
        return numbers.yuan(to_whole(value))
    return numbers.ratio(value) if check in RATIO_CHECKS else numbers.percent(value)


def to_whole(value: Any) -> Any:
    """Money is told in whole yuan."""
    if isinstance(value, Range):
        low, high = (None if end is None else end.quantize(Decimal(1)) for end in (value.low, value.high))
        return Range(low, high)
    return value.quantize(Decimal(1))


def whole_range(pair: tuple[int, int]) -> Range:
    return Range(Decimal(pair[0]), Decimal(pair[1]))


def missing_names(advice: AnyAdvice, phrases: Phrases) -> str:
    """What would sharpen the advice most, by name."""
    return "、".join(fact_name(name, phrases) for name in advice.missing[:PEAKS])


def source_ids(advice: AnyAdvice) -> list[str]:
    """The sources of all that the advice says."""
    found = [entry.source for entry in advice.share.basis] if advice.share else []
    if isinstance(advice, PlanAdvice):
        found += [line.source for line in advice.lines] + (["nbs-2025"] if advice.warnings else [])
    if isinstance(advice, ShortfallAdvice):
        found += [measure.source for measure in advice.measures]
    if isinstance(advice, EvaluationAdvice):
        found += [check.source for check in advice.checks if check.status != "unknown"]
    return found


def worths(advice: AnyAdvice, phrases: Phrases) -> str:
    """What the ranges are worth, each kind once."""
    kinds: Iterable[str] = dict.fromkeys(entry.worth for entry in advice.share.basis) if advice.share else ()
    return "、".join(phrases.text(f"worth.{kind}") for kind in kinds)
