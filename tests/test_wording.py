"""Wording stands in data, figures in knowledge: neither stands in Python."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SENTENCE = re.compile(r"[\u4e00-\u9fff，。？！、]{5,}")
ANSWERING = ("actions", "advice", "rendering", "channels", "storage", "knowledge")
ARITHMETIC = {0, 1, 2, 3, 12, 100}
CALCULATING = ("advice", "actions")


def constants(path: Path) -> list[ast.Constant]:
    """Constants that are not docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}
    return [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node not in texts]


@pytest.mark.parametrize("room", ANSWERING)
def test_no_sentence_for_users_stands_in_python(room: str) -> None:
    for path in (ROOT / room).rglob("*.py"):
        for constant in constants(path):
            if isinstance(constant.value, str):
                assert not SENTENCE.search(constant.value), f"{path.name}:{constant.lineno}: {constant.value}"


@pytest.mark.parametrize("room", CALCULATING)
def test_no_figure_stands_in_python(room: str) -> None:
    for path in (ROOT / room).rglob("*.py"):
        for constant in constants(path):
            if isinstance(constant.value, (int, float)) and not isinstance(constant.value, bool):
                allowed = constant.value in ARITHMETIC or constant.value == 3600
                assert allowed, f"{path.name}:{constant.lineno}: {constant.value}"
