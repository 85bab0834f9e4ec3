"""A workbook with one look: cells to fill in, computed cells that are protected and hold their value, names, print set-up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from io import BytesIO
from math import ceil
from typing import Any, Mapping, Optional, Sequence, Union

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from advice.quantities import ends
from rendering.report import Report

Value = Union[Decimal, int, float, str, None]
A4 = 9
WIDE, LAST_NARROW, LINE_HEIGHT = 2.1, "\u02ff", 14
"""A Chinese character in widths of a digit; where narrow ones end; points."""
INK, QUIET, LINE = "#1F2933", "#5B6773", "#C9D1D9"
YELLOW, HEAD, ACCENT = "#FFF6BF", "#E6F0EE", "#0B6E69"
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")
"""Okabe and Ito's: told apart by those who are colour-blind."""
GOOD, WARN, BAD = "#DCEFE6", "#FCE8C8", "#F8D7D3"
LOOK: Mapping[str, Any] = {"font_name": "Microsoft YaHei", "font_size": 10, "font_color": INK, "valign": "vcenter"}
STYLES: Mapping[str, Mapping[str, Any]] = {
    "title": {"font_size": 16, "bold": True, "font_color": ACCENT},
    "section": {"font_size": 12, "bold": True, "font_color": ACCENT},
    "head": {"bold": True, "bg_color": HEAD, "bottom": 1, "bottom_color": LINE, "text_wrap": True, "indent": 1},
    "head_right": {"bold": True, "bg_color": HEAD, "bottom": 1, "bottom_color": LINE, "text_wrap": True, "align": "right"},
    "label": {"text_wrap": True, "indent": 1},
    "note": {"font_color": QUIET, "text_wrap": True, "indent": 1},
    "text": {"text_wrap": True, "indent": 1},
    "input": {"bg_color": YELLOW, "border": 1, "border_color": LINE, "locked": False},
    "result": {"bold": True},
    "cell": {},
    "quiet": {"font_color": QUIET, "indent": 1},
    "word": {"indent": 1},
}
RIGHT = frozenset(
    {
        "low", "high", "share", "a_year", "a_month", "against_recommended", "share_of_base", "saves_percent_low", "saves_percent_high",
        "saves_low", "saves_high", "value_low", "value_high", "good_from", "warn_from",
    }
)  # fmt: skip
"""Titles of columns of numbers."""
FORMATS: Mapping[str, str] = {
    "yuan": "#,##0;[Red]-#,##0",
    "cents": "#,##0.00",
    "percent": "0.0%",
    "count": "#,##0.##",
    "ratio": "0.0",
    "text": "@",
    "general": "General",
}


@dataclass(frozen=True)
class Ends:
    """The value of a quantity as two cells hold it."""

    low: Value
    high: Value

    @classmethod
    def of(cls, quantity: Any) -> "Ends":
        """Of a number or a range; ``None`` is not known."""
        return cls(None, None) if quantity is None else cls(*ends(quantity))

    def over(self, divisor: int) -> "Ends":
        """Percent as parts of one."""
        low, high = (None if end is None else Decimal(str(end)) / divisor for end in (self.low, self.high))
        return Ends(low, high)


