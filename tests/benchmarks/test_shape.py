"""A late turn costs what an early one costs. Shapes only: milliseconds are another machine's business."""

from __future__ import annotations

from pathlib import Path

from benchmarks.compare import is_flat


def test_a_turn_does_not_grow_with_the_conversation(model: Path) -> None:
    assert is_flat()
