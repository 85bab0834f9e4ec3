"""What is not ours or not understood: first what the advisor can do, with what comes near; the second time a person."""

from __future__ import annotations

from actions.base import AdvisorAction
from actions.dialogue import TOPICS
from actions.pending import ask_pending
from actions.questions import ask_fact, go_on, topic_buttons
from actions.told import take_facts
from actions.turn import Turn
from rendering.message import Button

UNMISTAKABLE = frozenset({"industry", "stage", "business_model"})
"""Facts that are hers even beside a question about something else."""


class OutOfScope(AdvisorAction):
    """Say so kindly, offer what comes near, and bring the open question back."""

    intent = "out_of_scope"
    understood = False

    def take_facts(self, turn: Turn) -> None:
        take_facts(turn, only=UNMISTAKABLE | ({turn.waits_for} if turn.waits_for else frozenset()))

    def answer(self, turn: Turn) -> None:
        if told_something_for_the_question(turn):
            turn.dialogue.misunderstood = 0
            go_on(turn)
            return
        turn.dialogue.misunderstood += 1
        if turn.dialogue.misunderstood > 1:
            turn.say("not_understood.again", custom={"type": "handoff", "state": "offered", "reason": "not_understood"})
        else:
            turn.say("not_understood.first", buttons=nearest_topics(turn))
        if turn.dialogue.pending is not None:
            ask_pending(turn)
        elif turn.waits_for is not None:
            ask_fact(turn, turn.waits_for)


class AskBack(AdvisorAction):
    """Two readings are close: ask which one is meant."""

    intent = "ask_back"

    def answer(self, turn: Turn) -> None:
        turn.dialogue.pending = {"kind": "choice", "intents": turn.ranked_intents[1:3]}
        ask_pending(turn)


def told_something_for_the_question(turn: Turn) -> bool:
    """Facts beside something unrelated lead on where a question is under way; 银行的信用卡年费怎么免 at the opening asks for a no."""
    answered = turn.waits_for is not None and turn.waits_for in turn.changed_facts
    return answered or turn.dialogue.topic is not None and turn.has_lead_in and bool(turn.changed_facts)


def nearest_topics(turn: Turn) -> tuple[Button, ...]:
    """The questions in the order of their nearness to what was said."""
    near = [name for name in turn.ranked_intents if name in TOPICS]
    return topic_buttons(turn, tuple(near) or TOPICS)
