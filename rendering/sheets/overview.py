"""概览: the answer as it was told, and below it the figures that follow the yellow cells."""

from __future__ import annotations

from advice.results import Check, ShareAdvice, ShortfallAdvice
from rendering.advice import headline
from rendering.sheets.book import COLOURS, Book, Ends, Sheet
from rendering.sheets.formulas import divided, ends, given, where
from rendering.sheets.sources import edition

HUNDRED = 100
FIRST = 6


def write_overview(book: Book) -> None:
    sheet = book.sheet("overview", (30, 20, 20, 46))
    report = book.report
    sheet.write(0, 0, report.title, "title")
    sheet.write_across(1, 4, headline(report.advice, report.words.phrases), "text")
    sheet.write_across(2, 4, book.word("workbook.as_told"))
    sheet.write(FIRST - 2, 0, book.word("workbook.now"), "section")
    sheet.heads(FIRST - 1, ("figure", "low", "high", "remark"))
    {"plan": write_plan, "share": write_share, "shortfall": write_shortfall, "evaluation": write_evaluation}[report.kind](sheet)


def close_overview(sheet: Sheet, row: int) -> None:
    """The disclaimer and the edition of the knowledge."""
    book = sheet.book
    for offset, text in enumerate((book.word("report.disclaimer"), edition(book))):
        sheet.write_across(row + offset, 4, text)


def write_common(sheet: Sheet, row: int) -> int:
    """The share and its amounts."""
    book, advice = sheet.book, sheet.book.report.advice
    share = Ends(None, None) if advice.share is None else Ends(advice.share.low, advice.share.high).over(HUNDRED)
    sheet.write(row, 0, book.word("change.share"))
    sheet.compute_ends(row, 1, (given(("share_low",), "share_low"), given(("share_high",), "share_high")), share, "percent")
    agreement = None
    if advice.share is not None:
        key = "apart" if advice.share.conflict else "point" if advice.share.is_point else "meet"
        agreement = book.report.words.phrases.text(f"workbook.{key}")
    sheet.compute(row, 3, 'IF(share_agreement="","",share_agreement)', agreement, "text", style="word")
    return row + 1


def write_amount(sheet: Sheet, row: int) -> int:
    book, amount = sheet.book, getattr(sheet.book.report.advice, "amount", None)
    known = Ends(None, None) if amount is None else Ends(amount.low, amount.high)
    sheet.write(row, 0, book.word("workbook.amount"))
    formulas = (given(("amount_low",), "amount_low"), given(("amount_high",), "amount_high"))
    sheet.compute_ends(row, 1, formulas, known)
    sheet.write(row + 1, 0, book.word("workbook.amount_recommended"))
    value = None if amount is None else amount.recommended
    sheet.compute(row + 1, 1, given(("amount_recommended",), "amount_recommended"), value, style="result")
    return row + 2


def write_share(sheet: Sheet) -> None:
    advice = sheet.book.report.advice
    assert isinstance(advice, ShareAdvice)
    row = write_judged(sheet, write_amount(sheet, write_common(sheet, FIRST)), advice.check, stated=True)
    close_overview(sheet, row + 1)


def write_judged(sheet: Sheet, row: int, check: "Check | None", stated: bool) -> int:
    """What she spends in percent of the whole, against the range."""
    book, phrases = sheet.book, sheet.book.report.words.phrases
    formulas = divided("customer_budget", "total_budget")
    if stated:
        told = "COUNT(stated_share_low,stated_share_high)>0"
        formulas = tuple(where(told, given((name,), name), other) for name, other in zip(ends("stated_share"), formulas))  # type: ignore[assignment]
    value = Ends(None, None) if check is None else Ends.of(check.value).over(HUNDRED)
    if check is None and stated:
        advice = book.report.advice
        assert isinstance(advice, ShareAdvice)
        value = Ends.of(advice.stated_share).over(HUNDRED)
    sheet.write(row, 0, book.word("workbook.yours"))
    sheet.compute_ends(row, 1, formulas, value, "percent", "yours")
    words = {side: phrases.text(f"position.{side}") for side in ("under", "within", "over")}

    def side(cell: str) -> str:
        over = where(f"{cell}>share_high", f'"{words["over"]}"', f'"{words["within"]}"')
        return where(f"{cell}<share_low", f'"{words["under"]}"', over)

    same = where(f"{side('yours_low')}={side('yours_high')}", side("yours_low"))
    shown = None if check is None or check.position is None else words[check.position]
    sheet.compute(row, 3, given(("share_low", "yours_low", "yours_high"), same), shown, "text", "position", "word")
    return row + 1


