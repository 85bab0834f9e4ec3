"""A conversation with the agent in this process."""

from __future__ import annotations

import asyncio
from typing import Sequence

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

from channels.delivery import Collected


def say_all(agent: Agent, sender: str, texts: Sequence[str]) -> None:
    """Say one message after the other, each after the answer to the last."""

    async def talk() -> None:
        for text in texts:
            await agent.handle_message(UserMessage(text, Collected("rest"), sender, input_channel="rest"))

    asyncio.run(talk())
