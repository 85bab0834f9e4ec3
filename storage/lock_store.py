"""Turns of one conversation one after the other, among tasks, processes and machines, without waiting whole seconds:
Rasa's own store looks again only every second."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, AsyncGenerator, AsyncIterator, Awaitable, Callable, Optional, Protocol

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, InMemoryLockStore, LockError

FILES = 1024
"""Lock files; conversations that share one wait for each other."""
FIRST_WAIT, LONGEST_WAIT, LONGEST_WAIT_FOR_REDIS = 0.002, 0.02, 0.25
"""Seconds between two looks at a lock that another process holds; when a machine dies, hundreds wait at Redis at once."""
LEASE = 10.0
"""Seconds after which Redis gives up the lock of a machine that has died."""


class AmongProcesses(Protocol):
    """Holds a conversation against other processes."""

    def hold(self, conversation_id: str, patience: float) -> Any:
        """An asynchronous context; raises :class:`LockError` when ``patience`` (seconds) is over."""


class FairLockStore(InMemoryLockStore):
    """First come, first served within one process; a lock lives as long as somebody holds it or waits."""

    def __init__(self, endpoint_config: Any = None, among: Optional[AmongProcesses] = None, **kwargs: Any) -> None:
        super().__init__()
        self._locks: dict[str, asyncio.Lock] = {}
        self._users: dict[str, int] = {}
        self._among = among

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = LOCK_LIFETIME, wait_time_in_seconds: float = 1
    ) -> AsyncGenerator[TicketLock, None]:
        lock = self._locks.setdefault(conversation_id, asyncio.Lock())
        self._users[conversation_id] = self._users.get(conversation_id, 0) + 1
        try:
            async with lock:
                if self._among is None:
                    yield TicketLock(conversation_id)
                else:
                    async with self._among.hold(conversation_id, lock_lifetime):
                        yield TicketLock(conversation_id)
        finally:
            self._users[conversation_id] -= 1
            if not self._users[conversation_id]:
                del self._users[conversation_id], self._locks[conversation_id]


class FileLocks:
    """Among processes of one machine; the kernel frees the lock of one that has died."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory

    @asynccontextmanager
    async def hold(self, conversation_id: str, patience: float) -> AsyncIterator[None]:
        number = int.from_bytes(hashlib.sha1(conversation_id.encode()).digest()[:4], "big") % FILES
        file = os.open(self._directory / f"{number}.lock", os.O_RDWR | os.O_CREAT, 0o600)

        async def take() -> bool:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        try:
            await until_held(take, conversation_id, patience, LONGEST_WAIT)
            yield
        finally:
            os.close(file)


class RedisLocks:
    """Among machines, by Redis; what a machine that has died held is free after :data:`LEASE`."""

    def __init__(self, url: str) -> None:
        from redis.asyncio import Redis

        self._redis = Redis.from_url(url)

    @asynccontextmanager
    async def hold(self, conversation_id: str, patience: float) -> AsyncIterator[None]:
        from redis.exceptions import RedisError

        lock = self._redis.lock(f"advisor:lock:{conversation_id}", timeout=LEASE, blocking=False)
        await until_held(lock.acquire, conversation_id, patience, LONGEST_WAIT_FOR_REDIS)
        try:
            yield
        finally:
            try:
                await lock.release()
            except RedisError:
                pass  # the lease has run out or will; the store refuses what another machine has overtaken


async def until_held(take: Callable[[], Awaitable[bool]], conversation_id: str, patience: float, longest_wait: float) -> None:
    """Look for the lock at short, growing intervals."""
    clock = asyncio.get_running_loop().time
    end, wait = clock() + patience, FIRST_WAIT
    while not await take():
        if clock() > end:
            raise LockError(f"the conversation {conversation_id} was held longer than {patience} seconds")
        await asyncio.sleep(wait)
        wait = min(wait * 1.5, longest_wait)
