"""出处: where every figure comes from, what it is worth, and what is only assumed."""

from __future__ import annotations

from rendering.advice import source_ids
from rendering.assumptions import assumptions
from rendering.sheets.book import Book


def write_sources(book: Book) -> None:
    sheet = book.sheet("sources", (44, 26, 14, 60))
    report = book.report
    sheet.write(0, 0, book.word("sheet.sources"), "title")
    sheet.heads(2, ("source", "place", "date", "note"))
    row = 3
    for source_id in dict.fromkeys(source_ids(report.advice)):
        source = report.knowledge.source(source_id)
        for column, text in enumerate((source.title, source.place, source.date or "", source.note)):
            sheet.write(row, column, text, "text")
        row += 1
    sheet.write(row + 1, 0, book.word("report.assumptions"), "section")
    for offset, text in enumerate(assumptions(report), row + 2):
        sheet.write_across(offset, 4, text, "text")
        row = offset
    sheet.write_across(row + 2, 4, book.word("report.disclaimer"))
    sheet.write_across(row + 3, 4, edition(book))


def edition(book: Book) -> str:
    """Which knowledge it was computed with, and when."""
    report = book.report
    return book.word("report.edition", day=report.day.isoformat(), version=report.knowledge.version, date=report.knowledge.date)
