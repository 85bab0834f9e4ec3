"""What one conversation may ask for: the length of a message and how much in what time."""

from __future__ import annotations

import time
from ipaddress import ip_address
from typing import Callable, Optional

from sanic.request import Request

LONGEST_TEXT = 10_000
"""Characters of a message."""
LONGEST_REASON = 1_000
MOST_MESSAGES, WITHIN = 60, 60.0
"""Messages that a conversation may send within so many seconds; counted in the database, so over all processes."""
SESSIONS_A_SECOND, SESSIONS_AT_ONCE = 1.0, 120.0
"""New conversations from one address: an office or a school behind one address is many people."""
MOST_LISTENERS = 20
"""Tabs of one conversation that may be connected to one process."""


class Allowance:
    """So many requests a second of each conversation or address, more for a moment; counted in this process only."""

    def __init__(self, a_second: float, at_once: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._a_second, self._at_once, self._clock = a_second, at_once, clock
        self._full_at: dict[str, float] = {}
        """When each allowance will be whole again; it is forgotten then."""

    def spend(self, whose: str) -> bool:
        """Take one; ``False`` where none is left."""
        now = self._clock()
        full_at = max(self._full_at.get(whose, now), now) + 1 / self._a_second
        if full_at - now > self._at_once / self._a_second:
            return False
        if len(self._full_at) > 1000:
            self._full_at = {one: at for one, at in self._full_at.items() if at > now}
        self._full_at[whose] = full_at
        return True


def address_of(request: Request) -> Optional[str]:
    """Whence a request comes, ``None`` where that is this machine.

    A peer of the own network is a proxy, if it says for whom it asks: the last address of ``X-Forwarded-For`` is what it wrote.
    """
    peer = ip_address(request.ip)
    if not peer.is_private:
        return str(peer)
    named = request.headers.getall("x-forwarded-for", [])
    return ",".join(named).rpartition(",")[2].strip() or (None if peer.is_loopback else str(peer))
