"""What share of the whole budget it takes: the range of each dimension, to be changed, and what they come to together."""

from __future__ import annotations

from typing import Optional

from advice.results import Basis, Share
from advice.share import DIMENSIONS
from knowledge.model import Knowledge
from rendering.facts import fact_name, fact_value
from rendering.phrases import Phrases
from rendering.sheets.book import Ends, Sheet
from rendering.sheets.formulas import literal, where

HUNDRED = 100


def write_shares(sheet: Sheet, row: int) -> None:
    """A row for each dimension, known or not, then the range in which they meet or which lies between them."""
    report = sheet.book.report
    share = report.advice.share
    basis = {entry.dimension: entry for entry in share.basis} if share else {}
    sheet.write(row, 0, sheet.book.word("workbook.shares"), "section")
    sheet.heads(row + 1, ("dimension", "low", "high", "known_value", "where_from"))
    first = row + 2
    for place, dimension in enumerate(DIMENSIONS):
        write_dimension(sheet, first + place, dimension, basis.get(dimension))
    last = first + len(DIMENSIONS) - 1
    sheet.not_negative((first, 1), (last, 2))
    write_together(sheet, last + 1, (first, last), share)


def write_dimension(sheet: Sheet, row: int, dimension: str, entry: Optional[Basis]) -> None:
    book = sheet.book
    phrases, facts = book.report.words.phrases, book.report.advice.facts
    value = getattr(facts, dimension)
    sheet.write(row, 0, fact_name(dimension, phrases))
    sheet.fill_in(row, 1, None if entry is None else entry.low / HUNDRED, "percent", f"{dimension}_share_low")
    sheet.fill_in(row, 2, None if entry is None else entry.high / HUNDRED, "percent", f"{dimension}_share_high")
    sheet.write(row, 3, "" if value is None else fact_value(dimension, value, phrases), "text")
    sheet.write(row, 4, "" if entry is None else basis_note(book.report.knowledge, entry, phrases), "note")


def basis_note(knowledge: Knowledge, entry: Basis, phrases: Phrases) -> str:
    """Where a range comes from, what it is worth, and where it is narrower than it looks."""
    note = knowledge.share_notes[entry.note] if entry.note else ""
    source, worth = knowledge.source(entry.source).title, phrases.text(f"worth.{entry.worth}")
    return phrases.text("workbook.basis", source=source, worth=worth, note=note)


def write_together(sheet: Sheet, row: int, rows: tuple[int, int], share: Optional[Share]) -> None:
    book = sheet.book
    lows, highs = (sheet.span((rows[0], column), (rows[1], column)) for column in (1, 2))
    least, most = f"MAX({lows})", f"MIN({highs})"
    none = f"COUNT({lows})*COUNT({highs})=0"
    known = Ends(None, None) if share is None else Ends(share.low, share.high).over(HUNDRED)
    formulas = (where(none, '""', f"MIN({least},{most})"), where(none, '""', f"MAX({least},{most})"))
    sheet.write(row, 0, book.word("workbook.share_together"))
    sheet.compute_ends(row, 1, formulas, known, "percent", "share")
    apart, meet, point = (book.report.words.phrases.text(f"workbook.{key}") for key in ("apart", "meet", "point"))
    word = where(f"{least}>{most}", literal(apart), where(f"{least}={most}", literal(point), literal(meet)))
    value = "" if share is None else apart if share.conflict else point if share.is_point else meet
    sheet.compute(row, 3, where(none, '""', word), value, "text", "share_agreement", "word")
    sheet.write(row, 4, book.word("workbook.share_rule"), "note")
