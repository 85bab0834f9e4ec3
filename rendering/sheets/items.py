"""逐月明细: the budget over its items, and each item over the months."""

from __future__ import annotations

from decimal import Decimal
from typing import Optional, Sequence

from xlsxwriter.utility import xl_col_to_name

from advice.quantities import whole as whole_yuan
from advice.results import PlanAdvice
from rendering.advice import product_text
from rendering.sheets.book import COLOURS, Book
from rendering.sheets.formulas import given, known_number, literal, part, where, whole

MONTHS, HUNDRED = 12, 100
CATEGORY, ITEM, PERCENT, YEAR, JANUARY = range(5)
HINT = JANUARY + MONTHS
RAW_YEAR = HINT + 2
RAW_JANUARY = RAW_YEAR + 1
BASE, WEIGHTS, HEAD, FIRST = 2, 4, 5, 6


class Items:
    """The sheet under work."""

    def __init__(self, book: Book, advice: PlanAdvice) -> None:
        knowledge = book.report.knowledge
        self.book, self.advice = book, advice
        _, self.split = knowledge.split(advice.facts.stage)
        self.names = list(self.split.percents)
        self.season = knowledge.season(advice.facts.industry)
        self.last = FIRST + len(self.names) - 1
        self.sheet = book.sheet("items", (13, 18, 9, 13, *[10.5] * MONTHS, 46, 3, *[9] * (MONTHS + 1)), landscape=True)

    def write(self) -> None:
        self.write_base()
        self.write_heads()
        for place, name in enumerate(self.names):
            self.write_item(place, name)
        self.write_totals(self.last + 1)
        self.write_categories(self.last + 4)
        self.write_charts(self.last + 4)
        sheet = self.sheet.raw
        sheet.set_column(RAW_YEAR - 1, RAW_JANUARY + MONTHS - 1, 9, None, {"level": 1, "hidden": True})
        sheet.set_column(RAW_JANUARY + MONTHS, RAW_JANUARY + MONTHS, 9, None, {"collapsed": True})
        sheet.print_area(0, 0, self.last + 20, HINT - 1)
        sheet.repeat_rows(HEAD)
        sheet.freeze_panes(FIRST, JANUARY)

    def write_base(self) -> None:
        self.sheet.write(0, 0, self.book.word("sheet.items"), "title")
        self.sheet.write(1, 0, self.book.word("workbook.items_rule"), "quiet")
        self.sheet.write(BASE, 0, self.book.word("change.base"), "section")
        told = known_number("customer_budget")
        formula = given((told,), f"ROUND({told},0)", "amount_recommended")
        self.sheet.compute(BASE, YEAR, formula, self.advice.base, "yuan", "base", "result")

    def write_heads(self) -> None:
        phrases = self.book.report.words.phrases
        heads = ("category", "item", "share_of_base", "a_year")
        self.sheet.write(WEIGHTS, 0, self.book.word("workbook.month_weights"), "quiet")
        self.sheet.heads(HEAD, heads)
        for month in range(MONTHS):
            self.sheet.fill_in(WEIGHTS, JANUARY + month, self.season[month], "count", f"weight_{month + 1}")
            self.sheet.write(HEAD, JANUARY + month, phrases.text("head.month", month=month + 1), "head_right")
            self.sheet.write(HEAD, RAW_JANUARY + month, phrases.text("head.month", month=month + 1), "head_right")
        self.sheet.heads(HEAD, ("hint",), HINT)
        self.sheet.write(WEIGHTS, RAW_YEAR, self.book.word("workbook.before_remainder"), "quiet")
        self.sheet.heads(HEAD, ("a_year",), RAW_YEAR)
        self.sheet.not_negative((WEIGHTS, JANUARY), (WEIGHTS, JANUARY + MONTHS - 1))
        self.sheet.not_negative((FIRST, PERCENT), (self.last, PERCENT))

    def write_item(self, place: int, name: str) -> None:
        knowledge, row = self.book.report.knowledge, FIRST + place
        item, percent = knowledge.items[name], self.split.percents[name]
        amount = self.advice.lines[place].amount if self.advice.lines else None
        self.sheet.write(row, CATEGORY, knowledge.category_names[item.category])
        self.sheet.write(row, ITEM, item.name)
        self.sheet.fill_in(row, PERCENT, percent / HUNDRED, "percent", f"percent_{name}")
        percents = f"{self.place(FIRST, PERCENT)}:{self.place(self.last, PERCENT)}"
        raw = given(("base",), whole(f"base*{self.place(row, PERCENT)}/SUM({percents})"))
        raws = f"{self.place(FIRST, RAW_YEAR)}:{self.place(self.last, RAW_YEAR)}"
        shares = list(self.split.percents.values())
        self.sheet.compute(row, RAW_YEAR, raw, share_of(self.advice.base, shares, place))
        self.sheet.compute(row, YEAR, part(self.place(row, RAW_YEAR), raws, place, "base"), amount, "yuan", f"line_{name}", "result")
        self.write_months(row, place, amount)
        self.sheet.write(row, HINT, self.hint(place, name), "note")

    def write_months(self, row: int, place: int, amount: Optional[int]) -> None:
        raws = f"${xl_col_to_name(RAW_JANUARY)}{row + 1}:${xl_col_to_name(RAW_JANUARY + MONTHS - 1)}{row + 1}"
        weights = [Decimal(weight) for weight in self.season]
        all_weights = f"{self.place(WEIGHTS, JANUARY)}:{self.place(WEIGHTS, JANUARY + MONTHS - 1)}"
        total = self.place(row, YEAR)
        for month in range(MONTHS):
            raw = given((total,), whole(f"{total}*{self.place(WEIGHTS, JANUARY + month)}/SUM({all_weights})"))
            known = self.advice.lines[place].months[month] if self.advice.lines else None
            self.sheet.compute(row, RAW_JANUARY + month, raw, share_of(amount, weights, month))
            self.sheet.compute(row, JANUARY + month, part(self.place(row, RAW_JANUARY + month), raws, month, total), known)

    def write_totals(self, row: int) -> None:
        advice = self.advice
        self.sheet.write(row, CATEGORY, self.book.word("head.total"), "result")
        whole_share = float(sum(self.split.percents.values()) / HUNDRED)
        self.sheet.compute(row, PERCENT, f"SUM({self.rows(PERCENT)})", whole_share, "percent", style="result")
        self.sheet.compute(row, YEAR, given(("base",), f"SUM({self.rows(YEAR)})"), advice.base, style="result")
        for month in range(MONTHS):
            known = advice.monthly[month] if advice.monthly else None
            formula = given(("base",), f"SUM({self.rows(JANUARY + month)})")
            self.sheet.compute(row, JANUARY + month, formula, known, style="result")
        right, wrong = (self.book.report.words.phrases.text(f"workbook.sum_{key}") for key in ("right", "wrong"))
        formula = given(("base",), where(f"{self.place(row, YEAR)}=base", literal(right), literal(wrong)))
        self.sheet.compute(row, HINT, formula, None if advice.base is None else right, "text", style="quiet")

    def write_categories(self, row: int) -> None:
        """What each category gets."""
        advice, categories = self.advice, self.book.report.knowledge.category_names
        for offset, category in enumerate(categories):
            name = self.book.text(categories[category])
            known = sum(line.amount for line in advice.lines if line.category == category) if advice.lines else None
            names, amounts, percents = (self.rows(column) for column in (CATEGORY, YEAR, PERCENT))
            self.sheet.write(row + offset, CATEGORY, categories[category])
            share = float(advice.split[category] / HUNDRED)
            self.sheet.compute(row + offset, PERCENT, f"SUMIF({names},{literal(name)},{percents})", share, "percent")
            formula = given(("base",), f"SUMIF({names},{literal(name)},{amounts})")
            self.sheet.compute(row + offset, YEAR, formula, known, "yuan", f"category_{category}", "result")

    def write_charts(self, row: int) -> None:
        """The split of the budget and the months."""
        phrases = self.book.report.words.phrases
        months = self.book.chart("column", phrases.text("chart.months"))
        total = self.last + 1
        months.add_series(
            {
                "categories": f"={self.sheet.span((HEAD, JANUARY), (HEAD, JANUARY + MONTHS - 1))}",
                "values": f"={self.sheet.span((total, JANUARY), (total, JANUARY + MONTHS - 1))}",
                "fill": {"color": COLOURS[0]},
            }
        )
        months.set_legend({"none": True})
        self.sheet.place_chart(row, JANUARY + 6, months, phrases.text("chart.months"), (470, 300))
        self.sheet.place_chart(row, ITEM + 3, self.split_chart(), phrases.text("chart.split"), (430, 300))

    def split_chart(self) -> object:
        chart = self.book.chart("bar", self.book.report.words.phrases.text("chart.split"))
        chart.add_series(
            {
                "categories": f"={self.sheet.span((FIRST, ITEM), (self.last, ITEM))}",
                "values": f"={self.sheet.span((FIRST, YEAR), (self.last, YEAR))}",
                "points": [{"fill": {"color": COLOURS[self.category_number(name)]}} for name in self.names],
                "data_labels": {"value": True, "num_format": "#,##0"},
            }
        )
        chart.set_legend({"none": True})
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
        return chart

    def category_number(self, name: str) -> int:
        knowledge = self.book.report.knowledge
        return list(knowledge.category_names).index(knowledge.items[name].category)

    def hint(self, place: int, name: str) -> str:
        """What the item is for, and products that fit."""
        knowledge = self.book.report.knowledge
        products = self.advice.lines[place].products if self.advice.lines else ()
        named = [product_text(product, knowledge) for product in products]
        return self.book.report.words.phrases.text("workbook.hint", hint=knowledge.items[name].hint, products=named)

    def rows(self, column: int) -> str:
        return f"{self.place(FIRST, column)}:{self.place(self.last, column)}"

    def place(self, row: int, column: int) -> str:
        """A cell of this sheet."""
        return f"${xl_col_to_name(column)}${row + 1}"


def write_items(book: Book) -> None:
    advice = book.report.advice
    assert isinstance(advice, PlanAdvice)
    Items(book, advice).write()


def share_of(total: Optional[int], weights: Sequence[Decimal], place: int) -> Optional[int]:
    """A part before the remainder is laid on the largest."""
    return None if total is None else whole_yuan(total * weights[place] / sum(weights))


