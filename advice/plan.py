"""制定: how a customer budget is laid out over items and months, in three tiers."""

from __future__ import annotations

from decimal import Decimal
from typing import Optional

from advice.facts import Facts
from advice.missing import missing_facts
from advice.quantities import allocate, known_number, whole
from advice.results import Amount, Line, PlanAdvice, Tier
from advice.share import amount_of, combined_share
from knowledge.model import Knowledge, Split

MONTHS = 12


def advise_plan(facts: Facts, knowledge: Knowledge) -> PlanAdvice:
    """Her own customer budget is laid out where she told one, else the recommended amount; without either, percentages."""
    share = combined_share(facts, knowledge)
    amount = amount_of(share, facts.total_budget)
    base = base_of(facts, amount)
    stage, split = knowledge.split(facts.stage)
    lines = () if base is None else plan_lines(base, split, facts, knowledge)
    return PlanAdvice(
        facts=facts,
        missing=missing_facts("plan_budget", facts, knowledge),
        knowledge_version=knowledge.version,
        knowledge_date=knowledge.date,
        warnings=wage_warnings(base, lines, facts, knowledge),
        share=share,
        amount=amount,
        base=base,
        base_is_told=facts.customer_budget is not None,
        split=category_percents(split, knowledge),
        split_stage=stage,
        lines=lines,
        tiers=tiers_of(amount),
        monthly=tuple(sum(line.months[month] for line in lines) for month in range(MONTHS)) if lines else (),
    )


def base_of(facts: Facts, amount: Optional[Amount]) -> Optional[int]:
    """The yuan to be split."""
    if facts.customer_budget is not None:
        return whole(known_number(facts.customer_budget))
    return amount.recommended if amount else None


def category_percents(split: Split, knowledge: Knowledge) -> dict[str, Decimal]:
    """Percent by category."""
    percents = {category: Decimal(0) for category in knowledge.category_names}
    for item, percent in split.percents.items():
        percents[knowledge.items[item].category] += percent
    return percents


def plan_lines(base: int, split: Split, facts: Facts, knowledge: Knowledge) -> tuple[Line, ...]:
    """One line an item; the lines sum exactly to ``base`` and the months of each to the line."""
    amounts = allocate(base, list(split.percents.values()))
    season = [Decimal(weight) for weight in knowledge.season(facts.industry)]
    return tuple(
        Line(
            category=knowledge.items[item].category,
            item=item,
            amount=amount,
            months=allocate(amount, season),
            source=split.source,
            products=crm_products(amount, facts, knowledge) if item == "crm" else (),
        )
        for item, amount in zip(split.percents, amounts, strict=False)
    )


def crm_products(amount: int, facts: Facts, knowledge: Knowledge) -> tuple[str, ...]:
    """Products that fit the number of people and what the line can pay; free ones where nothing else fits."""
    if facts.team_size is None:
        return knowledge.crm_unknown_size
    team = known_number(facts.team_size)
    named = next(names for up_to, names in knowledge.crm_by_size if up_to is None or team <= up_to)
    affordable = tuple(name for name in named if yearly_price(name, team, knowledge) <= amount)
    return affordable or tuple(name for name in knowledge.crm_free if serves(name, team, knowledge))


def yearly_price(product: str, team: Decimal, knowledge: Knowledge) -> Decimal:
    """Yuan a year for everyone in the team."""
    return knowledge.products[product].monthly_price_per_user * MONTHS * team


def serves(product: str, team: Decimal, knowledge: Knowledge) -> bool:
    users = knowledge.products[product].users
    return users is None or team <= users


def tiers_of(amount: Optional[Amount]) -> tuple[Tier, ...]:
    """The three amounts that are known."""
    if amount is None:
        return ()
    named = (("low", amount.low), ("recommended", amount.recommended), ("high", amount.high))
    return tuple(Tier(name, yuan) for name, yuan in named if yuan is not None)  # type: ignore[arg-type]


def wages(facts: Facts, knowledge: Knowledge) -> Optional[int]:
    """What the team costs a year at the average pay of private firms (National Bureau of Statistics)."""
    return None if facts.team_size is None else whole(known_number(facts.team_size) * knowledge.wage.number)


def wage_warnings(base: Optional[int], lines: tuple[Line, ...], facts: Facts, knowledge: Knowledge) -> tuple[str, ...]:
    """Does the team's pay fit into the whole budget, or at least into its line?"""
    cost = wages(facts, knowledge)
    if base is None or cost is None:
        return ()
    if cost > base:
        return ("wages_exceed_budget",)
    line = next(line.amount for line in lines if line.item == "wages")
    return ("wages_exceed_line",) if cost > line else ()
