"""评估: is the money well spent? Each check computed, or unknown with what it needs."""

from __future__ import annotations

from decimal import Decimal
from typing import Callable, Iterable, Optional

from advice.facts import Facts, Quantity, Range
from advice.missing import missing_facts
from advice.quantities import divided, ends, times
from advice.results import Check, EvaluationAdvice, Share, Status
from advice.share import combined_share, share_check, share_of_total
from knowledge.model import CheckKnowledge, Knowledge

LIFETIME_FACTS = ("avg_order_value", "orders_per_year", "gross_margin", "customer_lifetime_years")
DIMENSION_FACTS = ("industry", "stage", "business_model")
YES_OR_NO_CHECKS = (
    ("growth_goal", "growth_goal_met", True),
    ("satisfaction", "satisfaction_improved", True),
    ("tools", "tools_used", True),
    ("staff_time", "staff_on_admin", False),
)
"""Check, the fact it looks at, and the answer that is good."""
HUNDRED = Decimal(100)
WORST_FIRST: tuple[Status, ...] = ("bad", "warn", "good")


def advise_evaluation(facts: Facts, knowledge: Knowledge) -> EvaluationAdvice:
    """Every check, the verdict, which is that of the worst check, and the next steps, the worst first."""
    share = combined_share(facts, knowledge)
    cac, clv = acquisition_cost(facts), lifetime_value(facts)
    checks = (
        cac_check(facts, cac, knowledge.checks["cac"]),
        clv_check(facts, clv, knowledge.checks["clv"]),
        ratio_check(facts, cac, clv, knowledge.checks["clv_cac"]),
        spent_share_check(facts, share, knowledge.checks["share"]),
        churn_check(facts, knowledge.checks["churn"]),
        *(yes_or_no_check(facts, *check, knowledge.checks[check[0]]) for check in YES_OR_NO_CHECKS),
    )
    return EvaluationAdvice(
        facts=facts,
        missing=missing_facts("evaluate_budget", facts, knowledge),
        knowledge_version=knowledge.version,
        knowledge_date=knowledge.date,
        warnings=tuple(warning for check in checks for warning in check.warnings),
        checks=checks,
        share=share,
        verdict=verdict_of(checks),
        next_steps=next_steps(checks, knowledge),
    )


def unknown_facts(facts: Facts, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in names if getattr(facts, name) is None)


def acquisition_cost(facts: Facts) -> Optional[Quantity]:
    """CAC in yuan, an upper bound since all that is spent counts; ``None`` where unknown or nobody came."""
    if facts.spent is None or facts.new_customers is None:
        return None
    return divided(facts.spent, facts.new_customers)


def lifetime_value(facts: Facts) -> Optional[Quantity]:
    """CLV in yuan: order value × orders a year × gross margin × years."""
    factors = [getattr(facts, name) for name in LIFETIME_FACTS]
    return None if any(factor is None for factor in factors) else times(*factors)


def no_one_came(facts: Facts) -> bool:
    return facts.new_customers is not None and ends(facts.new_customers)[1] == 0


def cac_check(facts: Facts, cac: Optional[Quantity], known: CheckKnowledge) -> Check:
    """Information alone: no benchmark by trade is usable, it is judged against the lifetime value."""
    if cac is None:
        warnings = ("no_new_customers",) if no_one_came(facts) else ()
        missing = unknown_facts(facts, ("spent", "new_customers"))
        return Check("cac", "unknown", source=known.source, missing=missing, warnings=warnings)
    return Check("cac", "info", value=cac, source=known.source)


def clv_check(facts: Facts, clv: Optional[Quantity], known: CheckKnowledge) -> Check:
    if clv is None:
        return Check("clv", "unknown", source=known.source, missing=unknown_facts(facts, LIFETIME_FACTS))
    return Check("clv", "info", value=clv, source=known.source)


def ratio_check(facts: Facts, cac: Optional[Quantity], clv: Optional[Quantity], known: CheckKnowledge) -> Check:
    """CLV/CAC against its two thresholds, from below."""
    threshold = threshold_of(known, "good")
    ratio = None if cac is None or clv is None else divided(clv, cac)
    if ratio is None:
        missing = unknown_facts(facts, ("spent", "new_customers", *LIFETIME_FACTS))
        return Check("clv_cac", "unknown", threshold=threshold, source=known.source, missing=missing)
    status = agreed(ratio, lambda number: status_from_below(number, known))
    return Check("clv_cac", status, value=ratio, threshold=threshold, source=known.source)


def spent_share_check(facts: Facts, share: Optional[Share], known: CheckKnowledge) -> Check:
    """What is spent in percent of the whole budget against the benchmark."""
    percent = share_of_total(facts.spent, facts.total_budget)
    if percent is not None and share is not None:
        return share_check(percent, share)
    threshold = Range(share.low, share.high) if share else None
    missing = unknown_facts(facts, ("spent", "total_budget"))
    if share is None:
        missing += unknown_facts(facts, DIMENSION_FACTS)
    return Check("share", "unknown", value=percent, threshold=threshold, source=known.source, missing=missing)


def churn_check(facts: Facts, known: CheckKnowledge) -> Check:
    """Lost customers in percent of those at the start of the period, against thresholds from above."""
    threshold = threshold_of(known, "good")
    source = known.good.source if known.good else known.source
    share = share_of_total(facts.lost_customers, facts.customers)
    if share is None:
        missing = unknown_facts(facts, ("lost_customers", "customers"))
        return Check("churn", "unknown", threshold=threshold, source=source, missing=missing)
    status = agreed(share, lambda number: status_from_above(number, known))
    return Check("churn", status, value=share, threshold=threshold, source=source)


def yes_or_no_check(facts: Facts, check: str, fact: str, good: bool, known: CheckKnowledge) -> Check:
    """One of the article's checks that are not money."""
    told = getattr(facts, fact)
    if told is None:
        return Check(check, "unknown", source=known.source, missing=(fact,))
    return Check(check, "good" if told is good else "bad", source=known.source)


def threshold_of(known: CheckKnowledge, status: str) -> Optional[Decimal]:
    figure = known.good if status == "good" else known.warn
    return None if figure is None else figure.value


def status_from_below(number: Decimal, known: CheckKnowledge) -> Status:
    """Good from its threshold up."""
    good, warn = threshold_of(known, "good"), threshold_of(known, "warn")
    if good is not None and number >= good:
        return "good"
    return "warn" if warn is not None and number >= warn else "bad"


def status_from_above(number: Decimal, known: CheckKnowledge) -> Status:
    """Good up to its threshold."""
    good, warn = threshold_of(known, "good"), threshold_of(known, "warn")
    if good is not None and number <= good:
        return "good"
    return "warn" if warn is not None and number <= warn else "bad"


def agreed(quantity: Quantity, status_of: Callable[[Decimal], Status]) -> Status:
    """The status on which both ends agree, else unknown."""
    statuses = {"unknown" if end is None else status_of(end) for end in ends(quantity)}
    return statuses.pop() if len(statuses) == 1 else "unknown"


def verdict_of(checks: Iterable[Check]) -> Status:
    """That of the worst check that could be judged."""
    judged = {check.status for check in checks}
    return next((status for status in WORST_FIRST if status in judged), "unknown")


def next_steps(checks: Iterable[Check], knowledge: Knowledge) -> tuple[str, ...]:
    """``check.status`` of the checks for which the knowledge names a step, the worst first."""
    judged = [(status, check.id) for status in WORST_FIRST for check in checks if check.status == status]
    return tuple(f"{check}.{status}" for status, check in judged if status in knowledge.checks[check].steps)
