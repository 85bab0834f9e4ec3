"""Data flows one way: no room imports one that stands before it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ALLOWED = {
    "knowledge": set(),
    "advice": {"knowledge"},
    "rendering": {"advice", "knowledge"},
    "storage": {"advisor"},
    "nlu": {"knowledge"},
    "actions": {"advice", "rendering", "knowledge", "storage", "advisor"},
    "channels": {"advisor", "storage"},
}
"""Rooms that a room may import, beside itself; of ``advisor`` only the settings."""
ROOMS = {*ALLOWED, "advisor"}
WITHOUT_RASA = ("knowledge", "advice", "rendering")


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_imports_only_rooms_behind_it(room: str) -> None:
    for path in (ROOT / room).rglob("*.py"):
        rooms = {name.split(".")[0] for name in imported(path)} & ROOMS
        assert rooms <= ALLOWED[room] | {room}, f"{path.name} imports {rooms - ALLOWED[room] - {room}}"


@pytest.mark.parametrize("room", [room for room in ALLOWED if "advisor" in ALLOWED[room]])
def test_of_the_command_line_a_room_knows_only_the_settings(room: str) -> None:
    for path in (ROOT / room).rglob("*.py"):
        assert {name for name in imported(path) if name.startswith("advisor")} <= {"advisor.settings"}, path.name


@pytest.mark.parametrize("room", WITHOUT_RASA)
def test_calculation_and_wording_know_nothing_of_rasa(room: str) -> None:
    for path in (ROOT / room).rglob("*.py"):
        assert not {name for name in imported(path) if name.startswith("rasa")}, path.name
