"""The load on a server that is known to stand still: an open loop has to show it, a closed one has to count what it got."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from typing import AsyncIterator

import pytest
from aiohttp import web

from benchmarks import load
from benchmarks.servers import Bot, Server

BOT = Bot("stand-in", lambda server, workers: None)
STANDSTILL = 0.5


@asynccontextmanager
async def stand_in(folder: Path, stands_still_at: int, for_seconds: float = STANDSTILL) -> AsyncIterator[Server]:
    """A server that answers at once, but for one time when nobody is answered for a while."""
    count, free = 0, asyncio.Event()
    free.set()

    async def answer(request: web.Request) -> web.Response:
        nonlocal count
        count += 1
        if count == stands_still_at:
            free.clear()
            await asyncio.sleep(for_seconds)
            free.set()
        await free.wait()
        return web.json_response([{"text": "好"}])

    app = web.Application()
    app.router.add_post("/webhooks/rest/webhook", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield Server(folder, [f"http://127.0.0.1:{port}"])
    finally:
        await runner.cleanup()


def test_who_was_due_during_a_standstill_counts_as_late(tmp_path: Path) -> None:
    async def measure() -> load.Load:
        async with stand_in(tmp_path, stands_still_at=50) as server:
            return await load.open_loop(BOT, server, rate=100, seconds=1.5)

    found = asyncio.run(measure())
    late = sum(taken > 100 * STANDSTILL for taken in found.milliseconds)
    assert len(found.milliseconds) == 150
    assert found.failed == found.given_up == 0
    assert late > 30, "the fifty who were due meanwhile waited, all but the last few of them long"
    assert found.quantile(0.99) > 1000 * STANDSTILL * 0.8


def test_an_endless_standstill_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "PATIENCE", 0.2)

    async def measure() -> load.Load:
        async with stand_in(tmp_path, stands_still_at=20, for_seconds=3) as server:
            return await load.open_loop(BOT, server, rate=50, seconds=1)

    found = asyncio.run(measure())
    assert len(found.milliseconds) == 50
    assert found.given_up == 31
    assert found.answered == 19


def test_a_closed_loop_counts_whole_turns_in_their_time(tmp_path: Path) -> None:
    async def measure() -> load.Load:
        async with stand_in(tmp_path, stands_still_at=-1) as server:
            return await load.closed_loop(BOT, server, seconds=0.3)

    found = asyncio.run(measure())
    assert found.answered == len(found.milliseconds) >= load.SESSIONS
    assert 0.3 <= found.seconds < 3