class Book:
    """Builds the file; every text that goes in is shown in her characters."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self._file = BytesIO()
        self._book = xlsxwriter.Workbook(self._file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        self._formats: dict[tuple[str, str], Format] = {}
        self._book.set_properties(
            {
                "title": self.text(report.title),
                "subject": report.words("workbook.subject"),
                "comments": report.words("report.disclaimer"),
                "created": datetime.combine(report.day, time()),
            }
        )

    def text(self, text: str) -> str:
        return self.report.words.shown(text)

    def word(self, key: str, **values: Any) -> str:
        """A phrase."""
        return self.report.words(key, **values)

    def sheet(self, key: str, widths: Sequence[float], landscape: bool = False) -> "Sheet":
        """A sheet by the key of its name."""
        return Sheet(self, self._book.add_worksheet(self.word(f"sheet.{key}")), widths, landscape)

    def format(self, style: str, number: str = "general") -> Format:
        if (style, number) not in self._formats:
            properties = {**LOOK, **STYLES[style], "num_format": FORMATS[number]}
            self._formats[style, number] = self._book.add_format(properties)
        return self._formats[style, number]

    def colour(self, background: str) -> Format:
        return self._book.add_format({"bg_color": background})

    def name(self, name: str, place: str) -> None:
        self._book.define_name(name, f"={place}")

    def chart(self, kind: str, title: str) -> Any:
        """A chart in the colours of the book."""
        chart = self._book.add_chart({"type": kind})
        chart.set_title({"name": self.text(title), "name_font": {"size": 12, "color": INK}})
        chart.set_chartarea({"border": {"color": LINE}})
        return chart

    def close(self) -> bytes:
        self._book.close()
        return self._file.getvalue()


class Sheet:
    """One sheet, written row by row."""

    def __init__(self, book: Book, sheet: Worksheet, widths: Sequence[float], landscape: bool) -> None:
        self.book = book
        self.raw = sheet
        self.name: str = sheet.get_name()
        self._widths = widths
        self._lines: dict[int, int] = {}
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.hide_gridlines(2)
        sheet.protect("", {"format_columns": True, "format_rows": True})
        sheet.set_paper(A4)
        if landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
        sheet.set_footer(book.text(f"&L{book.report.title}&C&P / &N&R&A"))

    def at(self, row: int, column: int) -> str:
        """The cell's place for formulas of any sheet."""
        return f"'{self.name}'!{xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)}"

    def span(self, first: tuple[int, int], last: tuple[int, int]) -> str:
        """A block of cells for formulas of any sheet."""
        return f"{self.at(*first)}:{xl_rowcol_to_cell(*last, row_abs=True, col_abs=True)}"

    def write(self, row: int, column: int, text: str, style: str = "label") -> None:
        if STYLES[style].get("text_wrap"):
            self._make_room(row, text, self._widths[column])
        self.raw.write_string(row, column, self.book.text(text), self.book.format(style))

    def write_across(self, row: int, columns: int, text: str, style: str = "note") -> None:
        """A text over so many columns."""
        self._make_room(row, text, sum(self._widths[:columns]))
        self.raw.merge_range(row, 0, row, columns - 1, self.book.text(text), self.book.format(style))

    def _make_room(self, row: int, text: str, width: float) -> None:
        """A row as high as its longest text; not every program finds out by itself."""
        lines = ceil(sum(WIDE if character > LAST_NARROW else 1 for character in text) / max(width - 2, 1))
        if lines > self._lines.get(row, 1):
            self._lines[row] = lines
            self.raw.set_row(row, LINE_HEIGHT * lines + 3)

    def heads(self, row: int, keys: Sequence[str], column: int = 0) -> None:
        """A row of column titles."""
        for place, key in enumerate(keys, column):
            self.write(row, place, self.book.word(f"head.{key}") if key else "", "head_right" if key in RIGHT else "head")

    def number(self, row: int, column: int, value: Value, number: str = "yuan", style: str = "cell") -> None:
        if value is None:
            self.raw.write_blank(row, column, None, self.book.format(style, number))
        elif isinstance(value, str):
            self.raw.write_string(row, column, self.book.text(value), self.book.format(style, number))
        else:
            self.raw.write_number(row, column, float(value), self.book.format(style, number))

    def fill_in(self, row: int, column: int, value: Value, number: str = "yuan", name: Optional[str] = None) -> None:
        """A yellow cell."""
        self.number(row, column, value, number, "input")
        self._named(row, column, name)

    def compute(
        self, row: int, column: int, formula: str, value: Value, number: str = "yuan", name: Optional[str] = None, style: str = "cell"
    ) -> None:
        """A computed cell with its present value."""
        shown = "" if value is None else self.book.text(value) if isinstance(value, str) else float(value)
        self.raw.write_formula(row, column, self.book.text(f"={formula}"), self.book.format(style, number), shown)
        self._named(row, column, name)

    def fill_in_ends(self, row: int, column: int, name: str, quantity: Any, number: str = "yuan") -> None:
        """Two yellow cells, least and most; the most follows the least unless it differs."""
        value = quantity if isinstance(quantity, Ends) else Ends.of(quantity)
        self.fill_in(row, column, value.low, number, f"{name}_low")
        if value.low == value.high:
            least = xl_rowcol_to_cell(row, column)
            self.compute(row, column + 1, f'IF(ISNUMBER({least}),{least},"")', value.high, number, f"{name}_high", "input")
        else:
            self.fill_in(row, column + 1, value.high, number, f"{name}_high")

    def compute_ends(
        self, row: int, column: int, formulas: tuple[str, str], value: Ends, number: str = "yuan", name: Optional[str] = None
    ) -> None:
        """Two computed cells, least and most."""
        for offset, (end, formula, known) in enumerate(zip(("low", "high"), formulas, (value.low, value.high))):
            self.compute(row, column + offset, formula, known, number, name and f"{name}_{end}", "result")

    def choose(self, row: int, column: int, value: Optional[str], choices: Sequence[str], name: str) -> None:
        """A yellow cell with a list to choose from."""
        self.fill_in(row, column, value, "text", name)
        self.raw.data_validation(row, column, row, column, {"validate": "list", "source": [self.book.text(one) for one in choices]})

    def not_negative(self, first: tuple[int, int], last: tuple[int, int]) -> None:
        """Only numbers from nothing upward are taken."""
        message = self.book.word("workbook.not_negative")
        self.raw.data_validation(*first, *last, {"validate": "decimal", "criteria": ">=", "value": 0, "error_message": message})

    def traffic_lights(self, first: tuple[int, int], last: tuple[int, int]) -> None:
        """A verdict's word on its colour."""
        for status, background in (("good", GOOD), ("warn", WARN), ("bad", BAD)):
            word = f'"{self.book.word(f"status.{status}")}"'
            rule = {"type": "cell", "criteria": "==", "value": word, "format": self.book.colour(background)}
            self.raw.conditional_format(*first, *last, rule)

    def place_chart(self, row: int, column: int, chart: Any, alternative: str, size: tuple[int, int] = (560, 300)) -> None:
        chart.set_size({"width": size[0], "height": size[1]})
        self.raw.insert_chart(row, column, chart, {"description": self.book.text(alternative), "object_position": 1})

    def _named(self, row: int, column: int, name: Optional[str]) -> None:
        if name is not None:
            self.book.name(name, self.at(row, column))

