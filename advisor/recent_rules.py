"""Rasa's rule policy for conversations that last: it looks back as far as the longest rule reaches, once a prediction."""

from __future__ import annotations

import logging
from typing import Any, Iterator, Mapping, Optional

from rasa.core.policies import rule_policy
from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import ActionExecuted
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import TEXT

from storage.tracker import FoldedTracker

Found = tuple[Optional[str], Optional[str], bool]

logger = logging.getLogger(rule_policy.__name__)


class RulePolicy(rule_policy.RulePolicy):
    """Predicts what Rasa's predicts (under its name: predictions are stored with it); made from a loaded one.

    Rasa's works out the state at every past action that the tracker holds, twice, and copies them all for its debug log.
    """

    longest: int
    """States of the longest rule."""
    by_text: bool
    """Is there a rule that is told by what a user writes, rather than by the intent?"""

    @classmethod
    def over(cls, policy: rule_policy.RulePolicy) -> "RulePolicy":
        """The same policy with its rules."""
        recent = cls.__new__(cls)
        recent.__dict__.update(vars(policy))
        rules = [policy._rule_key_to_state(key) for kind in (RULES, RULES_FOR_LOOP_UNHAPPY_PATH) for key in policy.lookup[kind]]
        recent.longest = max(map(len, rules), default=1)
        recent.by_text = any(TEXT in part for rule in rules for state in rule for part in state.values())
        return recent

    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> Found:
        if use_text_for_last_user_input and not self.by_text:
            return None, None, False
        found: Found = super()._find_action_from_rules(tracker, domain, use_text_for_last_user_input)
        return found

    def _prediction_states(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool = False,
        rule_only_data: Optional[dict[str, Any]] = None,
    ) -> list[State]:
        states = domain.states_for_tracker_history(Lately(tracker, self.longest))  # type: ignore[arg-type]
        self.featurizer._choose_last_user_input([states], use_text_for_last_user_input)
        return states

    @staticmethod
    def format_tracker_states(states: list[Mapping[str, Any]]) -> str:
        """For the debug log only."""
        if not logger.isEnabledFor(logging.DEBUG):
            return ""
        formatted: str = rule_policy.RulePolicy.format_tracker_states(states)
        return formatted


class Lately:
    """What Rasa's domain asks of a tracker for its states, for the last ``states`` of them."""

    def __init__(self, tracker: DialogueStateTracker, states: int) -> None:
        self._tracker = tracker
        self._states = states

    def generate_all_prior_trackers(self) -> Iterator[tuple[DialogueStateTracker, bool]]:
        """The tracker before each of the last actions, and as it is."""
        # A folded tracker begins with its folded part in place, and need not be told its slots again.
        folded = isinstance(self._tracker, FoldedTracker)
        events = self._tracker.applied_window() if folded else self._tracker.applied_events()
        early = sum(type(event) is ActionExecuted for event in events) + 1 - self._states
        past = self._tracker.init_copy()
        for event in events:
            if type(event) is ActionExecuted:
                if early <= 0:
                    yield past, event.hide_rule_turn
                early -= 1
            past.update(event)
        yield past, False
