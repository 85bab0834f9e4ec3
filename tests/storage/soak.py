"""The long form of the comparison with Rasa's own store: ``python -m tests.storage.soak [turns] [seed]``."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.database import open_database
from storage.migrations import migrate
from tests.storage.databases import postgres_database, postgres_server, sqlite_database
from tests.storage.equality import Elsewhere, Here, Odds, agent_over, compare, store_over, train_bots

TURNS = 20_000
LONGEST = 120
"""Turns a conversation: Rasa's store takes ever longer."""


@dataclass(frozen=True)
class Kind:
    """How a conversation goes."""

    name: str
    odds: Odds
    database: str = "sqlite"
    elsewhere: bool = False


KINDS = (
    Kind("one process", Odds()),
    Kind("sessions that expire", Odds(expiry=0.04)),
    Kind("new models", Odds(new_model=0.03)),
    Kind("new models and sessions", Odds(expiry=0.03, new_model=0.03)),
    Kind("two processes", Odds(expiry=0.02), elsewhere=True),
    Kind("two processes on PostgreSQL", Odds(expiry=0.02, new_model=0.01), database="postgresql", elsewhere=True),
)


class Soak:
    """Both stores with all that they need, in a directory."""

    def __init__(self, stack: ExitStack, directory: Path) -> None:
        self.models = train_bots(directory)
        server = stack.enter_context(postgres_server())
        self._urls = {
            "sqlite": stack.enter_context(sqlite_database(directory)),
            "postgresql": stack.enter_context(postgres_database(server)),
        }
        for url in self._urls.values():
            migrate(open_database(url))
        self._elsewhere = {name: (Elsewhere(url, self.models[0]), Elsewhere(url, self.models[0])) for name, url in self._urls.items()}
        for pair in self._elsewhere.values():
            for process in pair:
                stack.callback(process.end)
        self._stock = Here(agent_over(None, self.models[0]))
        self._here = {
            name: (Here(agent_over(store_over(open_database(url)), self.models[0])),) for name, url in self._urls.items()
        }

    async def conversation(self, kind: Kind, seed: int) -> None:
        """One conversation of the kind."""
        ours: Any = (self._elsewhere if kind.elsewhere else self._here)[kind.database]
        for side in (self._stock, *ours):
            await side.load(self.models[0])
        await compare(self._stock, ours, seed, LONGEST, kind.odds, self.models)


async def soak(turns: int, seed: int) -> None:
    """Conversations of every kind in turn; raises where one differs."""
    began = time.monotonic()
    with ExitStack() as stack:
        parts = Soak(stack, Path(stack.enter_context(tempfile.TemporaryDirectory())))
        for number in range(-(-turns // LONGEST)):
            kind = KINDS[number % len(KINDS)]
            await parts.conversation(kind, seed + number)
            print(f"{(number + 1) * LONGEST} turns equal, {time.monotonic() - began:.0f} s ({kind.name})", flush=True)


def main() -> None:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    logging.disable(logging.ERROR)
    turns, seed, *_ = (*map(int, sys.argv[1:]), *(TURNS, 1)[len(sys.argv) - 1 :])
    asyncio.run(soak(turns, seed))


if __name__ == "__main__":
    main()
