"""What every action shares: open the turn, take the facts, answer, speak."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.arrival import arrive
from actions.contacts import take_contact
from actions.dialogue import TOPICS
from actions.pending import settled_by_word
from actions.questions import go_on
from actions.services import services
from actions.told import take_facts
from actions.turn import Turn


class AdvisorAction(Action, ABC):
    """The answer to one intent. A subclass names the intent and answers; what is told beside it is taken first."""

    understood: ClassVar[bool] = True

    @property
    @abstractmethod
    def intent(self) -> str:
        """The intent that the action answers; Rasa's SDK leaves out classes that do not name one."""

    def name(self) -> str:
        return f"action_{self.intent}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        turn = Turn(tracker, services())
        self.take_turn(turn)
        turn.end_with_lead_in()
        await turn.write()
        turn.speak(dispatcher)
        return turn.events()

    def take_turn(self, turn: Turn) -> None:
        """Take what is told, then answer it; a word that settles what was pending is the whole answer."""
        arrive(turn)
        if self.understood:
            turn.dialogue.misunderstood = 0
        self.take_facts(turn)
        if take_contact(turn) or settled_by_word(turn) or has_had_enough(turn):
            go_on(turn)
        else:
            self.answer(turn)

    def take_facts(self, turn: Turn) -> None:
        """Keep the facts that the message tells."""
        take_facts(turn)

    @abstractmethod
    def answer(self, turn: Turn) -> None:
        """Say the answer and name what is waited for."""


def has_had_enough(turn: Turn) -> bool:
    """Does she want no more questions for the one under way? Then none is asked."""
    asks_anew = turn.intent in TOPICS or turn.intent == "restart"
    text, replies = turn.text.lower(), turn.services.replies
    said = replies.enough.search(text)
    if turn.dialogue.topic is None or asks_anew or said is None:
        return False
    if turn.intent == "unsure" and replies.only_this.search(text[: said.start()]):
        # 总预算你别问了: she keeps back the one fact, and may be asked for others.
        return False
    turn.dialogue.enough = True
    if turn.dialogue.is_pending("guess"):
        turn.dialogue.pending = None
    return True
