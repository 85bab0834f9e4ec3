"""Every conversation of this folder, through the real agent and the real actions.

A file is a list of turns. ``user`` is what she types; what is checked after it: ``intent`` (how it was understood), ``facts``
(slots; ``null``: not known), ``waits_for`` and ``waits_for_other_than`` (the fact asked for), ``says`` and ``says_not`` (parts of
the answer), ``advice`` (a part of the structure; ``absent`` lists parts that must not be there), ``handoff`` (its state).
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from ruamel.yaml import YAML

from channels.delivery import Collected

FOLDER = Path(__file__).parent
CONVERSATIONS = sorted(FOLDER.glob("*.yml"))
SCHEMA = jsonschema.Draft7Validator(json.loads(Path("rendering/advice.schema.json").read_text(encoding="utf-8")))
ALLOWED_PER_TURN = {
    "user", "intent", "facts", "waits_for", "waits_for_other_than", "says", "says_not", "advice", "handoff",
}  # fmt: skip


@pytest.mark.parametrize("path", CONVERSATIONS, ids=lambda path: path.stem)
def test_conversation(path: Path, agent: Agent) -> None:
    turns = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    asyncio.run(hold(agent, path.stem, turns))


async def hold(agent: Agent, sender: str, turns: list[dict[str, Any]]) -> None:
    for number, turn in enumerate(turns, 1):
        assert turn.keys() <= ALLOWED_PER_TURN, f"turn {number}: unknown keys {turn.keys() - ALLOWED_PER_TURN}"
        output = Collected("rest")
        await agent.handle_message(UserMessage(turn["user"], output, sender, input_channel="rest"))
        tracker = await agent.tracker_store.retrieve(sender)
        assert tracker is not None
        check(f"turn {number} ({turn['user']})", turn, tracker, output.messages)


def check(where: str, turn: dict[str, Any], tracker: Any, messages: list[dict[str, Any]]) -> None:
    said = "\n".join(message.get("text", "") for message in messages)
    assert said, f"{where}: no answer"
    understood = tracker.latest_message.intent.get("name")
    if "intent" in turn:
        assert understood == turn["intent"], f"{where}: understood as {understood}; said: {said}"
    for name, value in turn.get("facts", {}).items():
        assert tracker.get_slot(name) == value, f"{where}: {name} is {tracker.get_slot(name)}; said: {said}"
    if "waits_for" in turn:
        assert tracker.get_slot("requested_slot") == turn["waits_for"], f"{where}: waits for {tracker.get_slot('requested_slot')}; said: {said}"
    if "waits_for_other_than" in turn:
        assert tracker.get_slot("requested_slot") != turn["waits_for_other_than"], where
    for part in turn.get("says", ()):
        assert part in said, f"{where}: '{part}' is not in: {said}"
    for part in turn.get("says_not", ()):
        assert part not in said, f"{where}: '{part}' is in: {said}"
    customs = [message["custom"] for message in messages if message.get("custom")]
    for custom in customs:
        SCHEMA.validate(custom)
    if "advice" in turn:
        advice = next((custom for custom in customs if custom["type"] == "budget_advice"), None)
        assert advice is not None, f"{where}: no advice; understood as {understood}; said: {said}"
        check_part(where, turn["advice"], advice)
    if "handoff" in turn:
        states = [custom["state"] for custom in customs if custom["type"] == "handoff"]
        assert turn["handoff"] in states, f"{where}: {states}; said: {said}"


def check_part(where: str, expected: Any, actual: Any) -> None:
    """``expected`` is a part of ``actual``; entries of a list are found by their id."""
    if isinstance(expected, dict):
        for absent in expected.get("absent", ()):
            assert absent not in actual, f"{where}: there is {absent}"
        for name, value in expected.items():
            if name != "absent":
                assert name in actual, f"{where}: no {name} in {actual}"
                check_part(f"{where} {name}", value, actual[name])
    elif isinstance(expected, list):
        by_id = {entry["id"]: entry for entry in actual}
        for entry in expected:
            check_part(f"{where} {entry['id']}", entry, by_id[entry["id"]])
    else:
        assert actual == expected, f"{where}: {actual} instead of {expected}"
