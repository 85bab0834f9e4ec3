"""Actions whose events change a conversation in every way that Rasa knows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionReverted, AllSlotsReset, EventType, FollowupAction, ReminderScheduled, SlotSet
from rasa_sdk.executor import CollectingDispatcher


class ActionCount(Action):
    """Counts in a slot."""

    def name(self) -> str:
        return "action_count"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        count = (tracker.get_slot("count") or 0) + 1
        dispatcher.utter_message(text=f"第{count}次")
        return [SlotSet("count", count)]


class ActionClear(Action):
    """Sets every slot back and goes on with another action."""

    def name(self) -> str:
        return "action_clear"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        return [AllSlotsReset(), FollowupAction("utter_answer")]


class ActionLater(Action):
    """Plans a reminder that comes long after the test."""

    def name(self) -> str:
        return "action_later"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        return [ReminderScheduled("EXTERNAL_later", datetime.now() + timedelta(days=1), name=f"later {tracker.sender_id}")]


class ActionUndo(Action):
    """Takes itself back."""

    def name(self) -> str:
        return "action_undo"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        return [ActionReverted(), FollowupAction("action_listen")]
