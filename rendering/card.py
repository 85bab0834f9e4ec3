"""The picture card: one advice at a glance, legible on a phone, for channels without HTML."""

from __future__ import annotations

import re
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from rendering.card_content import Block, Card, Row, card_of
from rendering.report import Report

FONT = Path(__file__).resolve().parent / "fonts" / "NotoSansSC-Regular.otf"
WIDTH, MARGIN, TALLEST = 1080, 64, 4000
COLOURS = 64
"""Of the file: enough for few colours with smooth edges, and a third of its size."""
INNER = WIDTH - 2 * MARGIN
PAPER, INK, QUIET, RULE, ACCENT, MEETING = "#FFFFFF", "#1F2933", "#52606D", "#D9E2EC", "#0B6E69", "#CDE7E3"
SHADES = ("#0072B2", "#D98200", "#00805E", "#B0568A")
"""Told apart by those who are colour-blind, dark enough on paper."""
STATUS = {"good": "#00805E", "warn": "#B86E00", "bad": "#C0392B", "info": "#52606D"}
TITLE, HEADLINE, HEADING, BODY, SMALL = 40, 54, 36, 38, 30
BAR, BAR_GAP, BAR_REST = 18, 8, 24
NEVER_FIRST = frozenset("，。、；：！？）”’》％%…·")
WORD = re.compile(r"[0-9A-Za-z.,%+\-–/]+|.", re.DOTALL)


@lru_cache(maxsize=16)
def font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size, layout_engine=ImageFont.Layout.BASIC)


def card(report: Report) -> bytes:
    """The card as PNG; what it says stands in its description too."""
    content = card_of(report)
    description = PngInfo()
    description.add_itxt("Description", content.alternative)
    file = BytesIO()
    picture = drawn(content).quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    picture.save(file, "PNG", pnginfo=description)
    return file.getvalue()


def drawn(content: Card) -> Image.Image:
    """From top to bottom, then cut to the height that it took."""
    pen = Pen()
    pen.title(content.title)
    pen.text(content.headline, HEADLINE, INK, 1.35)
    for block in content.blocks:
        pen.block(block)
    pen.footer(content.footer)
    return pen.picture()


