"""已知情况: the cells that she fills in. All else follows from them."""

from __future__ import annotations

from typing import Any, Mapping

from rendering.facts import COUNTS, MONEY, fact_name, fact_value
from rendering.report import Report
from rendering.sheets.book import Book, Ends, Sheet
from rendering.sheets.shares import write_shares

YES_OR_NO = ("growth_goal_met", "satisfaction_improved", "tools_used", "staff_on_admin")
WORDS = ("industry", "stage", "business_model")
QUESTION: Mapping[str, str] = {
    "plan": "plan_budget",
    "share": "budget_share",
    "shortfall": "budget_shortfall",
    "evaluation": "evaluate_budget",
}
NEEDED: Mapping[str, tuple[str, ...]] = {"plan": ("customer_budget",), "share": ("customer_budget", "share"), "shortfall": ("gap",)}
"""Facts that a kind computes with though it does not ask for them."""
HUNDRED = 100
FIRST = 4


def facts_of(report: Report) -> tuple[str, ...]:
    """The facts that this kind computes with, in the order in which they are asked; those in words stand with the shares."""
    order = report.knowledge.questions(QUESTION[report.kind])
    names = dict.fromkeys((*order.first, *order.then, *NEEDED.get(report.kind, ())))
    return tuple(name for name in names if name not in WORDS)


def write_facts(book: Book) -> None:
    """Known and unknown facts alike: an empty yellow cell is waiting for a figure."""
    sheet = book.sheet("facts", (26, 17, 17, 12, 56))
    report = book.report
    sheet.write(0, 0, book.word("sheet.facts"), "title")
    sheet.write_across(1, 5, book.word("workbook.how_to_fill_in"))
    sheet.heads(FIRST - 1, ("fact", "low", "high", "unit", "meaning"))
    names = facts_of(report)
    for row, name in enumerate(names, FIRST):
        write_fact(sheet, row, name, getattr(report.advice.facts, name))
    numeric = [row for row, name in enumerate(names, FIRST) if name not in YES_OR_NO]
    sheet.not_negative((numeric[0], 1), (numeric[-1], 2))
    write_shares(sheet, FIRST + len(names) + 1)
    sheet.raw.freeze_panes(FIRST, 1)


def write_fact(sheet: Sheet, row: int, name: str, value: Any) -> None:
    book = sheet.book
    phrases = book.report.words.phrases
    sheet.write(row, 0, fact_name(name, phrases))
    if name in YES_OR_NO:
        shown = None if value is None else fact_value(name, value, phrases)
        sheet.choose(row, 1, shown, (phrases.text("value.yes"), phrases.text("value.no")), name)
    else:
        quantity = Ends.of(value).over(HUNDRED) if name == "share" else Ends.of(value)
        sheet.fill_in_ends(row, 1, "stated_share" if name == "share" else name, quantity, number_format(name))
    sheet.write(row, 3, book.word(f"unit.{name}"), "quiet")
    sheet.write(row, 4, book.report.knowledge.reason(name).how if name in book.report.knowledge.reasons else "", "note")


def number_format(name: str) -> str:
    if name == "avg_order_value":
        return "cents"
    if name in MONEY:
        return "yuan"
    return "percent" if name in ("gross_margin", "share") else "count" if name in COUNTS else "ratio"
