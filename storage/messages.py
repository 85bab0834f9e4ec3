"""Messages that cannot get lost: the inbox keeps what came, the outbox what is to be sent, in order for each person."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import Any, Mapping, Optional, Sequence

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from storage.schema import inbox, outbox

WAITING, DONE, DEAD, KEPT, SENT = "waiting", "done", "dead", "kept", "sent"
MOST_ATTEMPTS = 8
FIRST_DELAY, LONGEST_DELAY = 1.0, 600.0
"""Seconds between attempts: doubled each time, up to the longest."""
BATCH = 100
KEPT_DAYS = 30
"""After which what is done with is removed; until then a message that comes again is known."""
REMOVED_AT_ONCE = 1000
SHOWN_AGAIN = frozenset({"web"})
"""Channels that show a person what she wrote (:mod:`storage.transcript`)."""


class NotNow(Exception):
    """What a turn needs is away; nothing of it was stored, and the message is kept for later."""


class AlreadyAnswered(Exception):
    """Another process has answered the message meanwhile; nothing was stored a second time."""


@dataclass(frozen=True)
class Arrived:
    """A message in the inbox; ``number`` counts the messages of its sender."""

    sender_id: str
    number: int
    channel: str
    message_id: str
    body: Mapping[str, Any]
    attempts: int = 0


@dataclass(frozen=True)
class Outgoing:
    """An answer in the outbox: the ``part``-th to the message of that number."""

    sender_id: str
    number: int
    part: int
    channel: str
    body: Mapping[str, Any]
    attempts: int = 0

    @property
    def key(self) -> str:
        """The same for every attempt, so that a platform that knows such keys shows the answer once."""
        return f"{self.sender_id}:{self.number}:{self.part}"


class Inbox:
    """What users wrote, kept before it is acknowledged."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def accept(self, sender_id: str, channel: str, message_id: str, body: Mapping[str, Any]) -> Arrived:
        """Keep a message; one that came before under the same id is given back as it was kept."""
        while True:
            try:
                return self._accept(sender_id, channel, message_id, body)
            except IntegrityError:
                continue  # another process took the number or kept the same message meanwhile: look again

    def _accept(self, sender_id: str, channel: str, message_id: str, body: Mapping[str, Any]) -> Arrived:
        known = (inbox.c.sender_id == sender_id) & (inbox.c.channel == channel) & (inbox.c.message_id == message_id)
        with self._engine.begin() as connection:
            row = connection.execute(sa.select(inbox).where(known)).first()
            if row is not None:
                if row.state == DEAD:  # its sender asks again for what was given up
                    connection.execute(inbox.update().where(known).values(state=WAITING, attempts=0))
                return arrived(row)
            last = sa.select(sa.func.max(inbox.c.number)).where(inbox.c.sender_id == sender_id)
            number = (connection.execute(last).scalar() or 0) + 1
            message = Arrived(sender_id, number, channel, message_id, body)
            connection.execute(inbox.insert().values(**row_of(message, body, WAITING)))
        return message

    def next_of(self, sender_id: str) -> Optional[Arrived]:
        """The oldest message of a person that waits."""
        query = sa.select(inbox).where(inbox.c.sender_id == sender_id, inbox.c.state == WAITING)
        with self._engine.connect() as connection:
            row = connection.execute(query.order_by(inbox.c.number).limit(1)).first()
        return None if row is None else arrived(row)

    def left_behind(self, older_than: float) -> list[str]:
        """Senders with messages that have waited for more than so many seconds: whoever took them has died."""
        query = (
            sa.select(inbox.c.sender_id)
            .where(inbox.c.state == WAITING, inbox.c.arrived_at < time.time() - older_than)
            .group_by(inbox.c.sender_id)
            .order_by(sa.func.min(inbox.c.arrived_at))
            .limit(BATCH)
        )
        with self._engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def failed(self, message: Arrived) -> bool:
        """Count a failed attempt; after the last one the message is dead. Is it?"""
        attempts = message.attempts + 1
        state = DEAD if attempts >= MOST_ATTEMPTS else WAITING
        with self._engine.begin() as connection:
            connection.execute(inbox.update().where(waits(message)).values(attempts=attempts, state=state))
        return state == DEAD

    def replies(self, message: Arrived) -> Optional[list[dict[str, Any]]]:
        """The answers to a message, ``None`` while there are none to be had."""
        mine = (outbox.c.sender_id == message.sender_id) & (outbox.c.number == message.number)
        with self._engine.connect() as connection:
            state = connection.execute(sa.select(inbox.c.state).where(is_message(message))).scalar()
            if state != DONE:
                return None
            found = connection.execute(sa.select(outbox.c.body).where(mine).order_by(outbox.c.part)).scalars()
            return [orjson.loads(body) for body in found]

    def replies_after(self, sender_id: str, number: int) -> list[dict[str, Any]]:
        """The answers to every message of a person after the one of that number, each with its own."""
        query = sa.select(outbox.c.number, outbox.c.body).where(outbox.c.sender_id == sender_id, outbox.c.number > number)
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(outbox.c.number, outbox.c.part).limit(BATCH)).all()
        return [{"number": row.number, **orjson.loads(row.body)} for row in rows]

    def dead(self) -> list[Arrived]:
        """Messages that could not be answered, for somebody to look at."""
        with self._engine.connect() as connection:
            return [arrived(row) for row in connection.execute(sa.select(inbox).where(inbox.c.state == DEAD).limit(BATCH))]


