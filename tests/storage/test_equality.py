"""Our store and Rasa's own: the same conversations. The long form is ``make soak``."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator

import pytest
from sqlalchemy.engine import Engine

from tests.storage.equality import Elsewhere, Here, Odds, agent_over, compare, store_over

TURNS = 80
Bots = tuple[Path, Path]


@pytest.fixture
def stock(bots: Bots) -> Here:
    return Here(agent_over(None, bots[0]))


@pytest.fixture
def ours(engine: Engine, bots: Bots) -> Here:
    return Here(agent_over(store_over(engine), bots[0]))


@pytest.fixture
def processes(engine: Engine, bots: Bots) -> Iterator[list[Elsewhere]]:
    """Two, each with an agent and connections of its own."""
    url = engine.url.render_as_string(hide_password=False)
    both = [Elsewhere(url, bots[0]) for _ in range(2)]
    yield both
    for process in both:
        process.end()


async def test_a_conversation_is_the_same(stock: Here, ours: Here) -> None:
    await compare(stock, [ours], 101, TURNS)


async def test_sessions_that_expire_are_the_same(stock: Here, ours: Here) -> None:
    await compare(stock, [ours], 102, TURNS, Odds(expiry=0.06))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_new_model_goes_live_in_mid_conversation(stock: Here, ours: Here, bots: Bots) -> None:
    await compare(stock, [ours], 103, TURNS, Odds(new_model=0.03), bots)


async def test_two_processes_that_take_turns_are_as_one(stock: Here, processes: list[Elsewhere]) -> None:
    await compare(stock, processes, 104, TURNS, Odds(expiry=0.02))
