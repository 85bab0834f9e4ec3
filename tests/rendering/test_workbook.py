"""The workbook follows its yellow cells and agrees with the advice to the yuan."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Optional

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from advice.quantities import ends
from advice.results import EvaluationAdvice, PlanAdvice, ShareAdvice, ShortfallAdvice
from rendering.report import Report
from rendering.sheets.facts import facts_of
from rendering.workbook import workbook
from tests.rendering.companies import COMPANIES, EXAMPLES, PHRASES, WHOLE, Read, report, template

KINDS = sorted(COMPANIES)
DIMENSIONS = ("industry", "stage", "business_model")
NOT_NEWER = {"ABS", "AND", "COUNT", "COUNTIF", "IF", "ISNUMBER", "MATCH", "MAX", "MIN", "NOT", "OR", "ROUND", "SUM", "SUMIF"}
"""All the functions that are used; each is older than Excel 2007."""
NEAR = Decimal("1e-9")


def number(value: Any) -> Optional[float]:
    return None if value is None else float(value)


def inputs_of(made: Report) -> dict[str, Any]:
    """What somebody would type into the yellow cells for this company."""
    advice, found = made.advice, {}
    for name in facts_of(made):
        value = getattr(advice.facts, name)
        if isinstance(value, bool) or name in ("growth_goal_met", "satisfaction_improved", "tools_used", "staff_on_admin"):
            found[name] = None if value is None else PHRASES.text(f"value.{'yes' if value else 'no'}")
            continue
        key, divisor = ("stated_share", 100) if name == "share" else (name, 1)
        low, high = (None, None) if value is None else ends(value)
        found[f"{key}_low"], found[f"{key}_high"] = (number(end if end is None else end / divisor) for end in (low, high))
    basis = {entry.dimension: entry for entry in advice.share.basis} if advice.share else {}
    for name in DIMENSIONS:
        entry = basis.get(name)
        found[f"{name}_share_low"], found[f"{name}_share_high"] = (number(entry and end / 100) for end in ((entry.low, entry.high) if entry else (None, None)))
    _, split = made.knowledge.split(advice.facts.stage)
    if isinstance(advice, (PlanAdvice, ShortfallAdvice)):
        found |= {f"percent_{item}": float(percent / 100) for item, percent in split.percents.items()}
    if isinstance(advice, PlanAdvice):
        found |= {f"weight_{month}": weight for month, weight in enumerate(made.knowledge.season(advice.facts.industry), 1)}
    return found


def expected(made: Report) -> dict[str, Any]:
    """What the advice says, by the names in the workbook."""
    advice = made.advice
    share = advice.share
    found: dict[str, Any] = {"share_low": number(share and share.low / 100), "share_high": number(share and share.high / 100)}
    if isinstance(advice, (PlanAdvice, ShareAdvice)):
        found |= {f"amount_{tier}": advice.amount and getattr(advice.amount, tier) for tier in ("low", "recommended", "high")}
    if isinstance(advice, PlanAdvice):
        found["base"] = advice.base
        found |= {f"line_{line.item}": line.amount for line in advice.lines}
    if isinstance(advice, ShareAdvice):
        found["position"] = None if advice.check is None or advice.check.position is None else PHRASES.text(f"position.{advice.check.position}")
    if isinstance(advice, ShortfallAdvice):
        low, high = (None, None) if advice.gap is None else ends(advice.gap)
        found |= {"lacking_low": number(low), "lacking_high": number(high)}
        found["saves_low"], found["saves_high"] = advice.saves or (None, None)
        for measure in advice.measures:
            found[f"saves_{measure.id}_low"], found[f"saves_{measure.id}_high"] = measure.saves or (None, None)
    if isinstance(advice, EvaluationAdvice):
        found |= expected_checks(advice)
        found["verdict"] = made.knowledge.verdicts[advice.verdict]
    return found


def expected_checks(advice: EvaluationAdvice) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for check in advice.checks:
        found[f"status_{check.id}"] = PHRASES.text(f"status.{check.status}")
        name, divisor = {"cac": ("cac", 1), "clv": ("clv", 1), "clv_cac": ("clv_cac", 1), "share": ("spent_share", 100), "churn": ("churn", 100)}.get(check.id, ("", 1))
        if name:
            low, high = (None, None) if check.value is None else ends(check.value)
            found[f"{name}_low"], found[f"{name}_high"] = (number(end if end is None else end / divisor) for end in (low, high))
    return found


def same(left: Any, right: Any) -> bool:
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        # whole yuan agree exactly, ratios to what a float holds
        return abs(left - right) <= (0 if float(right).is_integer() and abs(right) > 1 else 1e-9) or abs(left - right) <= 1e-12 * abs(right)
    return bool(left == right)


def on_an_edge(made: Report) -> bool:
    """Is a ratio so near a threshold that its last decimal decides?"""
    if not isinstance(made.advice, EvaluationAdvice):
        return False
    for check in made.advice.checks:
        known = made.knowledge.checks[check.id]
        for figure in (known.good, known.warn):
            for end in () if check.value is None or figure is None else ends(check.value):
                if end is not None and 0 < abs(end - figure.number) < NEAR:
                    return True
    return False


@pytest.mark.parametrize("kind", KINDS)
def test_every_cached_value_is_what_a_spreadsheet_calculates(kind: str) -> None:
    calculated = template(kind)
    solution = calculated.with_inputs({})
    cells = list(calculated.read.cells())
    assert cells
    for cell in cells:
        assert same(cell.cached, solution.at(cell.sheet, cell.place)), cell


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(data=st.data())
def test_filled_in_for_another_company_it_says_what_the_advice_says(kind: str, data: st.DataObject) -> None:
    made = report(kind, data.draw(COMPANIES[kind]))
    solution = template(kind).with_inputs(inputs_of(made))
    read = Read(workbook(made))
    for name, value in expected(made).items():
        assert same(read.named(name), value), (name, "cached", read.named(name), value)
        if not (isinstance(value, str) and on_an_edge(made)):
            assert same(solution.named(name), value), (name, "calculated", solution.named(name), value)
    if isinstance(made.advice, PlanAdvice):
        for line in made.advice.lines:
            sheet, place = read.names[f"line_{line.item}"]
            months = [f"{column}{place[1:]}" for column in "EFGHIJKLMNOP"]
            assert [read.cached(sheet, month) for month in months] == list(line.months)
            assert [solution.at(sheet, month) for month in months] == list(line.months)


def test_a_changed_total_changes_the_tiers_the_items_and_the_months() -> None:
    changed = template("plan").with_inputs({"total_budget_low": 3_000_001, "total_budget_high": 3_000_001})
    advice = report("plan", {**WHOLE["plan"], "total_budget": 3_000_001}).advice
    assert isinstance(advice, PlanAdvice) and advice.amount is not None
    assert changed.named("amount_recommended") == advice.amount.recommended == changed.named("base")
    assert [changed.named(f"line_{line.item}") for line in advice.lines] == [line.amount for line in advice.lines]


def test_a_changed_share_changes_the_recommendation() -> None:
    changed = template("share").with_inputs({"stage_share_low": 0.15, "stage_share_high": 0.25})
    assert (changed.named("share_low"), changed.named("share_high")) == (0.2, 0.25)
    assert changed.named("amount_recommended") == 900_000


def test_dimensions_that_pull_apart_are_named() -> None:
    changed = template("share").with_inputs({"stage_share_low": 0.45, "stage_share_high": 0.5})
    assert changed.named("share_agreement") == PHRASES.text("workbook.apart")
    assert (changed.named("share_low"), changed.named("share_high")) == (0.3, 0.45)


def test_a_gap_that_cannot_be_computed_is_the_one_stated() -> None:
    up_to = {"low": None, "high": 2458}
    made = report("shortfall", {"gap": up_to, "needed": up_to, "customer_budget": up_to})
    solution = template("shortfall").with_inputs(inputs_of(made))
    assert (solution.named("lacking_low"), solution.named("lacking_high")) == (None, 2458)


@pytest.mark.parametrize("kind", KINDS)
def test_only_yellow_cells_can_be_changed_and_there_is_no_password(kind: str) -> None:
    read = Read(workbook(report(kind, WHOLE[kind])))
    for sheet in read.formulas:
        assert sheet.protection.sheet is True and not sheet.protection.password
        for row in sheet.iter_rows():
            for cell in row:
                yellow = cell.fill.fgColor.rgb == "FFFFF6BF"
                assert cell.protection.locked is not yellow, (sheet.title, cell.coordinate)
                if yellow and isinstance(cell.value, str) and cell.value.startswith("="):
                    assert cell.coordinate.startswith("C")  # the most follows the least until it is told


@pytest.mark.parametrize("kind", KINDS)
def test_it_works_in_every_spreadsheet_since_excel_2007(kind: str) -> None:
    import re

    content = workbook(report(kind, WHOLE[kind]))
    for cell in Read(content).cells():
        assert isinstance(cell.formula, str) and len(cell.formula) < 8192
        assert set(re.findall(r"([A-Z][A-Z0-9.]+)\(", re.sub(r'"[^"]*"', "", cell.formula))) <= NOT_NEWER, cell.formula
        assert all(len(text) <= 255 for text in re.findall(r'"([^"]*)"', cell.formula))


@pytest.mark.parametrize("kind", KINDS)
def test_it_prints_on_a4_and_holds_charts(kind: str) -> None:
    read = Read(workbook(report(kind, WHOLE[kind])))
    for sheet in read.formulas:
        assert int(sheet.page_setup.paperSize) == 9 and sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.page_setup.fitToHeight == 0
        assert sheet.oddFooter.center.text == "&P / &N"
    assert sum(len(sheet._charts) for sheet in read.formulas) >= 1


def test_amounts_and_shares_are_shown_as_such() -> None:
    read = Read(workbook(report("plan", WHOLE["plan"])))
    formats = {name: read.formulas[sheet][place].number_format for name, (sheet, place) in read.names.items()}
    assert formats["total_budget_low"] == formats["line_wages"] == "#,##0;[Red]-#,##0"
    assert formats["share_low"] == formats["percent_wages"] == "0.0%"


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_in_traditional_characters_for_those_who_write_them(kind: str) -> None:
    simplified, traditional = (Read(workbook(report(kind, WHOLE[kind], script))) for script in ("simplified", "traditional"))
    texts = [
        "".join(str(cell.value) for sheet in read.formulas for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str))
        for read in (simplified, traditional)
    ]
    assert "户" in texts[0] and "户" not in texts[1] and "戶" in texts[1]
    assert [cell.cached for cell in simplified.cells() if not isinstance(cell.cached, str)] == [
        cell.cached for cell in traditional.cells() if not isinstance(cell.cached, str)
    ]


def test_what_looks_like_a_formula_is_text() -> None:
    from dataclasses import replace

    made = report("plan", WHOLE["plan"])
    items = {**made.knowledge.items, "wages": replace(made.knowledge.items["wages"], name='=HYPERLINK("http://x","y")')}
    read = Read(workbook(replace(made, knowledge=replace(made.knowledge, items=items))))
    sheet, place = read.names["line_wages"]
    cell = read.formulas[sheet][f"B{place[1:]}"]
    assert cell.data_type == "s" and cell.value.startswith("=HYPERLINK")
