"""三档: the low, the recommended and the high amount."""

from __future__ import annotations

from typing import Optional

from advice.results import Amount, Share
from rendering.sheets.book import Book, Sheet
from rendering.sheets.formulas import given, whole

TIERS = ("low", "recommended", "high")
MONTHS, HUNDRED = 12, 100
FIRST = 3


def write_tiers(book: Book) -> None:
    sheet = book.sheet("tiers", (18, 14, 18, 18, 20))
    report = book.report
    sheet.write(0, 0, book.word("sheet.tiers"), "title")
    sheet.write_across(1, 5, book.word("workbook.tiers_rule"))
    sheet.heads(FIRST - 1, ("tier", "share", "a_year", "a_month", "against_recommended"))
    amount = getattr(report.advice, "amount", None)
    for place, tier in enumerate(TIERS):
        write_tier(sheet, FIRST + place, tier, report.advice.share, amount)
    last = FIRST + len(TIERS) - 1
    chart = book.chart("column", report.words.phrases.text("chart.tiers"))
    series = {
        "categories": f"={sheet.span((FIRST, 0), (last, 0))}",
        "values": f"={sheet.span((FIRST, 2), (last, 2))}",
        "fill": {"color": "#0072B2"},
        "data_labels": {"value": True, "num_format": "#,##0"},
    }
    chart.add_series(series)
    chart.set_legend({"none": True})
    sheet.place_chart(last + 2, 0, chart, report.words.phrases.text("chart.tiers"))


def write_tier(sheet: Sheet, row: int, tier: str, share: Optional[Share], amount: Optional[Amount]) -> None:
    percent = {
        "low": given(("share_low",), "share_low"),
        "recommended": given(("share_low", "share_high"), "(share_low+share_high)/2"),
        "high": given(("share_high",), "share_high"),
    }[tier]
    budget = {
        "low": given(("total_budget_low", "share_low"), whole("total_budget_low*share_low")),
        "recommended": given(
            ("total_budget_low", "total_budget_high", "share_low", "share_high"),
            whole("(total_budget_low+total_budget_high)/2*(share_low+share_high)/2"),
        ),
        "high": given(("total_budget_high", "share_high"), whole("total_budget_high*share_high")),
    }[tier]
    known = None if amount is None else getattr(amount, tier)
    middle = None if amount is None else amount.recommended
    sheet.write(row, 0, sheet.book.word(f"tier.{tier}"))
    sheet.compute(row, 1, percent, share_of_tier(tier, share), "percent")
    sheet.compute(row, 2, budget, known, "yuan", f"amount_{tier}", "result")
    sheet.compute(row, 3, given((f"amount_{tier}",), f"amount_{tier}/{MONTHS}"), None if known is None else known / MONTHS)
    difference = None if known is None or middle is None else known - middle
    sheet.compute(row, 4, given((f"amount_{tier}", "amount_recommended"), f"amount_{tier}-amount_recommended"), difference)


def share_of_tier(tier: str, share: Optional[Share]) -> Optional[float]:
    if share is None:
        return None
    percent = {"low": share.low, "recommended": (share.low + share.high) / 2, "high": share.high}[tier]
    return float(percent / HUNDRED)