def write_plan(sheet: Sheet) -> None:
    book = sheet.book
    report = book.report
    row = write_amount(sheet, write_common(sheet, FIRST))
    base = getattr(report.advice, "base", None)
    sheet.write(row, 0, book.word("change.base"))
    sheet.compute(row, 1, given(("base",), "base"), base, style="result")
    lines = getattr(report.advice, "lines", ())
    first = row + 1
    for offset, (category, name) in enumerate(report.knowledge.category_names.items(), first):
        amount = sum(line.amount for line in lines if line.category == category) if lines else None
        sheet.write(offset, 0, name)
        sheet.compute(offset, 1, given((f"category_{category}",), f"category_{category}"), amount, style="result")
    last = first + len(report.knowledge.category_names) - 1
    chart = book.chart("doughnut", report.words.phrases.text("chart.split"))
    chart.add_series(
        {
            "categories": f"={sheet.span((first, 0), (last, 0))}",
            "values": f"={sheet.span((first, 1), (last, 1))}",
            "points": [{"fill": {"color": colour}} for colour in COLOURS[: last - first + 1]],
            "data_labels": {"percentage": True},
        }
    )
    sheet.place_chart(last + 2, 0, chart, report.words.phrases.text("chart.split"), (480, 280))
    close_overview(sheet, last + 18)


def write_shortfall(sheet: Sheet) -> None:
    book, advice = sheet.book, sheet.book.report.advice
    assert isinstance(advice, ShortfallAdvice)
    gap, saves = Ends.of(advice.gap), Ends(*(advice.saves or (None, None)))
    for offset, (key, name, value) in enumerate((("change.gap", "lacking", gap), ("change.saves", "saves", saves))):
        low, high = ends(name)
        sheet.write(FIRST + offset, 0, book.word(key))
        sheet.compute_ends(FIRST + offset, 1, (given((low,), low), given((high,), high)), value)
    sheet.write(FIRST, 3, book.word("workbook.gap_sign"), "note")
    row = write_common(sheet, FIRST + 2)
    row = write_judged(sheet, row, advice.check, stated=False)
    close_overview(sheet, row + 1)


def write_evaluation(sheet: Sheet) -> None:
    book = sheet.book
    report = book.report
    checks = getattr(report.advice, "checks", ())
    numbers = {"cac": "cents", "clv": "cents", "clv_cac": "ratio", "share": "percent", "churn": "percent"}
    row = FIRST
    for check in checks:
        sheet.write(row, 0, report.knowledge.checks[check.id].name)
        number = numbers.get(check.id)
        if number is not None:
            low, high = ends("spent_share" if check.id == "share" else check.id)
            value = Ends.of(check.value).over(HUNDRED) if number == "percent" else Ends.of(check.value)
            sheet.compute_ends(row, 1, (given((low,), low), given((high,), high)), value, number)
        word = report.words.phrases.text(f"status.{check.status}")
        sheet.compute(row, 3, f"status_{check.id}", word, "text", style="word")
        row += 1
    sheet.traffic_lights((FIRST, 3), (row - 1, 3))
    sheet.write(row, 0, book.word("change.verdict"))
    verdict = report.knowledge.verdicts[getattr(report.advice, "verdict", "unknown")]
    sheet.compute(row, 1, "verdict", verdict, "text", style="result")
    write_common(sheet, row + 1)
    close_overview(sheet, row + 3)
