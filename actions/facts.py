"""Facts told without a question, and facts that she does not know or does not tell."""

from __future__ import annotations

from decimal import Decimal

from actions.base import AdvisorAction
from actions.pending import go_on_without_answer
from actions.questions import go_on
from actions.told import left_open
from actions.turn import Turn
from rendering import numbers

FACTUAL_PENDING = ("unit", "guess", "contradiction", "mismatch")


class Inform(AdvisorAction):
    """Take the facts and go on; where none was readable, ask again with a hint, and the second time go on without."""

    intent = "inform"

    def answer(self, turn: Turn) -> None:
        go_on_without_answer(turn)
        note_years(turn)
        unreadable = not turn.changed_facts and turn.dialogue.pending is None and not turn.has_lead_in
        turn.dialogue.unread = turn.dialogue.unread + 1 if unreadable else 0
        if unreadable and turn.waits_for is None:
            turn.lead_in("told.nothing_yet")
        elif turn.waits_for is not None and turn.dialogue.unread > 1:
            turn.dialogue.unread = 0
            leave_out(turn, turn.waits_for)
        elif unreadable:
            turn.lead_in("told.nothing_readable")
        go_on(turn)


def note_years(turn: Turn) -> None:
    """Years in business that decide no stage are heard all the same."""
    years = next((entity for entity in turn.entities if entity["entity"] == "years_in_business"), None)
    if years is not None and turn.waits_for == "stage" and not turn.knows("stage"):
        turn.lead_in("told.years_between", years=numbers.years(Decimal(str(years["value"]))))


class Unsure(AdvisorAction):
    """Go on without the fact, and say what that costs in precision."""

    intent = "unsure"

    def answer(self, turn: Turn) -> None:
        pending = turn.dialogue.pending
        if pending is not None and pending["kind"] in FACTUAL_PENDING:
            turn.dialogue.pending = None
        for name in left_open(turn) or [name for name in (turn.waits_for,) if name is not None]:
            leave_out(turn, name)
        go_on(turn)


def leave_out(turn: Turn, name: str) -> None:
    """Never ask ``name`` again, and say what its lack costs."""
    if turn.knows(name):
        return
    turn.refuse(name)
    turn.lead_in("told.not_known", costs=turn.services.knowledge.reason(name).costs)
    if turn.waits_for == name:
        turn.wait_for(None)
