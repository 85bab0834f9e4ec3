"""A server on a real PostgreSQL that tests can make wait, or take away from it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

import httpx
import sqlalchemy as sa

from storage.schema import inbox
from tests.server import Server, started_servers
from tests.storage.databases import postgres_database, postgres_server

WEBHOOK = "/webhooks/rest/webhook"
HOLD_CONVERSATION = "SELECT 1 FROM conversations WHERE sender_id = :sender FOR UPDATE"


@dataclass(frozen=True)
class OnPostgres:
    """The server, its database as tests look at it, and a connection from which the database is governed."""

    server: Server
    engine: sa.engine.Engine
    governor: sa.engine.Engine
    log: Path

    @property
    def address(self) -> str:
        return self.server.address

    @contextmanager
    def held(self, statement: str, **values: Any) -> Iterator[None]:
        """A lock that the server's transactions wait for."""
        with self.engine.connect() as connection, connection.begin():
            connection.execute(sa.text(statement), values)
            yield

    @contextmanager
    def conversation_held(self, sender: str) -> Iterator[None]:
        """No turn of this person, who has talked before, can be stored."""
        with self.held(HOLD_CONVERSATION, sender=sender):
            yield

    @contextmanager
    def database_away(self) -> Iterator[None]:
        """Every connection is cut, and none can be made."""
        name = self.engine.url.database
        with self.governor.connect() as connection:
            connection.execute(sa.text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
            connection.execute(sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name})
            try:
                yield
            finally:
                connection.execute(sa.text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
                self.engine.dispose()

    @contextmanager
    def database_away_amid_a_turn(self, sender: str) -> Iterator[None]:
        """The turn that begins within cannot be stored; then the database goes, and comes back."""
        with self.engine.connect() as connection:
            connection.execute(sa.text(HOLD_CONVERSATION), {"sender": sender})
            yield
            with self.database_away():
                pass

    def kept_messages(self, sender: str) -> list[str]:
        """The ids in the inbox, in their order."""
        query = sa.select(inbox.c.message_id).where(inbox.c.sender_id == sender).order_by(inbox.c.number)
        with self.engine.connect() as connection:
            return list(connection.execute(query).scalars())


@contextmanager
def advisor_on_postgres(folder: Path) -> Iterator[OnPostgres]:
    log = folder / "server.log"
    with postgres_server() as place, postgres_database(place) as database:
        governor, engine = sa.create_engine(place, isolation_level="AUTOCOMMIT"), sa.create_engine(database)
        with started_servers([Server(database, log, PYTHONASYNCIODEBUG="1")]) as [server]:
            yield OnPostgres(server, engine, governor, log)
        engine.dispose()
        governor.dispose()


def body(text: str, sender: str, **metadata: Any) -> dict[str, Any]:
    """What a client sends."""
    return {"sender": sender, "message": text, "metadata": metadata}


def user_texts(address: str, sender: str) -> list[str]:
    """What was understood of a person's messages, in the order in which it was."""
    tracker = httpx.get(f"{address}/conversations/{sender}/tracker", params={"include_events": "ALL"}, timeout=60).json()
    return [event["text"] for event in tracker["events"] if event["event"] == "user"]
