"""The same conversation over Rasa's own store and over ours, compared turn by turn."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.shared.core.events import ActionExecuted, Event
from rasa.shared.core.trackers import DialogueStateTracker

from advisor import in_process
from storage.lock_store import FairLockStore

BOT = Path(__file__).resolve().parent / "bot"
OF_ITS_TIME = ("timestamp", "message_id", "date_time", "metadata")


@dataclass(frozen=True)
class Said:
    """A message as its understanding would have it."""

    intent: str
    text: str = ""
    city: Optional[str] = None
    size: Optional[str] = None

    @property
    def parse_data(self) -> dict[str, Any]:
        entities = [
            {"entity": name, "value": value, "start": 0, "end": 1}
            for name, value in (("city", self.city), ("size", self.size))
            if value
        ]
        return {
            "text": self.text or self.intent,
            "intent": {"name": self.intent, "confidence": 1.0},
            "entities": entities,
            "intent_ranking": [{"name": self.intent, "confidence": 1.0}],
        }


CITIES = ("上海", "成都")
SIZES = ("small", "large")
PLAIN = ("greet", "yes", "no", "stop", "back", "restart", "nonsense", "again", "clear", "later", "undo", "book", "ask", "nlu_fallback")


def random_message(dice: random.Random) -> Said:
    """Any message, those that open and fill the form more often."""
    roll = dice.random()
    if roll < 0.15:
        return Said("book")
    if roll < 0.35:
        return Said("tell", city=dice.choice(CITIES) if dice.random() < 0.6 else None, size=dice.choice((None, *SIZES)))
    return Said(dice.choice(PLAIN), text=dice.choice(("嗯", "随便", "好吧")))


def train_bot(output: Path) -> Path:
    """The model of the small bot that uses a form, stories, fallbacks and rules."""
    from rasa.model_training import train

    result = train(
        domain=str(BOT / "domain.yml"), config=str(BOT / "config.yml"), training_files=[str(BOT / "data.yml")],
        output=str(output), force_training=True,
    )  # fmt: skip
    assert result.model is not None
    return Path(result.model)


def agent_over(store: Optional[TrackerStore], model: Path) -> Agent:
    """An agent whose store does not fall back to memory; without a store, Rasa's own in memory."""
    in_process.install()
    actions = in_process.InProcessActions("tests.storage.bot")
    agent = Agent(lock_store=FairLockStore(), action_endpoint=actions)
    agent.tracker_store = store or InMemoryTrackerStore(agent.domain)
    agent.load_model(model)
    return agent


async def answers(agent: Agent, sender: str, said: Said) -> list[dict[str, Any]]:
    output = CollectingOutputChannel()
    await agent.handle_message(UserMessage(said.text or said.intent, output, sender, parse_data=said.parse_data))
    return output.messages


async def standing(agent: Agent, sender: str) -> dict[str, Any]:
    """What the next turn goes by."""
    tracker = await agent.processor.tracker_store.retrieve(sender)
    assert tracker is not None
    state = tracker.current_state()
    del state["latest_event_time"]
    loop = state.get("active_loop") or {}
    if loop.get("trigger_message"):
        loop["trigger_message"] = loop["trigger_message"]["text"]
    state["latest_message"] = timeless(state["latest_message"])
    state["states"] = tracker.past_states(agent.domain)[-3:]
    state["message_before"] = tracker.get_last_event_for(ActionExecuted, skip=1).action_name if has_two(tracker) else None
    return state


def has_two(tracker: DialogueStateTracker) -> bool:
    return tracker.get_last_event_for(ActionExecuted, skip=1) is not None


async def history(agent: Agent, sender: str) -> list[dict[str, Any]]:
    """Every event, and so every prediction, without what belongs to its time."""
    tracker = await agent.processor.tracker_store.retrieve_full_tracker(sender)
    assert tracker is not None
    return [timeless(event) for event in tracker.events]


def timeless(content: Any) -> Any:
    """Without times, random ids and what Rasa notes beside an event, at any depth."""
    if isinstance(content, Event):
        content = content.as_dict()
    if isinstance(content, dict):
        return {name: timeless(value) for name, value in content.items() if name not in OF_ITS_TIME}
    return [timeless(value) for value in content] if isinstance(content, list) else content
