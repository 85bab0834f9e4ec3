"""What every document of one advice is made from: the workbook, the picture card and the printable page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Mapping

from advice.facts import Facts
from advice.kinds import FORMULAS
from advice.results import AnyAdvice
from knowledge.model import Knowledge
from rendering.payload import kind_of
from rendering.words import Words


@dataclass(frozen=True)
class Report:
    """One advice with the knowledge that it came from, on the day it was given."""

    advice: AnyAdvice
    knowledge: Knowledge
    words: Words
    day: date

    @property
    def kind(self) -> str:
        return kind_of(self.advice)

    @property
    def title(self) -> str:
        """What it is about."""
        return self.words(f"report.title.{self.kind}")


def report_of(payload: Mapping[str, Any], knowledge: Knowledge, words: Words, day: date) -> Report:
    """The advice of a public structure, computed again: the same facts and the same knowledge give the same advice."""
    advice = FORMULAS[payload["kind"]](Facts.from_slots(payload["facts"]), knowledge)
    return Report(advice, knowledge, words, day)
