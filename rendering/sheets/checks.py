"""检查: each check with its figure, its thresholds and its verdict."""

from __future__ import annotations

from typing import Any, Optional

from advice.evaluation import LIFETIME_FACTS, YES_OR_NO_CHECKS
from advice.results import Check, EvaluationAdvice
from rendering.sheets.book import COLOURS, Book, Ends, Sheet
from rendering.sheets.formulas import agreed, divided, ends, given, literal, product, where

HUNDRED = 100
NAME, VALUE_LOW, VALUE_HIGH, GOOD, WARN, STATUS, POSITION, MEANING = range(8)
FIRST = 3
NUMBER = {"cac": "cents", "clv": "cents", "clv_cac": "ratio", "share": "percent", "churn": "percent"}


class Checks:
    """The sheet under work."""

    def __init__(self, book: Book, advice: EvaluationAdvice) -> None:
        self.book, self.advice = book, advice
        self.phrases = book.report.words.phrases
        self.rows = {check.id: FIRST + place for place, check in enumerate(advice.checks)}
        self.sheet: Sheet = book.sheet("checks", (22, 14, 14, 12, 12, 12, 10, 60), landscape=True)

    def write(self) -> None:
        self.sheet.write(0, 0, self.book.word("sheet.checks"), "title")
        self.sheet.heads(FIRST - 1, ("check", "value_low", "value_high", "good_from", "warn_from", "verdict", "position", "meaning"))
        for check in self.advice.checks:
            self.write_check(self.rows[check.id], check)
        last = max(self.rows.values())
        self.sheet.traffic_lights((FIRST, STATUS), (last, STATUS))
        self.write_verdict(last + 2, last)
        self.write_charts(last + 6)
        self.sheet.raw.freeze_panes(FIRST, 1)

    def write_check(self, row: int, check: Check) -> None:
        known = self.book.report.knowledge.checks[check.id]
        self.sheet.write(row, NAME, known.name)
        self.sheet.write(row, MEANING, known.meaning, "note")
        self.write_value(row, check)
        self.write_thresholds(row, check)
        word = self.phrases.text(f"status.{check.status}")
        self.sheet.compute(row, STATUS, self.status_formula(check.id), word, "text", f"status_{check.id}", "word")

    def write_value(self, row: int, check: Check) -> None:
        formulas = {
            "cac": divided("spent", "new_customers"),
            "clv": product(LIFETIME_FACTS),
            "clv_cac": divided("clv", "cac"),
            "share": divided("spent", "total_budget"),
            "churn": divided("lost_customers", "customers"),
        }.get(check.id)
        if formulas is not None:
            number = NUMBER[check.id]
            value = Ends.of(check.value).over(HUNDRED) if number == "percent" else Ends.of(check.value)
            self.sheet.compute_ends(row, VALUE_LOW, formulas, value, number, value_name(check.id))

    def write_thresholds(self, row: int, check: Check) -> None:
        known = self.book.report.knowledge.checks[check.id]
        number = NUMBER.get(check.id, "text")
        divisor = HUNDRED if number == "percent" else 1
        if check.id == "share":
            share = self.advice.share
            for column, end in ((GOOD, "low"), (WARN, "high")):
                value = None if share is None else getattr(share, end) / HUNDRED
                self.sheet.compute(row, column, given((f"share_{end}",), f"share_{end}"), value, "percent")
            self.sheet.compute(row, POSITION, self.position_formula(), self.position_word(check), "text", "position_share", "word")
        elif known.good is not None and known.warn is not None:
            for column, level, figure in ((GOOD, "good", known.good), (WARN, "warn", known.warn)):
                self.sheet.fill_in(row, column, figure.number / divisor, number, f"{check.id}_{level}")

    def position_word(self, check: Check) -> Optional[str]:
        return None if check.position is None else self.phrases.text(f"position.{check.position}")

    def word(self, status: str) -> str:
        """A verdict's word inside a formula."""
        return literal(self.phrases.text(f"status.{status}"))

    def status_formula(self, check: str) -> str:
        yes_or_no = {name: (fact, good) for name, fact, good in YES_OR_NO_CHECKS}
        if check in yes_or_no:
            fact, good = yes_or_no[check]
            yes, no = (literal(self.phrases.text(f"value.{answer}")) for answer in ("yes", "no"))
            right, wrong = (yes, no) if good else (no, yes)
            return where(f"{fact}={right}", self.word("good"), where(f"{fact}={wrong}", self.word("bad"), self.word("unknown")))
        if check == "share":
            return self.share_status()
        low, high = ends(value_name(check))
        if check in ("cac", "clv"):
            return where(f"COUNT({low},{high})=0", self.word("unknown"), self.word("info"))
        return agreed(low, high, self.judged(check, low), self.judged(check, high), self.word("unknown"))

    def judged(self, check: str, cell: str) -> str:
        """One end against the thresholds: from below for the ratio, from above for the churn."""
        sign = ">=" if check == "clv_cac" else "<="
        lesser = where(f"{cell}{sign}{check}_warn", self.word("warn"), self.word("bad"))
        return where(f"{cell}{sign}{check}_good", self.word("good"), lesser)

    def share_status(self) -> str:
        within = literal(self.phrases.text("position.within"))
        inside = where(f"position_share={within}", self.word("good"), where('position_share=""', self.word("unknown"), self.word("warn")))
        apart = literal(self.phrases.text("workbook.apart"))
        unknown = "OR(COUNT(spent_share_low,spent_share_high)=0,NOT(ISNUMBER(share_low)))"
        return where(unknown, self.word("unknown"), where(f"share_agreement={apart}", self.word("warn"), inside))

    def position_formula(self) -> str:
        under, within, over = (literal(self.phrases.text(f"position.{side}")) for side in ("under", "within", "over"))

        def side(cell: str) -> str:
            return where(f"{cell}<share_low", under, where(f"{cell}>share_high", over, within))

        low, high = ends("spent_share")
        return given(("share_low",), agreed(low, high, side(low), side(high), '""'))

    def write_verdict(self, row: int, last: int) -> None:
        """That of the worst check that could be judged."""
        statuses = self.sheet.span((FIRST, STATUS), (last, STATUS))
        verdicts = self.book.report.knowledge.verdicts
        formula = literal(verdicts["unknown"])
        for status in ("good", "warn", "bad"):
            formula = where(f"COUNTIF({statuses},{self.word(status)})>0", literal(verdicts[status]), formula)
        self.sheet.write(row, NAME, self.book.word("change.verdict"), "section")
        self.sheet.compute(row, VALUE_LOW, formula, verdicts[self.advice.verdict], "text", "verdict", "result")
        warning = self.book.report.knowledge.warnings["no_new_customers"]
        nobody = given(("new_customers_high",), where("new_customers_high=0", literal(warning)))
        said = warning if "no_new_customers" in self.advice.warnings else None
        self.sheet.compute(row + 1, NAME, nobody, said, "text", style="cell")

    def write_charts(self, row: int) -> None:
        """What a customer costs and brings, and the share against its range."""
        worth = self.book.chart("column", self.phrases.text("chart.worth"))
        share = self.book.chart("column", self.phrases.text("chart.share"))
        self.add(worth, ("cac", "clv"), ((VALUE_LOW, "value_low", COLOURS[0]), (VALUE_HIGH, "value_high", COLOURS[4])))
        place = self.rows["share"]
        for column, key, colour in (
            (VALUE_LOW, "yours", COLOURS[0]),
            (GOOD, "range_low", COLOURS[2]),
            (WARN, "range_high", COLOURS[1]),
        ):
            share.add_series(
                {
                    "name": self.book.word(f"chart.{key}"),
                    "values": f"={self.sheet.span((place, column), (place, column))}",
                    "categories": f"={self.sheet.span((place, NAME), (place, NAME))}",
                    "fill": {"color": colour},
                    "data_labels": {"value": True},
                }
            )
        for number, chart in enumerate((worth, share)):
            chart.set_legend({"position": "bottom"})
            title = ("chart.worth", "chart.share")[number]
            self.sheet.place_chart(row, (NAME, STATUS - 1)[number], chart, self.phrases.text(title), (470, 280))

    def add(self, chart: Any, checks: tuple[str, str], columns: Any) -> None:
        rows = [self.rows[check] for check in checks]
        for column, key, colour in columns:
            chart.add_series(
                {
                    "name": self.book.word(f"head.{key}"),
                    "categories": f"={self.sheet.span((rows[0], NAME), (rows[-1], NAME))}",
                    "values": f"={self.sheet.span((rows[0], column), (rows[-1], column))}",
                    "fill": {"color": colour},
                }
            )


def value_name(check: str) -> str:
    """The name of a check's figure."""
    return "spent_share" if check == "share" else check


def write_checks(book: Book) -> None:
    advice = book.report.advice
    assert isinstance(advice, EvaluationAdvice)
    Checks(book, advice).write()
