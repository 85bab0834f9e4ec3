"""Conversations that Rasa's own SQL store has written go on in ours."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from sqlalchemy.engine import Engine
from typer.testing import CliRunner

from advisor.cli import app
from storage import importer
from storage.importer import ConversationImporter
from storage.schema import conversations, events
from tests.storage.equality import Here, Step, agent_over, differences, random_message, settled, store_over

HER, HIM = "her", "him"


@pytest.fixture
def stock(tmp_path: Path, bots: tuple[Path, Path]) -> Here:
    """An agent over Rasa's store in a file."""
    return Here(agent_over(SQLTrackerStore(db=str(tmp_path / "rasa.db")), bots[0]))


@pytest.fixture
def source(stock: Here) -> Engine:
    return stock.agent.tracker_store.engine


async def talk(side: Here, sender: str, turns: int, seed: int = 1) -> None:
    dice = random.Random(seed)
    for _ in range(turns):
        await side.turn(sender, Step(random_message(dice)))


async def test_an_imported_conversation_goes_on_as_it_would_have_there(
    stock: Here, source: Engine, engine: Engine, bots: tuple[Path, Path]
) -> None:
    await talk(stock, HER, 25)
    list(ConversationImporter(source, engine).run())
    ours = Here(agent_over(store_over(engine), bots[0]))
    dice = random.Random(2)
    for number in range(25):
        step = Step(random_message(dice))
        expected, found = await stock.turn(HER, step), await ours.turn(HER, step)
        for _, state in (expected, found):  # in a form Rasa's stores in SQL and in memory differ in it; ours is as the one in memory
            del state["latest_message"]
        assert found == expected, (number, step, differences(expected, found))
    assert settled(await ours.history(HER)) == settled(await stock.history(HER))


async def test_a_second_import_brings_nothing_and_spoils_nothing(stock: Here, source: Engine, engine: Engine, bots: tuple[Path, Path]) -> None:
    await talk(stock, HER, 5)
    list(ConversationImporter(source, engine).run())
    ours = Here(agent_over(store_over(engine), bots[0]))
    await talk(ours, HER, 5)
    before = await ours.history(HER)
    assert list(ConversationImporter(source, engine).run()) == [(HER, 0)]
    assert await ours.history(HER) == before


async def test_an_import_that_was_interrupted_goes_on(
    stock: Here, source: Engine, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importer, "BATCH", 3)
    for number in range(7):
        await talk(stock, f"sender {number}", 2)
    run = ConversationImporter(source, engine).run()
    first = [next(run), next(run)]
    run.close()
    rest = list(ConversationImporter(source, engine).run())
    assert [count for _, count in rest[:2]] == [0, 0] and all(count for _, count in rest[2:])
    with source.connect() as there, engine.connect() as here:
        expected = there.execute(sa.text("SELECT sender_id, count(*) FROM events GROUP BY 1")).all()
        found = here.execute(sa.select(events.c.sender_id, sa.func.count()).group_by(events.c.sender_id)).all()
    assert sorted(found) == sorted(expected) == sorted(first + rest[2:])


async def test_the_command_says_what_it_has_brought(
    stock: Here, source: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk(stock, HER, 2)
    monkeypatch.setenv("ADVISOR_DATABASE_URL", f"sqlite:///{tmp_path / 'advisor.db'}")
    runs = [CliRunner().invoke(app, ["import-conversations", str(source.url)]) for _ in range(2)]
    with source.connect() as connection:
        count = connection.execute(sa.text("SELECT count(*) FROM events")).scalar()
    assert [run.exit_code for run in runs] == [0, 0]
    assert f"1 conversations with {count} events brought; 0 were here already." in runs[0].output
    assert "0 conversations with 0 events brought; 1 were here already." in runs[1].output


async def test_somebody_who_has_begun_here_keeps_this_conversation(stock: Here, source: Engine, engine: Engine) -> None:
    await talk(stock, HER, 2)
    await talk(stock, HIM, 2)
    with engine.begin() as connection:
        connection.execute(conversations.insert().values(sender_id=HER, position=0, state=b"{}"))
    assert [count > 0 for _, count in ConversationImporter(source, engine).run()] == [False, True]
