"""What is stored and read a turn does not grow with the conversation: sizes, rows and events, never milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

import pytest
import sqlalchemy as sa
from rasa.shared.core.events import Event
from sqlalchemy.engine import Engine

from storage.schema import conversations, events
from storage.tracker_store import AdvisorTrackerStore, event_of
from tests.storage.equality import LOOKS_BACK, Here, Said, Step, agent_over

SHORT, LONG = 40, 160
"""Turns; both are long enough for several folds."""
HER = "her"
FREE = (Said("greet"), Said("yes"), Said("again"), Said("tell", city="上海"), Said("no"))
TALKS = {
    "free talk": FREE,
    "inside one open form": (Said("book"), *[Said("ask"), Said("tell", city="上海"), Said("ask"), Said("tell", city="成都")]),
    "a fallback each third turn": (Said("greet"), Said("again"), Said("nlu_fallback")),
    "with action_back": (Said("greet"), Said("again"), Said("back"), Said("yes")),
    "with actions taken back": (Said("undo"), Said("again"), Said("undo")),
    "with restarts": (Said("greet"), Said("again"), Said("restart"), Said("tell", city="上海")),
    "with reminders": (Said("later"), Said("greet")),
}


@dataclass
class Cost:
    """The largest of some turns in a row, for turns of one talk fall into place differently."""

    stored_bytes: int = 0
    events_held: int = 0
    rows_read: int = 0


@pytest.fixture
def read(engine: Engine) -> Iterator[list[int]]:
    """How many rows each query since has given."""
    counts: list[int] = []

    def fetched(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if statement.startswith("SELECT tracker_events.event"):
            counts.append(1)

    sa.event.listen(engine, "after_cursor_execute", fetched)
    yield counts
    sa.event.remove(engine, "after_cursor_execute", fetched)


async def costs(side: Here, engine: Engine, reads: list[int], talk: tuple[Said, ...], first: int, last: int) -> Cost:
    """Go on to turn ``last``, measuring from ``first`` on."""
    cost = Cost()
    for number in range(first - 20, last):
        reads.clear()
        await side.turn(HER, Step(talk[number % len(talk)] if number or len(talk) < 5 else talk[0]))
        if number >= first:
            tracker = await side.agent.tracker_store.retrieve(HER)
            with engine.connect() as connection:
                state = connection.execute(sa.select(sa.func.length(conversations.c.state))).scalar()
            cost = Cost(max(cost.stored_bytes, state), max(cost.events_held, len(tracker.events)), cost.rows_read + sum(reads))
    return cost


@pytest.mark.parametrize("talk", TALKS)
async def test_a_turn_costs_the_same_however_long_the_conversation_has_lasted(
    talk: str, engine: Engine, read: list[int], bots: tuple[Path, Path]
) -> None:
    pass
