"""Yes and no: to what is pending, to a yes-or-no fact, or to being asked more."""

from __future__ import annotations

from abc import ABC
from typing import ClassVar

from actions.base import AdvisorAction
from actions.facts import leave_out
from actions.pending import answer_pending
from actions.questions import go_on
from actions.told import note_changes
from actions.turn import Turn

YES_OR_NO_FACTS = frozenset({"growth_goal_met", "satisfaction_improved", "tools_used", "staff_on_admin"})


class Confirmation(AdvisorAction, ABC):
    """``yes`` is what it says."""

    yes: ClassVar[bool]

    def answer(self, turn: Turn) -> None:
        if answer_pending(turn, self.yes):
            note_changes(turn)
        elif turn.waits_for in YES_OR_NO_FACTS and not turn.changed_facts:
            turn.set_fact(turn.waits_for, self.yes)
            note_changes(turn)
        elif not turn.changed_facts:
            self.answer_openly(turn)
            return
        go_on(turn)

    def answer_openly(self, turn: Turn) -> None:
        """Nothing is there that a yes or no would settle."""
        go_on(turn)


class Affirm(Confirmation):
    """Yes."""

    intent = "affirm"
    yes = True


class Deny(Confirmation):
    """No: to an offer it ends the questions, to a fact asked for it leaves that fact out."""

    intent = "deny"
    yes = False

    def answer_openly(self, turn: Turn) -> None:
        advised = turn.dialogue.topic in turn.dialogue.advised
        if advised or turn.dialogue.topic is None:
            turn.dialogue.enough = True
        elif turn.waits_for is not None:
            leave_out(turn, turn.waits_for)
        go_on(turn)
