"""Conversations in the database: one row read and one transaction written a turn, however long they have lasted."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any, Callable, Iterable, Mapping, Optional, Sequence, Union

import orjson
import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from storage.database import open_database
from storage.messages import WAITING
from storage.migrations import migrate
from storage.reports import keep_reports
from storage.schema import ABOUT_A_PERSON, conversations, event_feed, events, inbox
from storage.short import Base, Short, event_of
from storage.tracker import FoldedTracker

TURNS = 2
"""The user's messages that stay unfolded at least: no rule of our model looks further back."""
EVENTS_A_TURN = 12
"""A window with more events than this for each such message is folded."""
ERASED_SLOT = "history_erased"
"""When this slot is set anew, all that was stored of the person up to then is deleted."""

# Stated once: to build a statement takes as long as to execute it.
HERS = conversations.c.sender_id == sa.bindparam("sender")
STATE_OF = sa.select(conversations.c.position, conversations.c.state).where(HERS)
MOVE_ON = conversations.update().where(HERS, conversations.c.position == sa.bindparam("from"))

WriteBeside = Callable[[Connection], None]
beside_turn: ContextVar[tuple[WriteBeside, ...]] = ContextVar("beside_turn", default=())
"""What else is written in the transaction of the turn under way."""


class ConversationConflict(Exception):
    """Another process has gone on with the conversation since it was read; nothing was stored."""


