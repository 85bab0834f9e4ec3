"""What every action shares: open the turn, take the facts, answer, speak."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict, EventType

from actions.arrival import arrive
from actions.services import services
from actions.told import take_facts
from actions.turn import Turn


class AdvisorAction(Action, ABC):
    """The answer to one intent. A subclass names the intent and answers; facts told beside it are taken first."""

    intent: ClassVar[str]
    takes_facts: ClassVar[bool] = True
    understood: ClassVar[bool] = True

    def name(self) -> str:
        return f"action_{self.intent}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        turn = Turn(tracker, services())
        arrive(turn)
        if self.understood:
            turn.dialogue.misunderstood = 0
        if self.takes_facts:
            take_facts(turn)
        self.answer(turn)
        turn.speak(dispatcher)
        return turn.events()

    @abstractmethod
    def answer(self, turn: Turn) -> None:
        """Say the answer and name what is waited for."""
