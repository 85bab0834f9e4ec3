"""Long conversations, stored beforehand through the bot's own server, so that every store keeps them in its own way."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import Any, Iterator

from benchmarks.servers import Bot, Server
from benchmarks.talk import Talk

Event = dict[str, Any]
TURNS_AT_ONCE = 200
"""Turns appended in one request: some hundred kilobytes."""
SECONDS_AN_EVENT = 0.001


@dataclass(frozen=True)
class Template:
    """A conversation as the bot stored it: its first round, and the second, which is repeated as often as needed."""

    first: list[list[Event]]
    again: list[list[Event]]

    def turns(self, count: int) -> Iterator[list[Event]]:
        for place in range(count):
            beyond = place - len(self.first)
            yield self.first[place] if beyond < 0 else self.again[beyond % len(self.again)]


def record(bot: Bot, server: Server, sender: str = "template") -> Template:
    """Hold the conversation twice over and read it back."""
    with Talk(server.address) as talk:
        talk.say_all(sender, bot.conversation * 2)
        turns = split_into_turns(talk.events(sender))
    length = len(bot.conversation)
    return Template(turns[:length], turns[length:])


def split_into_turns(events: list[Event]) -> list[list[Event]]:
    """A turn begins with what the user said; what stands before the first belongs to it."""
    turns: list[list[Event]] = [[]]
    for event in events:
        if event["event"] == "user" and any(earlier["event"] == "user" for earlier in turns[-1]):
            turns.append([])
        turns[-1].append(event)
    return turns


def store(server: Server, template: Template, sender: str, count: int) -> None:
    """Give ``sender`` a history of ``count`` turns that ends now."""
    turns = list(template.turns(count))
    moment = time.time() - SECONDS_AN_EVENT * sum(map(len, turns))
    for begin in range(0, count, TURNS_AT_ONCE):
        portion = [dict(event) for turn in turns[begin : begin + TURNS_AT_ONCE] for event in turn]
        for event in portion:
            moment += SECONDS_AN_EVENT
            event["timestamp"] = moment
            if "message_id" in event:
                event["message_id"] = uuid.uuid4().hex
        with Talk(server.address) as talk:
            talk.append(sender, portion)
