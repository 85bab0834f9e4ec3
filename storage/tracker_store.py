"""Conversations in the database: events are appended, one transaction a turn."""

from __future__ import annotations

from typing import Any, Iterable, Optional, Sequence

import orjson
import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from sqlalchemy.engine import Connection, Engine

from storage.database import open_database

metadata = sa.MetaData()

events = sa.Table(
    "tracker_events",
    metadata,
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("event", sa.LargeBinary, nullable=False),
)
ERASED_SLOT = "history_erased"
"""When this slot is set anew, all events up to then are deleted."""


class AdvisorTrackerStore(TrackerStore):
    """Rasa's tracker store on the installation's database; ``url`` names another one."""

    def __init__(
        self,
        domain: Optional[Domain],
        host: Optional[EndpointConfig] = None,
        event_broker: Optional[EventBroker] = None,
        url: Optional[str] = None,
        engine: Optional[Engine] = None,
        **kwargs: Any,
    ) -> None:
        if engine is None:
            from advisor.settings import Settings

            engine = open_database(url or Settings.from_environment().database_url)
        self.engine = engine
        metadata.create_all(engine)
        super().__init__(domain, event_broker, **kwargs)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append what is new; where she had her data deleted, drop what was before."""
        if self.event_broker:
            await self.stream_events(tracker)
        with self.engine.begin() as connection:
            stored = self._count(connection, tracker.sender_id)
            new = list(tracker.events)[stored:]
            erased = last_erasure(new)
            if erased is not None:
                connection.execute(events.delete().where(events.c.sender_id == tracker.sender_id))
                stored, new = 0, new[erased + 1 :]
            if new:
                connection.execute(events.insert(), rows(tracker.sender_id, stored, new))

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """The conversation, ``None`` where there is none yet."""
        query = sa.select(events.c.event).where(events.c.sender_id == sender_id).order_by(events.c.position)
        with self.engine.connect() as connection:
            found = [orjson.loads(event) for event in connection.execute(query).scalars()]
        if not found or self.domain is None:
            return None
        return DialogueStateTracker.from_dict(sender_id, found, self.domain.slots)

    async def keys(self) -> Iterable[str]:
        """Who has talked."""
        with self.engine.connect() as connection:
            return list(connection.execute(sa.select(events.c.sender_id).distinct()).scalars())

    @staticmethod
    def _count(connection: Connection, sender_id: str) -> int:
        last = sa.select(sa.func.max(events.c.position)).where(events.c.sender_id == sender_id)
        position = connection.execute(last).scalar()
        return 0 if position is None else int(position) + 1


def rows(sender_id: str, first: int, new: Sequence[Event]) -> list[dict[str, Any]]:
    """One row an event."""
    options = orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY
    return [
        {"sender_id": sender_id, "position": first + offset, "event": orjson.dumps(event.as_dict(), default=str, option=options)}
        for offset, event in enumerate(new)
    ]


def last_erasure(new: Sequence[Event]) -> Optional[int]:
    """Where the last deletion stands among new events."""
    places = [
        place
        for place, event in enumerate(new)
        if isinstance(event, SlotSet) and event.key == ERASED_SLOT and event.value is not None
    ]
    return places[-1] if places else None
