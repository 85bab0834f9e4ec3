"""What the picture card shows, and the same in words for those who cannot see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Callable, Literal, Mapping, Optional

from advice.facts import Range
from advice.results import Check, EvaluationAdvice, PlanAdvice, Share, ShareAdvice, ShortfallAdvice
from rendering import numbers
from rendering.advice import basis_values, categories, check_values, headline, source_ids, values_of
from rendering.report import Report
from rendering.terms import source_titles

Form = Literal["bands", "bars", "tiles", "checks"]
MOST_MEASURES = 6


@dataclass(frozen=True)
class Row:
    """One line: a label, its figure in words, and what is drawn of it (parts of the block's largest)."""

    label: str
    text: str
    low: float = 0.0
    high: float = 0.0
    shade: int = 0
    status: Optional[str] = None


@dataclass(frozen=True)
class Block:
    """Lines of one form under a heading."""

    form: Form
    title: str
    rows: tuple[Row, ...]
    range: Optional[tuple[float, float]] = None
    """The range in which bands meet."""


@dataclass(frozen=True)
class Card:
    """The whole card."""

    title: str
    headline: str
    blocks: tuple[Block, ...] = field(default_factory=tuple)
    footer: tuple[str, ...] = ()

    @property
    def alternative(self) -> str:
        """All of it as text."""
        lines = [f"{block.title}: " + "; ".join(f"{row.label} {row.text}".strip() for row in block.rows) for block in self.blocks]
        return "\n".join((self.title, self.headline, *lines, *self.footer))


def card_of(report: Report) -> Card:
    """The content for one advice, in her characters."""
    shown, phrases = report.words.shown, report.words.phrases
    blocks = BLOCKS[report.kind](report)
    sources = source_titles(source_ids(report.advice), report.knowledge, phrases)
    footer = (phrases.text("card.sources", sources=sources) if sources else "", phrases.text("card.closing", day=report.day.isoformat()))
    return Card(
        shown(report.title),
        shown(headline(report.advice, phrases)),
        tuple(in_her_characters(block, report) for block in blocks if block.rows),
        tuple(shown(line) for line in footer if line),
    )


def in_her_characters(block: Block, report: Report) -> Block:
    shown = report.words.shown
    rows = tuple(Row(shown(row.label), shown(row.text), row.low, row.high, row.shade, row.status) for row in block.rows)
    return Block(block.form, shown(block.title), rows, block.range)


def share_blocks(report: Report) -> list[Block]:
    advice = report.advice
    assert isinstance(advice, ShareAdvice)
    return [*bands(report, advice.share), tiles(report), yours(report, advice)]


def yours(report: Report, advice: ShareAdvice) -> Block:
    """What she spends of the whole, and how it lies."""
    phrases = report.words.phrases
    position = advice.check.position if advice.check else None
    told = () if advice.stated_share is None else (numbers.percent(advice.stated_share),)
    side = f"position.{position}" if position else "status.unknown"
    rows = tuple(Row("", phrases.text("card.yours", share=share, position=phrases.text(side))) for share in told)
    return Block("tiles", phrases.text("workbook.yours"), rows)


def plan_blocks(report: Report) -> list[Block]:
    advice, phrases = report.advice, report.words.phrases
    assert isinstance(advice, PlanAdvice)
    if not advice.lines:
        rows = tuple(
            Row(entry["name"], entry["percent"], 0.0, float(advice.split[category]) / 100, shade)
            for shade, (category, entry) in enumerate(zip(advice.split, categories(advice, report.knowledge)))
        )
        return [*bands(report, advice.share), Block("bars", phrases.text("chart.split"), rows)]
    largest = max(line.amount for line in advice.lines) or 1
    shades = {category: shade for shade, category in enumerate(report.knowledge.category_names)}
    rows = tuple(
        Row(report.knowledge.items[line.item].name, numbers.exact_yuan(line.amount), 0.0, line.amount / largest, shades[line.category])
        for line in advice.lines
    )
    return [Block("bars", phrases.text("chart.split"), rows), months(report, advice), tiles(report)]


def months(report: Report, advice: PlanAdvice) -> Block:
    """The months with least and most."""
    phrases = report.words.phrases
    least, most = min(advice.monthly), max(advice.monthly)
    row = Row(phrases.text("card.a_month"), numbers.exact_yuan(Range(Decimal(least), Decimal(most))))
    return Block("tiles", phrases.text("chart.months"), (row,))


def shortfall_blocks(report: Report) -> list[Block]:
    advice, phrases = report.advice, report.words.phrases
    assert isinstance(advice, ShortfallAdvice)
    values = values_of(advice, report.knowledge, phrases)
    if values["surplus"]:
        return bands(report, advice.share)
    saves = [measure.saves or (0, 0) for measure in advice.measures[:MOST_MEASURES]]
    largest = max(high for _, high in saves) or 1
    rows = tuple(
        Row(shown["name"], shown["saves"] or "", low / largest, high / largest, measure.effort - 1)
        for (low, high), measure, shown in zip(saves, advice.measures, values["measures"])
    )
    figures = [(phrases.text("change.saves"), values["saves"]), (phrases.text("workbook.left_open"), values["left_open"])]
    totals = tuple(Row(name, text) for name, text in figures if text)
    return [Block("bars", phrases.text("chart.measures"), rows), Block("tiles", phrases.text("card.together"), totals)]


def evaluation_blocks(report: Report) -> list[Block]:
    advice, phrases = report.advice, report.words.phrases
    assert isinstance(advice, EvaluationAdvice)
    rows = tuple(check_row(check, report) for check in advice.checks if check.status != "unknown")
    unknown = [report.knowledge.checks[check.id].name for check in advice.checks if check.status == "unknown"]
    left = (Row("", phrases.text("card.unknown", names=unknown)),) if unknown else ()
    return [Block("checks", phrases.text("sheet.checks"), rows), Block("tiles", phrases.text("status.unknown"), left)]


def check_row(check: Check, report: Report) -> Row:
    values = check_values(check, report.knowledge, report.words.phrases)
    text = report.words.phrases.text("change.check", number=values["value"] or "", judgement=values["status"])
    return Row(values["name"], text, status=check.status)


def bands(report: Report, share: Optional[Share]) -> list[Block]:
    """Which dimension pulls where."""
    if share is None:
        return []
    phrases = report.words.phrases
    most = float(max(entry.high for entry in share.basis)) * 1.1
    shown = basis_values(report.advice, report.knowledge, phrases)
    rows = tuple(
        Row(f"{words['name']} · {words['value']}", words["percent"], float(entry.low) / most, float(entry.high) / most, shade)
        for shade, (entry, words) in enumerate(zip(share.basis, shown))
    )
    title = phrases.text("card.basis_apart" if share.conflict else "card.basis")
    return [Block("bands", title, rows, (float(share.low) / most, float(share.high) / most))]


def tiles(report: Report) -> Block:
    """The tiers."""
    phrases, amount = report.words.phrases, getattr(report.advice, "amount", None)
    known = [(tier, getattr(amount, tier)) for tier in ("low", "recommended", "high")] if amount else []
    rows = tuple(Row(phrases.text(f"tier.{tier}"), numbers.yuan(value)) for tier, value in known if value is not None)
    return Block("tiles", phrases.text("sheet.tiers"), rows)


BLOCKS: Mapping[str, Callable[[Report], list[Block]]] = {
    "plan": plan_blocks,
    "share": share_blocks,
    "shortfall": shortfall_blocks,
    "evaluation": evaluation_blocks,
}
