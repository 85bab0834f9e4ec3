"""Generated companies for the four kinds, and the workbooks of their advice calculated anew."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Iterator

import formulas
import openpyxl
from hypothesis import strategies as st

from knowledge.loading import load
from rendering.numbers import FILTERS
from rendering.phrases import Phrases
from rendering.report import Report, report_of
from rendering.words import Words
from rendering.workbook import workbook

ROOT = Path(__file__).resolve().parents[2]
KNOWLEDGE = load(ROOT / "knowledge")
PHRASES = Phrases.from_directory(ROOT / "data" / "responses", FILTERS)
EXAMPLES = int(os.environ.get("WORKBOOKS", "12"))
"""Companies of each kind; `make workbooks` takes hundreds."""
DAY = date(2026, 11, 26)

DIMENSIONS = {name: st.sampled_from(sorted(KNOWLEDGE.shares[name])) for name in ("industry", "stage", "business_model")}
YES_OR_NO = {name: st.booleans() for name in ("growth_goal_met", "satisfaction_improved", "tools_used", "staff_on_admin")}


def quantity(least: int, most: int) -> st.SearchStrategy[Any]:
    """A number, a range, or a range with an open end."""
    number = st.integers(least, most)
    pair = st.tuples(number, number).map(sorted)
    ranges = pair.map(lambda ends: {"low": ends[0], "high": ends[1]})
    open_ends = st.tuples(number, st.booleans()).map(lambda one: {"low": one[0], "high": None} if one[1] else {"low": None, "high": one[0]})
    return st.one_of(number, number, ranges, open_ends)


MONEY, COUNT = quantity(1, 10**9), quantity(0, 10**6)
COMPANIES = {
    "plan": st.fixed_dictionaries({}, optional={**DIMENSIONS, "total_budget": MONEY, "customer_budget": MONEY, "team_size": quantity(1, 200)}),
    "share": st.fixed_dictionaries({}, optional={**DIMENSIONS, "total_budget": MONEY, "customer_budget": MONEY, "share": quantity(0, 100)}),
    "shortfall": st.fixed_dictionaries(
        {}, optional={**DIMENSIONS, **dict.fromkeys(("customer_budget", "needed", "spent", "gap", "total_budget"), MONEY)}
    ),
    "evaluation": st.fixed_dictionaries(
        {},
        optional={
            **DIMENSIONS, **YES_OR_NO, "spent": quantity(0, 10**9), "total_budget": MONEY, "new_customers": COUNT, "lost_customers": COUNT,
            "customers": COUNT, "avg_order_value": quantity(1, 10**6), "orders_per_year": quantity(0, 400),
            "gross_margin": st.integers(0, 100).map(lambda percent: percent / 100), "customer_lifetime_years": quantity(0, 20),
        },
    ),
}  # fmt: skip
WHOLE = {
    "plan": {"industry": "service", "stage": "mature", "business_model": "membership", "total_budget": 4_000_000, "team_size": 3},
    "share": {"industry": "service", "stage": "mature", "business_model": "membership", "total_budget": 4_000_000, "customer_budget": 600_000},
    "shortfall": {"industry": "retail", "stage": "growth", "customer_budget": 150_000, "needed": 230_000, "spent": 120_000, "total_budget": 900_000},
    "evaluation": {
        "spent": 80_000, "new_customers": 400, "total_budget": 600_000, "industry": "retail", "stage": "mature", "avg_order_value": 120,
        "orders_per_year": 6, "gross_margin": 0.45, "customer_lifetime_years": 2, "lost_customers": 30, "customers": 400, "tools_used": False,
    },
}  # fmt: skip
"""A company of each kind of which all is known that matters."""


def report(kind: str, facts: dict[str, Any], script: str = "simplified") -> Report:
    return report_of({"kind": kind, "facts": facts}, KNOWLEDGE, Words(PHRASES, script), DAY)


@dataclass(frozen=True)
class Cell:
    sheet: str
    place: str
    formula: Any
    cached: Any


class Read:
    """A workbook as a spreadsheet would open it."""

    def __init__(self, content: bytes) -> None:
        self.formulas = openpyxl.load_workbook(BytesIO(content))
        self._values = openpyxl.load_workbook(BytesIO(content), data_only=True)
        self.names: dict[str, tuple[str, str]] = {}
        for name, entry in self.formulas.defined_names.items():
            [(sheet, place)] = list(entry.destinations)
            self.names[name] = (sheet, place.replace("$", ""))

    def cells(self) -> Iterator[Cell]:
        """Every cell with a formula."""
        for sheet in self.formulas:
            for row in sheet.iter_rows():
                for cell in row:
                    if isinstance(cell.value, str) and cell.value.startswith("="):
                        yield Cell(sheet.title, cell.coordinate, cell.value, self.cached(sheet.title, cell.coordinate))

    def cached(self, sheet: str, place: str) -> Any:
        return self._values[sheet][place].value

    def named(self, name: str) -> Any:
        """The cached value of a name."""
        return self.cached(*self.names[name])


class Calculated:
    """The workbook of one report, calculated by another program's rules; its yellow cells can be changed."""

    def __init__(self, made: Report) -> None:
        content = workbook(made)
        self.read = Read(content)
        with TemporaryDirectory() as folder:
            path = Path(folder) / "workbook.xlsx"
            path.write_bytes(content)
            self._model = formulas.ExcelModel().loads(str(path)).finish()

    def with_inputs(self, inputs: dict[str, Any]) -> "Solution":
        """The values with other inputs, given by name; ``None`` empties a cell."""
        places = {self.key(*self.read.names[name]): "" if value is None else value for name, value in inputs.items()}
        return Solution(self, self._model.calculate(inputs=places))

    def key(self, sheet: str, place: str) -> str:
        return f"'[workbook.xlsx]{sheet.upper()}'!{place}"


@dataclass(frozen=True)
class Solution:
    of: Calculated
    values: Any

    def at(self, sheet: str, place: str) -> Any:
        value = self.values[self.of.key(sheet, place)].value[0, 0]
        return None if value == "" else value

    def named(self, name: str) -> Any:
        return self.at(*self.of.read.names[name])


@lru_cache(maxsize=4)
def template(kind: str) -> Calculated:
    """One workbook a kind, calculated again and again with the inputs of other companies."""
    return Calculated(report(kind, WHOLE[kind]))
