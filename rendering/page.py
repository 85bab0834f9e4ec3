"""The printable page: the whole report as HTML that works under ``default-src 'self'``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Optional

import jinja2

from advice.results import AnyAdvice, EvaluationAdvice, PlanAdvice, ShortfallAdvice
from rendering import numbers
from rendering.advice import basis_values, check_values, headline, render, source_ids, values_of
from rendering.assumptions import assumptions
from rendering.card_content import card_of
from rendering.facts import fact_name, fact_value
from rendering.phrases import Phrases
from rendering.report import Report

TEMPLATES = Path(__file__).resolve().parent / "templates"
LANGUAGE = {"simplified": "zh-Hans", "traditional": "zh-Hant"}


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """Everything that is filled in is escaped; an unknown name is an error instead of a gap."""
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    found.filters.update(numbers.FILTERS)
    return found


def page(report: Report, address: Optional[str] = None, until: Optional[str] = None) -> str:
    """The page; ``address`` is where its other forms stand, ``until`` the day on which they end."""
    advice, knowledge, phrases = report.advice, report.knowledge, report.words.phrases
    text = environment().get_template("report.html").render(
        language=LANGUAGE[report.words.script],
        word=phrases.text,
        report=report,
        headline=headline(advice, phrases),
        card=card_of(report),
        paragraphs=render(advice, knowledge, phrases).text.split("\n"),
        facts=fact_rows(advice, phrases),
        basis=basis_values(advice, knowledge, phrases),
        **tables(report),
        sources=[knowledge.source(source_id) for source_id in dict.fromkeys(source_ids(advice))],
        assumptions=assumptions(report),
        address=address,
        until=until,
    )
    # Tags and addresses are ASCII: only what is read changes its characters.
    return report.words.shown(text)


def absent(key: str, phrases: Phrases, title: str) -> str:
    """A page instead of a report."""
    return environment().get_template("absent.html").render(word=phrases.text, key=key, title=title)


def fact_rows(advice: AnyAdvice, phrases: Phrases) -> list[tuple[str, str]]:
    """What was known, in words; a value that has no word is shown as it is."""
    return [(fact_name(name, phrases), shown_value(name, value, phrases)) for name, value in advice.facts.as_json().items()]


def shown_value(name: str, value: Any, phrases: Phrases) -> str:
    return value if isinstance(value, str) and f"value.{name}.{value}" not in phrases else fact_value(name, value, phrases)


def tables(report: Report) -> dict[str, Any]:
    """What one kind alone has; empty for the others."""
    advice, knowledge, phrases = report.advice, report.knowledge, report.words.phrases
    found: dict[str, Any] = {"lines": (), "monthly": (), "tiers": (), "measures": (), "checks": ()}
    if isinstance(advice, PlanAdvice):
        found["lines"] = [(knowledge.items[line.item], line) for line in advice.lines]
        found["monthly"], found["tiers"] = advice.monthly, advice.tiers
    if isinstance(advice, ShortfallAdvice):
        found["measures"] = values_of(advice, knowledge, phrases)["measures"]
    if isinstance(advice, EvaluationAdvice):
        found["checks"] = [check_values(check, knowledge, phrases) for check in advice.checks]
    return found
