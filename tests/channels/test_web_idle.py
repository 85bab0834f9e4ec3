"""Five hundred widgets that are open and say nothing cost little memory and slow nobody down."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from pathlib import Path
from typing import Any

import pytest
from websockets.client import connect

from tests.channels.test_web import Client, heard, opened
from tests.server import Server, started_servers

WIDGETS = 500
MOST_MEGABYTES = 50
TURNS = 15
SLOWER, AT_LEAST = 1.5, 0.05
"""A median turn may take so many times as long, or so many seconds longer: machines that run tests are busy."""


def megabytes(process: int) -> float:
    """What a process has in memory that is its own."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("RssAnon")).split()[1]) / 1024


async def median_turn(address: str) -> float:
    """Seconds from a message sent over a socket to its answer."""
    client = Client(address)
    socket = await opened(address, client.session)
    taken = []
    for number in range(1, TURNS + 1):
        began = time.monotonic()
        await socket.send(json.dumps({"type": "message", "id": str(number), "text": "谢谢"}))
        await heard(socket, number)
        taken.append(time.monotonic() - began)
    await socket.close()
    return statistics.median(taken)


async def idle(address: str) -> list[Any]:
    """Open widgets, each of a person who has not yet said anything."""
    session = Client(address).http
    sockets = []
    for _ in range(WIDGETS):
        name = session.post("/session").json()["session"]
        socket = await connect(f"{address.replace('http', 'ws')}/webhooks/web/socket")
        await socket.send(json.dumps({"session": name, "after": 0, "tag": ""}))
        await asyncio.wait_for(socket.recv(), 60)
        sockets.append(socket)
    return sockets


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_five_hundred_idle_widgets(model: Path, tmp_path: Path) -> None:
    async def measure(server: Server) -> tuple[float, float, float]:
        before = await median_turn(server.address)
        at_first = megabytes(server.process.pid)
        sockets = await idle(server.address)
        await asyncio.sleep(2)
        more = megabytes(server.process.pid) - at_first
        after = await median_turn(server.address)
        assert all(socket.open for socket in sockets)
        await asyncio.gather(*(socket.close() for socket in sockets))
        return before, after, more

    with started_servers([Server(f"sqlite:///{tmp_path / 'advisor.db'}")]) as [server]:
        before, after, more = asyncio.run(measure(server))
    print(f"{WIDGETS} idle widgets: {more:.1f} MB; a turn {before * 1000:.0f} ms without, {after * 1000:.0f} ms with them")
    assert more <= MOST_MEGABYTES
    assert after <= max(before * SLOWER, before + AT_LEAST)
