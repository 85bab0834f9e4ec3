"""Turns of one conversation come one after the other; who waits is not kept waiting by a clock."""

from __future__ import annotations

import asyncio
import os
import signal
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from rasa.core.lock_store import LockError

from storage import lock_store
from storage.lock_store import AmongProcesses, FairLockStore, FileLocks, RedisLocks

HER, HIM = "her", "him"
FORK = get_context("fork")


def among_of(kind: str, place: str) -> AmongProcesses:
    return FileLocks(Path(place)) if kind == "files" else RedisLocks(place)


@pytest.fixture(params=["files", "redis"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """How processes hold conversations against each other, and where."""
    return request.param, str(tmp_path) if request.param == "files" else request.getfixturevalue("redis_url")


async def test_tasks_come_in_their_order_and_none_begins_before_the_one_ahead_is_done() -> None:
    store, seen = FairLockStore(), []

    async def turn(number: int) -> None:
        async with store.lock(HER):
            seen.append(("begins", number))
            await asyncio.sleep(0)
            seen.append(("ends", number))

    await asyncio.gather(*map(turn, range(5)))
    assert seen == [(what, number) for number in range(5) for what in ("begins", "ends")]


async def test_the_next_task_goes_on_at_once_when_the_lock_is_free() -> None:
    """It needs a few steps of the loop and no timer: with a timer it would not have begun yet."""
    store, begun = FairLockStore(), asyncio.Event()

    async def turn() -> None:
        async with store.lock(HER):
            begun.set()

    async with store.lock(HER):
        waiting = asyncio.ensure_future(turn())
        await asyncio.sleep(0.05)
        assert not begun.is_set()
    for _ in range(5):
        await asyncio.sleep(0)
    assert begun.is_set()
    await waiting


async def test_conversations_do_not_wait_for_each_other() -> None:
    store = FairLockStore()
    async with store.lock(HER):
        async with store.lock(HIM):
            pass


async def test_nothing_is_left_of_a_lock_that_nobody_holds() -> None:
    store = FairLockStore()
    async with store.lock(HER):
        assert store._locks
    assert not store._locks and not store._users


def take_turns(kind: str, place: str, log: str, count: int) -> None:
    """Write when a turn begins and ends, under the lock."""

    async def turns() -> None:
        store = FairLockStore(among=among_of(kind, place))
        for _ in range(count):
            async with store.lock(HER):
                for what in ("begins", "ends"):
                    with open(log, "a") as file:
                        file.write(f"{what} {os.getpid()}\n")
                    await asyncio.sleep(0.001)

    asyncio.run(turns())


def test_turns_of_two_processes_never_overlap(shared: tuple[str, str], tmp_path: Path) -> None:
    log, count = tmp_path / "log", 40
    processes = [FORK.Process(target=take_turns, args=(*shared, str(log), count)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    lines = [line.split() for line in log.read_text().splitlines()]
    assert len(lines) == 4 * count and len({pid for _, pid in lines}) == 2
    for begin, end in zip(lines[::2], lines[1::2]):
        assert (begin[0], end[0]) == ("begins", "ends") and begin[1] == end[1]


def hold_for_ever(kind: str, place: str, held: Any) -> None:
    async def hold() -> None:
        async with FairLockStore(among=among_of(kind, place)).lock(HER):
            held.set()
            await asyncio.Event().wait()

    asyncio.run(hold())


def test_the_lock_of_a_killed_process_is_free_again(shared: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock_store, "LEASE", 1.0)
    held = FORK.Event()
    process = FORK.Process(target=hold_for_ever, args=(*shared, held), daemon=True)
    process.start()
    held.wait()

    async def take(patience: float) -> None:
        async with FairLockStore(among=among_of(*shared)).lock(HER, patience):
            pass

    with pytest.raises(LockError):
        asyncio.run(take(0.1))
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    asyncio.run(take(10))
