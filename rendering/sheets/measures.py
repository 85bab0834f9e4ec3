"""节省办法: the gap, and what each measure saves of what is spent; no item is saved twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Optional, Sequence

from advice.quantities import allocate, ends
from advice.quantities import whole as whole_yuan
from advice.results import ShortfallAdvice
from advice.shortfall import spending_ends, taking_order
from knowledge.model import MeasureKnowledge
from rendering.sheets.book import COLOURS, Book, Ends
from rendering.sheets.formulas import given, literal, minus, numbers, part, where, whole

HUNDRED = 100
NAME, EFFORT, LOW, HIGH, SAVES_LOW, SAVES_HIGH, HOW, NEEDS, RISK = range(9)
ENDS = ("low", "high")
TOP, FIRST = 2, 8


@dataclass
class Saving:
    """The calculation of one end: where the items' amounts stand, and what each measure takes of them."""

    end: str
    row: int
    taken: dict[str, str] = field(default_factory=dict)
    """Measure → the cell with what it saves at this end."""
    known: dict[str, Optional[int]] = field(default_factory=dict)


class Measures:
    """The sheet under work."""

    def __init__(self, book: Book, advice: ShortfallAdvice) -> None:
        knowledge, facts = book.report.knowledge, advice.facts
        self.book, self.advice = book, advice
        _, self.split = knowledge.split(facts.stage)
        self.items = list(self.split.percents)
        known = {entry.id: entry for entry in knowledge.measures}
        self.shown: list[MeasureKnowledge] = [known[measure.id] for measure in advice.measures]
        spending = facts.spent if facts.spent is not None else facts.customer_budget
        self.spending = None if spending is None else spending_ends(spending)
        self.order = taking_order(knowledge, self.split, self.spending)
        self.last = FIRST + len(self.shown) - 1
        self.sheet = book.sheet("measures", (22, 9, 12, 12, 14, 14, 44, 26, 30), landscape=True)
        self.steps = book.sheet("saving_steps", (24, *[14] * len(self.items), 14), landscape=True)

    def write(self) -> None:
        self.sheet.write(0, 0, self.book.word("sheet.measures"), "title")
        self.write_gap()
        self.write_heads()
        self.steps.write(0, 0, self.book.word("sheet.saving_steps"), "title")
        self.steps.write(1, 0, self.book.word("workbook.saving_rule"), "quiet")
        savings = [self.write_saving(3 + number * (len(self.order) + 6), end) for number, end in enumerate(ENDS)]
        for place, entry in enumerate(self.shown):
            self.write_measure(FIRST + place, entry, savings)
        self.write_total(self.last + 1)
        self.write_chart(self.last + 3)
        self.sheet.raw.freeze_panes(FIRST, 1)
        self.sheet.raw.repeat_rows(FIRST - 1)

    def write_gap(self) -> None:
        """What is lacking, what can be saved from, and whether it is enough."""
        advice, words = self.advice, self.book
        gap = Ends.of(advice.gap)
        computed = minus("needed", "customer_budget")
        low, high = (numbers(*cells) for cells in (("needed_low", "customer_budget_high"), ("needed_high", "customer_budget_low")))
        formulas = tuple(
            where(f"OR({low},{high})", end, given((f"gap_{name}",), f"gap_{name}")) for end, name in zip(computed, ENDS)
        )
        self.sheet.heads(TOP - 1, ("figure", "", "low", "high"))
        self.sheet.write(TOP, 0, words.word("change.gap"))
        self.sheet.compute_ends(TOP, LOW, (formulas[0], formulas[1]), gap, "yuan", "lacking")
        self.sheet.write(TOP + 1, 0, words.word("workbook.spending"))
        self.sheet.compute_ends(TOP + 1, LOW, self.spending_formulas(), Ends(*(self.spending or (None, None))), "yuan", "spending")
        self.sheet.write(TOP + 2, 0, words.word("change.saves"))
        self.sheet.write(TOP + 3, 0, words.word("workbook.left_open"))
        saves = Ends(*(advice.saves or (None, None)))
        total = self.last + 1
        for offset, (end, column) in enumerate((("low", SAVES_LOW), ("high", SAVES_HIGH))):
            place = self.sheet.at(total, column)
            known = getattr(saves, end)
            self.sheet.compute(TOP + 2, LOW + offset, given((place,), place), known, "yuan", f"saves_{end}", "result")
        self.write_left_open()

    def write_left_open(self) -> None:
        advice, phrases = self.advice, self.book.report.words.phrases
        left = Ends(None, None)
        if advice.gap is not None and advice.saves is not None:
            low, high = ends(advice.gap)
            left = Ends(
                None if low is None else max(low - advice.saves[1], Decimal(0)),
                None if high is None else max(high - advice.saves[0], Decimal(0)),
            )
        formulas = (
            given(("lacking_low", "saves_high"), "MAX(lacking_low-saves_high,0)"),
            given(("lacking_high", "saves_low"), "MAX(lacking_high-saves_low,0)"),
        )
        self.sheet.compute_ends(TOP + 3, LOW, formulas, left, "yuan", "left_open")
        none, enough, short, open_ = (phrases.text(f"workbook.covers_{key}") for key in ("surplus", "yes", "no", "open"))
        judged = where(
            given(("lacking_high",), "lacking_high<=0", "FALSE"),
            literal(none),
            where(
                given(("saves_low", "lacking_high"), "saves_low>=lacking_high", "FALSE"),
                literal(enough),
                where(given(("saves_high", "lacking_low"), "saves_high<lacking_low", "FALSE"), literal(short), literal(open_)),
            ),
        )
        unknown = "OR(COUNT(lacking_low,lacking_high)=0,COUNT(saves_low,saves_high)=0)"
        said = self.covers_word(none, enough, short, open_)
        self.sheet.compute(TOP + 3, SAVES_LOW, where(unknown, '""', judged), said, "text", "covers", "word")

    def covers_word(self, none: str, enough: str, short: str, open_: str) -> Optional[str]:
        advice = self.advice
        if advice.gap is None or advice.saves is None:
            return None
        high = ends(advice.gap)[1]
        if high is not None and high <= 0:
            return none
        return {True: enough, False: short, None: open_}[advice.covers]

    def spending_formulas(self) -> tuple[str, str]:
        """What is spent, else the budget; an open end is taken from the other."""
        ends_of = {name: f"{name}_low,{name}_high" for name in ("spent", "customer_budget")}
        low, high = (
            where(
                f"COUNT({ends_of['spent']})>0",
                f"ROUND({choice}({ends_of['spent']}),0)",
                where(f"COUNT({ends_of['customer_budget']})>0", f"ROUND({choice}({ends_of['customer_budget']}),0)"),
            )
            for choice in ("MIN", "MAX")
        )
        return low, high

    def write_heads(self) -> None:
        heads = ("measure", "effort", "saves_percent_low", "saves_percent_high", "saves_low", "saves_high", "how", "needs", "risk")
        self.sheet.heads(FIRST - 1, heads)
        self.sheet.not_negative((FIRST, LOW), (self.last, HIGH))

    def write_measure(self, row: int, entry: MeasureKnowledge, savings: Sequence[Saving]) -> None:
        percents = entry.saves.ends
        saved = next((measure.saves for measure in self.advice.measures if measure.id == entry.id), None)
        self.sheet.write(row, NAME, entry.name)
        self.sheet.write(row, EFFORT, self.book.word(f"effort.{entry.effort}"))
        for offset, percent in enumerate(percents):
            self.sheet.fill_in(row, LOW + offset, percent / HUNDRED, "percent", f"percent_{entry.id}_{ENDS[offset]}")
        cells = ",".join(saving.taken[entry.id] for saving in savings)
        for column, choice, end, number in ((SAVES_LOW, "MIN", "low", 0), (SAVES_HIGH, "MAX", "high", 1)):
            formula = given(("spending_low",), f"{choice}({cells})")
            self.sheet.compute(row, column, formula, None if saved is None else saved[number], "yuan", f"saves_{entry.id}_{end}", "result")
        for column, text in ((HOW, entry.how), (NEEDS, entry.needs), (RISK, entry.risk)):
            self.sheet.write(row, column, text, "text")

    def write_total(self, row: int) -> None:
        self.sheet.write(row, NAME, self.book.word("head.total"), "result")
        saves = self.advice.saves or (None, None)
        for column, known in ((SAVES_LOW, saves[0]), (SAVES_HIGH, saves[1])):
            block = self.sheet.span((FIRST, column), (self.last, column))
            self.sheet.compute(row, column, given(("spending_low",), f"SUM({block})"), known, style="result")

    def write_saving(self, row: int, end: str) -> Saving:
        """What the items cost at this end of the spending, and what each measure in turn takes of what the ones before left."""
        saving = Saving(end, row)
        knowledge = self.book.report.knowledge
        phrases = self.book.report.words.phrases
        self.steps.write(row, 0, phrases.text("workbook.saving_end", end=phrases.text(f"head.{end}")), "section")
        spending = None if self.spending is None else self.spending[ENDS.index(end)]
        percents = list(self.split.percents.values())
        left = dict(zip(self.items, allocate(spending, percents) if spending is not None else ()))
        for column, name in enumerate(self.items, 1):
            self.steps.write(row, column, knowledge.items[name].name, "head_right")
            if end == ENDS[0]:
                self.steps.fill_in(row + 1, column, self.split.percents[name] / HUNDRED, "percent", f"percent_{name}")
            else:
                self.steps.compute(row + 1, column, f"percent_{name}", float(self.split.percents[name] / HUNDRED), "percent")
            self.write_item(row, column, end, spending, left.get(name))
        self.steps.heads(row, ("total",), len(self.items) + 1)
        self.steps.write(row + 1, 0, self.book.word("head.share_of_base"), "quiet")
        self.steps.write(row + 2, 0, self.book.word("workbook.before_remainder"), "quiet")
        self.steps.write(row + 3, 0, self.book.word("head.spent_on_it"), "quiet")
        for place, entry in enumerate(self.order):
            self.write_taking(saving, row + 4 + place, entry, left if spending is not None else None)
        return saving

    def write_item(self, row: int, column: int, end: str, spending: Optional[int], amount: Optional[int]) -> None:
        percents = list(self.split.percents.values())
        count = len(self.items)
        all_percents = self.steps.span((row + 1, 1), (row + 1, count))
        total = f"spending_{end}"
        raw = given((total,), whole(f"{total}*{self.steps.at(row + 1, column)}/SUM({all_percents})"))
        known = None if spending is None else whole_yuan(spending * percents[column - 1] / sum(percents))
        self.steps.compute(row + 2, column, raw, known, style="quiet")
        raws = self.steps.span((row + 2, 1), (row + 2, count))
        self.steps.compute(row + 3, column, part(self.steps.at(row + 2, column), raws, column - 1, total), amount)

    def write_taking(self, saving: Saving, row: int, entry: MeasureKnowledge, left: Optional[dict[str, int]]) -> None:
        self.steps.write(row, 0, entry.name, "quiet")
        percent_cell = f"percent_{entry.id}_{saving.end}"
        percent = entry.saves.ends[ENDS.index(saving.end)]
        saved = 0
        start = saving.row + 3
        for column, name in enumerate(self.items, 1):
            if name not in entry.items:
                continue
            amount = self.steps.at(start, column)
            before = self.steps.span((start + 1, column), (row - 1, column)) if row > start + 1 else None
            rest = f"({amount}-SUM({before}))" if before else amount
            known = None
            if left is not None:
                known = min(whole_yuan(left[name] * percent / HUNDRED), left[name])
                left[name] -= known
                saved += known
            self.steps.compute(row, column, given((amount,), f"MIN({whole(f'{rest}*{percent_cell}')},{rest})"), known)
        last = len(self.items)
        formula = given((self.steps.at(start, 1),), f"SUM({self.steps.span((row, 1), (row, last))})")
        self.steps.compute(row, last + 1, formula, None if left is None else saved, style="result")
        saving.taken[entry.id] = self.steps.at(row, last + 1)
        saving.known[entry.id] = None if left is None else saved

    def write_chart(self, row: int) -> None:
        """The ladder of savings: from light to heavy."""
        phrases = self.book.report.words.phrases
        chart = self.book.chart("bar", phrases.text("chart.measures"))
        for column, key, colour in ((SAVES_LOW, "low", COLOURS[0]), (SAVES_HIGH, "high", COLOURS[4])):
            chart.add_series(
                {
                    "name": self.book.word(f"head.saves_{key}"),
                    "categories": f"={self.sheet.span((FIRST, NAME), (self.last, NAME))}",
                    "values": f"={self.sheet.span((FIRST, column), (self.last, column))}",
                    "fill": {"color": colour},
                }
            )
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis({"num_format": "#,##0"})
        chart.set_legend({"position": "bottom"})
        self.sheet.place_chart(row, 0, chart, phrases.text("chart.measures"), (760, 380))


def write_measures(book: Book) -> None:
    advice = book.report.advice
    assert isinstance(advice, ShortfallAdvice)
    Measures(book, advice).write()


