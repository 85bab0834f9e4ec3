"""A conversation whose turn costs the same however long it has lasted: old history is folded into the state it led to."""

from __future__ import annotations

import time
from collections import deque
from itertools import islice
from typing import Any, Callable, Iterable, Iterator, Optional, Sequence

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    BotUttered,
    Event,
    LegacyForm,
    ReminderScheduled,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker

from storage.short import Base, Short, slots_set

ReadHistory = Callable[[], Sequence[Event]]

# Compared by type: Rasa's events are abstract classes, for which isinstance takes ten times as long, hundreds of times a turn.
BEGINNINGS = frozenset({Restarted, SessionStarted})
REVERSALS = frozenset({ActionReverted, UserUtteranceReverted})
LOOPS = frozenset({ActiveLoop, LegacyForm})


class FoldedTracker(DialogueStateTracker):
    """Rasa's tracker over the last turns, on top of the state that all turns before them led to.

    It behaves as one that holds every event: what would reach behind the fold reads the whole history first.
    """

    def __init__(
        self,
        sender_id: str,
        slots: Optional[Iterable[Slot]],
        max_event_history: Optional[int] = None,
        sender_source: Optional[str] = None,
        is_rule_tracker: bool = False,
    ) -> None:
        self.base: Optional[Base] = None
        self.unknown: dict[str, Any] = {}
        """Slots that were set and that only another model knows."""
        self.forgotten: dict[str, Any] = {}
        self.read_history: ReadHistory = tuple
        self.stored_here = 0
        """How many of ``events`` are stored already."""
        self.position = 0
        """How many events of the conversation are stored in all."""
        self.exact_from = 0
        """Where in ``events`` the excerpt ends: before it turns are left out, so nothing can be taken back there."""
        self.turns = 1
        """How many of the user's last messages policies may look at."""
        super().__init__(sender_id, slots, max_event_history, sender_source, is_rule_tracker)

    @classmethod
    def resumed(
        cls,
        sender_id: str,
        slots: Iterable[Slot],
        short: Short,
        position: int,
        read_history: ReadHistory,
        turns: int = 1,
    ) -> "FoldedTracker":
        """A stored conversation: the state before its window, and the window's events applied to it."""
        tracker = cls(sender_id, slots)
        tracker.read_history = read_history
        tracker.position = position
        tracker._hold(short.base, [*short.excerpt, *short.window])
        tracker.exact_from, tracker.turns = len(short.excerpt), turns
        tracker.stored_here = len(tracker.events)
        return tracker

    @property
    def new_events(self) -> list[Event]:
        """What has happened since the conversation was stored."""
        return list(self.events)[self.stored_here :]

    @property
    def told(self) -> dict[str, Any]:
        """Each slot that was set."""
        return {**{name: slot.value for name, slot in self.slots.items() if slot.has_been_set}, **self.unknown}

    @property
    def live_base(self) -> Optional[Base]:
        """The folded state, unless a restart or a new session has made it history."""
        return None if self.has_begun_anew else self.base

    @property
    def has_begun_anew(self) -> bool:
        """Has there been a restart or a new session since the fold?"""
        return any(type(event) in BEGINNINGS for event in self.events)

    # Rasa's interface
    def update(self, event: Event, domain: Optional[Domain] = None) -> None:
        """Apply an event; one that takes back more than the window holds brings the whole history back first."""
        if type(event) in REVERSALS and self._reaches_behind(event):
            self.unfold()
        super().update(event, domain)

    def applied_events(self) -> list[Event]:
        """As if nothing were folded, the folded part being told by the slots it set."""
        base = self.live_base
        return [*(base.slot_events() if base else ()), *self.applied_window()]

    def events_after_latest_restart(self) -> list[Event]:
        """Enough for a tracker that is built anew from events."""
        base = self.live_base
        return [*(base.as_events() if base else ()), *super().events_after_latest_restart()]

    def init_copy(self) -> "FoldedTracker":
        """A tracker in the state before the window."""
        return self._at(self.live_base)

    def copy(self) -> "FoldedTracker":
        """The same conversation in the same state, without replaying it."""
        other = self._blank()
        other.base, other.events = self.base, self._create_events(list(self.events))
        other.stored_here, other.position = self.stored_here, self.position
        other.exact_from, other.turns = self.exact_from, self.turns
        Base.of(self, ()).put_on(other)
        return other

    def replay_events(self) -> None:
        """Bring the state about anew from what is applied."""
        base = self.live_base
        if base is not None:
            base.put_on(self)
        for event in self.applied_window():
            event.apply_to(self)

    def _reset(self) -> None:
        super()._reset()
        self.forgotten = {}

    def _reset_slots(self) -> None:
        self.forgotten = {**self.forgotten, **self.told}
        self.unknown = {}
        super()._reset_slots()

    def _set_slot(self, key: str, value: Any) -> None:
        self.forgotten.pop(key, None)
        if key not in self.slots:
            self.unknown[key] = value
        super()._set_slot(key, value)

    # the fold
    def applied_window(self) -> list[Event]:
        """The window's events without what was reverted and without a loop's repeated rounds, by Rasa's own rules."""
        loops = self._loops()
        done: list[Event] = []
        for event in self.events:
            kind = type(event)
            if kind in BEGINNINGS:
                done = []
            elif kind is ActionReverted:
                self._undo_till_previous(ActionExecuted, done)
            elif kind is UserUtteranceReverted:
                self._undo_till_previous(UserUttered, done)
                self._undo_till_previous(ActionExecuted, done)
            elif kind is ActionExecuted and event.action_name in loops and self._is_next_round(event.action_name, done):
                self._undo_till_previous_loop_execution(event.action_name, done)
            else:
                done.append(event)
        return done

    def unfold(self) -> None:
        """Hold every event again; as slow as the conversation is long."""
        new = self.new_events
        history = list(self.read_history())
        self._hold(None, [*history, *new])
        self.stored_here, self.exact_from = len(history), 0

    def in_short(self, turns: int, longest: int) -> Short:
        """What the conversation can be resumed from; more than ``longest`` events are folded."""
        short = self._short_of(self.live_base, self.applied_window())
        return self._folded(short, turns) if len(short.excerpt) + len(short.window) > longest else short

    def _short_of(self, base: Optional[Base], applied: Sequence[Event]) -> Short:
        """Applied events, parted where the excerpt ends."""
        excerpt = {id(event) for event in islice(self.events, self.exact_from)}
        end = sum(id(event) in excerpt for event in applied)
        return Short(base, applied[:end], applied[end:])

    def _folded(self, short: Short, turns: int) -> Short:
        """The window gets as short as it can be with the last ``turns`` of the user's messages, and one that may be taken
        back; the excerpt holds as many before them that learned policies see, for Rasa hides from those the turns that only
        rules know.
        """
        base, window = short.base or Base.of(self._at(None), ()), without_superseded(short.window)
        recent = self._beginning(self._after(base, short.excerpt), window, turns + 1)
        folded = [*short.excerpt, *window[:recent]]
        told = [event for event in folded if not isinstance(event, ReminderScheduled)]
        visible, hidden = map(without_superseded, self._visible(base, told))
        begin = self._beginning(base, visible, turns)
        return Short(self._after(base, visible[:begin]), [*outstanding(folded), *visible[begin:], *hidden], window[recent:])

    def _beginning(self, base: Base, events: Sequence[Event], turns: int) -> int:
        """The last place where a window of at least ``turns`` messages can begin; 0 where there is none."""
        found, to_come = 0, sum(type(event) is UserUttered for event in events)
        for place, (event, tracker) in enumerate(self._walk(base, events)):
            if to_come < turns:
                break
            if can_begin(events, place, tracker.active_loop_name):
                found = place
            to_come -= type(event) is UserUttered
        return found

    def _visible(self, base: Base, events: Sequence[Event]) -> tuple[list[Event], list[Event]]:
        """With hidden turns replaced by what they changed; which are, goes as in ``Domain.states_for_tracker_history``.

        Apart from it, where the events end with a hidden turn, this turn: what follows may be hidden because it is.
        """
        kept: list[Event] = []
        last: list[Event] = []
        step: list[Event] = []
        hidden, before, here, before_last = False, None, None, None
        for event, tracker in self._walk(base, events):
            if not step:
                here = Base.of(tracker, self._loops())
            step.append(event)
            if type(event) is ActionExecuted:
                decides = not tracker.followup_action and tracker.latest_action_name != tracker.active_loop_name
                if decides:
                    hidden = event.hide_rule_turn
                    last, before_last = [], here
                if hidden:
                    before = before or here
                    last += step
                else:
                    kept += [*changes(before, here), *step]
                    before = None
                step = []
        return ([*kept, *changes(before, before_last)], [*last, *step]) if hidden else ([*kept, *step], [])

    def _after(self, base: Base, events: Sequence[Event]) -> Base:
        """The state that the events bring about."""
        if not events:
            return base
        tracker = self._at(base)
        for event in events:
            event.apply_to(tracker)
        return Base.of(tracker, self._loops())

    def _walk(self, base: Base, events: Iterable[Event]) -> Iterator[tuple[Event, "FoldedTracker"]]:
        """Each event with the state before it."""
        tracker = self._at(base)
        for event in events:
            yield event, tracker
            event.apply_to(tracker)

    def _at(self, base: Optional[Base]) -> "FoldedTracker":
        tracker = self._blank()
        tracker._hold(base, ())
        return tracker

    def _blank(self) -> "FoldedTracker":
        tracker = FoldedTracker(self.sender_id, (), self._max_event_history, is_rule_tracker=self.is_rule_tracker)
        tracker.slots = {name: duplicate(slot) for name, slot in self.slots.items()}
        tracker.read_history = self.read_history
        return tracker

    def _hold(self, base: Optional[Base], events: Iterable[Event]) -> None:
        self.base = base
        self.events = deque(events, self._max_event_history)
        self._reset()
        self.replay_events()

    def _loops(self) -> set[str]:
        here = {event.name for event in self.events if type(event) in LOOPS and event.name}
        return here | (self.base.loops if self.base else frozenset())

    def _is_next_round(self, loop: str, done: list[Event]) -> bool:
        return not self._first_loop_execution_or_unhappy_path(loop, done)

    def _reaches_behind(self, event: Event) -> bool:
        """Would be left of the window less than policies look at?"""
        if self.has_begun_anew or (self.base is None and not self.exact_from):
            return False
        left = self.applied_window()
        if isinstance(event, UserUtteranceReverted):
            self._undo_till_previous(UserUttered, left)
        self._undo_till_previous(ActionExecuted, left)
        return sum(type(event) is UserUttered for event in self._short_of(None, left).window) < self.turns


