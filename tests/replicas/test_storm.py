"""The storm in short: two replicas on PostgreSQL and Redis, one killed twice amid its work. The long one: ``make storm``."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path

import pytest

from benchmarks.storm import Conversation, Findings, storm

USERS, KILLS, PAUSE = 30, 2, 5.0


@pytest.fixture(scope="module")
def after_the_storm(model: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Findings, list[Conversation], int]:
    return storm(tmp_path_factory.mktemp("storm"), USERS, KILLS, PAUSE)


@pytest.mark.parametrize("wrong", [each.name for each in fields(Findings)])
def test_the_storm_left_none(after_the_storm: tuple[Findings, list[Conversation], int], wrong: str) -> None:
    found, _, _ = after_the_storm
    assert asdict(found)[wrong] == 0


def test_users_met_the_deaths_and_every_one_finished_a_conversation(after_the_storm: tuple[Findings, list[Conversation], int]) -> None:
    _, talks, failures = after_the_storm
    assert failures >= KILLS and len({talk.sender.split("-")[1] for talk in talks if talk.is_over}) == USERS
