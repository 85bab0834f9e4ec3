"""Rasa's message processor without what it does at each message for bots that are not ours."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import OutputChannel
from rasa.core.policies import rule_policy
from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import ACTION_VALIDATE_SLOT_MAPPINGS
from rasa.shared.core.domain import Domain
from rasa.shared.core.slot_mappings import SlotMappingType
from rasa.shared.core.trackers import DialogueStateTracker

from advisor.graph_runner import PlannedGraphRunner
from advisor.recent_rules import RulePolicy


class LeanProcessor(MessageProcessor):
    """Does what Rasa's does; made from a loaded one."""

    extracts_slots: bool
    """Does the domain leave it to Rasa to set slots? Those of ours are set by the actions."""

    @classmethod
    def over(cls, processor: MessageProcessor) -> "LeanProcessor":
        """The same processor with its model."""
        lean = cls.__new__(cls)
        lean.__dict__.update(vars(processor))
        for node in processor.graph_runner._instantiated_nodes.values():
            if isinstance(node._component, rule_policy.RulePolicy):
                node._component = RulePolicy.over(node._component)
        lean.graph_runner = PlannedGraphRunner.over(processor.graph_runner)
        lean.extracts_slots = extracts_slots(processor.domain)
        return lean

    async def run_action_extract_slots(
        self, output_channel: OutputChannel, tracker: DialogueStateTracker
    ) -> DialogueStateTracker:
        """The tracker with the slots that the domain's mappings fill."""
        return await super().run_action_extract_slots(output_channel, tracker) if self.extracts_slots else tracker

    def _check_for_unseen_features(self, parse_data: dict[str, Any]) -> None:
        """Model and domain come from one training, and training has checked this."""


def extracts_slots(domain: Domain) -> bool:
    """Does a mapping fill a slot, or an action that is run for it?"""
    mappings = [mapping for slot in domain.slots for mapping in slot.mappings]
    custom = {"type": str(SlotMappingType.CUSTOM)}
    return ACTION_VALIDATE_SLOT_MAPPINGS in domain.user_actions or any(mapping != custom for mapping in mappings)