def duplicate(slot: Slot) -> Slot:
    """What ``copy.copy`` makes of a slot, at a tenth of its cost; a tracker has dozens, and a turn several trackers."""
    other = object.__new__(type(slot))
    other.__dict__.update(slot.__dict__)
    return other


def can_begin(events: Sequence[Event], place: int, active_loop: Optional[str]) -> bool:
    """Can a window begin here: with the pause before a message, or with a round of the loop that is open?"""
    event = events[place]
    if type(event) is not ActionExecuted:
        return False
    if active_loop:
        return bool(event.action_name == active_loop)
    return event.action_name == ACTION_LISTEN_NAME and isinstance(events[min(place + 1, len(events) - 1)], UserUttered)


def changes(before: Optional[Base], after: Optional[Base]) -> list[Event]:
    """Events that lead from one state to another as far as slots and loop go."""
    if before is None or after is None:
        return []
    changed: list[Event] = []
    if after.active_loop != before.active_loop:
        loop = after.active_loop
        if loop and loop.trigger_message:
            said = loop.trigger_message
            changed.append(UserUttered(said.get("text"), said.get("intent"), said.get("entities"), said))
        changed.append(ActiveLoop(loop.name if loop else None))
    if before.forgotten != after.forgotten:
        return [*changed, *after.slot_events()]
    return changed + slots_set(
        {name: value for name, value in after.slots.items() if name not in before.slots or before.slots[name] != value}
    )


def without_superseded(events: Sequence[Event]) -> list[Event]:
    """Without slot values and answers that others replace before anything looks at them.

    A loop that stays open gathers them round by round, for its other events are collapsed.
    """
    kept: list[Event] = []
    replaced_by: set[str] = set()
    for event in reversed(events):
        if isinstance(event, SlotSet):
            subject = f"slot {event.key}"
        elif isinstance(event, BotUttered):
            subject = "answer"
        else:
            replaced_by.clear()
            kept.append(event)
            continue
        if subject not in replaced_by:
            replaced_by.add(subject)
            kept.append(event)
    return kept[::-1]


def outstanding(events: Iterable[Event]) -> list[Event]:
    """Reminders still to come, the last of each name: Rasa lets one come only while the tracker knows it."""
    found = {event.name: event for event in events if isinstance(event, ReminderScheduled)}
    return [event for event in found.values() if event.trigger_date_time.timestamp() > time.time()]
