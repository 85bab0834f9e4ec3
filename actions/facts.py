"""Facts told without a question, and facts that she does not know or does not tell."""

from __future__ import annotations

from actions.base import AdvisorAction
from actions.questions import go_on
from actions.replies import settled_by_words
from actions.turn import Turn


class Inform(AdvisorAction):
    """Take the facts and go on; where none was readable, ask again with a hint."""

    intent = "inform"

    def answer(self, turn: Turn) -> None:
        if settled_by_words(turn):
            go_on(turn)
            return
        if not turn.changed_facts and turn.dialogue.pending is None and not turn.has_lead_in:
            turn.lead_in("told.nothing_readable" if turn.waits_for else "told.nothing_yet")
        go_on(turn)


class Unsure(AdvisorAction):
    """Go on without the fact, and say what that costs in precision."""

    intent = "unsure"

    def answer(self, turn: Turn) -> None:
        asked = turn.waits_for
        pending = turn.dialogue.pending
        if pending is not None and pending["kind"] in ("unit", "guess", "contradiction", "mismatch"):
            turn.dialogue.pending = None
        if asked is not None and not turn.knows(asked):
            turn.dialogue.refused.append(asked)
            turn.lead_in("told.not_known", costs=turn.services.knowledge.reason(asked).costs)
            turn.wait_for(None)
        go_on(turn)
