"""The text, the card and the page of whatever company, and what people would see of them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO
from typing import Any, Callable, Optional

import pytest
import yaml
from fontTools.ttLib import TTFont
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from advice.results import AnyAdvice
from rendering.advice import render
from rendering.card import FONT, INNER, WIDTH, card, font, wrapped
from rendering.card_content import card_of
from rendering.page import absent, page
from rendering.report import Report
from rendering.script import converter
from rendering.workbook import workbook
from tests.rendering.companies import COMPANIES, KNOWLEDGE, PHRASES, ROOT, WHOLE, report

KINDS = sorted(COMPANIES)
SCRIPTS = ("simplified", "traditional")
FONTS = FONT.parent
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>&\"'"


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None)
@given(data=st.data())
def test_every_company_gets_its_text_its_card_and_its_page(kind: str, data: st.DataObject) -> None:
    made = report(kind, data.draw(COMPANIES[kind]))
    text = render(made.advice, made.knowledge, made.words.phrases).text
    assert text and "None" not in text
    assert made.title in card_of(made).alternative and "None" not in card_of(made).alternative
    assert "None" not in page(made)


def test_a_surplus_that_is_a_range_is_said() -> None:
    advice: AnyAdvice = report("shortfall", {"needed": 100_000, "customer_budget": {"low": 150_000, "high": 200_000}}).advice
    assert "5–10 万元" in render(advice, KNOWLEDGE, PHRASES).text


# the card
@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_card_is_a_picture_as_wide_as_a_phone_shows_well(kind: str, script: str) -> None:
    made = report(kind, WHOLE[kind], script)
    picture = Image.open(BytesIO(card(made)))
    assert picture.format == "PNG" and picture.width == WIDTH == 1080 and 600 < picture.height < 2400
    assert picture.info["Description"] == card_of(made).alternative


def test_every_character_that_can_be_said_has_a_glyph() -> None:
    texts = [path.read_text(encoding="utf-8") for folder in ("data/responses", "knowledge") for path in (ROOT / folder).glob("*.yml")]
    said = "".join(line.partition(" #")[0] for text in texts for line in text.splitlines() if not line.lstrip().startswith("#"))
    known = set(TTFont(FONT).getBestCmap())
    for text in (said, converter().convert(said)):
        assert {character for character in text if ord(character) not in known and not character.isspace()} == set()


def test_files_of_others_are_the_ones_that_are_listed() -> None:
    listed = yaml.safe_load((FONTS / "MANIFEST.yml").read_text(encoding="utf-8"))
    others = {path.name for path in FONTS.iterdir()} - {"MANIFEST.yml"}
    assert {name for name in others if not name.startswith("LICENSE")} == set(listed)
    for name, entry in listed.items():
        assert {"name", "version", "licence", "from"} <= set(entry)
        assert hashlib.sha256((FONTS / name).read_bytes()).hexdigest() == entry["sha256"], name


@given(st.text(alphabet="客户，。）5%a万 元", min_size=1, max_size=200))
@example("55555%%%%。。。。。。。。。。。 。")
def test_lines_of_the_card_hold_the_whole_text_and_fit(text: str) -> None:
    lines = wrapped(text, 54, INNER)
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)
    assert all(font(54).getlength(line.rstrip("，。）% ")) <= INNER + 54 for line in lines if not re.search(r"[5a%]{15}", line))
    assert all(line[0] not in "，。）" for line in lines[1:])


# the page
class Elements(HTMLParser):
    """What a browser makes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, Optional[str]]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Optional[str]]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> Elements:
    found = Elements()
    found.feed(html)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_needs_nothing_but_its_own_style_sheet(kind: str) -> None:
    elements = read(page(report(kind, WHOLE[kind]), "/reports/x", "2026-12-26"))
    assert not {tag for tag, _ in elements.tags} & {"script", "style", "iframe", "object", "base", "form"}
    for _, attributes in elements.tags:
        assert not {name for name in attributes if name == "style" or name.startswith("on")}
    assert [attributes["href"] for tag, attributes in elements.tags if tag == "link"] == ["/reports/style.css"]


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_page_holds_the_advice_its_sources_its_assumptions_and_the_disclaimer(script: str) -> None:
    made = report("plan", WHOLE["plan"], script)
    elements = read(page(made, "/reports/x", "2026-12-26"))
    assert ("html", {"lang": "zh-Hant" if script == "traditional" else "zh-Hans"}) in elements.tags
    for line in render(made.advice, made.knowledge, made.words.phrases).text.split("\n"):
        assert made.words.shown(line) in elements.text
    assert made.words("report.disclaimer") in elements.text and made.words("assumption.season") in elements.text
    assert made.words.shown(KNOWLEDGE.source("seed-article").note) in elements.text and "2026-12-26" in elements.text


def test_markup_in_what_was_told_or_edited_is_shown_as_text() -> None:
    made = report("share", WHOLE["share"])
    sources = {name: replace(source, title=MARKUP, note=MARKUP) for name, source in KNOWLEDGE.sources.items()}
    advice: Any = replace(made.advice, facts=replace(made.advice.facts, industry=MARKUP))
    elements = read(page(replace(made, advice=advice, knowledge=replace(KNOWLEDGE, sources=sources))))
    assert not {tag for tag, _ in elements.tags} & {"script", "img"}
    assert elements.text.count(MARKUP) >= 3


def test_an_address_where_nothing_stands_says_kindly_what_happened() -> None:
    elements = read(absent("page.absent", PHRASES, "page.absent.title"))
    assert PHRASES.text("page.absent") in elements.text and ("a", {"href": "/"}) in elements.tags


@pytest.mark.parametrize("make", [card, page, workbook])
@pytest.mark.parametrize("kind", KINDS)
def test_the_same_advice_gives_the_same_document(kind: str, make: Callable[[Report], Any]) -> None:
    assert make(report(kind, WHOLE[kind])) == make(report(kind, WHOLE[kind]))
