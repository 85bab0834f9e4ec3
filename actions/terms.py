"""What a term means, why a fact is asked, how to find it out, where a figure comes from."""

from __future__ import annotations

from actions.base import AdvisorAction
from actions.questions import ask_topic, go_on
from actions.replies import mentions
from actions.turn import Turn
from rendering.terms import source_lines


class AskTerm(AdvisorAction):
    """The answer, then the open question comes back."""

    intent = "ask_term"

    def answer(self, turn: Turn) -> None:
        self.explain(turn)
        if turn.dialogue.topic is not None or turn.dialogue.pending is not None:
            go_on(turn)
        else:
            turn.end_with_lead_in()
            ask_topic(turn)

    def explain(self, turn: Turn) -> None:
        """What is asked about stands first, the fact just asked for second."""
        replies, knowledge = turn.services.replies, turn.services.knowledge
        term = knowledge.find_term(turn.text)
        topic = knowledge.find_introduction(turn.text)
        questioned = knowledge.find_fact(turn.text) if mentions(turn.text, replies.why) else None
        if mentions(turn.text, replies.source):
            turn.lead_in("term.sources", sources=source_lines(knowledge, turn.phrases))
        elif questioned is not None:
            turn.lead_in("term.why", why=knowledge.reason(questioned).why, how=knowledge.reason(questioned).how)
        elif turn.waits_for is not None and mentions(turn.text, replies.how) and (term is None or turn.waits_for in term.facts):
            turn.lead_in("term.how", how=knowledge.reason(turn.waits_for).how)
        elif term is not None:
            turn.lead_in("term.meaning", name=term.name, text=term.text)
        elif topic is not None:
            turn.lead_in("term.introduction", text=topic.text)
        elif turn.waits_for is not None:
            reason = knowledge.reason(turn.waits_for)
            turn.lead_in("term.why", why=reason.why, how=reason.how)
        else:
            turn.lead_in("term.unknown")
