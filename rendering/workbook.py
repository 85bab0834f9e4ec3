"""客户管理预算.xlsx: one advice as a workbook with live formulas."""

from __future__ import annotations

from typing import Callable, Mapping

from rendering.report import Report
from rendering.sheets.book import Book
from rendering.sheets.checks import write_checks
from rendering.sheets.facts import write_facts
from rendering.sheets.items import write_items
from rendering.sheets.measures import write_measures
from rendering.sheets.overview import write_overview
from rendering.sheets.sources import write_sources
from rendering.sheets.tiers import write_tiers

SHEETS: Mapping[str, tuple[Callable[[Book], None], ...]] = {
    "plan": (write_overview, write_facts, write_items, write_tiers, write_sources),
    "share": (write_overview, write_facts, write_tiers, write_sources),
    "shortfall": (write_overview, write_facts, write_measures, write_sources),
    "evaluation": (write_overview, write_facts, write_checks, write_sources),
}


def workbook(report: Report) -> bytes:
    """The file."""
    book = Book(report)
    for write in SHEETS[report.kind]:
        write(book)
    return book.close()