class Pen:
    """Draws downwards."""

    def __init__(self) -> None:
        self._image = Image.new("RGB", (WIDTH, TALLEST), PAPER)
        self._draw = ImageDraw.Draw(self._image)
        self._y = 0

    def picture(self) -> Image.Image:
        return self._image.crop((0, 0, WIDTH, min(self._y + MARGIN, TALLEST)))

    def title(self, text: str) -> None:
        height = TITLE + 56
        self._draw.rectangle((0, 0, WIDTH, height), fill=ACCENT)
        self._draw.text((MARGIN, height / 2), text, font=font(TITLE), fill=PAPER, anchor="lm")
        self._y = height + 44

    def text(self, text: str, size: int, colour: str, spacing: float = 1.4) -> None:
        """A paragraph."""
        for line in wrapped(text, size, INNER):
            self._draw.text((MARGIN, self._y), line, font=font(size), fill=colour)
            self._y += int(size * spacing)

    def block(self, block: Block) -> None:
        self._y += 30
        self._draw.line((MARGIN, self._y, WIDTH - MARGIN, self._y), fill=RULE, width=2)
        self._y += 26
        self._draw.text((MARGIN, self._y), block.title, font=font(HEADING), fill=ACCENT)
        self._y += int(HEADING * 1.6)
        if block.form == "tiles":
            self.tiles(block.rows)
            return
        top = self._y
        if block.range is not None:
            self.meeting(block, top)
        for row in block.rows:
            {"bands": self.bar, "bars": self.bar, "checks": self.check}[block.form](row)

    def meeting(self, block: Block, top: int) -> None:
        """Where the bands meet, behind them."""
        assert block.range is not None
        left, right = (MARGIN + int(INNER * end) for end in block.range)
        height = len(block.rows) * (int(BODY * 1.5) + BAR_GAP + BAR + BAR_REST) - BAR_REST // 2
        self._draw.rectangle((left - 3, top, max(right, left) + 3, top + height), fill=MEETING)

    def bar(self, row: Row) -> None:
        """A label with its figure, and below it a bar from low to high, or up to both."""
        self.pair(row, INK)
        self._y += BAR_GAP
        left, right = MARGIN + int(INNER * row.low), MARGIN + int(INNER * row.high)
        self._draw.rounded_rectangle((MARGIN, self._y, WIDTH - MARGIN, self._y + BAR), BAR // 2, fill=None, outline=RULE)
        shade = row.shade % len(SHADES)
        if right > MARGIN:
            self._draw.rounded_rectangle((left, self._y, max(right, left + BAR // 2), self._y + BAR), BAR // 2, fill=SHADES[shade])
        self._y += BAR + BAR_REST

    def check(self, row: Row) -> None:
        colour = STATUS[row.status or "info"]
        self.mark(row.status or "info", colour)
        self.pair(row, colour, indent=56)
        self._y += 14

    def mark(self, status: str, colour: str) -> None:
        """A shape of its own for each verdict: a disc, a triangle, a cross, a ring."""
        x, y, size = MARGIN, self._y + 10, 32
        if status == "good":
            self._draw.ellipse((x, y, x + size, y + size), fill=colour)
        elif status == "warn":
            self._draw.polygon(((x + size / 2, y), (x + size, y + size), (x, y + size)), fill=colour)
        elif status == "bad":
            self._draw.line((x, y, x + size, y + size), fill=colour, width=9)
            self._draw.line((x + size, y, x, y + size), fill=colour, width=9)
        else:
            self._draw.ellipse((x, y, x + size, y + size), outline=colour, width=5)

    def pair(self, row: Row, colour: str, indent: int = 0) -> None:
        """A label on the left and a figure on the right; on two lines where they do not fit beside each other."""
        beside = font(BODY).getlength(row.label) + font(BODY).getlength(row.text) + 30 <= INNER - indent
        self._draw.text((MARGIN + indent, self._y), row.label, font=font(BODY), fill=INK)
        self._y += 0 if beside else int(BODY * 1.4)
        self._draw.text((WIDTH - MARGIN, self._y), row.text, font=font(BODY), fill=colour, anchor="ra", stroke_width=1, stroke_fill=colour)
        self._y += int(BODY * 1.5)

    def tiles(self, rows: tuple[Row, ...]) -> None:
        """Figures beside each other, each below its label; on lines of their own where one is too long."""
        self._y += 6
        width = INNER / len(rows)
        if any(not row.label or font(HEADING).getlength(row.text) > width - 16 for row in rows):
            for row in rows:
                if row.label:
                    self.text(row.label, SMALL, QUIET)
                self.text(row.text, HEADING, INK)
            return
        for place, row in enumerate(rows):
            x = MARGIN + width * place
            self._draw.text((x, self._y), row.label, font=font(SMALL), fill=QUIET)
            self._draw.text((x, self._y + SMALL * 1.5), row.text, font=font(HEADING), fill=INK, stroke_width=1, stroke_fill=INK)
        self._y += int(SMALL * 1.5 + HEADING * 1.5)

    def footer(self, lines: tuple[str, ...]) -> None:
        self._y += 30
        self._draw.line((MARGIN, self._y, WIDTH - MARGIN, self._y), fill=RULE, width=2)
        self._y += 22
        for line in lines:
            self.text(line, SMALL, QUIET, 1.5)


def wrapped(text: str, size: int, width: float) -> list[str]:
    """Lines that fit: words and numbers whole, no line beginning with a closing mark."""
    lines, line = [], ""
    for word in WORD.findall(text):
        stays = word.isspace() or word in NEVER_FIRST or font(size).getlength(line + word) <= width
        if word == "\n" or (line and not stays):
            lines.append(line)
            line = word.lstrip()
        else:
            line += word
    return [*lines, line] if line else lines
