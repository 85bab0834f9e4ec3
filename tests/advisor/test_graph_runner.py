"""The planned runner gives what Rasa's runner gives."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.trackers import DialogueStateTracker

from tests.talk import say_all

TALK = ("开奶茶店的，客户管理预算怎么定", "成长期", "会员制", "总预算100万")
TEXTS = ("客户管理预算不够怎么办", "我们開酒店的，總預算400萬，佔多少", "CAC是什么意思", "今天天气怎么样", "/restart", "", "30多万吧")


@pytest.fixture(scope="module")
def rasa_s(agent: Agent) -> DaskGraphRunner:
    """Rasa's runner over the same nodes."""
    planned = agent.processor.graph_runner
    runner = DaskGraphRunner.__new__(DaskGraphRunner)
    runner._graph_schema, runner._instantiated_nodes, runner._execution_context = planned._schema, planned._nodes, None
    return runner


@pytest.fixture(scope="module")
def tracker(agent: Agent) -> DialogueStateTracker:
    say_all(agent, "planned", TALK)
    return asyncio.run(agent.tracker_store.retrieve("planned"))


@pytest.mark.parametrize("text", TEXTS)
def test_a_message_is_understood_the_same(agent: Agent, rasa_s: DaskGraphRunner, tracker: DialogueStateTracker, text: str) -> None:
    target = agent.processor.model_metadata.nlu_target
    ours, theirs = (
        runner.run({PLACEHOLDER_MESSAGE: [UserMessage(text, message_id="the same")], PLACEHOLDER_TRACKER: tracker}, [target])[target][0].as_dict()
        for runner in (agent.processor.graph_runner, rasa_s)
    )
    assert ours.keys() == theirs.keys() and all(same(ours[name], theirs[name]) for name in ours)


def test_the_next_action_is_predicted_the_same(agent: Agent, rasa_s: DaskGraphRunner, tracker: DialogueStateTracker) -> None:
    target = agent.processor.model_metadata.core_target
    ours, theirs = (
        runner.run({PLACEHOLDER_TRACKER: tracker}, [target])[target] for runner in (agent.processor.graph_runner, rasa_s)
    )
    assert ours == theirs and ours.max_confidence == 1.0


def same(one: Any, other: Any) -> bool:
    """Are two outputs of a component equal, whatever they are made of?"""
    return repr(one) == repr(other)
