"""Companies and what is computed for them, by hand: tests/advice/cases/*.yml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from advice.evaluation import advise_evaluation
from advice.facts import Facts, fact_as_json
from advice.share import advise_share
from advice.shortfall import advise_shortfall
from knowledge.loading import load
from rendering.payload import quantity

CASES = Path(__file__).parent / "cases"
KNOWLEDGE = load(Path(__file__).resolve().parents[2] / "knowledge")


def cases(name: str) -> list[dict[str, Any]]:
    return YAML(typ="safe").load((CASES / f"{name}.yml").read_text(encoding="utf-8"))


def identity(case: dict[str, Any]) -> str:
    return ",".join(f"{name}={value}" for name, value in case["facts"].items())


@pytest.mark.parametrize("case", cases("shares"), ids=identity)
def test_share(case: dict[str, Any]) -> None:
    advice = advise_share(Facts.from_slots(case["facts"]), KNOWLEDGE)
    share = advice.share and [int(advice.share.low), int(advice.share.high), advice.share.conflict]
    assert share == case["share"]
    if "amount" in case:
        assert (advice.amount and [advice.amount.low, advice.amount.recommended, advice.amount.high]) == case["amount"]
    if "position" in case:
        assert advice.check.position == case["position"]


@pytest.mark.parametrize("case", cases("shortfalls"), ids=identity)
def test_shortfall(case: dict[str, Any]) -> None:
    advice = advise_shortfall(Facts.from_slots(case["facts"]), KNOWLEDGE)
    assert fact_as_json(advice.gap) == case["gap"]
    assert advice.gap_is_stated == case.get("stated", False)
    if "mismatch" in case:
        assert (advice.mismatch and [fact_as_json(gap) for gap in advice.mismatch]) == case["mismatch"]
    if "covers" in case:
        assert advice.covers == case["covers"]


@pytest.mark.parametrize("case", cases("evaluations"), ids=identity)
def test_evaluation(case: dict[str, Any]) -> None:
    advice = advise_evaluation(Facts.from_slots(case["facts"]), KNOWLEDGE)
    checks = {check.id: [check.status, quantity(check.value)] for check in advice.checks}
    for name, expected in case["checks"].items():
        assert checks[name] == expected
    assert list(advice.warnings) == case.get("warnings", [])
    assert advice.verdict == case.get("verdict", advice.verdict)
