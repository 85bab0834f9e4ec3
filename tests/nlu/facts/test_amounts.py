"""Amounts written by hand read as what they say."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from pathlib import Path
from typing import Any, Iterator, Mapping, Optional

import pytest

from nlu.amounts import Amount, read_amounts
from nlu.lexicon import Lexicon, project_lexicon, read_yaml

GROUPS: Mapping[str, Any] = read_yaml(Path(__file__).with_name("amounts.yml"))


def expressions() -> Iterator[tuple[str, str, Any]]:
    for kind, entries in GROUPS.items():
        if kind not in ("none", "foreign", "side_by_side"):
            yield from ((str(text), kind, gold) for text, gold in entries.items())


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return project_lexicon()


def amounts(text: str, lexicon: Lexicon) -> list[Amount]:
    return read_amounts(unicodedata.normalize("NFKC", text).lower(), lexicon)


def rounded(number: Optional[Decimal]) -> Optional[float]:
    return None if number is None else round(float(number), 6)


def bounds(gold: Any) -> tuple[Any, Any, Any]:
    """Said number, lower and upper bound of a gold value."""
    if isinstance(gold, list):
        return None, gold[0], gold[1]
    if isinstance(gold, Mapping):
        return gold["value"], gold.get("low", gold["value"]), gold.get("high", gold["value"])
    return gold, gold, gold


@pytest.mark.parametrize(("text", "kind", "gold"), list(expressions()))
def test_expression_reads_as_what_it_says(text: str, kind: str, gold: Any, lexicon: Lexicon) -> None:
    found = amounts(text, lexicon)
    assert len(found) == 1, found
    assert found[0].kind == kind
    interval = found[0].interval
    assert (rounded(interval.value), rounded(interval.low), rounded(interval.high)) == bounds(gold)


@pytest.mark.parametrize(("text", "code"), list(GROUPS["foreign"].items()))
def test_foreign_money_carries_its_currency(text: str, code: str, lexicon: Lexicon) -> None:
    assert [amount.currency for amount in amounts(text, lexicon)] == [code]


@pytest.mark.parametrize("text", GROUPS["none"])
def test_what_only_looks_like_an_amount_is_none(text: str, lexicon: Lexicon) -> None:
    assert [amount for amount in amounts(text, lexicon) if not amount.faint] == []


@pytest.mark.parametrize(("text", "numbers"), GROUPS["side_by_side"].items())
def test_amounts_side_by_side_stay_apart(text: str, numbers: list[Any], lexicon: Lexicon) -> None:
    found = [amount for amount in amounts(text, lexicon) if not amount.faint]
    assert [rounded(amount.value) for amount in found] == numbers
