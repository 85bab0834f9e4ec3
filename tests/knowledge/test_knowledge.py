"""The knowledge files: what is refused, what serves, and by which day."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from advice.contradictions import CONTRADICTIONS, REFUSALS
from advice.facts import FACT_NAMES
from knowledge.errors import KnowledgeError
from knowledge.loading import load
from knowledge.store import KnowledgeStore
from rendering.numbers import FILTERS
from rendering.phrases import Phrases
from storage.migrations import migrate

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture()
def directory(tmp_path: Path) -> Path:
    for path in (ROOT / "knowledge").glob("*.yml"):
        shutil.copy(path, tmp_path)
    return tmp_path


def replace(directory: Path, name: str, old: str, new: str) -> int:
    """Edit a file; returns the line that was edited."""
    path = directory / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_the_project_s_own_files_load() -> None:
    assert len(load(ROOT / "knowledge").terms) >= 40


def test_an_unknown_source_is_refused_with_its_line(directory: Path) -> None:
    line = replace(directory, "shares.yml", "mature: {low: 10, high: 20, unit: percent, source: seed-article", "mature: {low: 10, high: 20, unit: percent, source: nobody")
    with pytest.raises(KnowledgeError, match="nobody") as caught:
        load(directory)
    assert caught.value.line == line and caught.value.remedy


def test_a_range_the_wrong_way_round_is_refused(directory: Path) -> None:
    line = replace(directory, "shares.yml", "growth: {low: 20, high: 30", "growth: {low: 40, high: 30")
    with pytest.raises(KnowledgeError, match="low") as caught:
        load(directory)
    assert caught.value.line == line


def test_a_split_that_does_not_sum_to_a_hundred_is_refused(directory: Path) -> None:
    replace(directory, "plan.yml", "wages: 40", "wages: 41")
    with pytest.raises(KnowledgeError, match="101"):
        load(directory)


def test_a_figure_without_its_worth_is_refused(directory: Path) -> None:
    replace(directory, "shares.yml", "one_time: {low: 5, high: 15, unit: percent, source: seed-article, worth: reference}", "one_time: {low: 5, high: 15, unit: percent, source: seed-article}")
    with pytest.raises(KnowledgeError, match="shares.yml"):
        load(directory)


def test_a_file_that_is_not_yaml_is_refused_with_its_line(directory: Path) -> None:
    (directory / "limits.yml").write_text("limits:\n  source: [operator\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match="not YAML") as caught:
        load(directory)
    assert caught.value.line is not None


def test_the_figure_in_force_on_the_day_is_used(directory: Path) -> None:
    before, after = (load(directory, day).wage.number for day in (date(2024, 6, 1), date(2025, 6, 1)))
    assert (before, after) == (Decimal(68340), Decimal(69476))


def new_database() -> Engine:
    engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool, connect_args={"check_same_thread": False})
    migrate(engine)
    return engine


def test_a_wrong_edit_leaves_the_last_good_version_serving(directory: Path) -> None:
    store = KnowledgeStore.open(new_database(), directory)
    version = store.current(date(2026, 1, 1)).version
    replace(directory, "plan.yml", "wages: 40", "wages: 41")
    problem = store.reload()
    assert problem is not None and store.current(date(2026, 1, 1)).version == version


def test_a_start_with_wrong_files_serves_the_version_in_the_database(directory: Path) -> None:
    engine = new_database()
    version = KnowledgeStore.open(engine, directory).version
    replace(directory, "plan.yml", "wages: 40", "wages: 41")
    reopened = KnowledgeStore.open(engine, directory)
    assert reopened.version == version and reopened.problem is not None


def test_every_fact_has_a_reason_a_question_and_a_name() -> None:
    knowledge, phrases = load(ROOT / "knowledge"), Phrases.from_directory(ROOT / "data" / "responses", FILTERS)
    for name in FACT_NAMES:
        assert name in knowledge.reasons
        assert f"ask.{name}" in phrases and f"fact.{name}" in phrases


def test_every_refusal_and_contradiction_has_its_wording() -> None:
    phrases = Phrases.from_directory(ROOT / "data" / "responses", FILTERS)
    assert all(f"refusal.{name}" in phrases for name in REFUSALS)
    assert all(f"contradiction.{name}" in phrases for name in CONTRADICTIONS)


@pytest.mark.parametrize("name", FACT_NAMES)
def test_every_question_can_be_said(name: str) -> None:
    phrases = Phrases.from_directory(ROOT / "data" / "responses", FILTERS)
    assert phrases.message(f"ask.{name}", good_for=None, again=True).text
    assert phrases.message(f"ask.{name}", good_for="x", again=False).text
