"""A conversation in the terminal, with the same agent that the server runs."""

from __future__ import annotations

import asyncio
import sys
import uuid
from pathlib import Path

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rich.console import Console

from advisor.agent import load_agent
from advisor.settings import Settings
from channels.delivery import Collected
from channels.rest import storable


def talk(model: Path, settings: Settings, console: Console) -> None:
    """Until the input ends; a number picks the button of that number."""
    agent = load_agent(model, settings)
    asyncio.run(conversation(agent, console))


async def conversation(agent: Agent, console: Console) -> None:
    sender = f"shell-{uuid.uuid4().hex}"
    offered: list[str] = []
    while True:
        if sys.stdin.isatty():
            console.print("[bold green]›[/] ", end="")
        line = await asyncio.to_thread(sys.stdin.readline)
        if not line:
            return
        text = picked(line.strip(), offered)
        output = Collected("cmdline")
        await agent.handle_message(UserMessage(storable(text), output, sender, input_channel="shell"))
        offered = show(output.messages, console)


def picked(text: str, offered: list[str]) -> str:
    """What a button says where its number was typed in brackets' short form ``#2``."""
    number = text.removeprefix("#")
    if text.startswith("#") and number.isdecimal() and 0 < int(number) <= len(offered):
        return offered[int(number) - 1]
    return text


def show(messages: list[dict[str, object]], console: Console) -> list[str]:
    """Print the answers; returns what the buttons would say."""
    offered: list[str] = []
    for message in messages:
        console.print(str(message.get("text", "")), markup=False, highlight=False)
        buttons = message.get("buttons")
        for button in buttons if isinstance(buttons, list) else ():
            offered.append(button["payload"])
            console.print(f"  #{len(offered)} {button['title']}", markup=False, highlight=False, style="cyan")
    return offered
