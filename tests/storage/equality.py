"""The same conversation over Rasa's own store and over ours, compared turn by turn."""

from __future__ import annotations

import asyncio
import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Awaitable, Optional, Protocol, Sequence

from rasa.core import jobs
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.shared.core.domain import SessionConfig
from rasa.shared.core.events import ActionExecuted, Event, ReminderScheduled
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.io import read_yaml_file, write_yaml
from sqlalchemy.engine import Engine

from advisor import in_process, logs
from storage.database import open_database
from storage.lock_store import FairLockStore
from storage.tracker_store import AdvisorTrackerStore

BOT = Path(__file__).resolve().parent / "bot"
OF_ITS_TIME = ("timestamp", "message_id", "date_time", "metadata")
LOOKS_BACK = 3
"""States that the bot's policies see at most: ``max_history`` in ``bot/config.yml``."""
AT_ONCE = SessionConfig(1e-9, True)
"""Under which every session has expired."""
Outcome = tuple[Any, dict[str, Any]]
"""The answers (or how the turn failed), and what the next turn goes by."""


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


@dataclass(frozen=True)
class Step:
    """One turn: she says something, or without it a reminder comes; perhaps long after the turn before."""

    said: Optional[Said]
    expired: bool = False


@dataclass(frozen=True)
class Odds:
    """How likely a turn is more than a message."""

    reminder: float = 0.05
    expiry: float = 0.0
    new_model: float = 0.0

    def step(self, dice: random.Random) -> Step:
        said = None if dice.random() < self.reminder else random_message(dice)
        return Step(said, dice.random() < self.expiry)


def train_bot(output: Path, domain: Optional[Path] = None) -> Path:
    """The model of the small bot that uses a form, stories, fallbacks and rules."""
    from rasa.model_training import train

    result = train(
        domain=str(domain or BOT / "domain.yml"), config=str(BOT / "config.yml"), training_files=[str(BOT / "data.yml")],
        output=str(output), force_training=True,
    )  # fmt: skip
    assert result.model is not None
    return Path(result.model)


def train_next_bot(output: Path) -> Path:
    """The model that goes live later: one slot more, which messages fill and states show, and one less."""
    domain = read_yaml_file(BOT / "domain.yml")
    del domain["slots"]["count"]
    mapping = {"type": "from_intent", "intent": "yes", "value": "good"}
    domain["slots"]["mood"] = {"type": "text", "influence_conversation": True, "mappings": [mapping]}
    path = output / "next_domain.yml"
    write_yaml(domain, path)
    return train_bot(output / "next", path)


def train_bots(output: Path) -> tuple[Path, Path]:
    """The small bot, and the one that goes live later."""
    return train_bot(output), train_next_bot(output)


def store_over(engine: Engine) -> AdvisorTrackerStore:
    """Ours, as the bot needs it."""
    return AdvisorTrackerStore(None, engine=engine, turns=LOOKS_BACK)


def agent_over(store: Optional[TrackerStore], model: Path) -> Agent:
    """An agent whose store does not fall back to memory; without a store, Rasa's own in memory."""
    logs.set_up()
    in_process.install()
    actions = in_process.InProcessActions("tests.storage.bot")
    agent = Agent(lock_store=FairLockStore(), action_endpoint=actions)
    agent.tracker_store = store or InMemoryTrackerStore(agent.domain)
    agent.load_model(model)
    return agent


class Side(Protocol):
    """One process that serves conversations."""

    def turn(self, sender: str, step: Step) -> Awaitable[Outcome]: ...

    def history(self, sender: str) -> Awaitable[list[dict[str, Any]]]: ...

    async def load(self, model: Path) -> None: ...


class Here:
    """An agent of this process."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent

    async def turn(self, sender: str, step: Step) -> Outcome:
        domain = self.agent.processor.domain
        session = domain.session_config
        domain.session_config = AT_ONCE if step.expired else session
        try:
            said: Any = await self._answers(sender, step)
        except Exception as error:
            said = type(error).__name__
        finally:
            domain.session_config = session
        return said, await standing(self.agent, sender)

    async def _answers(self, sender: str, step: Step) -> list[dict[str, Any]]:
        if step.said:
            return await answers(self.agent, sender, step.said)
        output = CollectingOutputChannel()
        reminder = ReminderScheduled("again", datetime.now() + timedelta(days=1), name=f"later {sender}", kill_on_user_message=False)
        await self.agent.processor.handle_reminder(reminder, sender, output)
        return output.messages

    async def history(self, sender: str) -> list[dict[str, Any]]:
        return await history(self.agent, sender)

    async def load(self, model: Path) -> None:
        self.agent.load_model(model)


class Elsewhere:
    """An agent of a process of its own, with its own connections."""

    def __init__(self, url: str, model: Path) -> None:
        self._process = ProcessPoolExecutor(1, get_context("fork"), begin_elsewhere, (url, model))

    async def turn(self, sender: str, step: Step) -> Outcome:
        return await self._there("turn", sender, step)

    async def history(self, sender: str) -> list[dict[str, Any]]:
        return await self._there("history", sender)

    async def load(self, model: Path) -> None:
        await self._there("load", model)

    def end(self) -> None:
        self._process.shutdown()

    async def _there(self, name: str, *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._process, work_elsewhere, name, *arguments)


def begin_elsewhere(url: str, model: Path) -> None:
    global here, loop
    open_database.cache_clear()
    jobs.__scheduler = None  # it belongs to the loop of the process before the fork
    loop = asyncio.new_event_loop()
    here = Here(agent_over(store_over(open_database(url)), model))


def work_elsewhere(name: str, *arguments: Any) -> Any:
    return loop.run_until_complete(getattr(here, name)(*arguments))


async def compare(
    stock: Side, ours: Sequence[Side], seed: int, turns: int, odds: Odds = Odds(), models: Sequence[Path] = ()
) -> None:
    """One random conversation over Rasa's store and over ours, each turn served by any of our processes; the same, turn by turn."""
    dice, sender = random.Random(seed), f"sender {seed}"
    for number in range(turns):
        if dice.random() < odds.new_model:
            model = dice.choice(models)
            for side in (stock, *ours):
                await side.load(model)
        step = odds.step(dice) if number else Step(random_message(dice))
        expected, found = await stock.turn(sender, step), await dice.choice(ours).turn(sender, step)
        assert found == expected, f"seed {seed}, turn {number}: {step}: {differences(expected, found)}"
    expected_events, found_events = settled(await stock.history(sender)), settled(await ours[0].history(sender))
    assert found_events[-len(expected_events) :] == expected_events, f"seed {seed}"


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
    state["states"] = tracker.past_states(agent.domain)[-LOOKS_BACK:]
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


def differences(expected: Outcome, found: Outcome) -> list[tuple[Any, Any]]:
    """What differs, Rasa's first."""
    pairs = [(expected[0], found[0]), *((expected[1].get(name), found[1].get(name)) for name in sorted(expected[1].keys() | found[1]))]
    return [(one, other) for one, other in pairs if one != other]


def settled(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """With each run of set slots as what it leads to: a new session repeats in Rasa's store every value that a slot ever had."""
    found: list[dict[str, Any]] = []
    for event in events:
        if event["event"] != "slot":
            found.append(event)
        elif found and found[-1]["event"] == "slots":
            found[-1]["set"][event["name"]] = event["value"]
        else:
            found.append({"event": "slots", "set": {event["name"]: event["value"]}})
    return found
