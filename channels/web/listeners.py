"""Who is connected to this process, and when there is something new for whom."""

from __future__ import annotations

import asyncio
import logging
from contextlib import contextmanager
from typing import Iterator

from channels.web.limits import MOST_LISTENERS
from storage.tracker_store import in_thread
from storage.transcript import State, Transcript

logger = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds after which what other processes stored is seen."""
AT_ONCE = 500
"""Conversations in one query."""


class TooMany(Exception):
    """A conversation is open in more tabs than one process serves."""


class Listeners:
    """Wakes every connection of a conversation when something was stored: at once where it was in this process."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript
        self._listening: dict[str, set[asyncio.Event]] = {}
        self._known: dict[str, State] = {}
        self.is_over = False
        """The process is about to stop: whoever is woken goes."""

    @contextmanager
    def joined(self, sender_id: str) -> Iterator[asyncio.Event]:
        """Within: the event is set whenever the connection should look."""
        if len(self._listening.get(sender_id, ())) >= MOST_LISTENERS:
            raise TooMany(sender_id)
        news = asyncio.Event()
        self._listening.setdefault(sender_id, set()).add(news)
        try:
            yield news
        finally:
            self._listening[sender_id].discard(news)
            if not self._listening[sender_id]:
                del self._listening[sender_id]
                self._known.pop(sender_id, None)

    def wake(self, sender_id: str) -> None:
        """Something was stored of this conversation."""
        for news in self._listening.get(sender_id, ()):
            news.set()

    def end(self) -> None:
        """Send everybody away, to a process that stays."""
        self.is_over = True
        for sender_id in list(self._listening):
            self.wake(sender_id)

    async def watch(self) -> None:
        """Go on, for ever, looking for what other processes stored."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                senders = list(self._listening)
                for start in range(0, len(senders), AT_ONCE):
                    await self._look(senders[start : start + AT_ONCE])
            except Exception:
                logger.exception("Conversations could not be looked at; they are looked at again")

    async def _look(self, senders: list[str]) -> None:
        states = await in_thread(self._transcript.states, senders)
        for sender_id in senders:
            # The state that one was read with is not known: where there is none yet, look as well.
            if sender_id in states and self._known.get(sender_id) != states[sender_id] and sender_id in self._listening:
                self._known[sender_id] = states[sender_id]
                self.wake(sender_id)
