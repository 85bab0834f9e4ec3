"""A conversation as the person who has it sees it: her messages out of the inbox, the answers out of the outbox, in order."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Optional, Sequence

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from storage.messages import WAITING
from storage.schema import feedback, inbox, outbox

SHOWN = 200
"""So many messages, with their answers, are shown at once: the last ones, and of the earlier ones as many whenever they are asked for."""
Entry = dict[str, Any]
State = tuple[int, ...]


@dataclass(frozen=True)
class Page:
    """What is to be shown; of what is numbered below ``first`` nothing is left."""

    first: int
    entries: list[Entry]


class Transcript:
    """What was said, for those who ask again and again; an entry's place is its ``number`` and ``part``, 0 her own message."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def after(self, sender_id: str, number: int) -> Page:
        """The entries of the messages after the one of that number, of the last of them where they are many."""
        with self._engine.connect() as connection:
            low, high = span(connection, sender_id)
            return Page(low, entries(connection, sender_id, max(number, high - SHOWN), high))

    def before(self, sender_id: str, number: int) -> Page:
        """The entries of the messages right before the one of that number."""
        with self._engine.connect() as connection:
            low, _ = span(connection, sender_id)
            return Page(low, entries(connection, sender_id, number - 1 - SHOWN, number - 1))

    def states(self, sender_ids: Sequence[str]) -> dict[str, State]:
        """Something that differs where there is something new, for each of many persons."""
        columns = (inbox.c.sender_id, sa.func.min(inbox.c.number), sa.func.max(inbox.c.number), sa.func.count(inbox.c.number))
        open_ones = sa.func.sum(sa.case((inbox.c.state == WAITING, 1), else_=0))
        query = sa.select(*columns, open_ones).where(inbox.c.sender_id.in_(sender_ids)).group_by(inbox.c.sender_id)
        with self._engine.connect() as connection:
            return {sender: tuple(state) for sender, *state in connection.execute(query)}

    def arrived_since(self, sender_id: str, seconds: float) -> int:
        """How many messages a person sent in the last so many seconds."""
        query = sa.select(sa.func.count()).where(inbox.c.sender_id == sender_id, inbox.c.arrived_at > time.time() - seconds)
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar() or 0)

    def judge(self, sender_id: str, number: int, part: int, value: int, reason: str) -> bool:
        """Keep what she thinks of an answer, instead of what she thought before. Is there such an answer?"""
        place = (outbox.c.sender_id == sender_id) & (outbox.c.number == number) & (outbox.c.part == part - 1)
        values = {"value": value, "reason": reason, "given_at": time.time()}
        mine = (feedback.c.sender_id == sender_id) & (feedback.c.number == number) & (feedback.c.part == part)
        while True:
            try:
                with self._engine.begin() as connection:
                    if connection.execute(sa.select(outbox.c.part).where(place)).first() is None:
                        return False
                    if not connection.execute(feedback.update().where(mine).values(**values)).rowcount:
                        connection.execute(feedback.insert().values(sender_id=sender_id, number=number, part=part, **values))
                return True
            except IntegrityError:
                continue  # she pressed twice, and another process was faster: now there is a row to change


def span(connection: Connection, sender_id: str) -> tuple[int, int]:
    """The first and the last number of a person's messages."""
    query = sa.select(sa.func.min(inbox.c.number), sa.func.max(inbox.c.number)).where(inbox.c.sender_id == sender_id)
    low, high = connection.execute(query).one()
    return low or 0, high or 0


def entries(connection: Connection, sender_id: str, after: int, last: int) -> list[Entry]:
    """Everything of the messages numbered from ``after`` (without it) to ``last``."""
    # Messages are read before answers: one that is read as done has all of its answers.
    said = messages(connection, sender_id, after, last)
    answered = answers(connection, sender_id, after, last)
    opinions = opinions_of(connection, sender_id, after, last)
    for entry in answered:
        entry.update(opinions.get((entry["number"], entry["part"]), {}))
    return sorted(said + answered, key=lambda entry: (entry["number"], entry["part"]))


def of_messages(table: sa.Table, sender_id: str, after: int, last: int) -> Any:
    """The rows of a table for those messages."""
    return sa.select(table).where(table.c.sender_id == sender_id, table.c.number > after, table.c.number <= last)


def messages(connection: Connection, sender_id: str, after: int, last: int) -> list[Entry]:
    """What she wrote; a number that she wrote nothing under has a state all the same."""
    return [
        {
            "number": row.number, "part": 0, "from": "user", "id": row.message_id, "state": row.state,
            "at": row.arrived_at, "text": orjson.loads(row.body).get("text"),
        }
        for row in connection.execute(of_messages(inbox, sender_id, after, last))
    ]  # fmt: skip


def answers(connection: Connection, sender_id: str, after: int, last: int) -> list[Entry]:
    """What she was answered."""
    return [
        {"from": "advisor", **spoken(row.body), "number": row.number, "part": row.part + 1, "at": row.due_at}
        for row in connection.execute(of_messages(outbox, sender_id, after, last))
    ]


def spoken(body: bytes) -> dict[str, Optional[Any]]:
    """An answer without the name of whom it was for."""
    return {name: content for name, content in orjson.loads(body).items() if name != "recipient_id"}


def opinions_of(connection: Connection, sender_id: str, after: int, last: int) -> dict[tuple[int, int], dict[str, int]]:
    """What she thought of which answer."""
    rows = connection.execute(of_messages(feedback, sender_id, after, last))
    return {(row.number, row.part): {"feedback": row.value} for row in rows}
