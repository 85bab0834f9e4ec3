"""What a conversation is resumed from: the state at its fold, and the events that are kept since."""

from __future__ import annotations

import copy
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Iterable, Mapping, Optional, Sequence

from rasa.shared.core.events import ActiveLoop, AllSlotsReset, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import TrackerActiveLoop

if TYPE_CHECKING:
    from storage.tracker import FoldedTracker


@dataclass(frozen=True)
class Base:
    """The state of a conversation at the point up to which its history is folded."""

    slots: Mapping[str, Any]
    """Those that were set, those too that only another model knows."""
    forgotten: Mapping[str, Any]
    """What slots that were set back had been told: Rasa carries it over into a new session."""
    paused: bool
    followup_action: Optional[str]
    latest_action: Mapping[str, Any]
    latest_message: UserUttered
    latest_bot_utterance: BotUttered
    active_loop: Optional[TrackerActiveLoop]
    loops: frozenset[str]
    """Loops that were ever active."""

    @classmethod
    def of(cls, tracker: "FoldedTracker", loops: Iterable[str]) -> "Base":
        """The present state of a tracker, with whose values it stands until it is put on another or written."""
        return cls(
            slots=tracker.told,
            forgotten=dict(tracker.forgotten),
            paused=tracker.is_paused(),
            followup_action=tracker.followup_action,
            latest_action=dict(tracker.latest_action or {}),
            latest_message=copy.copy(tracker.latest_message or UserUttered.empty()),
            latest_bot_utterance=tracker.latest_bot_utterance or BotUttered.empty(),
            active_loop=copy.copy(tracker.active_loop),
            loops=frozenset(loops),
        )

    def put_on(self, tracker: "FoldedTracker") -> None:
        """Bring a tracker in which nothing has happened into this state."""
        for name, value in copy.deepcopy(dict(self.slots)).items():
            if name in tracker.slots:
                tracker.slots[name].value = value
            else:
                tracker.unknown[name] = value
        tracker.forgotten = dict(self.forgotten)
        tracker._paused = self.paused
        tracker.followup_action = self.followup_action
        tracker.latest_action = dict(self.latest_action)
        tracker.latest_message = copy.copy(self.latest_message)
        tracker.latest_bot_utterance = self.latest_bot_utterance
        tracker.active_loop = copy.copy(self.active_loop)

    def as_events(self) -> list[Event]:
        """Events that bring about the slots and the loop of this state, for code that builds a tracker from events."""
        loop: list[Event] = [ActiveLoop(self.active_loop.name)] if self.active_loop else []
        return loop + self.slot_events()

    def slot_events(self) -> list[Event]:
        """Events that set the slots of this state."""
        forgotten: list[Event] = [*slots_set(self.forgotten), AllSlotsReset()] if self.forgotten else []
        return forgotten + slots_set(self.slots)

    def as_dict(self) -> dict[str, Any]:
        """The inverse of :meth:`from_dict`."""
        message = self.latest_message
        return {
            "slots": self.slots,
            "forgotten": self.forgotten,
            "paused": self.paused,
            "followup_action": self.followup_action,
            "latest_action": self.latest_action,
            "latest_message": message.as_dict(),
            "entities": message.entities,
            "use_text_for_featurization": message.use_text_for_featurization,
            "latest_bot_utterance": self.latest_bot_utterance.as_dict(),
            "active_loop": asdict(self.active_loop) if self.active_loop else None,
            "loops": sorted(self.loops),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Base":
        """The inverse of :meth:`as_dict`."""
        message = event_of(content["latest_message"])
        message.entities = content["entities"]
        message.use_text_for_featurization = content["use_text_for_featurization"]
        loop = content["active_loop"]
        return cls(
            slots=content["slots"],
            forgotten=content["forgotten"],
            paused=content["paused"],
            followup_action=content["followup_action"],
            latest_action=content["latest_action"],
            latest_message=message,
            latest_bot_utterance=event_of(content["latest_bot_utterance"]),
            active_loop=TrackerActiveLoop(**loop) if loop else None,
            loops=frozenset(content["loops"]),
        )


@dataclass(frozen=True)
class Short:
    """A conversation in short: the state at its fold, an excerpt of the turns since, and the last turns whole."""

    base: Optional[Base] = None
    excerpt: Sequence[Event] = ()
    window: Sequence[Event] = ()


def slots_set(values: Mapping[str, Any]) -> list[Event]:
    """An event a slot."""
    return [SlotSet(name, copy.deepcopy(value)) for name, value in values.items()]


def event_of(content: Mapping[str, Any]) -> Any:
    """The inverse of ``Event.as_dict``."""
    return event_class(content["event"])._from_parameters(dict(content))


@lru_cache(maxsize=64)
def event_class(name: str) -> Any:
    """Rasa walks through all its classes for each event; this does so once a name."""
    return Event.resolve_by_type(name)
