"""What holds for every company."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from advice.facts import Facts, Range
from advice.plan import advise_plan
from advice.quantities import allocate, ends
from advice.share import advise_share
from advice.shortfall import advise_shortfall
from knowledge.loading import load

KNOWLEDGE = load(Path(__file__).resolve().parents[2] / "knowledge")
AMOUNTS = st.integers(1, 10**9)
COMPANIES = st.fixed_dictionaries(
    {},
    optional={
        "industry": st.sampled_from(sorted(KNOWLEDGE.shares["industry"])),
        "stage": st.sampled_from(sorted(KNOWLEDGE.shares["stage"])),
        "business_model": st.sampled_from(sorted(KNOWLEDGE.shares["business_model"])),
        "team_size": st.integers(1, 200),
    },
)


def facts(company: dict[str, Any], **more: Any) -> Facts:
    return Facts.from_slots({**company, **more})


@given(st.integers(0, 10**9), st.lists(st.integers(1, 100), min_size=1, max_size=15))
def test_parts_sum_exactly(total: int, weights: list[int]) -> None:
    assert sum(allocate(total, [Decimal(weight) for weight in weights])) == total


@settings(deadline=None)
@given(COMPANIES, AMOUNTS)
def test_lines_and_months_of_a_plan_sum_exactly(company: dict[str, Any], budget: int) -> None:
    plan = advise_plan(facts(company, customer_budget=budget), KNOWLEDGE)
    assert sum(line.amount for line in plan.lines) == budget
    assert all(sum(line.months) == line.amount for line in plan.lines)
    assert sum(plan.monthly) == budget


@given(COMPANIES)
def test_a_share_lies_within_what_its_dimensions_say(company: dict[str, Any]) -> None:
    share = advise_share(facts(company), KNOWLEDGE).share
    if share is not None:
        assert 0 <= share.low <= share.high <= 100
        assert min(entry.low for entry in share.basis) <= share.low
        assert share.high <= max(entry.high for entry in share.basis)


@given(COMPANIES, AMOUNTS, AMOUNTS)
def test_a_larger_total_never_gives_a_smaller_amount(company: dict[str, Any], one: int, other: int) -> None:
    small, large = (advise_share(facts(company, total_budget=total), KNOWLEDGE).amount for total in sorted((one, other)))
    if small is not None and large is not None:
        assert (small.low or 0) <= (large.low or 0) and (small.high or 0) <= (large.high or 0)


@settings(deadline=None)
@given(COMPANIES, AMOUNTS)
def test_all_savings_together_never_exceed_what_is_spent(company: dict[str, Any], spent: int) -> None:
    advice = advise_shortfall(facts(company, spent=spent), KNOWLEDGE)
    assert advice.saves is not None and 0 <= advice.saves[0] <= advice.saves[1] <= spent


@settings(deadline=None)
@given(COMPANIES, AMOUNTS)
def test_savings_on_one_line_never_exceed_it(company: dict[str, Any], spent: int) -> None:
    advice = advise_shortfall(facts(company, spent=spent), KNOWLEDGE)
    saved = {measure.id: measure.saves for measure in advice.measures}
    _, split = KNOWLEDGE.split(company.get("stage"))
    amounts = dict(zip(split.percents, allocate(spent, list(split.percents.values())), strict=False))
    for item, amount in amounts.items():
        alone = [entry for entry in KNOWLEDGE.measures if entry.items == (item,)]
        assert sum((saved[entry.id] or (0, 0))[1] for entry in alone) <= amount


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)
def test_the_gap_of_ranges_holds_every_gap_of_their_numbers(a: int, b: int, c: int, d: int) -> None:
    needed, budget = sorted((a, b)), sorted((c, d))
    gap = advise_shortfall(
        facts({}, needed=dict(zip(("low", "high"), needed, strict=False)), customer_budget=dict(zip(("low", "high"), budget, strict=False))), KNOWLEDGE
    ).gap
    assert gap is not None
    low, high = ends(gap)
    assert low is not None and high is not None
    assert low <= needed[0] - budget[0] <= high and low <= needed[1] - budget[1] <= high


def test_an_open_total_gives_the_end_that_is_known() -> None:
    company = Facts(stage="mature", total_budget=Range(None, Decimal(1_000_000)))
    amount = advise_share(company, KNOWLEDGE).amount
    assert amount is not None and (amount.low, amount.recommended, amount.high) == (None, None, 200_000)
