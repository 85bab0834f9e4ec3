"""The four questions: each opens its topic and goes on from there."""

from __future__ import annotations

from abc import ABC
from typing import cast

from actions.base import AdvisorAction
from actions.dialogue import Topic
from actions.pending import drop_wishes
from actions.questions import go_on
from actions.turn import Turn


class BudgetQuestion(AdvisorAction, ABC):
    """Opens the topic that its intent names; what was pending for another reading is settled by it."""

    def answer(self, turn: Turn) -> None:
        drop_wishes(turn)
        turn.dialogue.open_topic(cast(Topic, self.intent))
        go_on(turn)


class PlanBudget(BudgetQuestion):
    """制定"""

    intent = "plan_budget"


class BudgetShortfall(BudgetQuestion):
    """不足"""

    intent = "budget_shortfall"


class EvaluateBudget(BudgetQuestion):
    """评估"""

    intent = "evaluate_budget"


class BudgetShare(BudgetQuestion):
    """占比"""

    intent = "budget_share"
