"""Conversations of Rasa's own SQL tracker store, brought into ours."""

from __future__ import annotations

from typing import Iterator, Optional

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from storage.schema import conversations, events

STOCK = sa.table("events", sa.column("id"), sa.column("sender_id"), sa.column("data"))
BATCH = 1000


class ConversationImporter:
    """Copies one conversation after the other, each in one transaction, in the order of their names.

    One that is here already, whole or gone on with, is left alone: an import that was interrupted goes on by starting it again.
    What a conversation leads to is worked out at its first turn here, which reads all its events once.
    """

    def __init__(self, source: Engine, target: Engine) -> None:
        self._source = source
        self._target = target

    def run(self) -> Iterator[tuple[str, int]]:
        """Each sender with the number of events brought; none where the conversation is here already."""
        after: Optional[str] = None
        while senders := self._senders(after):
            for sender in senders:
                yield sender, self._bring(sender)
            after = senders[-1]

    def count(self) -> int:
        """How many conversations there are to look at."""
        with self._source.connect() as connection:
            return int(connection.execute(sa.select(sa.func.count(STOCK.c.sender_id.distinct()))).scalar())

    def _senders(self, after: Optional[str]) -> list[str]:
        query = sa.select(STOCK.c.sender_id).distinct().order_by(STOCK.c.sender_id).limit(BATCH)
        with self._source.connect() as connection:
            return list(connection.execute(query if after is None else query.where(STOCK.c.sender_id > after)).scalars())

    def _bring(self, sender: str) -> int:
        with self._source.connect() as source, self._target.begin() as target:
            if is_here(target, sender):
                return 0
            position = 0
            for batch in batches(source, sender):
                rows = [{"sender_id": sender, "position": position + offset, "event": event} for offset, event in enumerate(batch)]
                target.execute(events.insert(), rows)
                position += len(batch)
        return position


def is_here(target: Connection, sender: str) -> bool:
    """Has the conversation events or a state?"""
    stored = (sa.select(table.c.sender_id).where(table.c.sender_id == sender).limit(1) for table in (events, conversations))
    return any(target.execute(query).first() is not None for query in stored)


def batches(source: Connection, sender: str) -> Iterator[list[bytes]]:
    """The events of a conversation in their order, so many at a time."""
    after = 0
    while True:
        query = sa.select(STOCK.c.id, STOCK.c.data).where(STOCK.c.sender_id == sender, STOCK.c.id > after)
        rows = source.execute(query.order_by(STOCK.c.id).limit(BATCH)).all()
        if not rows:
            return
        yield [orjson.dumps(orjson.loads(row.data)) for row in rows]
        after = rows[-1].id
