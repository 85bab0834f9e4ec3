"""Every event for the event broker, in the order of each conversation, and none lost when a process dies in between."""

from __future__ import annotations

from typing import Any, Callable

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from storage.schema import event_feed, events

BATCH = 100
Publish = Callable[[dict[str, Any]], None]


class EventFeed:
    """Turns whose events are still to be published; the tracker store adds them in the turn's own transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def publish(self, publish: Publish) -> int:
        """Publish the next turns' events; returns how many turns.

        Each event carries ``sender_id`` and ``position``, which a receiver can tell a repetition by: one that was
        published just before a crash is published again. A receiver that writes into the same database sees it once.
        """
        with self._engine.begin() as connection:
            query = sa.select(event_feed).order_by(event_feed.c.sender_id, event_feed.c.first).limit(BATCH)
            turns = connection.execute(query.with_for_update(skip_locked=True)).all()
            for turn in turns:
                for event in events_of(connection, turn.sender_id, turn.first, turn.last):
                    publish(event)
                done = (event_feed.c.sender_id == turn.sender_id) & (event_feed.c.first == turn.first)
                connection.execute(event_feed.delete().where(done))
        return len(turns)


def events_of(connection: Connection, sender_id: str, first: int, last: int) -> list[dict[str, Any]]:
    """The events of one turn as they are published."""
    query = sa.select(events.c.position, events.c.event).where(
        events.c.sender_id == sender_id, events.c.position >= first, events.c.position <= last
    )
    rows = connection.execute(query.order_by(events.c.position)).all()
    return [{"sender_id": sender_id, "position": row.position, **orjson.loads(row.event)} for row in rows]
