"""What one conversation may ask for: the length of a message and how much in what time."""

from __future__ import annotations

import time
from typing import Callable

LONGEST_TEXT = 10_000
"""Characters of a message."""
LONGEST_REASON = 1_000
MOST_MESSAGES, WITHIN = 60, 60.0
"""Messages that a conversation may send within so many seconds; counted in the database, so over all processes."""
MOST_LISTENERS = 20
"""Tabs of one conversation that may be connected to one process."""


class Allowance:
    """So many requests a second of each conversation, more for a moment; counted in this process only."""

    def __init__(self, a_second: float, at_once: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._a_second, self._at_once, self._clock = a_second, at_once, clock
        self._full_at: dict[str, float] = {}
        """When the allowance of a conversation will be whole again; it is forgotten then."""

    def spend(self, sender_id: str) -> bool:
        """Take one; ``False`` where none is left."""
        now = self._clock()
        full_at = max(self._full_at.get(sender_id, now), now) + 1 / self._a_second
        if full_at - now > self._at_once / self._a_second:
            return False
        if len(self._full_at) > 1000:
            self._full_at = {sender: at for sender, at in self._full_at.items() if at > now}
        self._full_at[sender_id] = full_at
        return True
