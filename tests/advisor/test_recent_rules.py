"""The rule policy that looks back no farther than its rules predicts what Rasa's predicts."""

from __future__ import annotations

import asyncio

import pytest
from rasa.core.agent import Agent
from rasa.core.policies import rule_policy
from rasa.shared.core.events import ActionExecuted, UserUttered

from advisor.recent_rules import Lately, RulePolicy
from storage.tracker import FoldedTracker
from tests.talk import say_all

TALK = ("开奶茶店的，客户管理预算怎么定", "成长期", "会员制", "CAC是什么意思", "总预算100万", "那不够怎么办", "谢谢")


@pytest.fixture(scope="module")
def recent(agent: Agent) -> RulePolicy:
    nodes = agent.processor.graph_runner._nodes.values()
    return next(node._component for node in nodes if isinstance(node._component, RulePolicy))


@pytest.fixture(scope="module")
def rasa_s(recent: RulePolicy) -> rule_policy.RulePolicy:
    """Rasa's policy with the same rules."""
    stock = rule_policy.RulePolicy.__new__(rule_policy.RulePolicy)
    stock.__dict__.update(vars(recent))
    return stock


@pytest.fixture(scope="module", params=["whole", "folded"])
def tracker(request: pytest.FixtureRequest, agent: Agent) -> FoldedTracker:
    sender = f"recent rules, {request.param}"
    say_all(agent, sender, TALK)
    store = agent.tracker_store
    found = asyncio.run(store.retrieve_full_tracker(sender) if request.param == "whole" else store.retrieve(sender))
    assert (found.base is None) == (request.param == "whole")
    return found


def test_it_predicts_the_same_after_every_intent(agent: Agent, recent: RulePolicy, rasa_s: rule_policy.RulePolicy, tracker: FoldedTracker) -> None:
    domain = agent.processor.domain
    for intent in domain.intents:
        asked = tracker.copy()
        asked.update(UserUttered("…", {"name": intent, "confidence": 1.0}))
        ours, theirs = (policy.predict_action_probabilities(asked, domain) for policy in (recent, rasa_s))
        assert ours == theirs, intent
        asked.update(ActionExecuted(domain.action_names_or_texts[ours.max_confidence_index]))
        ours, theirs = (policy.predict_action_probabilities(asked, domain) for policy in (recent, rasa_s))
        assert ours == theirs, intent


def test_it_works_out_as_many_states_as_the_longest_rule_has(recent: RulePolicy, agent: Agent, tracker: FoldedTracker) -> None:
    actions = sum(isinstance(event, ActionExecuted) for event in tracker.applied_events())
    assert actions > recent.longest and len(agent.processor.domain.states_for_tracker_history(Lately(tracker, recent.longest))) == recent.longest <= 4
