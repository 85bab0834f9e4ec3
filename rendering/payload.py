"""Advice as the structure that programs read: ``custom`` of the message. Its schema: ``rendering/advice.schema.json``."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Optional

from advice.facts import Range, fact_as_json
from advice.results import (
    Amount,
    AnyAdvice,
    Check,
    EvaluationAdvice,
    Measure,
    PlanAdvice,
    Share,
    ShareAdvice,
    ShortfallAdvice,
)

Payload = dict[str, Any]
CENT = Decimal("0.01")


def payload(advice: AnyAdvice) -> Payload:
    """The public structure; parts that do not apply are left out."""
    common = {
        "type": "budget_advice",
        "kind": kind_of(advice),
        "facts": advice.facts.as_json(),
        "missing": list(advice.missing),
        "knowledge": {"version": advice.knowledge_version, "date": advice.knowledge_date},
        "share": share_payload(advice.share),
    }
    return {name: value for name, value in {**common, **own_part(advice)}.items() if value is not None}


def kind_of(advice: AnyAdvice) -> str:
    """The name of the kind in the public structure."""
    kinds = {ShareAdvice: "share", PlanAdvice: "plan", ShortfallAdvice: "shortfall", EvaluationAdvice: "evaluation"}
    return kinds[type(advice)]


def own_part(advice: AnyAdvice) -> Payload:
    """What this kind alone has."""
    if isinstance(advice, ShareAdvice):
        return {"amount": amount_payload(advice.amount), **checks_payload(advice.check)}
    if isinstance(advice, PlanAdvice):
        return plan_payload(advice)
    if isinstance(advice, ShortfallAdvice):
        measures = [measure_payload(measure) for measure in advice.measures]
        return {"gap": quantity(advice.gap), "measures": measures, **checks_payload(advice.check)}
    return checks_payload(*advice.checks)


def share_payload(share: Optional[Share]) -> Optional[Payload]:
    if share is None:
        return None
    basis = [
        {
            "dimension": entry.dimension,
            "value": entry.value,
            "low": number(entry.low),
            "high": number(entry.high),
            "source": entry.source,
            "worth": entry.worth,
            "derived": entry.derived,
        }
        for entry in share.basis
    ]
    return {"low": number(share.low), "high": number(share.high), "conflict": share.conflict, "basis": basis}


def amount_payload(amount: Optional[Amount]) -> Optional[Payload]:
    """Ends that are open are left out."""
    if amount is None:
        return None
    ends = {"low": amount.low, "recommended": amount.recommended, "high": amount.high}
    return {**{name: yuan for name, yuan in ends.items() if yuan is not None}, "currency": "CNY", "period": "year"}


def plan_payload(advice: PlanAdvice) -> Payload:
    lines = [
        {
            "category": line.category,
            "item": line.item,
            "amount": line.amount,
            "months": list(line.months),
            "source": line.source,
        }
        for line in advice.lines
    ]
    tiers = [{"id": tier.id, "amount": tier.amount} for tier in advice.tiers]
    return {"amount": amount_payload(advice.amount), "lines": lines or None, "tiers": tiers or None}


def measure_payload(measure: Measure) -> Payload:
    if measure.saves is None:
        return {"id": measure.id, "source": measure.source}
    low, high = measure.saves
    return {"id": measure.id, "saves": {"low": low, "high": high}, "source": measure.source}


def checks_payload(*checks: Optional[Check]) -> Payload:
    """The checks that were made."""
    return {"checks": [check_payload(check) for check in checks if check is not None] or None}


def check_payload(check: Check) -> Payload:
    structure: Payload = {
        "id": check.id,
        "status": check.status,
        "value": quantity(check.value),
        "threshold": quantity(check.threshold),
        "source": check.source,
    }
    if check.position is not None:
        structure["position"] = check.position
    return structure


def quantity(value: Any) -> Any:
    """A number to two decimals, a range as its two ends."""
    if isinstance(value, Range):
        return {"low": number(value.low), "high": number(value.high)}
    return number(value)


def number(value: Optional[Decimal]) -> Any:
    """To the cent; what is whole is an integer."""
    return None if value is None else fact_as_json(value.quantize(CENT, ROUND_HALF_UP))
