"""A database comes to the present schema, from nothing and from the time before migrations."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timezone
from multiprocessing import get_context
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from sqlalchemy.engine import Engine

from knowledge.store import metadata as knowledge
from storage.database import open_database
from storage.leads import LeadBook
from storage.migrations import migrate
from storage.schema import PARTITIONS, addresses, metadata
from storage.tracker_store import AdvisorTrackerStore

HER = "her"
OURS = [metadata, addresses, knowledge]
BEFORE = sa.MetaData()
"""The schema that the code of the commit ac6eea2 created."""
OLD_EVENTS = sa.Table(
    "tracker_events", BEFORE,
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("event", sa.LargeBinary, nullable=False),
)  # fmt: skip
OLD_LEADS = sa.Table(
    "leads", BEFORE,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("sender_id", sa.String(255), nullable=False, index=True),
    sa.Column("wish", sa.String(20), nullable=False),
    sa.Column("contact_kind", sa.String(20)),
    sa.Column("contact", sa.String(255)),
    sa.Column("facts", sa.Text, nullable=False),
    sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False, index=True),
)  # fmt: skip
for table in knowledge.tables.values():
    table.to_metadata(BEFORE)


def migrate_at(url: str) -> None:
    migrate(open_database(url))


def differences(engine: Engine) -> list[Any]:
    """What Alembic would change to come to the schema of the code, partitions aside."""

    def is_ours(name: Any, kind: str, parents: Any) -> bool:
        return kind != "table" or any(name in known.tables for known in OURS)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_ours, "compare_type": True})
        return [*compare_metadata(context, OURS)]


@pytest.fixture
def old(empty_url: str) -> Engine:
    """A database of before migrations with one conversation and two wishes."""
    engine = open_database(empty_url)
    BEFORE.create_all(engine)
    said = [ActionExecuted("action_listen"), UserUttered("我叫李雷"), SlotSet("name", "李雷")]
    wish = {"sender_id": HER, "facts": "{}", "kept_at": datetime(2026, 1, 2, tzinfo=timezone.utc)}
    with engine.begin() as connection:
        for position, event in enumerate(said):
            connection.execute(OLD_EVENTS.insert().values(sender_id=HER, position=position, event=orjson.dumps(event.as_dict())))
        connection.execute(OLD_LEADS.insert(), [{**wish, "wish": "demo"}, {**wish, "wish": "report"}])
    migrate(engine)
    return engine


def test_the_migrated_schema_is_that_of_the_code(engine: Engine) -> None:
    assert differences(engine) == []


def test_an_old_database_comes_to_the_schema_of_the_code(old: Engine) -> None:
    assert differences(old) == []


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    before = sa.inspect(engine).get_table_names()
    migrate(engine)
    assert sorted(sa.inspect(engine).get_table_names()) == sorted(before)


def test_replicas_that_start_together_migrate_once(empty_url: str) -> None:
    with ProcessPoolExecutor(3, get_context("fork"), open_database.cache_clear) as pool:
        list(pool.map(migrate_at, [empty_url] * 3))
    assert differences(open_database(empty_url)) == []


def test_every_key_of_a_conversations_table_holds_its_sender(engine: Engine) -> None:
    inspector = sa.inspect(engine)
    for name in metadata.tables:
        keys = [inspector.get_pk_constraint(name)["constrained_columns"]]
        keys += [unique["column_names"] for unique in inspector.get_unique_constraints(name)]
        keys += [index["column_names"] for index in inspector.get_indexes(name) if index["unique"]]
        assert all(key[0] == "sender_id" for key in keys), (name, keys)


def test_on_postgresql_conversations_are_spread_by_sender(postgres_engine: Engine) -> None:
    query = sa.text(
        "SELECT parent.relname, pg_get_partkeydef(parent.oid), count(*) FROM pg_inherits "
        "JOIN pg_class parent ON parent.oid = inhparent WHERE parent.relkind = 'p' GROUP BY 1, 2"
    )
    with postgres_engine.connect() as connection:
        found = {name: (key, parts) for name, key, parts in connection.execute(query)}
        assert connection.execute(sa.text("SHOW server_version")).scalar().startswith("16.")
    assert found == dict.fromkeys(metadata.tables, ("HASH (sender_id)", PARTITIONS))


async def test_an_old_conversation_goes_on(old: Engine) -> None:
    domain = Domain.empty()
    domain.slots.append(AnySlot("name", mappings=[{}], influence_conversation=False))
    store = AdvisorTrackerStore(domain, engine=old)
    tracker = await store.get_or_create_tracker(HER)
    assert tracker.get_slot("name") == "李雷"
    tracker.update(UserUttered("还是我"))
    await store.save(tracker)
    assert [event.text for event in store.history(HER) if isinstance(event, UserUttered)] == ["我叫李雷", "还是我"]


def test_old_wishes_are_kept_and_new_ones_come_to_them(old: Engine) -> None:
    book = LeadBook(old)
    assert {wish["wish"] for wish in book.of(HER)} == {"demo", "report"}
    book.keep(HER, "person", "phone", "1", {})
    assert len(book.of(HER)) == 3