class AdvisorTrackerStore(TrackerStore):
    """Rasa's tracker store on the installation's database; ``url`` names another one.

    With an event broker each turn leaves a row in the feed, for :class:`storage.feed.EventFeed` to publish.
    """

    def __init__(
        self,
        domain: Optional[Domain],
        host: Optional[EndpointConfig] = None,
        event_broker: Optional[EventBroker] = None,
        url: Optional[str] = None,
        engine: Optional[Engine] = None,
        turns: int = TURNS,
        **kwargs: Any,
    ) -> None:
        if engine is None:
            from advisor.settings import Settings

            engine = open_database(url or Settings.from_environment().database_url)
            migrate(engine)
        self.engine = engine
        self.turns = turns
        super().__init__(domain, event_broker, **kwargs)

    def init_tracker(self, sender_id: str) -> FoldedTracker:
        """A conversation that has not begun."""
        return FoldedTracker(sender_id, self.domain.slots, max_event_history=self.max_event_history)

    async def retrieve(self, sender_id: str) -> Optional[FoldedTracker]:
        """The conversation as its last turns and what they stand on, ``None`` where there is none yet."""
        return await in_thread(self._read, sender_id)

    async def retrieve_full_tracker(self, conversation_id: str) -> Optional[FoldedTracker]:
        """The conversation with every event."""
        return await in_thread(self._read_full, conversation_id)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append what is new; raises :class:`ConversationConflict` where another process was faster."""
        await in_thread(self._write, tracker, beside_turn.get())

    async def keys(self) -> Iterable[str]:
        """Who has talked."""
        return await in_thread(self._senders)

    def history(self, sender_id: str, first: int = 0, limit: Optional[int] = None) -> list[Event]:
        """The events from position ``first`` on, a page of at most ``limit``."""
        query = sa.select(events.c.event).where(events.c.sender_id == sender_id, events.c.position >= first)
        with self.engine.connect() as connection:
            found = connection.execute(query.order_by(events.c.position).limit(limit)).scalars()
            return [event_of(orjson.loads(content)) for content in found]

    def _read(self, sender_id: str) -> Optional[FoldedTracker]:
        with self.engine.connect() as connection:
            row = connection.execute(STATE_OF, {"sender": sender_id}).first()
        if row is None:
            return self._read_full(sender_id)
        short, slots = decoded(row.state), self.domain.slots
        return FoldedTracker.resumed(sender_id, slots, short, row.position, lambda: self.history(sender_id), self.turns)

    def _read_full(self, sender_id: str) -> Optional[FoldedTracker]:
        history = self.history(sender_id)
        if not history:
            return None
        with self.engine.connect() as connection:
            position = next_position(connection, sender_id)
        whole, slots = Short(window=history), self.domain.slots
        return FoldedTracker.resumed(sender_id, slots, whole, position, lambda: self.history(sender_id), self.turns)

    def _write(self, tracker: DialogueStateTracker, beside: Sequence[WriteBeside]) -> None:
        with self.engine.begin() as connection:
            turn = self._turn_of(connection, tracker)
            if not turn.new:
                return
            if last_erasure(turn.new) is not None:
                turn = without_history(connection, turn)
            if turn.new:
                self._append(connection, turn)
            for write in beside:
                write(connection)
        turn.tracker.position, turn.tracker.stored_here = turn.position + len(turn.new), len(turn.tracker.events)

    def _turn_of(self, connection: Connection, tracker: DialogueStateTracker) -> "StoredTurn":
        if isinstance(tracker, FoldedTracker):
            return StoredTurn(tracker, tracker.position, tracker.new_events)
        position = next_position(connection, tracker.sender_id)
        whole = list(tracker.events)
        copy = FoldedTracker.resumed(tracker.sender_id, tracker.slots.values(), Short(window=whole), position, tuple)
        return StoredTurn(copy, position, whole[position:])

    def _append(self, connection: Connection, turn: "StoredTurn") -> None:
        sender_id, end = turn.tracker.sender_id, turn.position + len(turn.new)
        try:
            store_state(connection, sender_id, turn.position, end, self._encoded(turn.tracker))
            connection.execute(events.insert(), event_rows(sender_id, turn.position, turn.new))
        except IntegrityError as error:
            raise ConversationConflict(sender_id) from error
        keep_reports(connection, sender_id, turn.new)
        if self.event_broker:
            connection.execute(event_feed.insert().values(sender_id=sender_id, first=turn.position, last=end - 1))

    def _encoded(self, tracker: FoldedTracker) -> bytes:
        return encoded(tracker.in_short(self.turns, self.turns * EVENTS_A_TURN))

    def _senders(self) -> list[str]:
        with self.engine.connect() as connection:
            return list(connection.execute(sa.select(events.c.sender_id).distinct()).scalars())


class StoredTurn:
    """What one turn adds: ``new`` events of ``tracker`` from ``position`` on."""

    def __init__(self, tracker: FoldedTracker, position: int, new: Sequence[Event]) -> None:
        self.tracker = tracker
        self.position = position
        self.new = list(new)


def without_history(connection: Connection, turn: StoredTurn) -> StoredTurn:
    """She had her data deleted: all that was stored goes, and only what came after the deletion is new."""
    tracker = turn.tracker
    after = turn.new[(last_erasure(turn.new) or 0) + 1 :]
    for about in ABOUT_A_PERSON:
        stored = about.delete().where(about.c.sender_id == tracker.sender_id)
        # Messages that wait came after the one that asks for the deletion.
        connection.execute(stored.where(inbox.c.state != WAITING) if about is inbox else stored)
    blank = FoldedTracker.resumed(tracker.sender_id, tracker.slots.values(), Short(window=after), 0, tuple)
    tracker.base, tracker.events, tracker.exact_from = None, blank.events, 0
    return StoredTurn(tracker, 0, after)


def store_state(connection: Connection, sender_id: str, position: int, end: int, state: bytes) -> None:
    """Write where the conversation stands, if it still stood at ``position``; an insert that meets a row is a conflict."""
    if connection.execute(MOVE_ON, {"sender": sender_id, "from": position, "position": end, "state": state}).rowcount:
        return
    connection.execute(conversations.insert().values(sender_id=sender_id, position=end, state=state))


def next_position(connection: Connection, sender_id: str) -> int:
    """How many events are stored, deleted ones not counted anew."""
    last = connection.execute(sa.select(sa.func.max(events.c.position)).where(events.c.sender_id == sender_id)).scalar()
    return 0 if last is None else int(last) + 1


def event_rows(sender_id: str, first: int, new: Sequence[Event]) -> list[dict[str, Any]]:
    """One row an event."""
    return [
        {"sender_id": sender_id, "position": first + offset, "event": as_json(event.as_dict())} for offset, event in enumerate(new)
    ]


def encoded(short: Short) -> bytes:
    """The inverse of :func:`decoded`."""
    events_of = {name: [event.as_dict() for event in part] for name, part in (("excerpt", short.excerpt), ("window", short.window))}
    return as_json({"base": short.base.as_dict() if short.base else None, **events_of})


def decoded(state: Union[bytes, memoryview]) -> Short:
    """A conversation in short."""
    content: Mapping[str, Any] = orjson.loads(state)
    base = Base.from_dict(content["base"]) if content["base"] else None
    return Short(base, [event_of(event) for event in content["excerpt"]], [event_of(event) for event in content["window"]])


def as_json(content: Any) -> bytes:
    return orjson.dumps(content, default=str, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY)


def last_erasure(new: Sequence[Event]) -> Optional[int]:
    """Where the last deletion stands among new events."""
    places = [
        place
        for place, event in enumerate(new)
        if isinstance(event, SlotSet) and event.key == ERASED_SLOT and event.value is not None
    ]
    return places[-1] if places else None


async def in_thread(work: Callable[..., Any], *arguments: Any) -> Any:
    """Database work beside the event loop, which must not wait."""
    return await asyncio.get_running_loop().run_in_executor(None, work, *arguments)