def finish(connection: Connection, message: Arrived, replies: Sequence[Mapping[str, Any]], state: str) -> None:
    """In the transaction of the turn: the message is done, its answers are kept or wait to be sent.

    What is left of the message is that it was answered; its text stands among the events of the conversation, and here only
    for a channel that shows it again.
    """
    done = {"state": DONE} if message.channel in SHOWN_AGAIN else {"state": DONE, "body": orjson.dumps({})}
    if not connection.execute(inbox.update().where(waits(message)).values(**done)).rowcount:
        raise AlreadyAnswered(message.message_id)
    rows = [
        {
            "sender_id": message.sender_id, "number": message.number, "part": part, "channel": message.channel,
            "body": orjson.dumps(reply), "state": state, "attempts": 0, "due_at": time.time(),
        }
        for part, reply in enumerate(replies)
    ]  # fmt: skip
    if rows:
        connection.execute(outbox.insert(), rows)


class Outbox:
    """What is to be sent to platforms that take answers after the request."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def claim(self, channel: str, lease: float, limit: int = BATCH) -> list[Outgoing]:
        """Answers that are due, the oldest of each person only; for ``lease`` seconds nobody else gets them."""
        earlier = outbox.alias()
        is_first = ~sa.exists().where(
            earlier.c.sender_id == outbox.c.sender_id,
            earlier.c.channel == outbox.c.channel,
            earlier.c.state == WAITING,
            sa.tuple_(earlier.c.number, earlier.c.part) < sa.tuple_(outbox.c.number, outbox.c.part),
        )
        due = sa.select(outbox).where(outbox.c.state == WAITING, outbox.c.channel == channel, outbox.c.due_at <= time.time())
        query = due.where(is_first).order_by(outbox.c.due_at).limit(limit).with_for_update(skip_locked=True)
        with self._engine.begin() as connection:
            return [outgoing(row) for row in connection.execute(query).all() if leased(connection, row, lease)]

    def sent(self, one: Outgoing) -> None:
        """The platform has taken it."""
        self._set(one, state=SENT)

    def failed(self, one: Outgoing) -> bool:
        """Try again later, each time after a longer pause; after the last attempt it is dead. Is it?"""
        attempts = one.attempts + 1
        if attempts >= MOST_ATTEMPTS:
            self._set(one, state=DEAD, attempts=attempts)
            return True
        self._set(one, attempts=attempts, due_at=time.time() + delay(attempts))
        return False

    def dead(self) -> list[Outgoing]:
        """Answers that no platform took, for somebody to look at."""
        with self._engine.connect() as connection:
            return [outgoing(row) for row in connection.execute(sa.select(outbox).where(outbox.c.state == DEAD).limit(BATCH))]

    def _set(self, one: Outgoing, **values: Any) -> None:
        with self._engine.begin() as connection:
            connection.execute(outbox.update().where(is_answer(one)).values(**values))


def remove_old(engine: Engine, days: float = KEPT_DAYS, limit: int = REMOVED_AT_ONCE) -> int:
    """Remove so many messages at most, and so many answers, that were done with so long ago; returns how many went.

    The last message of each person stays: from its number the next ones are counted on, and no number comes twice.
    """
    before = time.time() - days * 24 * 60 * 60
    later = inbox.alias()
    has_later = sa.exists().where(later.c.sender_id == inbox.c.sender_id, later.c.number > inbox.c.number)
    messages = sa.select(inbox.c.sender_id, inbox.c.number).where(
        is_old(inbox, inbox.c.arrived_at, before), inbox.c.state == DONE, has_later
    )
    answers = sa.select(outbox.c.sender_id, outbox.c.number, outbox.c.part).where(
        is_old(outbox, outbox.c.due_at, before), outbox.c.state.in_((KEPT, SENT))
    )
    return removed(engine, inbox, messages.limit(limit)) + removed(engine, outbox, answers.limit(limit))


def is_old(table: sa.Table, moment: sa.Column[float], before: float) -> Any:
    """In the words of the index that holds such rows."""
    return (table.c.state != WAITING) & (moment < before)


def removed(engine: Engine, table: sa.Table, keys: Any) -> int:
    """Delete the rows with these keys; how many there were."""
    with engine.begin() as connection:
        return int(connection.execute(table.delete().where(sa.tuple_(*table.primary_key.columns).in_(keys))).rowcount)


def delay(attempts: int) -> float:
    """Seconds before the next attempt: doubled each time, spread so that those that failed together do not come together."""
    return min(FIRST_DELAY * 2 ** (attempts - 1), LONGEST_DELAY) * random.uniform(0.5, 1.5)


def row_of(message: Arrived, body: Mapping[str, Any], state: str) -> dict[str, Any]:
    """A row of the inbox."""
    return {
        "sender_id": message.sender_id, "number": message.number, "channel": message.channel, "message_id": message.message_id,
        "body": orjson.dumps(body), "state": state, "attempts": message.attempts, "arrived_at": time.time(),
    }  # fmt: skip


def leased(connection: Connection, row: Any, lease: float) -> bool:
    """Put off an answer that is as it was read; where there are no locks on rows, another process may have been faster."""
    as_read = is_answer(row) & (outbox.c.due_at == row.due_at) & (outbox.c.state == WAITING)
    return bool(connection.execute(outbox.update().where(as_read).values(due_at=time.time() + lease)).rowcount)


def arrived(row: Any) -> Arrived:
    return Arrived(row.sender_id, row.number, row.channel, row.message_id, orjson.loads(row.body), row.attempts)


def outgoing(row: Any) -> Outgoing:
    return Outgoing(row.sender_id, row.number, row.part, row.channel, orjson.loads(row.body), row.attempts)


def is_message(message: Arrived) -> Any:
    return (inbox.c.sender_id == message.sender_id) & (inbox.c.number == message.number)


def waits(message: Arrived) -> Any:
    return is_message(message) & (inbox.c.state == WAITING)


def is_answer(one: Any) -> Any:
    """``one`` is an answer, or its row."""
    return (outbox.c.sender_id == one.sender_id) & (outbox.c.number == one.number) & (outbox.c.part == one.part)
