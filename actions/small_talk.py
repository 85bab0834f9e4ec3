"""The social acts: answered in a line, then the open question comes back."""

from __future__ import annotations

from abc import ABC

from actions.base import AdvisorAction
from actions.questions import ask_topic, go_on
from actions.turn import Turn


class SmallTalk(AdvisorAction, ABC):
    """A line of answer; the open question, if there is one, after it."""

    def answer(self, turn: Turn) -> None:
        turn.lead_in(f"small_talk.{self.intent}")
        if turn.dialogue.pending is not None or turn.waits_for is not None or turn.changed_facts:
            go_on(turn)


class Greet(SmallTalk):
    """The first greeting says what the advisor does."""

    intent = "greet"

    def answer(self, turn: Turn) -> None:
        if turn.dialogue.topic is not None or turn.changed_facts:
            super().answer(turn)
            return
        turn.lead_in("small_talk.welcome", feedback_address=turn.services.settings.feedback_address)
        ask_topic(turn)


class Thanks(SmallTalk):
    """After an advice: where to go from here."""

    intent = "thanks"


class Goodbye(AdvisorAction):
    """Nothing is asked of one who leaves; what she told stays."""

    intent = "goodbye"

    def answer(self, turn: Turn) -> None:
        turn.say("small_talk.goodbye")


class BotChallenge(SmallTalk):
    """What it is and what it can do, honestly."""

    intent = "bot_challenge"

    def answer(self, turn: Turn) -> None:
        super().answer(turn)
        if turn.dialogue.topic is None:
            ask_topic(turn)
