"""What is stored and read a turn does not grow with the conversation: sizes and rows, never milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, Sequence

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from storage.schema import conversations
from tests.storage.equality import Here, Said, Step, agent_over, store_over

EARLY, LATE = range(20, 50), range(90, 120)
"""Turns that are compared: both hold several folds."""
MORE = 1.03
"""Numbers that count get longer by a digit."""
HER = "her"
FREE = (Said("greet"), Said("yes"), Said("again"), Said("tell", city="上海"), Said("no"))
FORM = (Said("ask"), Said("tell", city="上海"), Said("ask"), Said("tell", city="成都"))


@dataclass(frozen=True)
class Talk:
    """What she says over and over, after an opening."""

    cycle: Sequence[Said]
    opening: Sequence[Said] = ()

    def at(self, turn: int) -> Said:
        return self.opening[turn] if turn < len(self.opening) else self.cycle[turn % len(self.cycle)]


TALKS = {
    "free talk": Talk(FREE),
    "inside one open form": Talk(FORM, [Said("book")]),
    "fallbacks inside one open form": Talk((*FORM, Said("nonsense"), Said("nlu_fallback")), [Said("book")]),
    "a fallback each third turn": Talk((Said("greet"), Said("again"), Said("nlu_fallback"))),
    "with action_back": Talk((Said("again"), Said("clear"), Said("again"), Said("back"))),
    "with actions taken back": Talk((Said("undo"), Said("again"), Said("undo"))),
    "with slots set back": Talk((Said("tell", city="上海"), Said("clear"), Said("again"))),
    "with reminders": Talk((Said("later"), Said("greet"))),
}


@dataclass
class Cost:
    """The most of some turns."""

    stored_bytes: int = 0
    events_held: int = 0
    histories_read: int = 0


@pytest.fixture
def histories(engine: Engine) -> Iterator[list[str]]:
    """Each query for events of the past."""
    seen: list[str] = []

    def executed(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("SELECT tracker_events.event"):
            seen.append(statement)

    sa.event.listen(engine, "after_cursor_execute", executed)
    yield seen
    sa.event.remove(engine, "after_cursor_execute", executed)


async def measured(side: Here, engine: Engine, histories: list[str], talk: Talk, turns: range, begin: int = 0) -> Cost:
    """Go on from turn ``begin`` to the last one, measuring the given ones."""
    cost = Cost()
    for number in range(begin, turns.stop):
        histories.clear()
        await side.turn(HER, Step(talk.at(number)))
        if number in turns:
            cost.histories_read += len(histories)
            tracker = await side.agent.tracker_store.retrieve(HER)
            assert tracker is not None
            with engine.connect() as connection:
                (state,) = connection.execute(sa.select(conversations.c.state)).one()
            cost.stored_bytes, cost.events_held = max(cost.stored_bytes, len(state)), max(cost.events_held, len(tracker.events))
    return cost


@pytest.mark.parametrize("name", TALKS)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_turn_costs_the_same_however_long_the_conversation_has_lasted(
    name: str, engine: Engine, histories: list[str], bots: tuple[Path, Path]
) -> None:
    side = Here(agent_over(store_over(engine), bots[0]))
    early = await measured(side, engine, histories, TALKS[name], EARLY)
    late = await measured(side, engine, histories, TALKS[name], LATE, EARLY.stop)
    assert late.stored_bytes <= MORE * early.stored_bytes
    assert late.events_held <= early.events_held
    assert early.histories_read == late.histories_read == 0


async def test_history_is_given_by_the_page(engine: Engine, bots: tuple[Path, Path]) -> None:
    side = Here(agent_over(store_over(engine), bots[0]))
    for number in range(12):
        await side.turn(HER, Step(TALKS["free talk"].at(number)))
    store = side.agent.tracker_store
    whole = [event.as_dict() for event in store.history(HER)]
    pages = [[event.as_dict() for event in store.history(HER, first, 7)] for first in range(0, len(whole), 7)]
    assert len(whole) > 30 and all(len(page) == 7 for page in pages[:-1])
    assert [event for page in pages for event in page] == whole
    assert store.history(HER, len(whole), 7) == []
