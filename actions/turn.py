"""One turn of the conversation as the actions see it: what was told, what is known, what is answered."""

from __future__ import annotations

import asyncio
from functools import cached_property, partial
from typing import Any, Callable, Optional

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.dialogue import Dialogue
from actions.reports import with_address
from actions.services import Services
from advice.facts import FACT_NAMES, Facts
from rendering.message import Button, Message
from rendering.script import in_simplified, in_traditional, with_english

REQUESTED_SLOT = "requested_slot"
DIALOGUE_SLOT = "dialogue"
ERASED_SLOT = "history_erased"


class Turn:
    """Collects what is said and changed in one turn; nothing reaches the tracker before :meth:`events`."""

    def __init__(self, tracker: Tracker, services: Services) -> None:
        self.sender_id: str = tracker.sender_id
        self.services = services
        self.phrases = services.phrases
        self.message: dict[str, Any] = tracker.latest_message or {}
        self._slots_before = dict(tracker.slots)
        self._slots = dict(tracker.slots)
        self.dialogue = Dialogue.from_json(tracker.get_slot(DIALOGUE_SLOT))
        self.requested_slot_before: Optional[str] = tracker.get_slot(REQUESTED_SLOT)
        self._said: list[tuple[Message, Optional[str]]] = []
        self._lead_in: list[str] = []
        self._writes: list[Callable[[], None]] = []

    # what is known
    @cached_property
    def text(self) -> str:
        """The user's message, in simplified characters."""
        text = self.message.get("text") or ""
        return in_simplified(text) if self.message.get("script") == "traditional" else text

    @property
    def entities(self) -> list[dict[str, Any]]:
        """What the reader of facts found in it."""
        return self.message.get("entities") or []

    @property
    def intent(self) -> Optional[str]:
        """What the message was understood as."""
        return (self.message.get("intent") or {}).get("name")

    @property
    def ranked_intents(self) -> list[str]:
        """All readings, the likeliest first."""
        return [reading["name"] for reading in self.message.get("intent_ranking") or []]

    @property
    def facts_json(self) -> dict[str, Any]:
        """The known facts as slot values."""
        return {name: self._slots[name] for name in FACT_NAMES if self._slots.get(name) is not None}

    @property
    def facts(self) -> Facts:
        return Facts.from_slots(self._slots)

    def knows(self, name: str) -> bool:
        return self._slots.get(name) is not None

    def fact(self, name: str) -> Any:
        """The slot value of a fact, ``None`` where it is not known."""
        return self._slots.get(name)

    # what changes
    def set_fact(self, name: str, value: Any) -> None:
        """Keep a fact; one that was refused before is no longer."""
        self._slots[name] = value
        if name in self.dialogue.refused and value is not None:
            self.dialogue.refused.remove(name)

    def refuse(self, name: str) -> None:
        """She does not know a fact or does not tell it: it is never asked again."""
        if name not in self.dialogue.refused:
            self.dialogue.refused.append(name)

    def wait_for(self, name: Optional[str]) -> None:
        """Name the fact that is waited for; ``None``: nothing is."""
        self._slots[REQUESTED_SLOT] = name

    @property
    def waits_for(self) -> Optional[str]:
        return self._slots.get(REQUESTED_SLOT)

    @property
    def changed_facts(self) -> dict[str, Any]:
        """Facts that this turn told or corrected."""
        return {
            name: self._slots[name]
            for name in FACT_NAMES
            if self._slots.get(name) is not None and self._slots[name] != self._slots_before.get(name)
        }

    @property
    def facts_before(self) -> Facts:
        """The facts as they were when the turn began."""
        return Facts.from_slots(self._slots_before)

    def forget_company(self) -> None:
        """Drop every fact and the state of the conversation; her characters stay."""
        for name in (*FACT_NAMES, REQUESTED_SLOT):
            self._slots[name] = None
        self.dialogue = Dialogue(script=self.dialogue.script, seen=self.dialogue.seen)

    def erase_history(self) -> None:
        """Ask the tracker store to drop every event up to this turn: it acts on this slot when it is set anew."""
        self._slots[ERASED_SLOT] = self.services.now().isoformat()

    # what others are to see
    def keep_wish(self, wish: str, contact_kind: Optional[str] = None, contact: Optional[str] = None) -> None:
        """Keep a wish with the facts known so far."""
        self._writes.append(partial(self.services.leads.keep, self.sender_id, wish, contact_kind, contact, self.facts_json))

    def forget_wishes(self) -> None:
        self._writes.append(partial(self.services.leads.forget, self.sender_id))

    async def write(self) -> None:
        """Bring it into the database, beside the event loop."""
        for write in self._writes:
            await asyncio.to_thread(write)

    # what is said
    def lead_in(self, key: str, **values: Any) -> None:
        """A sentence that opens the next message, such as what was just noted."""
        self._lead_in.append(self.phrases.text(key, **values))

    def say(self, key: str, *, buttons: tuple[Button, ...] = (), custom: Optional[dict[str, Any]] = None, **values: Any) -> None:
        """Say a phrase with its own buttons and the given ones."""
        message = self.phrases.message(key, **values)
        self.send(Message(message.text, message.buttons + buttons, custom), self.phrases.english(key, **values))

    def send(self, message: Message, english: Optional[str] = None) -> None:
        """Say a message that is rendered already."""
        if self._lead_in:
            text = "\n".join(part for part in [*self._lead_in, message.text] if part)
            message, self._lead_in = Message(text, message.buttons, message.custom), []
        self._said.append((message, english))

    @property
    def has_lead_in(self) -> bool:
        """Is something said already that the next message will open with?"""
        return bool(self._lead_in)

    @property
    def has_spoken(self) -> bool:
        return bool(self._said)

    def end_with_lead_in(self) -> None:
        """Send what opens a message even though nothing follows it."""
        if self._lead_in:
            self.send(Message(""))

    def speak(self, dispatcher: CollectingDispatcher) -> None:
        """Hand what was said to Rasa, in her characters, with a line of English for those who write it."""
        language = self.message.get("language", "zh")
        for message, english in self._said:
            if language == "en" and english:
                message = with_english(message, english)
            if self.dialogue.script == "traditional":
                message = in_traditional(message)
            custom, entry = with_address(message.custom or {}, self.services.settings, self.dialogue.script)
            dispatcher.utter_message(
                text=message.text,
                buttons=[{"title": button.title, "payload": button.say} for button in message.buttons] or None,
                json_message=custom,
                **entry,
            )

    def events(self) -> list[EventType]:
        """The slots that differ from before."""
        self._slots[DIALOGUE_SLOT] = self.dialogue.as_json()
        return [
            SlotSet(name, value) for name, value in self._slots.items() if value != self._slots_before.get(name)
        ]
